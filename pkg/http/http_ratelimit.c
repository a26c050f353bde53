/*
 * When a request may start: finds a server's limit from what it serves. http_ratelimit.h has the model and its
 * sources.
 */
#include "http/http_ratelimit.h"

#include <math.h>

/*
 * Slow start and CUBIC. RFC 9438 has 0.7 for BETA; a bucket saves what a pace below its rate leaves, but not for long.
 */
#define BETA          0.8
#define CUBIC_C       30.0 /* requests a second, by seconds^3: finds 100 a second more in 1.5 s */
#define CURVE_LEAST   30.0 /* requests on the way back to the limit: so many make one refusal affordable ... */
#define CURVE_MOST_S  3.0  /* ... but no longer than this, or a small share would stay small */
#define LATENCIES     20.0 /* a refusal is known one latency late: the curve is so many long at least */
#define LOWEST_PACE   0.5
#define ALLOWANCE_S   0.05 /* that may be saved up: a client that was busy catches up, but sends no burst */
#define BREAK_MS      50   /* beyond two intervals, a gap between two starts is no use of the pace */
#define MEASURE_PRIOR 5.0  /* requests at the pace that are added to a measurement: three served tell little */
#define FIRST_LEAST   16.0 /* requests a second: halved four times in a second, where all of them are refused */
#define FIRST_BURST_S 1.0  /* the usual burst is a second's worth: what the first guess of the limit subtracts */

/* CUSUM: drifts upward where more than 2 of 5 answers are refusals; a tenth at random reaches 5 once in 10^4 times. */
#define CUSUM_SERVED 0.67
#define CUSUM_LIMIT  5.0
#define CUSUM_HOLD   1.5 /* two refusals: nothing new starts while those in flight decide */
enum { SPORADIC_TIMES_MAX = 2, USED_UP = 4 /* halved paces */ };
enum { HEADROOM = 5 }; /* of X-RateLimit-Remaining: others start before the next answer says less */

/* The window: additive increase, multiplicative decrease when answers take more than twice their best time. */
#define GROWTH      0.17 /* an answer: doubles in five round trips */
#define GROWTH_LATE 0.02 /* what a refusal of all in flight costs stays 2 % of what was served */
#define FALL        0.8
#define SLOW_MS     5.0    /* beyond twice the best: clocks count whole milliseconds */
#define SMOOTHING   0.0625 /* weight of one answer in the recent latency */
#define AGING       0.001  /* the best latency is forgotten so fast an answer */
enum { FEW_ANSWERS = 16 };

void http_ratelimit_begin(struct http_ratelimit *limit, unsigned ceiling, unsigned window, int64_t now_ms)
{
    *limit = (struct http_ratelimit){
        .ceiling = ceiling,
        .allowance = 1,
        .counted_ms = now_ms,
        .started_ms = now_ms,
        .cycle_ms = now_ms,
        .sporadic = true,
        .window = HTTP_WINDOW_START,
    };
    http_ratelimit_set_window(limit, window);
}

void http_ratelimit_set_window(struct http_ratelimit *limit, unsigned window)
{
    if (window > 0) {
        limit->window = window;
    } else if (limit->window_fixed) {
        limit->window = HTTP_WINDOW_START;
    }
    limit->window_fixed = window > 0;
}

unsigned http_ratelimit_window(const struct http_ratelimit *limit)
{
    return (unsigned)limit->window;
}

/* --- the pace ------------------------------------------------------------------------------------- */

/* The lower of the two that are there; 0: neither. */
static double rate_of(const struct http_ratelimit *limit)
{
    return limit->pace > 0 && (limit->ceiling <= 0 || limit->pace < limit->ceiling) ? limit->pace : limit->ceiling;
}

/* Of the slower class; pages of lists count only where nothing else was read. */
static double base_latency_ms(const struct http_ratelimit *limit)
{
    double single_ms = fmax(limit->latency[HTTP_RATELIMIT_READ].base_ms, limit->latency[HTTP_RATELIMIT_WRITE].base_ms);

    return single_ms > 0 ? single_ms : limit->latency[HTTP_RATELIMIT_LIST].base_ms;
}

/* RFC 9438 4.2, with K bounded: below the limit the curve is stretched to K, beyond it grows by CUBIC_C. */
static double cubic(const struct http_ratelimit *limit)
{
    double depth = limit->limit * (1 - BETA);
    double k_s = fmax(cbrt(depth / CUBIC_C), fmin(CURVE_LEAST / limit->limit, CURVE_MOST_S));
    k_s = fmax(k_s, LATENCIES * base_latency_ms(limit) / 1000);
    double t_s = limit->active_ms / 1000 - k_s;
    double slope = t_s < 0 ? depth / (k_s * k_s * k_s) : CUBIC_C;
    return limit->limit + slope * t_s * t_s * t_s;
}

static void cruise(struct http_ratelimit *limit)
{
    limit->phase = HTTP_RATELIMIT_CRUISE;
    limit->active_ms = 0;
    limit->served = 0;
    limit->pace = limit->limit * BETA;
}

