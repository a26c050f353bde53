/*
 * http: requests to an HTTP API, many in flight in the caller's own thread.
 *
 * The room promises
 * - that connections, TLS sessions and names are reused, HTTP/2 is multiplexed where the server offers it, gzip is
 *   undone, and proxies are taken from the usual environment (http_proxy, https_proxy, all_proxy, no_proxy) except for
 *   this machine's own addresses;
 * - that certificates are verified (TLS 1.2 or later), and that there is no way to turn that off;
 * - that a bearer token or a secret body leaves over https only, or over plain http to this machine (127.0.0.0/8, ::1,
 *   localhost), or with HTTP_METADATA_SERVICE to the metadata service of the server it runs on; a request that would
 *   break this fails before anything is connected;
 * - that redirects are followed at most HTTP_REDIRECTS_MAX times, with the token only within the same scheme, host and
 *   port, and never from https to plain http; a request other than GET follows 307 and 308 within the same
 *   origin only and never turns into a GET;
 * - that what fails is sent again by the verdict of http_retry.h without holding up other requests;
 * - that a 401 for the token costs no request its attempts: all wait while one finds out whether the token or another
 *   one is accepted (http_acceptance.h), and only a refusal that lasts ends them, as http_give_up;
 * - that a server that has worked and goes down is asked by one request at a time until it is up again
 *   (http_breaker.h), while what is meant for it waits; what met the outage is sent again then;
 * - that an answer never takes more memory than its limit, decompressed;
 * - that whatever comes back (header values, body, redirect target, libcurl's own words) holds no secret of the process
 *   when anybody reads it: it has passed the gate of secret.h, and every value of Authorization is registered there
 *   before it leaves. The one exception is the 2xx answer to a secret body, which brings a token.
 *
 * Every attempt carries X-Request-Id with a new version 4 UUID (vpc-api.md 1.3), so that each line of the server's log
 * belongs to one line of ours; the reply names the last one.
 *
 * Limits: one thread a handle.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock/clock.h"
#include "err/err.h"
#include "http/http_url.h"
#include "secret/secret.h"
#include "text/text.h"
#include "wait/wait.h"

enum {
    HTTP_CONNECT_TIMEOUT_MS = 10 * 1000, /* default */
    HTTP_TIMEOUT_MS = 30 * 1000,         /* default for one attempt, connecting included */
    HTTP_WINDOW_MAX = 512,               /* below the usual limit of 1,024 open files */
    HTTP_ATTEMPTS = 6,                   /* default: one and five retries */
    HTTP_REDIRECTS_MAX = 5,
    HTTP_BODY_MAX = 64 * 1024 * 1024, /* default limit for an answer */
    HTTP_BODY_PADDING = 64,           /* bytes behind an answer that may be read and written */
    HTTP_ERROR_BODY_MAX = 256 * 1024, /* of an error that are read */
};

/* A bounded session of requests: connections, queue, rate limit. */
struct http;

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

/* When a failed request may be sent again. */
enum http_repeat {
    HTTP_REPEAT_BY_METHOD = 0, /* POST: HTTP_REPEAT_UNPROCESSED; all others: HTTP_REPEAT_SAFE */
    HTTP_REPEAT_SAFE,          /* doing it twice is doing it once: after every passing failure */
    HTTP_REPEAT_UNPROCESSED,   /* only when the server certainly did nothing (a create, a restart) */
    HTTP_REPEAT_NEVER,
};

enum {
    HTTP_WITH_TOKEN = 1 << 0,  /* send the bearer token of the token source */
    HTTP_SECRET_BODY = 1 << 1, /* the body holds a secret: guarded like the token, overwritten after use */
    HTTP_URGENT = 1 << 2,      /* a token request: starts before all others, outside window and rate limit */
    HTTP_LONG_ANSWER = 1 << 3, /* hundreds of kilobytes will come (a page of a list): it is read in larger pieces */
    HTTP_MUST_FINISH = 1 << 4, /* starts and is repeated after http_cancel, too: it undoes what must not stay so */
    /*
     * To the metadata service of this server (vpc-api.md 5.1), which no other machine can stand in for: no proxy and no
     * redirect is used, and no answer at all, which is how a service that is off shows, is final.
     */
    HTTP_METADATA_SERVICE = 1 << 5,
};

