#include "http/http_quota.h"

#define LEFT_SHARE  0.1 /* of the bucket, or of a second's worth: what shall remain */
#define CORRECT_S   0.5 /* time in which too much or too little is made up for */
#define TRUST       0.4 /* weight of one measurement */
#define LOWEST_RATE 1.0

enum {
    MEASURE_MS = 250,
    MEASURE_MOST_MS = 2000,
    MEASURE_COUNT = 20,
    SHORT_RESET_MS = 2000,
    RESET_MAX_MS = 300 * 1000,
    ENOUGH = 5, /* beyond those in flight: a refusal then proves the numbers wrong */
};

static void begin_measurement(struct http_quota *quota, int64_t now_ms)
{
    quota->from = quota->remaining;
    quota->from_ms = now_ms;
    quota->full = quota->remaining >= quota->most;
    quota->count = 0;
}

static void measure(struct http_quota *quota, int64_t now_ms)
{
    int64_t span_ms = now_ms - quota->from_ms;

    quota->count++;
    quota->full = quota->full || quota->remaining >= quota->most;
    if (span_ms < MEASURE_MS || (quota->count < MEASURE_COUNT && span_ms < MEASURE_MOST_MS)) {
        return;
    }
    double rate = (double)(quota->remaining - quota->from + quota->count) * 1000.0 / (double)span_ms;
    if (!quota->full || rate > quota->rate) {
        quota->rate += (rate - quota->rate) * (quota->rate > 0 ? TRUST : 1);
    }
    begin_measurement(quota, now_ms);
}

int64_t http_quota_note(struct http_quota *quota, const struct http_quota_told *told, bool refused, size_t active,
                        int64_t now_ms)
{
    if (told->remaining < 0 || quota->refuted) {
        return 0;
    }
    if (refused && quota->from_ms > 0 && quota->remaining > (int64_t)active + ENOUGH) {
        *quota = (struct http_quota){.refuted = true};
        return 0;
    }
    quota->remaining = told->remaining;
    quota->most = told->remaining > quota->most ? told->remaining : quota->most;
    quota->long_term = told->reset_ms > SHORT_RESET_MS;
    if (quota->long_term) {
        return told->remaining == 0 && told->reset_ms <= RESET_MAX_MS ? told->reset_ms : 0;
    }
    if (quota->from_ms == 0) {
        quota->rate = told->limit > 0 && told->reset_ms >= 0 ? (double)told->limit : 0;
        begin_measurement(quota, now_ms);
    } else if (!refused) {
        measure(quota, now_ms);
    }
    return 0;
}

double http_quota_limit(const struct http_quota *quota)
{
    if (quota->rate <= 0 || quota->long_term) {
        return 0;
    }
    double least = (double)quota->most < quota->rate ? (double)quota->most : quota->rate;
    double limit = quota->rate + ((double)quota->remaining - 1 - least * LEFT_SHARE) / CORRECT_S;
    return limit > LOWEST_RATE ? limit : LOWEST_RATE;
}
