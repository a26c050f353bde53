/*
 * http_answer: reads what a server says about its answer: header lines, Retry-After, pages of gateways. Everything here
 * may hold any bytes and is fuzzed.
 */
#ifndef HTTP_HTTP_ANSWER_H
#define HTTP_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err/err.h"
#include "http/http.h"
#include "http/http_error.h"
#include "http/http_ratelimit.h"
#include "text/text.h"

enum {
    HTTP_HEADER_MAX = 4096, /* a longer value is taken as absent */
};

/*
 * The headers we keep, of the last answer of a transfer, as printable UTF-8 (text_append_safe); an ETag that is not
 * printable UTF-8 as it stands is absent. Zero-initialised it is empty.
 */
struct http_headers {
    struct text etag, request_id, content_type, retry_after, date;
    struct text rate_remaining, rate_reset;
};

/* Takes one line as libcurl delivers it, CRLF included. A status line starts anew. */
void http_headers_line(struct http_headers *headers, const char *line, size_t size);
void http_headers_mask(struct http_headers *headers, const struct secrets *secrets); /* the gate of secret.h */
void http_headers_clear(struct http_headers *headers);
void http_headers_free(struct http_headers *headers);

/*
 * Milliseconds that a Retry-After value asks to wait (RFC 9110 10.2.3: seconds or an HTTP date); 0 for a date that has
 * passed, a year for what is longer, -1 when the value is empty or neither.
 */
int64_t http_retry_after(const char *value, int64_t now_s);

/*
 * Sets remaining and reset_ms from X-RateLimit-Remaining and -Reset; what is absent or no number is -1. Reset counts
 * seconds: from now, or since the epoch when it is that large, as both are in use; one that has passed is -1.
 */
void http_headers_ratelimit(const struct http_headers *headers, int64_t now_s, struct http_ratelimit_answer *ret);

/* Seconds since the epoch of an HTTP date (RFC 9110 5.6.7); -1 when it is none. */
int64_t http_date(const char *value);

/*
 * Says what an error answer to a request by `method` says, in one line: "404 not_found: Instance not found (parameter
 * id "02b7_...") [trace ..., request ...]". `said` is what its body says; where that is nothing, the status by name
 * stands for it. The address is named then, and for a 404 that is about no parameter; so is the wait that a 429 or 503
 * asks for. Code ERR_AUTH for 401,
 * ERR_CONFLICT for 412, else ERR_API. Sets http_status. Always false.
 */
bool http_problem_explain(const struct http_reply *reply, const char *method, const struct http_error *said,
                          struct err *e);

#endif