/* Doubles with time, also where few requests are served; but not while none is. */
static void ramp(struct http_ratelimit *limit, double elapsed_ms)
{
    if (limit->phase != HTTP_RATELIMIT_RAMP || limit->empty > 0) {
        return;
    }
    double double_ms = fmax(HTTP_RATELIMIT_DOUBLE_MS, 2 * base_latency_ms(limit));
    limit->pace *= exp2(fmin(elapsed_ms, BREAK_MS) / double_ms);
    if (limit->limit > 0 && limit->pace >= limit->limit * BETA && !limit->sporadic) {
        cruise(limit);
    }
}

int64_t http_ratelimit_wait_ms(struct http_ratelimit *limit, unsigned in_flight, int64_t now_ms)
{
    bool deciding = limit->phase == HTTP_RATELIMIT_FREE && limit->cusum > CUSUM_HOLD;

    if (in_flight >= http_ratelimit_window(limit) || (deciding && in_flight > 0)) {
        return -1;
    }
    if (now_ms < limit->hold_until_ms) {
        return limit->hold_until_ms - now_ms;
    }
    double elapsed_ms = (double)(now_ms - limit->counted_ms);
    limit->counted_ms = now_ms;
    ramp(limit, elapsed_ms);
    double rate = rate_of(limit);
    limit->allowance = fmin(limit->allowance + elapsed_ms * rate / 1000, 1 + rate * ALLOWANCE_S);
    if (rate <= 0 || limit->allowance >= 1) {
        return 0;
    }
    limit->held = true;
    double wait_ms = 1 + (1 - limit->allowance) * 1000 / rate;
    return (int64_t)(limit->phase == HTTP_RATELIMIT_RAMP ? fmin(wait_ms, BREAK_MS) : wait_ms);
}

void http_ratelimit_started(struct http_ratelimit *limit, int64_t now_ms)
{
    double gap_ms = (double)(now_ms - limit->started_ms);
    double rate = rate_of(limit);
    double most_ms = rate > 0 ? 2000 / rate + BREAK_MS : BREAK_MS;

    limit->active_ms += limit->held ? gap_ms : fmin(gap_ms, most_ms);
    limit->held = false;
    limit->allowance = rate > 0 ? limit->allowance - 1 : 0;
    limit->started_ms = now_ms;
    if (limit->phase == HTTP_RATELIMIT_CRUISE) {
        limit->pace = cubic(limit);
    }
}

/* --- the limit ------------------------------------------------------------------------------------ */

/* The first guess: what was served but for a burst, or what was served among the refusals. */
static void first_hit(struct http_ratelimit *limit, int64_t now_ms)
{
    double among_ms = fmax((double)(now_ms - limit->cusum_ms), fmax(1, base_latency_ms(limit)));
    double among = limit->cusum_served * 1000.0 / among_ms / 2;

    limit->phase = HTTP_RATELIMIT_RAMP;
    limit->pace = fmax(fmax(among, limit->served / (limit->active_ms / 1000 + FIRST_BURST_S)), FIRST_LEAST);
    limit->sporadic = false;
}

/* The pace was above the limit, and at most about twice as high; or this contradicts the limit once more. */
static void next_hit(struct http_ratelimit *limit)
{
    bool below = limit->pace < limit->limit;
    double measured = (limit->served + MEASURE_PRIOR) * 1000 / (limit->active_ms + MEASURE_PRIOR * 1000 / limit->pace);

    if (!below && limit->phase == HTTP_RATELIMIT_CRUISE) {
        limit->contradictions = 0;
    }
    limit->limit_before = limit->contradictions == 0 ? limit->limit : limit->limit_before;
    limit->contradictions += below && !limit->sporadic && limit->served > 0;
    if (limit->contradictions >= HTTP_RATELIMIT_CONTRADICTIONS) {
        limit->phase = HTTP_RATELIMIT_RAMP;
        limit->pace = limit->limit_before;
        limit->sporadic_times += limit->sporadic_times < SPORADIC_TIMES_MAX;
        limit->sporadic = true;
        limit->contradictions = 0;
    } else if (limit->served == 0) {
        limit->phase = HTTP_RATELIMIT_RAMP;
        limit->pace = fmax(limit->pace / 2, LOWEST_PACE);
    } else {
        limit->limit = fmax(fmin(limit->pace, fmax(measured, limit->pace / 2)), LOWEST_PACE);
        limit->sporadic = false;
        cruise(limit);
    }
}

static void hit(struct http_ratelimit *limit, int64_t now_ms)
{
    limit->empty = limit->served == 0 ? limit->empty + 1 : 0;
    if (limit->phase == HTTP_RATELIMIT_FREE) {
        first_hit(limit, now_ms);
    } else {
        next_hit(limit);
    }
    if (limit->empty >= USED_UP && limit->retry_ms > limit->hold_until_ms) {
        limit->hold_until_ms = limit->retry_ms;
    }
    limit->hit_ms = now_ms;
    limit->served = 0;
    limit->active_ms = limit->allowance = limit->cusum = 0;
}

