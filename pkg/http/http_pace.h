/*
 * http_pace: how fast requests may start. A ceiling that is given, a limit that is learned from refusals, and a gentle
 * start. Pure: time is handed in, nothing waits here.
 *
 * No rate limit of the API is documented (vpc-api.md 1.7), so it is found out: until the first 429 requests start as fast
 * as the window lets them, the window itself growing from HTTP_PACE_START by one an answer. A 429 sets the pace a little
 * below what was served lately; from then on it rises slowly and falls by each further refusal, additive increase and
 * multiplicative decrease. Refusals of requests that had started before the last fall say nothing new.
 */
#ifndef HTTP_HTTP_PACE_H
#define HTTP_HTTP_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_PACE_START = 10, /* requests in flight at the beginning */
    HTTP_PACE_SLOTS = 8,  /* of HTTP_PACE_SLOT_MS each: what was served lately */
    HTTP_PACE_SLOT_MS = 250,
    HTTP_PACE_RISE_MS = 500, /* between two rises */
};

struct http_pace {
    double ceiling;      /* requests a second at the most; 0: none */
    double limit;        /* learned; 0: none */
    double allowance;    /* requests that may start now */
    int64_t reckoned_ms; /* when allowance was reckoned */
    int64_t lowered_ms;  /* when limit fell last */
    int64_t raised_ms;   /* when it rose last */
    int64_t began_ms;    /* the first answer, or 0 */
    bool settled;        /* refused more than once: the limit is near the server's */
    unsigned in_flight;  /* that the gentle start allows */
    struct {
        int64_t number; /* time / HTTP_PACE_SLOT_MS */
        unsigned count;
    } served[HTTP_PACE_SLOTS];
};

/* Begins anew, with a ceiling or 0. */
void http_pace_begin(struct http_pace *pace, unsigned ceiling, int64_t now_ms);

/* Whether one more may start now beside `flying` others; http_pace_take when it does. */
bool http_pace_allows(struct http_pace *pace, size_t flying, int64_t now_ms);
void http_pace_take(struct http_pace *pace);

/* Milliseconds until http_pace_allows can say yes; at least 1. */
int64_t http_pace_wait_ms(const struct http_pace *pace);

/* An answer came: any but 429, or a 429 to a request that started at `started_ms`. */
void http_pace_served(struct http_pace *pace, int64_t now_ms);
void http_pace_refused(struct http_pace *pace, int64_t started_ms, int64_t now_ms);

#endif
