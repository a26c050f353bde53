/*
 * http_retry: whether and when a failed request is sent again: pure functions, no clock, no randomness of their own.
 *
 * The rule (vpc-api.md 1.7):
 *   HTTP_REPEAT_SAFE     again on 429, on 5xx but 501, when no answer came, when a 2xx answer was broken, on 403 and
 *                        404 of something before a server that has answered well until now;
 *   HTTP_REPEAT_UNPROCESSED  again only when the server certainly did nothing: nothing was sent, 429, or a 503 whose
 *                        body is the API's own error (a gateway's 503 may hide a request that went through);
 *   both                 again on a 401 of something before a server that has answered well until now;
 *   never                after certificates that do not pass, refusals of our own, cancellation.
 * The wait is exponential with full jitter: a random time between 0 and backoff * 2^(attempt-1), at most
 * HTTP_BACKOFF_MAX_MS. Retry-After, when above zero, replaces it and is honoured to the millisecond; 0 says that the
 * next attempt may be served, which comes after a tenth of that time. Where the wait would end after the deadline, or
 * Retry-After asks for more than HTTP_RETRY_AFTER_MAX_MS, the request fails at once: coming back earlier than asked
 * would be refused again.
 */
#ifndef HTTP_HTTP_RETRY_H
#define HTTP_HTTP_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "http/http.h"

enum {
    HTTP_BACKOFF_MS = 500,     /* with six attempts 7.75 s in the mean, as long as the SDKs' with five from 1 s */
    HTTP_BACKOFF_AT_ONCE = 10, /* that part of it after Retry-After: 0 */
    HTTP_BACKOFF_MAX_MS = 30 * 1000,
    HTTP_RETRY_AFTER_MAX_MS = 300 * 1000,
    HTTP_ATTEMPTS_WELL_FORMED = 2, /* in all, of an answer whose content cannot be used */
    HTTP_ATTEMPTS_UNRESOLVED = 2,  /* of a host name that is not found: it is misspelt, or there is no network */
    HTTP_ATTEMPTS_MISDIRECTED = 3, /* and of one that belongs to another request, which may pass */
};

/* How an attempt ended. */
struct http_outcome {
    enum http_repeat repeat; /* not HTTP_REPEAT_BY_METHOD: see http_retry_class */
    enum http_fault fault;
    int status;       /* when fault is HTTP_FAULT_NONE */
    bool well_formed; /* a broken answer is no accident: of its format with content of no use, or of another protocol */
    bool misdirected; /* well-formed, and the answer to another request */
    bool api_error;   /* the body is the API's error container (vpc-api.md 1.6) */
    bool foreign;     /* of something before a server that has given good answers until now */
    bool unresolved;  /* the host of a server that has never answered was not found */
    unsigned attempt; /* counts from 1 */
    unsigned attempts_max;
    unsigned backoff_ms;
    int64_t retry_after_ms; /* -1: not given */
    int64_t left_ms;        /* until the deadline; -1: there is none */
    uint32_t random;
};

/* Whether it may be sent again, whatever the number of attempts. */
bool http_retry_may_repeat(const struct http_outcome *outcome);

/* Milliseconds to wait before the next attempt, or -1: there is none. */
int64_t http_retry_wait(const struct http_outcome *outcome);

/* Exponential back-off: `first_ms`, doubled so many times, at most `most_ms`. */
int64_t http_backoff_ms(int64_t first_ms, int64_t most_ms, unsigned doublings);

/* The same with the second half of it random, so that clients that share an API do not ask in step. */
int64_t http_backoff_half_jitter_ms(int64_t first_ms, int64_t most_ms, unsigned doublings, uint32_t random);

/* What HTTP_REPEAT_BY_METHOD means for a method; other values stay. */
enum http_repeat http_retry_class(enum http_method method, enum http_repeat repeat);

/* The fault behind a CURLcode; `sent`: at least a part of the request went out. */
enum http_fault http_retry_fault(int curl_code, bool sent);

/* Whether an attempt that was sent ended so because the answer is not HTTP, or of an unknown version of it. */
bool http_retry_not_http(int curl_code);

#endif