/* How one attempt ended, as far as the question of sending it again is concerned. */
enum http_fault {
    HTTP_FAULT_NONE = 0,   /* a whole answer came, with whatever status */
    HTTP_FAULT_UNREACHED,  /* nothing was sent: name not found, refused, no connection in time */
    HTTP_FAULT_UNANSWERED, /* something was sent, no whole answer came: reset, timeout */
    HTTP_FAULT_BROKEN,     /* no HTTP, or a 2xx that ended early, cannot be decoded, or that `read` could not use */
    HTTP_FAULT_UNTRUSTED,  /* no TLS with it: its certificate, the CA file or its protocol did not pass */
    HTTP_FAULT_REFUSED,    /* refused by this room: URL, plain http, redirect, size, no token */
    HTTP_FAULT_CANCELLED,  /* http_cancel, http_give_up, http_abort or the deadline */
};

/* What came back. Everything it points to is borrowed and lives until the callback returns. */
struct http_reply {
    int status; /* of the last answer, or 0 when none came */
    char *body; /* NUL-terminated; HTTP_BODY_PADDING bytes more may be read and written; never NULL */
    size_t size;
    const char *etag;       /* verbatim, with W/ and quotes; "" when absent, as all strings here */
    const char *request_id; /* x-request-id of the answer, or else of the request */
    const char *content_type;
    const char *url;        /* that answered: differs from the request's after a redirect */
    int64_t retry_after_ms; /* from Retry-After; -1 when absent */
    int64_t date_s;         /* the server's clock, from Date; -1 when absent */
    unsigned attempts;      /* sent in all but those whose token was refused; 0 when none was */
    int64_t elapsed_ms;     /* of the last attempt */
    enum http_fault fault;
    bool timed_out; /* the time for one attempt was over */
    bool not_tls;   /* no handshake came about, as with a port for plain http; no certificate was looked at */
    /*
     * Bytes of a write left, and no answer of the API says what became of it (http_effect.h): the server may have
     * carried it out. Also set beside a final answer: a 412 that follows such an attempt may be our own doing.
     */
    bool maybe_processed;
    bool foreign;     /* an error status whose body is not the API's own error, or not all of it */
    bool well_formed; /* set by `read`: the body is whole and of its format, whatever is wrong with its content */
    bool misdirected; /* set by `read`: well-formed, but the answer to another request: a gateway mixes them up */
    /* NULL exactly when the status is 2xx and the body was usable. given_up: only the end of the session is why. */
    const struct err *error;
};

/* The API itself says that there is no such resource; a gateway's 404 does not. */
bool http_is_not_found(const struct http_reply *reply);

/*
 * Reads a 2xx answer as it comes. False, with e set, when the body cannot be used (truncated, HTML, wrong shape): the
 * request is then treated as HTTP_FAULT_BROKEN and sent again if it may be. Where `read` finds the body well-formed,
 * the server means what it says: a read is sent again a single time (of a misdirected answer, a few times), and a
 * write, which the server took, is not. It may be called once an attempt and must not keep effects of a body it
 * refused. It may parse the body in place.
 */
typedef bool http_read_fn(struct http_reply *reply, void *context, struct err *e);

/* The end of a request, called exactly once, from http_step or http_run only, never from http_submit. */
typedef void http_done_fn(struct http_reply *reply, void *context);

/*
 * A request. All strings and the body are copied by http_submit; zero-initialised members mean "none" or "default".
 */
struct http_request {
    enum http_method method;
    enum http_repeat repeat;
    unsigned flags;            /* HTTP_WITH_TOKEN | ... */
    const char *url;           /* absolute, http or https, without user name */
    const char *content_type;  /* of the body */
    const char *if_match;      /* an ETag, sent verbatim */
    const char *authorization; /* value for Authorization instead of the token source's; guarded like the token */
    const char *header;        /* one more line, "Metadata-Flavor: ibm" */
    const char *body;
    size_t body_size;
    size_t answer_max;   /* bytes; 0: the session's */
    unsigned timeout_ms; /* one attempt; 0: the session's */
    /*
     * What arrives with a lower IP TTL (hop limit of IPv6) is dropped by the kernel, from the handshake on, so that the
     * server seems silent: whether an answer comes shows the TTL it arrived with. The connection serves this request
     * alone. 0: no lower limit. Where the system has no such option the request ends as HTTP_FAULT_UNREACHED.
     */
    unsigned min_ttl;
    http_read_fn *read; /* may be NULL */
    http_done_fn *done;
    void *context; /* of read and done */
};

