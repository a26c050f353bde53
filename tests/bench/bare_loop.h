/*
 * bare_loop: the floor for the client's own cost: a libcurl multi loop that sends requests which are known beforehand
 * and ignores the answers. No program that uses libcurl can spend less. With `retry` it is a plain client instead: a
 * request that is refused (429, 5xx, no answer) keeps its place and is sent again after Retry-After or a second.
 */
#ifndef BENCH_BARE_LOOP_H
#define BENCH_BARE_LOOP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text/text.h"

struct bare_request {
    const char *method, *url;
    const char *if_match, *body; /* NULL: none */
};

struct bare_loop {
    const struct bare_request *requests;
    size_t count, started, ended;
    size_t refused; /* answers other than 2xx, and none at all */
    bool retry;
    size_t waiting;
    char *authorization;
    CURLM *multi;
};

/* A handle and the headers of the request that it carries. */
struct bare_slot {
    CURL *easy;
    struct curl_slist *headers;
    int64_t due_ms; /* of the next attempt; 0: it does not wait */
    bool sent;      /* libcurl has sent it on one connection already */
};

static size_t bare_ignore(char *data, size_t size, size_t count, void *context)
{
    (void)data, (void)context;
    return size * count;
}

static struct curl_slist *bare_headers(const struct bare_loop *loop, const struct bare_request *request)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    CLEANUP(text_free) struct text match = {0};

    headers = curl_slist_append(headers, "X-Request-Id: 7c2f9a4e-1b7d-4f5e-8f0c-2d3e4f5a6b7c");
    if (request->body != NULL) {
        headers = curl_slist_append(headers, "Content-Type: application/merge-patch+json");
    }
    if (request->if_match != NULL) {
        text_printf(&match, "If-Match: %s", request->if_match);
        headers = curl_slist_append(headers, text_string(&match));
    }
    return curl_slist_append(headers, loop->authorization);
}

/* The next request on this slot; false when there is none left. */
static bool bare_start(struct bare_loop *loop, struct bare_slot *slot)
{
    if (loop->started == loop->count) {
        return false;
    }
    const struct bare_request *request = &loop->requests[loop->started++];
    struct curl_slist *headers = bare_headers(loop, request);
    curl_easy_setopt(slot->easy, CURLOPT_URL, request->url);
    if (request->body != NULL) {
        curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, request->body);
    } else {
        curl_easy_setopt(slot->easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, headers);
    curl_slist_free_all(slot->headers);
    slot->headers = headers;
    slot->sent = false;
    curl_multi_add_handle(loop->multi, slot->easy);
    return true;
}

static int64_t bare_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* libcurl would send a request again at once when its connection is reset; a plain client waits. */
static int bare_before_send(void *context, char *their_ip, char *our_ip, int their_port, int our_port)
{
    struct bare_slot *slot = context;
    bool again = slot->sent;

    (void)their_ip, (void)our_ip, (void)their_port, (void)our_port;
    slot->sent = true;
    return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* Whether the request is to be sent again, and when. */
static bool bare_retry(struct bare_loop *loop, struct bare_slot *slot, CURLcode code, long status)
{
    struct curl_header *header;

    if (!loop->retry || (code == CURLE_OK && status != 429 && status < 500)) {
        return false;
    }
    bool given = curl_easy_header(slot->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    slot->due_ms = bare_now_ms() + (given ? 1000 * strtol(header->value, NULL, 10) : 1000);
    loop->waiting++;
    return true;
}

static void bare_wake(struct bare_loop *loop, struct bare_slot *slots, unsigned window)
{
    for (unsigned i = 0; i < window && loop->waiting > 0; i++) {
        if (slots[i].due_ms > 0 && bare_now_ms() >= slots[i].due_ms) {
            slots[i].due_ms = 0;
            slots[i].sent = false;
            loop->waiting--;
            curl_multi_add_handle(loop->multi, slots[i].easy);
        }
    }
}

static void bare_collect(struct bare_loop *loop)
{
    int left;

    for (CURLMsg *message; (message = curl_multi_info_read(loop->multi, &left)) != NULL;) {
        CURL *easy = message->easy_handle;
        struct bare_slot *slot = NULL;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        CURLcode code = message->data.result;
        curl_multi_remove_handle(loop->multi, easy);
        if (!bare_retry(loop, slot, code, status)) {
            loop->refused += code != CURLE_OK || status < 200 || status > 299;
            loop->ended++;
            bare_start(loop, slot);
        }
    }
}

static void bare_set_up(struct bare_slot *slot)
{
    slot->easy = curl_easy_init();
    curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(slot->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(slot->easy, CURLOPT_USERAGENT, "vpcmeta/" VPCMETA_VERSION);
    curl_easy_setopt(slot->easy, CURLOPT_BUFFERSIZE, 100 * 1024L);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, bare_ignore);
}

/* Sends all requests in their order, `window` at a time; returns how many were refused for good. */
static size_t bare_run(const struct bare_request *requests, size_t count, unsigned window, const char *token,
                       bool retry)
{
    CLEANUP(text_free) struct text authorization = {0};
    struct bare_slot *slots = calloc(window, sizeof(*slots));
    struct bare_loop loop = {.requests = requests, .count = count, .multi = curl_multi_init(), .retry = retry};
    int running;

    text_printf(&authorization, "Authorization: Bearer %s", token);
    loop.authorization = authorization.data;
    curl_multi_setopt(loop.multi, CURLMOPT_MAXCONNECTS, (long)window);
    for (unsigned i = 0; i < window; i++) {
        bare_set_up(&slots[i]);
        if (retry) {
            curl_easy_setopt(slots[i].easy, CURLOPT_PREREQFUNCTION, bare_before_send);
            curl_easy_setopt(slots[i].easy, CURLOPT_PREREQDATA, &slots[i]);
        }
        bare_start(&loop, &slots[i]);
    }
    while (loop.ended < count) {
        curl_multi_perform(loop.multi, &running);
        bare_collect(&loop);
        bare_wake(&loop, slots, window);
        if (loop.ended < count && (running > 0 || loop.waiting > 0)) {
            curl_multi_poll(loop.multi, NULL, 0, loop.waiting > 0 ? 2 : 1000, NULL);
        }
    }
    for (unsigned i = 0; i < window; i++) {
        curl_easy_cleanup(slots[i].easy);
        curl_slist_free_all(slots[i].headers);
    }
    curl_multi_cleanup(loop.multi);
    free(slots);
    return loop.refused;
}

#endif
