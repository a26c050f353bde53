/* The rate limit of --rate and of the member "rate" of scenarios; rate_limit.h has the members of a step. */
#include "vpcsim/faults/rate_limit.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "text/text.h"
#include "vpcsim/faults/fault_rule.h"

enum retry_after { RETRY_AFTER_NONE, RETRY_AFTER_FIXED, RETRY_AFTER_EXACT };

#define ROUNDING 1e-6 /* of a token: sums of fractions may miss the whole number */

struct step {
    double after_s;
    long after_requests;
    double per_second, burst; /* 0: no token bucket */
    double requests;          /* of a window; 0: no windows */
    double window_s;
    enum retry_after retry_after;
    long retry_after_s;
    bool headers;
};

struct rate_limit {
    struct step *steps;
    size_t count;
    size_t begun;       /* steps whose moment has come; 0: none */
    bool started;       /* a request was seen */
    int64_t started_ms; /* the first request */
    double at_ms;       /* `left` is as of then */
    double left;        /* tokens, or requests of the window */
    double window_ms;   /* when the window began */
    long served;
};

static const char *const members[] = {"after_s",  "after_requests", "per_second",  "burst",
                                      "requests", "window_s",       "retry_after", "headers"};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static bool read_number(const json_t *document, const char *name, double min, double *ret_value, struct err *e)
{
    const json_t *value = json_object_get(document, name);

    if (value == NULL) {
        return true;
    }
    if (!json_is_number(value) || !(json_number_value(value) >= min) || json_number_value(value) > 1e9) {
        return err_set(e, ERR_USAGE, "%s must be a number of at least %g", name, min);
    }
    *ret_value = json_number_value(value);
    return true;
}

static bool read_retry_after(const json_t *value, struct step *step, struct err *e)
{
    const char *word = json_string_value(value);

    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        step->retry_after = RETRY_AFTER_FIXED;
        step->retry_after_s = (long)json_integer_value(value);
        return true;
    }
    step->retry_after = RETRY_AFTER_EXACT;
    return (word != NULL && strcmp(word, "exact") == 0) ||
           err_set(e, ERR_USAGE, "retry_after must be seconds or \"exact\"");
}

static bool read_step(const json_t *document, struct step *step, struct err *e)
{
    double after_requests = 0;

    if (!fault_check_members(document, members, MEMBERS, e) ||
        !read_number(document, "after_s", 0, &step->after_s, e) ||
        !read_number(document, "after_requests", 0, &after_requests, e) ||
        !read_number(document, "per_second", 0.001, &step->per_second, e)) {
        return false;
    }
    step->after_requests = (long)after_requests;
    step->burst = step->per_second < 1 ? 1 : step->per_second;
    const json_t *retry_after = json_object_get(document, "retry_after");
    if (!read_number(document, "burst", 1, &step->burst, e) ||
        !read_number(document, "requests", 1, &step->requests, e) ||
        !read_number(document, "window_s", 0.001, &step->window_s, e) ||
        (retry_after != NULL && !read_retry_after(retry_after, step, e))) {
        return false;
    }
    if ((step->requests > 0) != (step->window_s > 0) || (step->requests > 0 && step->per_second > 0)) {
        return err_set(e, ERR_USAGE, "a step has per_second, or requests and window_s");
    }
    if (step->per_second <= 0 && json_object_get(document, "burst") != NULL) {
        return err_set(e, ERR_USAGE, "burst needs per_second");
    }
    const json_t *headers = json_object_get(document, "headers");
    step->headers = json_is_true(headers);
    return headers == NULL || json_is_boolean(headers) || err_set(e, ERR_USAGE, "headers must be true or false");
}

struct rate_limit *rate_limit_read(const json_t *document, struct err *e)
{
    struct rate_limit *limit = mem_alloc(sizeof(*limit));

    limit->count = json_is_array(document) ? json_array_size(document) : 1;
    limit->steps = mem_array(limit->count, sizeof(limit->steps[0]));
    for (size_t i = 0; i < limit->count; i++) {
        if (!read_step(json_is_array(document) ? json_array_get(document, i) : document, &limit->steps[i], e)) {
            err_wrap(e, "rate, step %zu", i + 1);
            rate_limit_destroy(limit);
            return NULL;
        }
    }
    return limit;
}

struct rate_limit *rate_limit_create(unsigned per_second, unsigned burst, bool retry_after, bool headers)
{
    struct rate_limit *limit = mem_alloc(sizeof(*limit));

    limit->count = 1;
    limit->steps = mem_alloc(sizeof(limit->steps[0]));
    limit->steps[0] = (struct step){
        .per_second = per_second,
        .burst = burst,
        .retry_after = retry_after ? RETRY_AFTER_FIXED : RETRY_AFTER_NONE,
        .retry_after_s = 1,
        .headers = headers,
    };
    return limit;
}