/* --- answers -------------------------------------------------------------------------------------- */

static void note_latency(struct http_ratelimit *limit, const struct http_ratelimit_answer *answer)
{
    double ms = (double)(answer->now_ms - answer->started_ms);
    double *base_ms = &limit->latency[answer->class].base_ms;
    double *recent_ms = &limit->latency[answer->class].recent_ms;

    if (limit->latency[answer->class].count++ == 0) {
        *base_ms = *recent_ms = ms;
    }
    *recent_ms += (ms - *recent_ms) * SMOOTHING;
    *base_ms = *recent_ms < *base_ms ? *recent_ms : *base_ms + (*recent_ms - *base_ms) * AGING;
}

/* A fall is known one round trip later, so the next one waits for that. */
static void size_window(struct http_ratelimit *limit, const struct http_ratelimit_answer *answer)
{
    double usual = fmin(HTTP_WINDOW_USUAL, HTTP_WINDOW_RATE * base_latency_ms(limit) / 1000);
    double base_ms = limit->latency[answer->class].base_ms;
    double recent_ms = limit->latency[answer->class].recent_ms;

    if (limit->latency[answer->class].count > FEW_ANSWERS && recent_ms > 2 * base_ms + SLOW_MS) {
        if (answer->started_ms > limit->window_lowered_ms) {
            limit->window *= FALL;
            limit->window_slowed = true;
            limit->window_lowered_ms = answer->now_ms;
        }
    } else if (answer->saturated) {
        limit->window += limit->window_slowed ? 1 / limit->window : limit->window < usual ? GROWTH : GROWTH_LATE;
    }
    limit->window = fmin(fmax(limit->window, HTTP_WINDOW_START), HTTP_WINDOW_AUTO_MAX);
}

/* The limit let it through. */
static void note_passed(struct http_ratelimit *limit, const struct http_ratelimit_answer *answer)
{
    if (answer->started_ms > limit->hit_ms) {
        limit->empty = 0;
    }
    limit->served++;
    limit->cycle_served++;
    limit->cusum = fmax(0, limit->cusum - CUSUM_SERVED);
    limit->cusum_served++;
}

/* What is served after a time in which nothing was begins a cycle, at the average rate of the one before. */
static void note_served(struct http_ratelimit *limit, const struct http_ratelimit_answer *answer)
{
    if (limit->empty >= USED_UP && answer->started_ms > limit->hit_ms) {
        double cycle_s = fmax((double)(answer->started_ms - limit->cycle_ms) / 1000, 1e-3);
        limit->limit = fmax(limit->cycle_served / cycle_s, LOWEST_PACE);
        cruise(limit);
        if (limit->cycle_served < FEW_ANSWERS) {
            limit->phase = HTTP_RATELIMIT_RAMP;
            limit->limit = 0;
        }
        limit->cycle_ms = answer->started_ms;
        limit->cycle_served = 0;
    }
    note_passed(limit, answer);
    note_latency(limit, answer);
    if (!limit->window_fixed) {
        size_window(limit, answer);
    }
}

static void note_refused(struct http_ratelimit *limit, const struct http_ratelimit_answer *answer)
{
    double needed = limit->sporadic ? ldexp(CUSUM_LIMIT, (int)limit->sporadic_times) : 1;
    int64_t retry_ms = answer->retry_after_ms <= HTTP_RATELIMIT_HOLD_MAX_MS ? answer->retry_after_ms : 0;

    if (answer->now_ms + retry_ms > limit->retry_ms) {
        limit->retry_ms = answer->now_ms + retry_ms;
    }
    if (limit->cusum <= 0) {
        limit->cusum_ms = answer->now_ms;
        limit->cusum_served = 0;
    }
    bool old = answer->started_ms <= limit->hit_ms; /* under way when the limit was hit: it is no news */
    limit->cusum += old ? 0 : 1;
    if (!old && limit->cusum >= needed) {
        hit(limit, answer->now_ms);
    }
}

void http_ratelimit_answered(struct http_ratelimit *limit, const struct http_ratelimit_answer *answer)
{
    if (answer->failed) {
        note_passed(limit, answer);
        return;
    }
    (answer->refused ? note_refused : note_served)(limit, answer);
    limit->headers_wrong = limit->headers_wrong || (answer->refused && answer->remaining > 0);
    bool believed = answer->remaining >= 0 && !limit->headers_wrong;
    if (believed && answer->remaining <= answer->in_flight && answer->reset_ms > HTTP_RATELIMIT_RESET_MS &&
        answer->reset_ms <= HTTP_RATELIMIT_HOLD_MAX_MS) {
        limit->hold_until_ms = answer->now_ms + answer->reset_ms;
        limit->empty = USED_UP;
    }
    if (believed && !answer->refused && answer->remaining <= answer->in_flight + HEADROOM &&
        answer->started_ms > limit->hit_ms) {
        hit(limit, answer->now_ms);
    }
}
