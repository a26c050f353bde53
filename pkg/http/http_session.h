/*
 * http_session: the inside of a session; included by the .c files of this room only.
 *
 * A call is a request that was submitted. It is in exactly one place: the queue of fresh, urgent or repeated
 * calls, the heap of those that wait for their next attempt, or a transfer. A transfer is a slot with an easy handle
 * and its buffers; it carries one attempt of a call and is used again for the next.
 */
#ifndef HTTP_HTTP_SESSION_H
#define HTTP_HTTP_SESSION_H

#include <curl/curl.h>
#include <signal.h>

#include "http/http.h"
#include "http/http_answer.h"
#include "http/http_ratelimit.h"
#include "http/http_url.h"

struct http_call {
    struct http_call *next;      /* in its queue */
    struct http_request request; /* strings point behind the call, but for url */
    char *url;                   /* request.url, or where a redirect leads; owned when it is not request.url */
    struct http_origin origin;   /* of url; valid once it was started */
    bool cross_origin;           /* redirected to another origin: no token, no If-Match */
    unsigned token_refreshes;    /* times that a 401 was answered with a fresh token */
    bool maybe_processed;
    unsigned sent;      /* attempts in all */
    unsigned uncounted; /* of them: followed redirects and renewed tokens */
    unsigned redirects, handshakes_failed;
    int64_t due_ms; /* in the heap */
    size_t size;    /* of the memory behind the call, for wiping */
};

struct http_queue {
    struct http_call *first, **last;
    size_t count;
};

/* http_session.c */
void http_queue_init(struct http_queue *queue);
void http_queue_push(struct http_queue *queue, struct http_call *call);
void http_queue_push_front(struct http_queue *queue, struct http_call *call);
struct http_call *http_queue_pop(struct http_queue *queue);

/* Calls by due_ms, earliest first. */
struct http_heap {
    struct http_call **calls;
    size_t count, capacity;
};
void http_heap_push(struct http_heap *heap, struct http_call *call);
struct http_call *http_heap_pop(struct http_heap *heap);

/* A line "Authorization: Bearer ..." shared by the transfers that send it; wiped with the last one. */
struct http_token {
    unsigned references;
    unsigned serial;
    bool worked; /* the server took it at least once */
    size_t size;
    char line[];
};

enum { HTTP_LINES = 7, HTTP_UUID_SIZE = 37, HTTP_MULTIPLEXED_MAX = 32 };

struct http_transfer {
    struct http *http;
    struct http_transfer *next, *previous; /* among those in flight, or next only among the idle */
    CURL *easy;
    struct http_call *call;
    struct http_token *token;            /* that it was sent with, or NULL */
    struct curl_slist lines[HTTP_LINES]; /* the request's own headers: our memory, libcurl only reads it */
    struct text type_line, match_line, authorization_line;
    char id_line[sizeof("X-Request-Id: ") + HTTP_UUID_SIZE];
    struct http_headers headers;
    struct text body;
    size_t body_max;
    bool too_large, urgent, secret;
    unsigned rounds; /* times libcurl was about to send: see transfer_before_send */
    int64_t started_ms, started_wall_ms;
    char problem[CURL_ERROR_SIZE];
};

enum http_stop { HTTP_GO, HTTP_DRAIN, HTTP_GAVE_UP, HTTP_STOP, HTTP_LATE, HTTP_BROKEN };

struct http {
    CURLM *multi;
    struct http_options options;
    char *user_agent, *ca_file;
    const struct clock *clock;

    struct http_queue urgent, again, fresh;
    struct http_heap waiting;
    struct http_transfer *active, *idle;
    size_t active_count, urgent_count, idle_bodies;
    size_t pending;
    bool running; /* inside http_step: callbacks must not enter it again */

    struct http_ratelimit ratelimit;
    int64_t start_ms;                                     /* when the rate limit lets the next one start */
    bool saturated;                                       /* as many are in flight as may be */
    int64_t deadline_ms;                                  /* 0: none */
    struct http_origin multiplexed[HTTP_MULTIPLEXED_MAX]; /* spoke HTTP/2: waiting for their connection pays */
    size_t multiplexed_count;

    struct http_token_source source;
    struct http_token *token;

    struct http_origin origin; /* of origin_prefix: most URLs share one */
    struct text origin_prefix;
    struct text date; /* of the last answer, and when that is */
    int64_t date_s;

    http_tick_fn *tick; /* NULL: none */
    void *tick_context;
    unsigned tick_interval_ms;
    int64_t ticked_ms;

    volatile sig_atomic_t stop; /* enum http_stop */
    struct err stop_cause;      /* of HTTP_GAVE_UP */
    int wake_fd;                /* an eventfd that ends a wait */

    struct http_counters counters;
    uint64_t random; /* the state of http_random */
};

/* http_transfer.c: one attempt */
bool http_transfer_start(struct http *http, struct http_call *call, struct http_token *token, struct err *e);
void http_transfer_detach(struct http_transfer *transfer);  /* out of flight: what came can still be read */
void http_transfer_recycle(struct http_transfer *transfer); /* forgets what came and waits for the next call */
void http_transfer_destroy(struct http_transfer *transfer);
void http_transfer_multiplexes(struct http *http, const struct http_origin *origin);

/* http_finish.c: the end of an attempt, and of a call */
void http_finish_transfer(struct http_transfer *transfer, CURLcode code);
void http_finish_unsent(struct http *http, struct http_call *call, enum http_fault fault, const struct err *cause);
void http_abort_transfer(struct http_transfer *transfer);
void http_call_free(struct http_call *call);

/* http_session.c */
bool http_may_continue(const struct http *http,
                       const struct http_call *call); /* may still be sent, also while draining */
uint64_t http_random(struct http *http);
int64_t http_left_ms(const struct http *http);                   /* until the deadline; -1: there is none */
bool http_stopped_error(const struct http *http, struct err *e); /* always false */
void http_token_release(struct http_token *token);

static inline int64_t http_now_ms(const struct http *http)
{
    return clock_monotonic_ms(http->clock);
}

#endif
