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
#include "wait/wait.h"

struct render_progress {
    bool reads;         /* nothing is changed: what is read is done, and an end may not be known */
    size_t done, total; /* total 0: not known */
    size_t in_flight;   /* requests */
    size_t changed, failed;
    uint64_t retries;
    double rate;           /* done a second; 0: not known yet */
    int64_t elapsed_ms;    /* since the beginning */
    struct wait wait;      /* what hinders the next request */
    struct wait_work work; /* what the requests are for */
    /* private to render_progress_tick */
    size_t seen_done;
    int64_t seen_ms;
    int64_t first_ms;   /* when the first was done; 0: none is */
    size_t last_done;   /* how many were when the last was, */
    int64_t last_ms;    /* and when that was */
    int64_t longest_ms; /* between two of them */
    unsigned gaps;      /* of GAP_MS between two of them */
};

/* The time is now `elapsed_ms`: takes the rate of the last seconds from what is done. */
void render_progress_tick(struct render_progress *progress, int64_t elapsed_ms);

/*
 * Appends "412/1000  98/s  32 in flight  3 failed  5 retries  6 s left", as much of it as `columns` can show; what
 * is less worth knowing gives way first. While nothing is served: "rate limited: next try in 27 s  412/1000  3 failed";
 * in steps: "2/40  15 stopping, 3 starting"; of reads: "reading volumes and images  12  4 in flight". How much time is
 * left is said once enough is done at a steady rate. No newline, no control characters.
 */
void render_progress_line(struct text *out, const struct render_progress *progress, size_t columns);

/*
 * Appends {"event":"progress","done":412,"total":1000,"in_flight":32,"changed":409,"failed":3,"retries":5,"rate":98.2,
 * "seconds_left":6}; seconds_left is null where it is not known. Behind it, where there is something to say:
 * "activity":"reading volumes and images", "steps":{...} and "waiting":{...} (wait.h); in an outage "outage":{"host":
 * "HOST","message":"no connection to HOST","seconds_left":100}; while no token is accepted "token_refusals":4. No
 * newline.
 */
void render_progress_json(struct text *out, const struct render_progress *progress);

#endif