/* One attempt as --trace shows it. Holds no secret: no headers, no bodies. */
struct http_attempt {
    int64_t wall_ms; /* start, since the epoch */
    const char *method, *url, *request_id;
    const char *version; /* "1.1", "2"; "" when no answer came */
    const char *problem; /* why no usable answer came; "" otherwise */
    int status;          /* 0 when no answer came */
    enum http_fault fault;
    unsigned attempt; /* counts from 1 */
    int64_t elapsed_ms;
    int64_t wait_ms;                     /* until the next attempt; -1: there is none */
    int64_t retry_after_ms;              /* -1 when absent */
    uint64_t bytes_sent, bytes_received; /* headers and bodies */
    bool reused;                         /* an open connection served it */
};

typedef void http_observe_fn(const struct http_attempt *attempt, void *context);

struct http_options {
    const struct clock *clock;   /* NULL: the machine's */
    const char *user_agent;      /* NULL: "vpcmeta/VERSION" */
    const char *ca_file;         /* PEM; NULL: the system's */
    unsigned connect_timeout_ms; /* 0: HTTP_CONNECT_TIMEOUT_MS, and so on */
    unsigned timeout_ms;
    unsigned window; /* requests in flight; 0: found out, see http_ratelimit.h */
    unsigned attempts;
    unsigned backoff_ms; /* 0: HTTP_BACKOFF_MS of http_retry.h */
    size_t answer_max;
    unsigned max_per_second;  /* 0: no limit */
    http_observe_fn *observe; /* called at the end of every attempt; may be NULL */
    void *observe_context;
    struct secrets *secrets; /* borrowed: registers what is sent, and takes it out of what comes; NULL: none */
};

/*
 * Whether the value of the environment variable is a proxy that libcurl takes: it would refuse any other at each
 * request anew, and quote it. ERR_USAGE without the value, which may hold a password.
 */
bool http_check_proxy(const char *name, const char *value, struct err *e) __attribute__((warn_unused_result));

/*
 * Opens a session; nothing is connected yet. NULL and ERR_USAGE when ca_file cannot be read, ERR_FAILED when libcurl
 * does not start. options may be NULL for all defaults; strings are copied.
 */
struct http *http_create(const struct http_options *options, struct err *e) __attribute__((warn_unused_result));

/* Closes connections. Requests that are not done are dropped without their callback. */
void http_destroy(struct http *http);

/*
 * Queues a request; it starts in http_step or http_run. May be called from read, done and observe callbacks. What is
 * wrong with the request (URL, plain http with a token) is reported to `done` like every failure.
 */
void http_submit(struct http *http, const struct http_request *request);

/*
 * Works until every request but HTTP_URGENT ones is done. False when cancelled, aborted or given up (ERR_CANCELLED) or
 * when libcurl failed.
 */
bool http_run(struct http *http, struct err *e) __attribute__((warn_unused_result));

/* Does what can be done now and waits at most wait_ms for more. False when nothing but HTTP_URGENT ones is left. */
bool http_step(struct http *http, int wait_ms);

/*
 * Calls `tick` every interval_ms from http_step and http_run, also while nothing comes, and with `over` when http_run
 * is done, or a caller of http_step says so; NULL ends it. It must not submit requests.
 */
typedef void http_tick_fn(void *context, bool over);
void http_set_ticker(struct http *http, http_tick_fn *tick, void *context, unsigned interval_ms);
void http_tick_over(struct http *http);

/*
 * Waits though nothing is pending, for a caller who will submit more: at most wait_ms, and at once over when the
 * session has to stop.
 */
void http_idle(struct http *http, int wait_ms);

/*
 * Whether the session takes new requests: all, HTTP_MUST_FINISH ones only (http_cancel), or none (http_give_up,
 * http_abort, deadline).
 */
enum http_state { HTTP_OPEN, HTTP_DRAINING, HTTP_CLOSED };
enum http_state http_state(const struct http *http);

/* Requests that are with the server. */
size_t http_in_flight(const struct http *http);

