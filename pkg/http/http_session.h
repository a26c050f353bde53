/*
 * http_session: the inside of a session; included by the .c files of this room only.
 *
 * A call is a request that was submitted. It is in exactly one place: the queue of fresh, urgent or repeated
 * calls, the heap of those that wait for their next attempt, the queue of those that wait for a server that is down,
 * or a transfer. A transfer is a slot with an easy handle
 * and its buffers; it carries one attempt of a call and is used again for the next.
 */
#ifndef HTTP_HTTP_SESSION_H
#define HTTP_HTTP_SESSION_H

#include <curl/curl.h>
#include <signal.h>

#include "http/http.h"
#include "http/http_acceptance.h"
#include "http/http_answer.h"
#include "http/http_breaker.h"
#include "http/http_ratelimit.h"
#include "http/http_url.h"

struct http_circuit;

struct http_call {
    struct http_call *next;       /* in its queue */
    struct http_request request;  /* strings point behind the call, but for url */
    char *url;                    /* request.url, or where a redirect leads; owned when it is not request.url */
    struct http_origin origin;    /* of url; valid once it was started, as circuit */
    struct http_circuit *circuit; /* NULL: there are too many origins, or HTTP_METADATA_SERVICE */
    bool probe;                   /* asks whether the server is up again */
    int64_t second_ms;            /* when the second attempt started; 0: none did */
    bool cross_origin;            /* redirected to another origin: no token, no If-Match */
    unsigned token_refusals;      /* attempts that were answered with 401: nothing was processed */
    unsigned refused_alone;       /* of them, while others were accepted */
    int64_t refused_ms;           /* when the last of them started */
    bool maybe_processed;
    unsigned sent;      /* attempts in all */
    unsigned uncounted; /* of them: followed redirects, renewed tokens, and those that met an outage */
    unsigned redirects, handshakes_failed;
    int64_t due_ms;         /* in the heap */
    enum http_fault failed; /* why it is sent again: of its last attempt, and the status */
    int failed_status;
    size_t size; /* of the memory behind the call, for wiping */
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
    size_t size;
    char line[];
};

enum { HTTP_LINES = 8, HTTP_UUID_SIZE = 37, HTTP_MULTIPLEXED_MAX = 32 };

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
    bool token_probe; /* it finds out whether the token is accepted */
    unsigned rounds;  /* times libcurl was about to send: see transfer_before_send */
    int64_t started_ms, started_wall_ms;
    char problem[CURL_ERROR_SIZE];
};

/* A server as its breaker knows it: one for the requests to an origin, and one for the token requests to it. */
struct http_circuit {
    struct http_origin origin;
    bool tokens;
    struct http_breaker breaker;
    struct http_queue held; /* until it is up again */
    struct text probe_url;  /* of the last GET that was answered well */
    unsigned probe_flags;
    bool cross_origin;
    enum http_fault fault; /* of the last bad outcome, and its status */
    int status;
};

enum { HTTP_CIRCUITS_MAX = 32 };

enum http_stop { HTTP_GO, HTTP_DRAIN, HTTP_GAVE_UP, HTTP_STOP, HTTP_LATE, HTTP_BROKEN };

struct http {
    CURLM *multi;
    struct http_options options;
    char *user_agent, *ca_file;
    const struct clock *clock;

    struct http_queue urgent, again, fresh;
    struct http_heap waiting;
    struct http_transfer *active, *idle;
    size_t active_count, urgent_count;
    size_t pending, urgent_pending; /* calls that have not ended; of them token requests */
    bool running;                   /* inside http_step: callbacks must not enter it again */

    struct http_ratelimit ratelimit;
    int64_t start_ms;                                     /* when the rate limit lets the next one start */
    bool saturated;                                       /* as many are in flight as may be */
    int64_t deadline_ms;                                  /* 0: none */
    struct http_origin multiplexed[HTTP_MULTIPLEXED_MAX]; /* spoke HTTP/2: waiting for their connection pays */
    size_t multiplexed_count;

    struct http_token_source source;
    struct http_token *token;
    struct http_acceptance acceptance; /* of the token */

    struct http_origin origin; /* of origin_prefix: most URLs share one */
    struct text origin_prefix;
    struct text date; /* of the last answer, and when that is */
    int64_t date_s;

    http_tick_fn *tick; /* NULL: none */
    void *tick_context;
    unsigned tick_interval_ms;
    int64_t ticked_ms;

