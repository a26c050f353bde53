#include "http/http_pace.h"

#define LOWEST_LIMIT 1.0
#define KEEP_OF_RATE 0.95 /* of what was served lately, when a refusal tells the limit */
#define RISE_FAST    0.2  /* the same, until a second refusal shows that the limit is near */
#define FALL         0.9
#define FALL_SOON    0.7
#define SOON_MS      300
#define RISE         0.015 /* of the limit, each HTTP_PACE_RISE_MS */

void http_pace_begin(struct http_pace *pace, unsigned ceiling, int64_t now_ms)
{
    *pace = (struct http_pace){.ceiling = ceiling, .allowance = 1, .reckoned_ms = now_ms, .in_flight = HTTP_PACE_START};
}

/* The lower of the two that are there; 0: neither. */
static double rate_of(const struct http_pace *pace)
{
    if (pace->limit > 0 && (pace->ceiling <= 0 || pace->limit < pace->ceiling)) {
        return pace->limit;
    }
    return pace->ceiling;
}

bool http_pace_allows(struct http_pace *pace, size_t flying, int64_t now_ms)
{
    double rate = rate_of(pace);

    if (flying >= pace->in_flight) {
        return false;
    }
    if (rate <= 0) {
        pace->allowance = 1;
        pace->reckoned_ms = now_ms;
        return true;
    }
    /* a bucket that holds little: a pace of 50 a second must not begin with a burst of 50 */
    double most = 1 + rate / 20.0;
    pace->allowance += (double)(now_ms - pace->reckoned_ms) * rate / 1000.0;
    pace->allowance = pace->allowance > most ? most : pace->allowance;
    pace->reckoned_ms = now_ms;
    return pace->allowance >= 1;
}

void http_pace_take(struct http_pace *pace)
{
    pace->allowance -= 1;
}

int64_t http_pace_wait_ms(const struct http_pace *pace)
{
    double rate = rate_of(pace);
    int64_t wait_ms = rate > 0 && pace->allowance < 1 ? (int64_t)((1 - pace->allowance) * 1000 / rate) : 0;

    return wait_ms + 1;
}

static void rise(struct http_pace *pace, int64_t now_ms)
{
    if (pace->limit > 0 && now_ms - pace->raised_ms >= HTTP_PACE_RISE_MS) {
        double step = pace->limit * (pace->settled ? RISE : RISE_FAST);
        pace->limit += step > 0.1 ? step : 0.1;
        pace->raised_ms = now_ms;
    }
}

void http_pace_served(struct http_pace *pace, int64_t now_ms)
{
    int64_t number = now_ms / HTTP_PACE_SLOT_MS;
    unsigned slot = (unsigned)(number % HTTP_PACE_SLOTS);

    if (pace->served[slot].number != number) {
        pace->served[slot].number = number;
        pace->served[slot].count = 0;
    }
    pace->served[slot].count++;
    pace->began_ms = pace->began_ms == 0 ? now_ms : pace->began_ms;
    pace->in_flight++;
    rise(pace, now_ms);
}

/* Answers a second over the slots that are still in view. */
static double served_rate(const struct http_pace *pace, int64_t now_ms)
{
    int64_t newest = now_ms / HTTP_PACE_SLOT_MS;
    int64_t view_ms = (int64_t)(HTTP_PACE_SLOTS - 1) * HTTP_PACE_SLOT_MS + now_ms % HTTP_PACE_SLOT_MS;
    int64_t age_ms = now_ms - pace->began_ms;
    unsigned count = 0;

    for (unsigned i = 0; i < HTTP_PACE_SLOTS; i++) {
        count += newest - pace->served[i].number < HTTP_PACE_SLOTS ? pace->served[i].count : 0;
    }
    int64_t span_ms = age_ms < view_ms ? age_ms : view_ms;
    return count * 1000.0 / (double)(span_ms > HTTP_PACE_SLOT_MS ? span_ms : HTTP_PACE_SLOT_MS);
}

/* Refused again soon: the limit was taken from a burst and lies far above the rate. */
static double fallen_limit(const struct http_pace *pace, int64_t now_ms)
{
    if (pace->limit <= 0) {
        return served_rate(pace, now_ms) * KEEP_OF_RATE;
    }
    return pace->limit * (now_ms - pace->lowered_ms < SOON_MS ? FALL_SOON : FALL);
}

void http_pace_refused(struct http_pace *pace, int64_t started_ms, int64_t now_ms)
{
    if (pace->lowered_ms > 0 && started_ms <= pace->lowered_ms) {
        return;
    }
    pace->settled = pace->limit > 0;
    pace->limit = fallen_limit(pace, now_ms);
    pace->limit = pace->limit > LOWEST_LIMIT ? pace->limit : LOWEST_LIMIT;
    pace->in_flight = pace->in_flight > 2 * HTTP_PACE_START ? pace->in_flight / 2 : HTTP_PACE_START;
    pace->allowance = 0;
    pace->reckoned_ms = pace->lowered_ms = pace->raised_ms = now_ms;
}
