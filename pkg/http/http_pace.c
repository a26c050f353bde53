#include "http/http_pace.h"

#include <math.h>
#include <string.h>

#define LOWEST_LIMIT 1.0
#define BELOW        0.985 /* of the measured rate */
#define RISE         0.03  /* in the first time constant of hold; then it doubles with each */
#define AGREE        0.05
#define UNCERTAIN    0.8  /* what is left of a limit that was refused at once */
#define STEP         1.02 /* of the search for a rate */
#define WRONG_GUESS  4.0  /* with a bucket of a second's worth, as guessed, the pace would not have got so far */
#define OVERSHOT     0.58 /* at least, of a pace that doubled until now, is the rate: the bucket was emptied first */
#define DOUBLINGS    20.0 /* at most */
#define ALLOWANCE_S  0.05 /* that may be saved up */

enum {
    FEW = 10,            /* served since a refusal: too few for a rate */
    STAY_LEAST_MS = 200, /* at the pace that was guessed */
    STAY_MOST_MS = 500,
    HOLD_LEAST_MS = 500,
    HOLD_REQUESTS = 25, /* a time constant is at least so many requests long */
    HOLD_MOST_MS = 30 * 1000,
    HOLD_PATIENT_MS = 8000,
    BREAK_MS = 50, /* beyond two intervals: a longer one between two starts is no use of the pace */
};

void http_pace_begin(struct http_pace *pace, unsigned ceiling, int64_t now_ms)
{
    *pace = (struct http_pace){.ceiling = ceiling, .allowance = 1, .reckoned_ms = now_ms};
}

/* --- the pace ---------------------------------------------------------------------------------------- */

static double time_for_ms(double count, double rate)
{
    return count * 1000 / rate;
}

/* The limit as it is said to be, or as far as it has risen by now. */
static void rise(struct http_pace *pace)
{
    double told = http_quota_limit(&pace->quota);

    if (told > 0) {
        pace->limit = told;
    } else if (pace->phase == HTTP_PACE_SEEK) {
        double double_ms = pace->patient ? HTTP_PACE_DOUBLE_PATIENT_MS : HTTP_PACE_DOUBLE_MS;
        double stay_ms = fmin(fmax(STAY_LEAST_MS, time_for_ms(FEW, pace->base)), STAY_MOST_MS);
        pace->limit = pace->base * exp2(fmin(fmax(0, pace->rise_ms - stay_ms) / double_ms, DOUBLINGS));
    } else if (pace->phase == HTTP_PACE_HOLD) {
        pace->limit = pace->base * (1 + RISE * (exp2(fmin(pace->rise_ms / pace->hold_ms, DOUBLINGS)) - 1));
    }
}

/* The lower of the two that are there; 0: neither. */
static double rate_of(const struct http_pace *pace)
{
    if (pace->limit > 0 && (pace->ceiling <= 0 || pace->limit < pace->ceiling)) {
        return pace->limit;
    }
    return pace->ceiling;
}

bool http_pace_allows(struct http_pace *pace, int64_t now_ms)
{
    if (now_ms < pace->pause_until_ms) {
        return false;
    }
    double rate = rate_of(pace);
    if (rate <= 0) {
        pace->allowance = 1;
        pace->reckoned_ms = now_ms;
        return true;
    }
    /* a bucket that holds little: a pace of 50 a second must not begin with a burst of 50 */
    pace->allowance += (double)(now_ms - pace->reckoned_ms) * rate / 1000.0;
    pace->allowance = fmin(pace->allowance, 1 + rate * ALLOWANCE_S);
    pace->reckoned_ms = now_ms;
    pace->held = pace->held || pace->allowance < 1;
    return pace->allowance >= 1;
}

void http_pace_take(struct http_pace *pace, int64_t now_ms)
{
    double rate = rate_of(pace);

    pace->allowance -= 1;
    pace->began_ms = pace->began_ms == 0 ? now_ms : pace->began_ms;
    if (pace->held && pace->limit > 0 && pace->limit <= rate) {
        double most_ms = 2 * time_for_ms(1, rate) + BREAK_MS;
        pace->rise_ms += fmin((double)(now_ms - pace->taken_ms), most_ms);
        rise(pace);
    }
    pace->held = false;
    pace->taken_ms = now_ms;
}

int64_t http_pace_wait_ms(const struct http_pace *pace, int64_t now_ms)
{
    double rate = rate_of(pace);

    if (pace->pause_until_ms > now_ms) {
        return pace->pause_until_ms - now_ms;
    }
    return 1 + (rate > 0 && pace->allowance < 1 ? (int64_t)((1 - pace->allowance) * 1000 / rate) : 0);
}

void http_pace_pause(struct http_pace *pace, int64_t until_ms)
{
    pace->pause_until_ms = until_ms > pace->pause_until_ms ? until_ms : pace->pause_until_ms;
}

