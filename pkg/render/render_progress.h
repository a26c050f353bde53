/*
 * render_progress: how far a long piece of work has come, as a line for a terminal and as a line of JSON. Pure:
 * numbers and times are handed in, nothing is drawn here.
 */
#ifndef RENDER_RENDER_PROGRESS_H
#define RENDER_RENDER_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/text.h"

struct render_progress {
    const char *what;   /* "reading", or NULL */
    size_t done, total; /* total 0: not known */
    size_t in_flight;   /* requests */
    size_t changed, failed;
    uint64_t retries;
    double rate;        /* done a second; 0: not known yet */
    int64_t elapsed_ms; /* since the beginning */
    struct {
        const char *what; /* "no connection to HOST"; NULL: there is none */
        const char *host;
        int64_t left_ms;
    } outage;                /* a server that is down and waited for */
    unsigned token_refusals; /* in a row, while the API accepts no token; 0: it does */
    /* private to render_progress_tick */
    size_t seen_done;
    int64_t seen_ms;
};

/* The time is now `elapsed_ms`: takes the rate of the last seconds from what is done. */
void render_progress_tick(struct render_progress *progress, int64_t elapsed_ms);

/*
 * Appends "412/1000  98/s  32 in flight  3 failed  5 retries  6 s left", as much of it as `columns` can show; what
 * is less worth knowing gives way first. In an outage: "no connection to HOST: trying again, 1 min 40 s left  412/1000
 * 3 failed"; while no token is accepted: "waiting for a token to be accepted, try 5  412/1000". No newline, no control
 * characters.
 */
void render_progress_line(struct text *out, const struct render_progress *progress, size_t columns);

/*
 * Appends {"event":"progress","done":412,"total":1000,"in_flight":32,"changed":409,"failed":3,"retries":5,"rate":98.2,
 * "seconds_left":6}; seconds_left is null where it is not known. In an outage it ends in "outage":{"host":"HOST",
 * "message":"no connection to HOST","seconds_left":100}, and in "token_refusals":4 while no token is accepted. No
 * newline.
 */
void render_progress_json(struct text *out, const struct render_progress *progress);

#endif