void rate_limit_destroy(struct rate_limit *limit)
{
    if (limit != NULL) {
        free(limit->steps);
        free(limit);
    }
}

void rate_limit_restart(struct rate_limit *limit)
{
    if (limit != NULL) {
        limit->begun = 0;
        limit->started = false;
        limit->served = 0;
    }
}

static const struct step *step_in_force(const struct rate_limit *limit)
{
    return limit->begun > 0 ? &limit->steps[limit->begun - 1] : NULL;
}

/* Adds the tokens that came up to `until_ms`, or begins the window that `until_ms` is in. */
static void refill(struct rate_limit *limit, double until_ms)
{
    const struct step *step = step_in_force(limit);

    if (step != NULL && step->per_second > 0) {
        limit->left = fmin(step->burst, limit->left + (until_ms - limit->at_ms) * step->per_second / 1000.0);
    } else if (step != NULL && step->requests > 0 && until_ms >= limit->window_ms + step->window_s * 1000.0) {
        double length_ms = step->window_s * 1000.0;
        limit->window_ms += floor((until_ms - limit->window_ms) / length_ms) * length_ms;
        limit->left = step->requests;
    }
    limit->at_ms = until_ms;
}

/* A bucket takes over what is left in the one before it; everything else begins full. */
static void begin_step(struct rate_limit *limit, double begin_ms)
{
    const struct step *before = step_in_force(limit);
    const struct step *step = &limit->steps[limit->begun++];
    bool takes_over = before != NULL && before->per_second > 0 && step->per_second > 0;

    limit->left = takes_over ? fmin(limit->left, step->burst) : step->per_second > 0 ? step->burst : step->requests;
    limit->window_ms = limit->at_ms = begin_ms;
}

static void advance(struct rate_limit *limit, int64_t now_ms)
{
    if (!limit->started) {
        limit->started = true;
        limit->started_ms = now_ms;
        limit->at_ms = (double)now_ms;
    }
    while (limit->begun < limit->count) {
        const struct step *next = &limit->steps[limit->begun];
        double begin_ms = (double)limit->started_ms + next->after_s * 1000.0;
        if ((double)now_ms < begin_ms || limit->served < next->after_requests) {
            break;
        }
        /* a step that waited for its requests begins now, not when its time came */
        begin_ms = next->after_requests > 0 ? (double)now_ms : fmax(begin_ms, limit->at_ms);
        refill(limit, begin_ms);
        begin_step(limit, begin_ms);
    }
    refill(limit, (double)now_ms);
}

/* Milliseconds from now to the next token or window. */
static double wait_ms(const struct rate_limit *limit, const struct step *step)
{
    if (step->per_second > 0) {
        return (1 - limit->left) * 1000.0 / step->per_second;
    }
    return limit->window_ms + step->window_s * 1000.0 - limit->at_ms;
}

static void add_headers(const struct rate_limit *limit, const struct step *step, int64_t now_s, struct reply *reply)
{
    double reset_s = step->per_second > 0 ? 1 : ceil(wait_ms(limit, step) / 1000.0);

    reply_header(reply, "X-RateLimit-Limit", "%.0f", step->per_second > 0 ? step->per_second : step->requests);
    reply_header(reply, "X-RateLimit-Remaining", "%.0f", floor(fmax(0, limit->left + ROUNDING)));
    reply_header(reply, "X-RateLimit-Reset", "%" PRId64, now_s + (int64_t)reset_s);
}

bool rate_limit_refuses(struct rate_limit *limit, int64_t now_ms, int64_t now_s, struct reply *reply)
{
    if (limit == NULL) {
        return false;
    }
    advance(limit, now_ms);
    const struct step *step = step_in_force(limit);
    bool limited = step != NULL && (step->per_second > 0 || step->requests > 0);
    bool refused = limited && limit->left < 1 - ROUNDING;
    limit->left -= limited && !refused ? 1 : 0;
    limit->served += !refused;
    if (limited && step->headers) {
        add_headers(limit, step, now_s, reply);
    }
    if (!refused) {
        return false;
    }
    reply->fault = "rate";
    reply_error(reply, 429, "too_many_requests", "Too many requests.");
    if (step->retry_after != RETRY_AFTER_NONE) {
        long exact_s = (long)fmax(1, ceil(wait_ms(limit, step) / 1000.0));
        reply_header(reply, "Retry-After", "%ld",
                     step->retry_after == RETRY_AFTER_EXACT ? exact_s : step->retry_after_s);
    }
    return true;
}