    int64_t answered_ms; /* when something was served last, or the first request came after all were done */
    struct text outage;  /* of http_wait */
    struct wait_work work;

    struct http_circuit *circuits[HTTP_CIRCUITS_MAX];
    size_t circuit_count;
    int64_t outage_ms;               /* how long a server that is down is waited for; below 0: no breaker */
    unsigned recovery;               /* requests in flight after an outage; 0: as many as the window says */
    bool drains_elsewhere;           /* HTTP_GAVE_UP for that server: HTTP_MUST_FINISH continues for others */
    const struct http_circuit *lost; /* the server that was down for longer, and for which http gave up; NULL: none */

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
bool http_transfer_shares(const struct http_transfer *transfer); /* its connection, with other requests */

/* http_token.c: what requests are sent with */
struct http_token_use {
    struct http_token *token; /* borrowed from http->token */
    bool probe;
    int64_t due_ms; /* of HTTP_TOKEN_WAIT: when to ask again; 0: not before another request has ended */
};
bool http_token_is_wanted(const struct http *http, const struct http_call *call);
enum http_token_state http_token_ask(struct http *http, const struct http_call *call, struct http_token_use *ret,
                                     struct err *e);
void http_token_sent(struct http_transfer *transfer, bool probe);
/* Whether the call is repeated; `gateway`: what stands before an API that has worked answers. */
bool http_token_judge(struct http_transfer *transfer, const struct http_reply *reply, bool gateway);
void http_token_release(struct http_token *token);

/* http_finish.c: the end of an attempt, and of a call */
void http_finish_transfer(struct http_transfer *transfer, CURLcode code);
void http_finish_unsent(struct http *http, struct http_call *call, enum http_fault fault, const struct err *cause);
void http_abort_transfer(struct http_transfer *transfer);
void http_call_free(struct http_call *call);

/* How often in a row the API has refused the token or another one, once that lasts for a second; else 0. */
unsigned http_token_refusals(const struct http *http);

/* http_circuit.c: the servers that the session speaks to */
void http_circuit_enter(struct http *http, struct http_call *call); /* sets call->circuit from its origin */
bool http_circuit_is_down(const struct http_call *call);
bool http_circuit_has_worked(const struct http_call *call);
struct http_circuit_end {
    const struct http_reply *reply;
    bool gateway, api_error; /* what answered */
    bool may_repeat;         /* the call may be sent again, whatever the number of attempts */
    bool at_once, waits;     /* it is sent again at once, or after a wait */
};
/* Notes how an attempt ended. True: the call belongs to http_circuit_keep now. */
bool http_circuit_note(struct http_transfer *transfer, const struct http_circuit_end *end);
void http_circuit_keep(struct http_call *call);
void http_circuit_call_ends(struct http_call *call);
void http_circuit_describe(const struct http_circuit *circuit, struct text *out); /* "no connection to HOST" */
size_t http_circuits_held(const struct http *http, bool tokens);                  /* calls that wait */
const struct http_circuit *http_circuits_down(const struct http *http, int64_t *ret_left_ms); /* NULL: none is */
int64_t http_circuits_next_ms(const struct http *http, int64_t next_ms); /* the earlier of that and its own */
void http_circuits_begin(struct http *http);
void http_circuits_free(struct http *http); /* nothing waits any more */

/* http_outage.c: what an outage does to calls */
void http_outage_hold(struct http *http, struct http_call *call); /* until the server is up; ends what waits in vain */
void http_outage_drop(struct http *http, bool tokens, const struct err *cause); /* what may not continue */
void http_outage_step(struct http *http);                                       /* probes, and gives up */
void http_queue_drop(struct http *http, struct http_queue *queue, const struct err *cause);

/* http.c */
struct http_call *http_call_create(struct http *http, const struct http_request *request);

/* http_session.c */
bool http_may_continue(const struct http *http,
                       const struct http_call *call); /* may still be sent, also while draining */
uint64_t http_random(struct http *http);
int64_t http_left_ms(const struct http *http);                   /* until the deadline; -1: there is none */
bool http_stopped_error(const struct http *http, struct err *e); /* always false */
void http_wake(struct http *http);                               /* ends a wait; for signal handlers, too */

static inline int64_t http_now_ms(const struct http *http)
{
    return clock_monotonic_ms(http->clock);
}

#endif
