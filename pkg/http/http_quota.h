/*
 * http_quota: what a server says of its rate limit in X-RateLimit-Limit, -Remaining and -Reset. Pure.
 *
 * None of them is documented for the VPC API (vpc-api.md 1.7), so nothing depends on them; where they come, they are
 * taken for a bucket that fills: the rate is what Remaining gained and what was served in the time between two answers.
 * From it follows a pace at which a little remains and nothing need be refused. Until it is measured, Limit is the rate
 * where the limit begins anew within two seconds. Where it takes longer (so many an hour), nothing holds back until
 * nothing remains; then everything waits for Reset. A server that refuses although enough remained is no longer believed.
 */
#ifndef HTTP_HTTP_QUOTA_H
#define HTTP_HTTP_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one answer says; -1: absent. */
struct http_quota_told {
    int64_t limit, remaining;
    int64_t reset_ms; /* from now */
};

/* Zero-initialised: nothing was said. */
struct http_quota {
    bool refuted, long_term;
    double rate;             /* a second; 0: not known */
    int64_t remaining, most; /* as said last, and the most that was ever said */
    int64_t from, from_ms;   /* where the measurement under way began; from_ms 0: none is */
    bool full;               /* the bucket may have been full meanwhile: the rate may be higher */
    unsigned count;
};

/*
 * An answer came while `active` other requests were under way. Returns the milliseconds that everything has to wait for
 * the limit to begin anew; 0: none.
 */
int64_t http_quota_note(struct http_quota *quota, const struct http_quota_told *told, bool refused, size_t active,
                        int64_t now_ms);

/* Requests a second at which a little remains; 0: not known. */
double http_quota_limit(const struct http_quota *quota);

#endif
