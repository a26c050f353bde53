/* What the tests of http share: a server, a session against it, a record of how a request ended. */
#ifndef TESTS_UNIT_HTTP_FIXTURE_H
#define TESTS_UNIT_HTTP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/http.h"
#include "tests/unit/loopback.h"

/* How a request ended. */
struct ended {
    int calls;
    int status;
    enum http_fault fault;
    unsigned attempts;
    bool maybe_processed, failed;
    char body[256], etag[64], request_id[64], url[256];
    size_t size;
    int64_t retry_after_ms;
    struct err error;
};

static inline void note_end(struct http_reply *reply, void *context)
{
    struct ended *ended = context;

    ended->calls++;
    ended->status = reply->status;
    ended->fault = reply->fault;
    ended->attempts = reply->attempts;
    ended->maybe_processed = reply->maybe_processed;
    ended->failed = reply->error != NULL;
    ended->size = reply->size;
    ended->retry_after_ms = reply->retry_after_ms;
    snprintf(ended->body, sizeof(ended->body), "%s", reply->body);
    snprintf(ended->etag, sizeof(ended->etag), "%s", reply->etag);
    snprintf(ended->request_id, sizeof(ended->request_id), "%s", reply->request_id);
    snprintf(ended->url, sizeof(ended->url), "%s", reply->url);
    ended->error = reply->error != NULL ? *reply->error : ERR_INIT;
}

static inline struct http *open_session(const struct http_options *options)
{
    struct http_options quick = options != NULL ? *options : (struct http_options){0};
    struct err e = ERR_INIT;

    quick.backoff_ms = quick.backoff_ms > 0 ? quick.backoff_ms : 1;
    struct http *http = http_create(&quick, &e);
    if (http == NULL) {
        fail_msg("%s", e.message);
    }
    return http;
}

static inline const char *url_of(const struct loopback *server, const char *path)
{
    static char url[4][256];
    static unsigned next;
    char *buffer = url[next++ % 4];

    snprintf(buffer, sizeof(url[0]), "http://127.0.0.1:%u%s", server->port, path);
    return buffer;
}

/* Sends one request and waits for its end. */
static inline struct ended fetch(struct http *http, struct http_request request)
{
    struct ended ended = {0};
    struct err e = ERR_INIT;

    request.done = note_end;
    request.context = &ended;
    http_submit(http, &request);
    bool ran = http_run(http, &e);
    (void)ran;
    assert_int_equal(ended.calls, 1);
    assert_false(http_step(http, 0));
    return ended;
}

static inline struct ended fetch_get(struct http *http, const struct loopback *server, const char *path)
{
    return fetch(http, (struct http_request){.method = HTTP_GET, .url = url_of(server, path)});
}

static inline struct ended fetch_with_body(struct http *http, enum http_method method, const char *url)
{
    return fetch(http, (struct http_request){.method = method,
                                             .url = url,
                                             .content_type = "application/merge-patch+json",
                                             .body = "{\"a\":1}",
                                             .body_size = 7});
}

/* Answers everything with an empty object. */
static inline enum afterwards answer_ok(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server, (void)heard;
    loopback_json(answer, 200, "", "{}");
    return KEEP_OPEN;
}

/* A token source whose answers the test sets. */
struct tokens {
    struct http *http;
    enum http_token_state state;
    char token[64];
    unsigned serial, asked, refused;
};

static inline enum http_token_state give_token(void *context, struct http_token_offer *ret_offer, struct err *e)
{
    struct tokens *tokens = context;

    tokens->asked++;
    *ret_offer = (struct http_token_offer){.token = tokens->token, .serial = tokens->serial};
    if (tokens->state == HTTP_TOKEN_FAILED) {
        err_set(e, ERR_AUTH, "no token for you");
    }
    return tokens->state;
}

static inline void replace_token(void *context, unsigned serial)
{
    struct tokens *tokens = context;

    tokens->refused++;
    if (serial == tokens->serial) {
        tokens->serial++;
        snprintf(tokens->token, sizeof(tokens->token), "token-%u", tokens->serial);
    }
}

/* Tokens that can be replaced by others, or a single one. */
static inline void use_tokens(struct http *http, struct tokens *tokens, bool replaceable)
{
    struct http_token_source source = {
        .get = give_token, .replace = replaceable ? replace_token : NULL, .context = tokens};

    tokens->http = http;
    http_set_token_source(http, &source);
}

#endif
