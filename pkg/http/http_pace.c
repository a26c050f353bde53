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
#define SLOW         5.0  /* a pace at which doubts take too long to gather */
#define PROVEN       0.85 /* of what a trial found: that much is certain */

enum {
    FEW = 10,            /* served since a refusal: too few for a rate */
    STAY_LEAST_MS = 200, /* at the pace that was guessed */
    STAY_MOST_MS = 500,
    HOLD_LEAST_MS = 500,
    HOLD_REQUESTS = 25, /* a time constant is at least so many requests long */
    HOLD_MOST_MS = 30 * 1000,
    HOLD_PATIENT_MS = 8000,
    LATELY_SLOTS = 1000 / HTTP_PACE_SLOT_MS,
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
    } else if (pace->phase == HTTP_PACE_SEEK || (pace->phase == HTTP_PACE_TRIAL && pace->base > 0)) {
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
    pace->emptied = pace->emptied && pace->taken_ms >= pace->pause_until_ms;
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

/* Whether it had started when the last refusal that counted came. */
static bool is_old(const struct http_pace *pace, int64_t started_ms)
{
    return pace->refused_ms > 0 && started_ms <= pace->refused_ms;
}

/* Those under way at a refusal tell what it was, and in a trial those that follow, until a pause fills the bucket. */
static void note_doubt(struct http_pace *pace, int64_t started_ms, bool refused)
{
    if (pace->phase == HTTP_PACE_TRIAL ? pace->emptied : is_old(pace, started_ms)) {
        http_doubt_answer(&pace->doubt, refused);
    }
}

void http_pace_served(struct http_pace *pace, int64_t started_ms, int64_t now_ms)
{
    int64_t number = now_ms / HTTP_PACE_SLOT_MS;
    unsigned slot = (unsigned)(number % HTTP_PACE_SLOTS);

    if (pace->served[slot].number != number) {
        pace->served[slot].number = number;
        pace->served[slot].count = 0;
    }
    pace->served[slot].count++;
    pace->served_since++;
    note_doubt(pace, started_ms, false);
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
    pace->reckoned_ms = pace->lowered_ms = pace->refused_ms = pace->taken_ms = now_ms;
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

static double least_hold_ms(const struct http_pace *pace, double rate)
{
    return fmax(pace->patient ? HOLD_PATIENT_MS : HOLD_LEAST_MS, time_for_ms(HOLD_REQUESTS, rate));
}

static void measure_again(struct http_pace *pace, int64_t now_ms)
{
    double measured = fmax(measure(pace, now_ms), LOWEST_LIMIT);
    bool agrees = pace->measured > 0 && fabs(measured / pace->measured - 1) < AGREE;

    double least_ms = least_hold_ms(pace, measured);
    pace->hold_ms = agrees ? fmin(3 * pace->hold_ms, HOLD_MOST_MS) : least_ms;
    pace->hold_ms = fmax(pace->hold_ms, least_ms);
    pace->measured = measured;
    restart(pace, HTTP_PACE_HOLD, measured * BELOW, now_ms);
}

/* --- whether they tell anything ---------------------------------------------------------------------- */

/* A refusal at a pace that the server has shown to take. */
static bool contradicts(const struct http_pace *pace)
{
    return (pace->phase == HTTP_PACE_SEEK && pace->limit <= pace->base) ||
           (pace->phase == HTTP_PACE_HOLD && pace->limit <= fmax(pace->measured, pace->proven));
}

static void begin_trial(struct http_pace *pace, int64_t now_ms)
{
    double base = pace->proven > 0 ? fmax(pace->proven, pace->limit) : 0;

    pace->before = pace->limit;
    restart(pace, HTTP_PACE_TRIAL, base, now_ms);
    if (base <= 0) {
        pace->limit = pace->base = 0;
    }
    pace->emptied = true;
}

/* A second, over the last one. */
static unsigned served_lately(const struct http_pace *pace, int64_t now_ms)
{
    int64_t before = now_ms / HTTP_PACE_SLOT_MS - LATELY_SLOTS;
    unsigned count = 0;

    for (size_t i = 0; i < HTTP_PACE_SLOTS; i++) {
        count += pace->served[i].number > before ? pace->served[i].count : 0;
    }
    return count;
}

/* It was a limit. Where the trial had a pace, that and the share that was served tell it; pauses would spoil that. */
static void end_trial(struct http_pace *pace, int64_t now_ms)
{
    double refused = http_doubt_refused_share(&pace->doubt);
    bool paced = pace->base > 0 && !pace->patient;
    double rate = paced ? pace->limit * (1 - refused) : fmax(served_lately(pace, now_ms), pace->before);

    pace->measured = fmax(rate, LOWEST_LIMIT);
    pace->proven = PROVEN * (paced ? pace->measured : fmin(pace->measured, pace->before));
    pace->hold_ms = least_hold_ms(pace, pace->measured);
    restart(pace, HTTP_PACE_HOLD, pace->measured, now_ms);
}

static void refused_on_trial(struct http_pace *pace, int64_t now_ms)
{
    pace->emptied = true;
    if (http_doubt_finds_limit(&pace->doubt)) {
        end_trial(pace, now_ms);
        http_doubt_settle(&pace->doubt);
    }
}

/* Whether the refusal, which is news, says nothing of the rate. */
static bool is_doubtful(struct http_pace *pace, int64_t now_ms)
{
    struct http_doubt_sign sign = {
        .contradicts = contradicts(pace),
        .soon = pace->served_since < HOLD_REQUESTS, /* a measurement that is a little too high takes longer to show */
        .slow = pace->limit < SLOW,
        .first = pace->phase == HTTP_PACE_SEEK,
        .rate = pace->phase == HTTP_PACE_HOLD ? pace->limit : 0,
    };
    if (http_doubt_refusal(&pace->doubt, &sign)) {
        begin_trial(pace, now_ms);
        return true;
    }
    pace->refused_ms = now_ms;
    return sign.soon && pace->limit > 0 && pace->limit <= pace->proven;
}

void http_pace_refused(struct http_pace *pace, int64_t started_ms, int64_t now_ms)
{
    if (http_quota_limit(&pace->quota) > 0) {
        if (!is_old(pace, started_ms)) {
            pace->allowance = 0;
            pace->reckoned_ms = pace->refused_ms = now_ms;
        }
        return;
    }
    pace->patient = pace->patient || pace->pause_until_ms > now_ms;
    note_doubt(pace, started_ms, true);
    if (pace->phase == HTTP_PACE_TRIAL) {
        refused_on_trial(pace, now_ms);
    } else if (is_old(pace, started_ms) || is_doubtful(pace, now_ms)) {
        return;
    } else if (pace->phase == HTTP_PACE_FREE) {
        begin_to_seek(pace, now_ms);
    } else {
        measure_again(pace, now_ms);
    }
}

bool http_pace_on_trial(const struct http_pace *pace)
{
    return pace->phase == HTTP_PACE_TRIAL;
}

void http_pace_told(struct http_pace *pace, const struct http_quota_told *told, bool refused, size_t active,
                    int64_t now_ms)
{
    int64_t pause_ms = http_quota_note(&pace->quota, told, refused, active, now_ms);

    if (pause_ms > 0) {
        http_pace_pause(pace, now_ms + pause_ms);
    }
    rise(pace);
}