/* --- what refusals tell ------------------------------------------------------------------------------ */

void http_pace_served(struct http_pace *pace, int64_t now_ms)
{
    int64_t number = now_ms / HTTP_PACE_SLOT_MS;
    unsigned slot = (unsigned)(number % HTTP_PACE_SLOTS);

    if (pace->served[slot].number != number) {
        pace->served[slot].number = number;
        pace->served[slot].count = 0;
    }
    pace->served[slot].count++;
    pace->served_since++;
}

/* The most that was served beyond the rate's share in any span that ends at `now_ms`. */
static double most_beyond(const struct http_pace_slot slots[], int64_t now_ms, double rate)
{
    int64_t newest = now_ms / HTTP_PACE_SLOT_MS;
    double count = 0;
    double most = 0;

    for (int64_t back = 0; back < HTTP_PACE_SLOTS && back <= newest; back++) {
        int64_t number = newest - back;
        const struct http_pace_slot *slot = &slots[number % HTTP_PACE_SLOTS];
        count += slot->number == number ? slot->count : 0;
        most = fmax(most, count - rate * (double)(now_ms - number * HTTP_PACE_SLOT_MS) / 1000);
    }
    return most;
}

static void restart(struct http_pace *pace, enum http_pace_phase phase, double base, int64_t now_ms)
{
    pace->phase = phase;
    pace->limit = pace->base = fmax(base, LOWEST_LIMIT);
    pace->rise_ms = 0;
    pace->allowance = 0;
    pace->served_since = 0;
    pace->reckoned_ms = pace->lowered_ms = pace->taken_ms = now_ms;
}

/* The rate by which a bucket of a second's worth would have been emptied just now, in any span. */
static void begin_to_seek(struct http_pace *pace, int64_t now_ms)
{
    double rate = pace->served_since / (1 + (double)(now_ms - pace->began_ms) / 1000);

    while (most_beyond(pace->served, now_ms, rate) > rate) {
        rate *= STEP;
    }
    pace->first_ms = now_ms;
    memcpy(pace->first, pace->served, sizeof(pace->first));
    restart(pace, HTTP_PACE_SEEK, rate, now_ms);
}

/*
 * The rate: since the last refusal the bucket has filled from nothing, which makes a least; and no span can have been
 * served more beyond the rate than the bucket holds, and that was emptied at the first refusal as well.
 */
static double measure(const struct http_pace *pace, int64_t now_ms)
{
    double span_s = fmax((double)(now_ms - pace->lowered_ms) / 1000, 0.001);
    double rate = pace->served_since >= FEW ? pace->served_since / span_s : pace->limit * UNCERTAIN;

    if (pace->patient && pace->phase == HTTP_PACE_SEEK && pace->limit > pace->base * WRONG_GUESS) {
        rate = fmax(rate, pace->limit * OVERSHOT);
    }
    while (rate < pace->limit &&
           most_beyond(pace->served, now_ms, rate) > most_beyond(pace->first, pace->first_ms, rate)) {
        rate *= STEP;
    }
    return fmin(rate, pace->limit);
}

static void measure_again(struct http_pace *pace, int64_t now_ms)
{
    double measured = measure(pace, now_ms);
    bool agrees = pace->measured > 0 && fabs(measured / pace->measured - 1) < AGREE;

    double least_ms = fmax(pace->patient ? HOLD_PATIENT_MS : HOLD_LEAST_MS, time_for_ms(HOLD_REQUESTS, measured));
    pace->hold_ms = agrees ? fmin(3 * pace->hold_ms, HOLD_MOST_MS) : least_ms;
    pace->hold_ms = fmax(pace->hold_ms, least_ms);
    pace->measured = measured;
    restart(pace, HTTP_PACE_HOLD, measured * BELOW, now_ms);
}

void http_pace_refused(struct http_pace *pace, int64_t started_ms, int64_t now_ms)
{
    if (pace->lowered_ms > 0 && started_ms <= pace->lowered_ms) {
        return;
    }
    if (http_quota_limit(&pace->quota) > 0) {
        pace->allowance = 0;
        pace->reckoned_ms = pace->lowered_ms = now_ms;
        return;
    }
    pace->patient = pace->patient || pace->pause_until_ms > now_ms;
    if (pace->phase == HTTP_PACE_FREE) {
        begin_to_seek(pace, now_ms);
    } else {
        measure_again(pace, now_ms);
    }
}

void http_pace_told(struct http_pace *pace, const struct http_quota_told *told, bool refused, size_t flying,
                    int64_t now_ms)
{
    int64_t pause_ms = http_quota_note(&pace->quota, told, refused, flying, now_ms);

    if (pause_ms > 0) {
        http_pace_pause(pace, now_ms + pause_ms);
    }
    rise(pace);
}
