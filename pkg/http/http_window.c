#include "http/http_window.h"

#define GROWTH       0.17 /* an answer, in the beginning */
#define GROWTH_LATE  0.03 /* beyond HTTP_WINDOW_USUAL: what a refusal would cost has to stay small */
#define FALL_REFUSED 0.6  /* it had grown beyond what the server takes */
#define FALL_SLOW    0.8
#define SLOW         2.0    /* times the best: too slow */
#define SMOOTHING    0.0625 /* weight of one answer */
#define AGING        0.001  /* the best is forgotten so fast an answer */

enum { FEW = 16 }; /* answers that tell too little */

void http_window_fix(struct http_window *window, unsigned size)
{
    *window = (struct http_window){.size = size};
}

void http_window_begin(struct http_window *window)
{
    *window = (struct http_window){.adaptive = true, .size = HTTP_WINDOW_START};
}

static void keep_bounds(struct http_window *window)
{
    window->size = window->size < HTTP_WINDOW_START      ? HTTP_WINDOW_START
                   : window->size > HTTP_WINDOW_AUTO_MAX ? HTTP_WINDOW_AUTO_MAX
                                                         : window->size;
}

/* Once a round trip: requests that had started before the last fall are no news. */
static void fall(struct http_window *window, double factor, int64_t started_ms, int64_t now_ms)
{
    if (window->lowered_ms > 0 && started_ms <= window->lowered_ms) {
        return;
    }
    window->size *= factor;
    window->settled = true;
    window->lowered_ms = now_ms;
    keep_bounds(window);
}

/* Whether answers of the class have become slow. */
static bool note_time(struct http_window *window, enum http_window_class class, double elapsed_ms)
{
    double *base_ms = &window->classes[class].base_ms;
    double *recent_ms = &window->classes[class].recent_ms;

    if (window->classes[class].count++ == 0) {
        *base_ms = *recent_ms = elapsed_ms;
    }
    *recent_ms += (elapsed_ms - *recent_ms) * SMOOTHING;
    *base_ms = *recent_ms < *base_ms ? *recent_ms : *base_ms + (*recent_ms - *base_ms) * AGING;
    return window->classes[class].count > FEW && *recent_ms > *base_ms * SLOW + HTTP_WINDOW_SLOW_MS;
}

static double growth(const struct http_window *window)
{
    return window->settled ? 1 / window->size : window->size < HTTP_WINDOW_USUAL ? GROWTH : GROWTH_LATE;
}

void http_window_answered(struct http_window *window, enum http_window_class class, int64_t started_ms, int64_t now_ms,
                          bool full)
{
    if (!window->adaptive) {
        return;
    }
    if (note_time(window, class, (double)(now_ms - started_ms))) {
        fall(window, FALL_SLOW, started_ms, now_ms);
    } else if (full) {
        window->size += growth(window);
        keep_bounds(window);
    }
}

void http_window_refused(struct http_window *window)
{
    if (window->adaptive && !window->settled) {
        window->size *= FALL_REFUSED;
        keep_bounds(window);
    }
    window->settled = true;
}

void http_window_cleared(struct http_window *window)
{
    window->settled = false;
}

unsigned http_window_size(const struct http_window *window)
{
    return window->size >= 1 ? (unsigned)window->size : 1;
}
