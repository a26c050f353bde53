/*
 * What room http costs the client beside a bare libcurl multi loop that sends the same bytes and ignores the answers:
 * CPU and wall time for a fleet's PATCHes over kept-alive loopback connections, taken in turns in one run.
 * usage: bench_http [REQUESTS [WINDOW]]      (default 10000 32)
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "bare_loop.h"
#include "http/http.h"
#include "mem/mem.h"
#include "tests/unit/loopback.h"

enum { ROUNDS = 5, ANSWER_SIZE = 9 * 1024, TOKEN_SIZE = 1200 };

static const char patch[] = "{\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\",\"response_hop_limit\":2}}";

struct cost {
    double wall_s, cpu_s;
};

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static struct cost now(void)
{
    struct timespec wall;
    struct rusage usage;

    clock_gettime(CLOCK_MONOTONIC, &wall);
    getrusage(RUSAGE_SELF, &usage);
    return (struct cost){(double)wall.tv_sec + (double)wall.tv_nsec / 1e9,
                         seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

static struct cost since(struct cost start)
{
    struct cost end = now();

    return (struct cost){end.wall_s - start.wall_s, end.cpu_s - start.cpu_s};
}

static enum afterwards answer_instance(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)heard;
    text_clear(&server->log);
    text_append(answer, server->context);
    return KEEP_OPEN;
}

static _Noreturn void serve(int out)
{
    struct loopback server;
    struct text answer = {0};

    text_printf(&answer,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: W/\"96d225c4-9bd9\"\r\n"
                "X-Request-Id: 7c2f9a4e-1b7d-4f5e-8f0c-2d3e4f5a6b7c\r\nContent-Length: %d\r\n\r\n",
                ANSWER_SIZE);
    text_append_repeat(&answer, 'x', ANSWER_SIZE);
    loopback_start(&server, answer_instance, answer.data);
    if (write(out, &server.port, sizeof(server.port)) == (ssize_t)sizeof(server.port)) {
        pause();
    }
    _exit(1);
}

/* The server runs in a process of its own, so that its time is not ours. */
static pid_t start_server(unsigned *ret_port)
{
    int ends[2];

    if (pipe(ends) != 0) {
        exit(1);
    }
    pid_t child = fork();
    if (child == 0) {
        serve(ends[1]);
    }
    if (child < 0 || read(ends[0], ret_port, sizeof(*ret_port)) != (ssize_t)sizeof(*ret_port)) {
        exit(1);
    }
    close(ends[0]);
    close(ends[1]);
    return child;
}

/* --- the floor -------------------------------------------------------------------------------- */

static struct cost run_bare(const char *url, const char *token, unsigned requests, unsigned window)
{
    struct bare_request *list = mem_array(requests, sizeof(*list));

    for (unsigned i = 0; i < requests; i++) {
        list[i] = (struct bare_request){"PATCH", url, "W/\"96d225c4-9bd9\"", patch};
    }
    struct cost start = now();
    if (bare_run(list, requests, window, token, false) > 0) {
        fprintf(stderr, "the bare loop was refused\n");
        exit(1);
    }
    struct cost cost = since(start);
    free(list);
    return cost;
}

/* --- the room --------------------------------------------------------------------------------- */

struct run {
    struct http *http;
    const char *url, *token;
    unsigned to_send, failed;
};

static enum http_token_state give_token(void *context, struct http_token_offer *ret_offer, struct err *e)
{
    (void)e;
    *ret_offer = (struct http_token_offer){.token = ((struct run *)context)->token, .serial = 1};
    return HTTP_TOKEN_READY;
}

static void send_one(struct run *run);

static void one_done(struct http_reply *reply, void *context)
{
    struct run *run = context;

    run->failed += reply->error != NULL || reply->size != ANSWER_SIZE || reply->etag[0] != 'W';
    send_one(run);
}

static void send_one(struct run *run)
{
    if (run->to_send > 0) {
        run->to_send--;
        http_submit(run->http, &(struct http_request){.method = HTTP_PATCH,
                                                      .flags = HTTP_WITH_TOKEN,
                                                      .url = run->url,
                                                      .content_type = "application/merge-patch+json",
                                                      .if_match = "W/\"96d225c4-9bd9\"",
                                                      .body = patch,
                                                      .body_size = sizeof(patch) - 1,
                                                      .done = one_done,
                                                      .context = run});
    }
}

static struct cost run_room(const char *url, const char *token, unsigned requests, unsigned window)
{
    struct err e = ERR_INIT;
    struct run run = {.url = url, .token = token, .to_send = requests};

    run.http = http_create(&(struct http_options){.window = window}, &e);
    if (run.http == NULL) {
        fprintf(stderr, "%s\n", e.message);
        exit(1);
    }
    http_set_token_source(run.http, &(struct http_token_source){.get = give_token, .context = &run});
    struct cost start = now();
    for (unsigned i = 0; i < 2 * window; i++) {
        send_one(&run);
    }
    bool fine = http_run(run.http, &e);
    struct cost cost = since(start);
    if (!fine || run.failed > 0) {
        fprintf(stderr, "%u requests failed %s\n", run.failed, e.message);
        exit(1);
    }
    http_destroy(run.http);
    return cost;
}

static void print_row(const char *name, struct cost cost, unsigned requests)
{
    printf("%-10s %8.0f requests/s %8.2f ms CPU per 1,000\n", name, requests / cost.wall_s,
           cost.cpu_s * 1e6 / requests);
}

static struct cost lower(struct cost a, struct cost b)
{
    return a.cpu_s < b.cpu_s ? a : b;
}

int main(int argc, char **argv)
{
    unsigned requests = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10000;
    unsigned window = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 32;
    struct cost bare = {1e9, 1e9}, room = {1e9, 1e9};
    struct text token = {0};
    char url[128];
    unsigned port;

    pid_t server = start_server(&port);
    snprintf(url, sizeof(url),
             "http://127.0.0.1:%u/v1/instances/0717_e21b7391-2ca2-4ab5?version=2026-03-24&generation=2", port);
    text_append_repeat(&token, 't', TOKEN_SIZE);
    curl_global_init(CURL_GLOBAL_ALL);
    for (int round = 0; round < ROUNDS; round++) {
        bare = lower(bare, run_bare(url, token.data, requests, window));
        room = lower(room, run_room(url, token.data, requests, window));
    }
    print_row("bare loop", bare, requests);
    print_row("room http", room, requests);
    printf("ratio      %8.2f wall %17.2f CPU\n", room.wall_s / bare.wall_s, room.cpu_s / bare.cpu_s);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    text_free(&token);
    return 0;
}
