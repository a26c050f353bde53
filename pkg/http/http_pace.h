/*
 * http_pace: how fast requests may start. A ceiling that is given, what the server says of its limit, and a limit that is
 * learned from refusals. Pure: time is handed in, nothing waits here.
 *
 * No rate limit of the API is documented (vpc-api.md 1.7), so it is found out, and taken for what most are: a bucket of
 * so many requests that fills with so many a second. Every refusal says that the bucket is empty. So what was served
 * between two refusals, over the time between them, is the rate; and what was served in any span is at most a full
 * bucket and the rate's share.
 *   free   Until the first 429 nothing holds requests back but the window (http_window.h).
 *   seek   The first one tells little of the rate, but at most how much the bucket holds. The pace goes on with a guess
 *          (the bucket holds a second's worth), stays there a moment and doubles every HTTP_PACE_DOUBLE_MS.
 *   hold   From the second one on the pace is a little below the measured rate, rises past it slowly, ever faster where
 *          nothing is refused, and is measured again at the next refusal. The better two measurements agree, the slower
 *          it rises.
 *   trial  When refusals seem to have nothing to do with the pace (http_doubt.h), nothing but the window holds requests
 *          back, and no refusal lowers the pace; those that were refused come again after their wait (http_retry.h). It lasts
 *          to the end, unless most of what follows a refusal is refused as well: then it was a limit, at what was served
 *          lately, and the pace is held there. Where it was a limit once, the next trial does not let go, but doubles the
 *          pace as in seek; and refusals that come soon below the limit that was found no longer lower the pace: they only raise doubts.
 * A Retry-After holds everything back, and makes another refusal costly: the pace then rises four times as slowly.
 * Refusals of requests that had started before the last one say nothing new.
 *
 * Where answers say how much remains (http_quota.h), the pace follows that instead.
 */
#ifndef HTTP_HTTP_PACE_H
#define HTTP_HTTP_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http_doubt.h"
#include "http/http_quota.h"

enum {
    HTTP_PACE_SLOTS = 64, /* of HTTP_PACE_SLOT_MS each: what was served lately */
    HTTP_PACE_SLOT_MS = 50,
    HTTP_PACE_DOUBLE_MS = 250,
    HTTP_PACE_DOUBLE_PATIENT_MS = 500, /* where a refusal makes us wait */
};

enum http_pace_phase { HTTP_PACE_FREE, HTTP_PACE_SEEK, HTTP_PACE_HOLD, HTTP_PACE_TRIAL };

struct http_pace_slot {
    int64_t number; /* time / HTTP_PACE_SLOT_MS */
    unsigned count;
};

struct http_pace {
    double ceiling;      /* requests a second at the most; 0: none */
    double limit;        /* of the server, as far as it is known; 0: none */
    double allowance;    /* requests that may start now */
    int64_t reckoned_ms; /* when allowance was reckoned */
    int64_t pause_until_ms;

    enum http_pace_phase phase;
    double base;        /* the limit that it rises from */
    double measured;    /* by the last refusal; 0: not yet */
    double rise_ms;     /* time that the pace was in use since */
    double hold_ms;     /* the time constant of hold */
    bool held;          /* held something back since the last request started */
    bool patient;       /* a refusal makes us wait */
    int64_t taken_ms;   /* when the last request started */
    int64_t began_ms;   /* when the first one did, or 0 */
    int64_t lowered_ms; /* the last refusal that changed the pace, or 0 */
    int64_t refused_ms; /* the last one that was news, or 0 */
    double proven;      /* a little below the limit that the last trial found; 0: none did */
    double before;      /* the limit when the trial began */
    bool emptied;       /* in a trial: something was refused since the last pause */
    struct http_doubt doubt;
    unsigned served_since;
    struct http_pace_slot served[HTTP_PACE_SLOTS];
    struct http_pace_slot first[HTTP_PACE_SLOTS]; /* at the first refusal */
    int64_t first_ms;

    struct http_quota quota;
};

/* Begins anew, with a ceiling or 0. */
void http_pace_begin(struct http_pace *pace, unsigned ceiling, int64_t now_ms);

/* Whether one more may start now; http_pace_take when it does. */
bool http_pace_allows(struct http_pace *pace, int64_t now_ms);
void http_pace_take(struct http_pace *pace, int64_t now_ms);

/* Milliseconds until http_pace_allows can say yes; at least 1. */
int64_t http_pace_wait_ms(const struct http_pace *pace, int64_t now_ms);

/* Nothing may start before. */
void http_pace_pause(struct http_pace *pace, int64_t until_ms);

/* An answer came to a request that started at `started_ms`: any but 429, or a 429. */
void http_pace_served(struct http_pace *pace, int64_t started_ms, int64_t now_ms);
void http_pace_refused(struct http_pace *pace, int64_t started_ms, int64_t now_ms);

/* Whether refusals are taken for something other than a limit. */
bool http_pace_on_trial(const struct http_pace *pace);

/* What the answer, `refused` or not, said of the limit; call it before one of the two above. */
void http_pace_told(struct http_pace *pace, const struct http_quota_told *told, bool refused, size_t active,
                    int64_t now_ms);

#endif