/*
 * Changes the window (0: found out; clamped to HTTP_WINDOW_MAX) or the ceiling of the rate (0: none); requests in
 * flight are not disturbed, and what was learned of the server is kept.
 */
void http_set_window(struct http *http, unsigned window);
void http_set_max_rate(struct http *http, unsigned max_per_second);

/*
 * How many requests may be submitted now before others wait: those that may be in flight, and those between two
 * attempts.
 */
unsigned http_window(const struct http *http);

/* Everything must be done within `ms` from now, or ends as ERR_CANCELLED; 0 lifts the deadline. */
void http_set_deadline(struct http *http, int64_t ms);

/* Whether that time is over, or a server was waited for in vain: ERR_CANCELLED says this then, and no signal. */
bool http_is_late(const struct http *http);

/*
 * http_cancel: nothing new starts but what is HTTP_MUST_FINISH, what is in flight is drained, the rest ends as
 * ERR_CANCELLED. http_abort: all of it ends at once. Both are noticed at once by a waiting http_run and may be called
 * from a signal handler. http_resume makes the session usable again and lifts the deadline (the next command of a
 * shell).
 */
void http_cancel(struct http *http);
void http_abort(struct http *http);

/*
 * No request can be served any more: what is in flight is drained, all others end unsent with `cause` as ERR_CANCELLED
 * (its code is in err.cause), and so do http_run and those that are submitted before http_resume. Not for signal
 * handlers.
 */
void http_give_up(struct http *http, const struct err *cause);

/* Why, while http_give_up holds; NULL otherwise. */
const struct err *http_stop_cause(const struct http *http);
void http_resume(struct http *http);

/* Where bearer tokens come from (room iam). */
enum http_token_state {
    HTTP_TOKEN_READY,  /* *ret_token is set */
    HTTP_TOKEN_NONE,   /* requests go without one */
    HTTP_TOKEN_WAIT,   /* one is being fetched: http_token_changed will be called, or wait_ms is set */
    HTTP_TOKEN_FAILED, /* e is set: http_give_up with it */
};

struct http_token_offer {
    const char *token; /* borrowed until the next call */
    unsigned serial;   /* changes whenever the token does, so that a 401 for an older one is known */
    int64_t wait_ms;   /* of HTTP_TOKEN_WAIT: when to ask again; 0: http_token_changed says so */
};

struct http_token_source {
    /* The token to use now. */
    enum http_token_state (*get)(void *context, struct http_token_offer *ret_offer, struct err *e);
    /*
     * The API refuses token `serial`: another one is fetched, and the refused one is used where none can be had.
     * NULL: the token cannot be replaced.
     */
    void (*replace)(void *context, unsigned serial);
    const char *remedy; /* "Check ...", for an API that accepts no token; NULL: none; lives as long as the source */
    void *context;
};

/* Copied. A NULL source means that requests with HTTP_WITH_TOKEN go without one. */
void http_set_token_source(struct http *http, const struct http_token_source *source);

/* Tells the session that waiting requests should ask the source again. */
void http_token_changed(struct http *http);

/*
 * A server that has worked since this call and goes down is waited for so long (http_breaker.h); then whatever is meant
 * for it ends, and http_give_up ends all other requests but those to servers that work and are HTTP_MUST_FINISH. 0: it
 * ends where it would have waited. Below 0, and until the first call: no server is waited for.
 */
void http_set_outage_timeout(struct http *http, int64_t ms);

/*
 * What is waited for, once that lasts for a second or certainly will; else WAIT_NOTHING. For people: what hinders the
 * next request. Its strings live until the next call of any function of this room.
 */
struct wait http_wait(struct http *http);

/*
 * What the requests are for: kept here for the rooms above, which all have a session in hand, until http_run ends.
 */
struct wait_work *http_work(struct http *http);

struct http_counters {
    uint64_t requests;    /* submitted */
    uint64_t attempts;    /* sent */
    uint64_t retries;     /* attempts beyond the first */
    uint64_t connections; /* opened */
    uint64_t bytes_sent, bytes_received;
};
struct http_counters http_counters(const struct http *http);

/* "GET", ... */
const char *http_method_name(enum http_method method);

/* "libcurl/7.88.1 OpenSSL/3.0.15 ..." for doctor; owned by libcurl. */
const char *http_library(void);

/* "7.88.1": the libcurl whose headers this was built with. */
const char *http_built_with(void);

#endif
