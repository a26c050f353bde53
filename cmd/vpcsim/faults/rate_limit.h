/*
 * rate_limit: how many requests of the API are served in a given time; the rest is answered with 429.
 *
 * A limit is a list of steps, of which one is in force: the last one whose moment has come. A step is a token bucket
 * ("per_second", "burst"), a count that starts again at the end of each window ("requests", "window_s"), or no limit:
 *
 *   "rate": [{"after_s": 0, "per_second": 200, "burst": 20}, {"after_s": 5, "per_second": 100}]
 *   "rate": [{"requests": 300, "window_s": 10, "retry_after": "exact", "headers": true}]
 *
 *   after_s S           in force from S seconds after the first request (0)
 *   after_requests N    in force after N served requests (0); with after_s too, both must have come
 *   per_second N        tokens a second; each request takes one
 *   burst N             tokens that are kept at most, and at the start (per_second, at least 1)
 *   requests N, window_s S   N requests each S seconds; the first window begins with the step
 *   retry_after N|"exact"    429 say Retry-After: N, or the seconds to the next token or window, rounded up (left out)
 *   headers true        answers carry X-RateLimit-Limit, -Remaining and -Reset (false)
 */
#ifndef VPCSIM_RATE_LIMIT_H
#define VPCSIM_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "err/err.h"
#include "vpcsim/http/reply.h"
#include "json/json.h"

struct rate_limit;

/* Reads the member "rate" of a scenario: one step or an array of them. NULL with ERR_USAGE when it is none. */
struct rate_limit *rate_limit_read(const json_t *document, struct err *e) __attribute__((warn_unused_result));

/* The limit of --rate and --burst: one step with a token bucket. */
struct rate_limit *rate_limit_create(unsigned per_second, unsigned burst, bool retry_after, bool headers);

/* NULL allowed. */
void rate_limit_destroy(struct rate_limit *limit);

/* Forgets all requests: the first step begins with the next one. NULL allowed. */
void rate_limit_restart(struct rate_limit *limit);

/*
 * Counts a request that comes at `now_ms` (monotonic; `now_s` is the wall clock for X-RateLimit-Reset). True: it is
 * over the limit and `reply` is the 429. NULL: no limit.
 */
bool rate_limit_refuses(struct rate_limit *limit, int64_t now_ms, int64_t now_s, struct reply *reply);

#endif
