/*
 * http_breaker: whether a server is down, and when to ask it again: the circuit breaker of Nygard, "Release It!"
 * (2nd edition 2018, section 5.2). Pure: times and outcomes are handed in, nothing waits here. One for each origin.
 *
 *   closed     Requests start. Bad outcomes are counted; a good one begins the count anew.
 *   open       No request starts; a probe does after HTTP_BREAKER_PROBE_MS, later ones after twice the time of the one
 *              before up to HTTP_BREAKER_PROBE_MAX_MS, all with jitter, none before Retry-After is over.
 *   half-open  The probe is under way. A good answer to it closes the breaker, a bad one opens it again.
 *   lost       It was open for the whole outage time: nothing is sent any more until the next command begins.
 *
 * Bad is what says that the server is down or that something in front of it answers: no connection, no whole answer,
 * 5xx but 501, and 401, 403, 404 whose body is not the API's error container (of IAM, and of a 401: a page or a text).
 * Good is every other answer of the API, 429 included.
 *
 * The breaker opens after HTTP_BREAKER_ROW bad outcomes in a row, and HTTP_BREAKER_OLDER more for each attempt in
 * flight that is older than the row, because that one may still turn out good: where faults are answered faster than
 * the rest, the first answers of a window full of requests are all faults. For the same reason attempts that are older
 * than the row count for nothing when they fail: of a window in which some requests hang, those are the last to end.
 * And failures that share a connection count once. At 30 % faults a row of 12 that begins at a given answer has a
 * probability of 0.3^12 = 5e-7, which makes one pause of a second in about 500 runs of 1,000 servers; at 20 % one in
 * 60,000. A server that answers its own requests with 500 makes no row: the others are served between them.
 *
 * A lone request has no row: it opens the breaker when its attempts are used up and no good answer came since the
 * second of them started, unless its last answer was an error of the API itself, which says that the API is up.
 *
 * Where a probe, which is a read, is answered well after a row of nothing but answers to writes, the server is up and
 * refuses changes: such answers count for nothing until a write succeeds, and fail in the usual way.
 *
 * Only a server that has given a good answer since the command began is waited for. One that never has (a wrong
 * endpoint, a host that does not exist) fails after the usual attempts: waiting would not help.
 */
#ifndef HTTP_HTTP_BREAKER_H
#define HTTP_HTTP_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "http/http.h"

enum {
    HTTP_BREAKER_ROW = 12,
    HTTP_BREAKER_OLDER = 4, /* all older ones good, four fifths would still be bad */
    HTTP_BREAKER_PROBE_MS = 1000,
    HTTP_BREAKER_PROBE_MAX_MS = 10 * 1000,
    HTTP_BREAKER_RELAPSE_MS = 60 * 1000, /* until then an outage that returns before a good answer is the same one */
};

enum http_breaker_state { HTTP_BREAKER_CLOSED, HTTP_BREAKER_OPEN, HTTP_BREAKER_HALF_OPEN, HTTP_BREAKER_LOST };

enum http_quality { HTTP_QUALITY_NEUTRAL, HTTP_QUALITY_GOOD, HTTP_QUALITY_BAD };

struct http_breaker {
    enum http_breaker_state state;
    bool enabled;        /* else it stays closed */
    bool proven;         /* a good answer came since the command began */
    int64_t outage_ms;   /* how long it may stay open */
    unsigned row;        /* bad outcomes in a row, as far as they count */
    bool writes_only;    /* all of them answers to writes */
    bool writes_refused; /* a probe contradicted such a row */
    int64_t row_ms;      /* when the first of the row ended */
    int64_t counted_ms;  /* when the last one that counted did */
    int64_t good_ms;     /* when the last good answer came */
    int64_t opened_ms;   /* when the outage began; 0: there is none, or a good answer came since */
    int64_t closed_ms;   /* when a probe closed it last */
    int64_t probe_ms;    /* when the next probe may start */
    unsigned probes;     /* of the outage so far */
};

/* How an attempt ended. */
struct http_breaker_outcome {
    enum http_quality quality;
    int64_t started_ms, now_ms;
    int64_t second_ms; /* when the second attempt of its request started; 0: none did */
    unsigned older;    /* attempts in flight that are older than http_breaker.row_ms */
    bool probe;
    bool write;
    bool answered;          /* with a status */
    bool api_error;         /* the body is the API's error container */
    bool shared;            /* it shared its connection with other requests */
    bool used_up;           /* its request would be sent again, if attempts were left */
    int64_t retry_after_ms; /* -1: not given */
    uint32_t random;
};

/* What the end of an attempt says of the server. `gateway`: the body is of something that stands before it. */
enum http_quality http_breaker_quality(enum http_fault fault, int status, bool gateway, bool well_formed);

/* A command begins: closed, nothing proven. outage_ms below 0: it never opens. */
void http_breaker_begin(struct http_breaker *breaker, int64_t outage_ms);

void http_breaker_note(struct http_breaker *breaker, const struct http_breaker_outcome *outcome);

/* Time passes: true once, when the outage has lasted too long; the breaker is lost then. */
bool http_breaker_expire(struct http_breaker *breaker, int64_t now_ms);

/* Milliseconds until a probe may start; -1: none will. */
int64_t http_breaker_probe_wait_ms(const struct http_breaker *breaker, int64_t now_ms);
void http_breaker_probe_started(struct http_breaker *breaker);

/* The probe ended without an outcome. */
void http_breaker_probe_dropped(struct http_breaker *breaker);

/* Milliseconds until the outage has lasted too long; -1: there is none. */
int64_t http_breaker_left_ms(const struct http_breaker *breaker, int64_t now_ms);

#endif
