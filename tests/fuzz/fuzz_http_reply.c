/*
 * What servers say: a raw answer, head and body, goes through every reader of room http and iam's reader of tokens.
 * The readers promise one-line messages without control characters and values without line breaks.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "http/http_answer.h"
#include "imds/imds_token.h"
#include "vpc/vpc_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Feeds the lines up to the empty one; returns where the body begins. */
static size_t read_head(const char *bytes, size_t size, struct http_headers *headers)
{
    size_t at = 0;

    while (at < size) {
        const char *end = memchr(bytes + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - (bytes + at)) + 1 : size - at;
        /* a copy of its own, so that reading past its end is noticed */
        char *line = malloc(length);
        assert(line != NULL);
        memcpy(line, bytes + at, length);
        http_headers_line(headers, line, length);
        bool last = length <= 2 && (line[0] == '\r' || line[0] == '\n');
        free(line);
        at += length;
        if (last) {
            break;
        }
    }
    return at;
}

static void check_value(const struct text *value)
{
    assert(value->size <= HTTP_HEADER_MAX);
    assert(strlen(text_string(value)) == value->size);
    CLEANUP(text_free) struct text safe = {0};
    text_append_safe(&safe, text_string(value), value->size);
    assert(strcmp(text_string(&safe), text_string(value)) == 0);
}

static void check_line(const char *message)
{
    for (; *message != '\0'; message++) {
        assert((unsigned char)*message >= 0x20 && *message != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {400, 401, 404, 412, 429, 500, 502, 599};
    struct http_headers headers = {0};
    struct err e = ERR_INIT;
    struct imds_token token = {0};

    size_t head = read_head((const char *)data, size, &headers);
    check_value(&headers.etag);
    check_value(&headers.request_id);
    check_value(&headers.content_type);
    int64_t wait_ms = http_retry_after(text_string(&headers.retry_after), 1700000000);
    assert(wait_ms >= -1);
    struct http_ratelimit_answer answer = {0};
    http_headers_ratelimit(&headers, 1700000000, &answer);
    assert(answer.remaining >= -1 && answer.reset_ms >= -1);
    size_t body_size = size - head;
    char *body = calloc(1, body_size + HTTP_BODY_PADDING + 1);
    assert(body != NULL);
    memcpy(body, data + head, body_size);
    CLEANUP(http_error_free) struct http_error said = {0};
    http_error_read(body, body_size, &said);
    check_line(text_string(&said.message));
    struct http_reply reply = {
        .status = statuses[size % (sizeof(statuses) / sizeof(statuses[0]))],
        .url = "https://host/v1/instances",
        .body = body,
        .size = body_size,
        .request_id = text_string(&headers.request_id),
    };
    http_problem_explain(&reply, "GET", &said, &e);
    secrets_mask_message(NULL, e.message);
    assert(e.code != ERR_NONE && e.http_status == reply.status && e.message[0] != '\0');
    check_line(e.message);
    err_clear(&e);
    if (imds_token_read(body, body_size, &(struct imds_token_rules){.who = "it", .now_s = 1700000000}, &token, &e)) {
        assert(token.text[0] != '\0' && token.life_s != 0);
        check_line(token.text);
    } else {
        check_line(e.message);
    }
    imds_token_free(&token);
    free(body);
    http_headers_free(&headers);
    return 0;
}
