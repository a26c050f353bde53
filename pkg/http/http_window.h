/*
 * http_window: how many requests may be in flight. Fixed, or found out: it grows while the server answers as fast as
 * before and falls when answers get slow or are refused: additive increase, multiplicative decrease. Pure: time is handed
 * in, nothing waits here.
 *
 * The beginning is gentle: a server with a limit refuses all that is in flight when its limit is reached, so the window
 * grows with what was served: by a sixth of an answer, doubling in five round trips, up to HTTP_WINDOW_USUAL, and more
 * slowly beyond, up to HTTP_WINDOW_AUTO_MAX. From the first setback on it grows by one a round trip. It grows only when it
 * was what held requests back; a window that is not used tells nothing. Only the first refusal makes it smaller: from then
 * on http_pace.h knows better how many may start, and the window must not be what holds them back.
 *
 * Slow is measured against the same kind of request, reading or writing, as its fastest times lately; so that lists,
 * which take longer than single reads, do not look like trouble.
 */
#ifndef HTTP_HTTP_WINDOW_H
#define HTTP_HTTP_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_WINDOW_START = 8,  /* and the least */
    HTTP_WINDOW_USUAL = 64, /* as many as 32 writes beside 32 reads */
    HTTP_WINDOW_AUTO_MAX = 256,
    HTTP_WINDOW_SLOW_MS = 5, /* a rise of less is no sign: clocks count whole milliseconds */
};

enum http_window_class { HTTP_WINDOW_READ, HTTP_WINDOW_WRITE, HTTP_WINDOW_CLASSES };

struct http_window {
    bool adaptive;
    bool settled; /* had a setback: the gentle beginning is over */
    double size;
    int64_t lowered_ms; /* the last setback; 0: none */
    struct {
        double base_ms, recent_ms; /* how long answers take at their best, and lately */
        unsigned count;
    } classes[HTTP_WINDOW_CLASSES];
};

/* A fixed window of that many requests. */
void http_window_fix(struct http_window *window, unsigned size);

/* One that is found out, from the beginning. */
void http_window_begin(struct http_window *window);

/* An answer came to a request that started at `started_ms`; `full`: the window held others back meanwhile. */
void http_window_answered(struct http_window *window, enum http_window_class class, int64_t started_ms, int64_t now_ms,
                          bool full);

/* A request was refused for being too many (429): the beginning is over. */
void http_window_refused(struct http_window *window);

/* It turned out that it was refused for something else: the beginning goes on. */
void http_window_cleared(struct http_window *window);

/* Requests that may be in flight now; at least 1. */
unsigned http_window_size(const struct http_window *window);

#endif
