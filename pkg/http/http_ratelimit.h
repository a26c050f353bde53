/*
 * http_ratelimit: when a request may start: the ceiling that the caller gives, the server's own limit as far as it is
 * found out, and the number in flight. Pure: time is handed in, nothing waits here.
 *
 * No rate limit of the API is documented (vpc-api.md 1.7). The only assumption is that a server answers 429 beyond its
 * limit and serves the rest, so the limit is what was delivered: between two moments at which the server had nothing
 * left it served exactly its rate, whatever its burst. That is the model of BBR, policers included (Cardwell et al.,
 * "BBR: Congestion-Based Congestion Control", ACM Queue 14(5), 2016; the long-term rate of Linux tcp_bbr.c). The way
 * there and around it is TCP's: slow start doubles up to a known limit (RFC 5681 3.1), and CUBIC's curve returns to
 * the limit, stays near it and then probes beyond it ever faster (RFC 9438 4.2), which shares a limit among clients.
 *
 *   free    No limit is known: only the window holds requests back.
 *   ramp    A limit was hit: the pace doubles every HTTP_RATELIMIT_DOUBLE_MS up to the limit, or to the next refusal.
 *   cruise  The pace follows CUBIC's curve around the limit until the next refusal.
 *
 * Refusals that no limit explains (a gateway that refuses every tenth request) do not lower what is delivered and must
 * not lower the pace. While free, refusals count only where a CUSUM test (Page, Biometrika 41, 1954) finds that most
 * answers are refusals. Later each refusal counts, but one below the limit that was just measured contradicts it:
 * after HTTP_RATELIMIT_CONTRADICTIONS in a row they are sporadic, and the test decides again, which asks for more each
 * time. An answer of 5xx was let through by the limit and counts as served: refusals among errors would look frequent.
 *
 * Retry-After concerns the request that was refused (http_retry.h). Only where the limit is used up, that is where
 * pace after pace, each half of the one before, had every request refused, does everything wait for it. Whatever is
 * served after such a time begins a new cycle, at the average rate of the one before: that suits limits of so many
 * requests a minute.
 *
 * Where answers carry X-RateLimit-Remaining, the limit is hit when few more remain than are in flight, and none is
 * refused; and everything waits for X-RateLimit-Reset when that is more than HTTP_RATELIMIT_RESET_MS away.
 *
 * The window is fixed, or grows from HTTP_WINDOW_START while it is what holds requests back and answers stay as fast
 * as they were. A limit refuses all that is in flight when it is hit, so growth is fast only up to HTTP_WINDOW_USUAL
 * and HTTP_WINDOW_RATE requests a second.
 */
#ifndef HTTP_HTTP_RATELIMIT_H
#define HTTP_HTTP_RATELIMIT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HTTP_RATELIMIT_DOUBLE_MS = 100,
    HTTP_RATELIMIT_CONTRADICTIONS = 8,
    HTTP_RATELIMIT_RESET_MS = 2000, /* buckets that fill by the second give 1 s here; a pace serves them better */
    HTTP_RATELIMIT_HOLD_MAX_MS = 300 * 1000,
    HTTP_WINDOW_START = 8, /* requests in flight, and the least that are found out */
    HTTP_WINDOW_USUAL = 64,
    HTTP_WINDOW_RATE = 1500,
    HTTP_WINDOW_AUTO_MAX = 256,
};

enum http_ratelimit_phase { HTTP_RATELIMIT_FREE, HTTP_RATELIMIT_RAMP, HTTP_RATELIMIT_CRUISE };

/* Requests whose answers take about as long: those of another class are no sign that a server has become slow. */
enum http_ratelimit_class {
    HTTP_RATELIMIT_READ,
    HTTP_RATELIMIT_LIST, /* hundreds of kilobytes */
    HTTP_RATELIMIT_WRITE,
    HTTP_RATELIMIT_CLASSES
};

struct http_ratelimit {
    double ceiling; /* requests a second at the most; 0: none; may be set at any time, as hold_until_ms */

    enum http_ratelimit_phase phase;
    double pace;           /* requests a second that the server seems to take; 0: not known */
    double limit;          /* as it was measured; 0: not yet */
    double allowance;      /* requests that may start now */
    int64_t counted_ms;    /* when allowance was counted */
    int64_t hold_until_ms; /* nothing starts before */
    int64_t started_ms;    /* when the last request started */
    bool held;             /* the pace held back the next one since */

    int64_t hit_ms;   /* when the limit was hit last; 0: never */
    double active_ms; /* in which requests were sent since then */
    unsigned served;  /* since then */
    unsigned empty;   /* hits in a row without anything served in between */
    int64_t retry_ms; /* when the refused may come again, the latest of them */
    int64_t cycle_ms; /* when the cycle began, and what was served in it */
    unsigned cycle_served;

    double cusum; /* of refusals among the answers */
    int64_t cusum_ms;
    unsigned cusum_served; /* since it left 0 */
    bool sporadic;         /* a single refusal counts for nothing */
    unsigned sporadic_times;
    unsigned contradictions;
    double limit_before; /* the limit before the first of them */
    bool headers_wrong;

    bool window_fixed, window_slowed;
    double window;
    int64_t window_lowered_ms;
    struct {
        double base_ms, recent_ms; /* how long answers take at their best, and lately */
        unsigned count;
    } latency[HTTP_RATELIMIT_CLASSES];
};

struct http_ratelimit_answer {
    int64_t started_ms, now_ms;
    enum http_ratelimit_class class;
    bool refused;           /* 429 */
    bool failed;            /* 5xx: the limit let the request through, and nothing else is learned */
    bool saturated;         /* the window held others back meanwhile */
    unsigned in_flight;     /* other requests */
    int64_t retry_after_ms; /* -1: absent, as the next two */
    int64_t remaining;      /* X-RateLimit-Remaining */
    int64_t reset_ms;       /* X-RateLimit-Reset, from now */
};

/* Begins anew. ceiling 0: none; window 0: found out. */
void http_ratelimit_begin(struct http_ratelimit *limit, unsigned ceiling, unsigned window, int64_t now_ms);

/* 0: found out. What was learned of the server stays, as it does when `ceiling` is set anew. */
void http_ratelimit_set_window(struct http_ratelimit *limit, unsigned window);

/*
 * 0: a request may start now, and http_ratelimit_started is called when it does. Else the milliseconds after which to
 * ask again, or -1: only after an answer. `in_flight` requests are with the server.
 */
int64_t http_ratelimit_wait_ms(struct http_ratelimit *limit, unsigned in_flight, int64_t now_ms);
void http_ratelimit_started(struct http_ratelimit *limit, int64_t now_ms);
void http_ratelimit_answered(struct http_ratelimit *limit, const struct http_ratelimit_answer *answer);

/* Requests that may be in flight now; at least 1. */
unsigned http_ratelimit_window(const struct http_ratelimit *limit);

#endif
