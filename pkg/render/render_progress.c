/* The rate of the last seconds, and the line of progress in its two forms. */
#include "render/render_progress.h"

#include <inttypes.h>
#include <math.h>

#define RATE_SPAN_MS 3000.0 /* the rate is that of about so long ago until now */
#define STEADY       2.0    /* between the rate and the average of all, for the time that is left to be said */

enum {
    RATE_LEAST_MS = 200, /* over less a rate is noise */
    LEFT_LEAST_DONE = 10,
    LEFT_LEAST_MS = 700, /* since the first was done; */
    LEFT_FIRM_MS = 3000, /* a tenth of the time that is left, but no more than this */
    GAP_MS = 1000,       /* what comes in bursts has such gaps between them, */
    LEFT_LEAST_GAPS = 2, /* of which so many make a rate */
};

static void note_done(struct render_progress *progress, int64_t elapsed_ms)
{
    int64_t gap_ms = elapsed_ms - progress->last_ms;

    if (progress->done <= progress->last_done) {
        return;
    }
    progress->first_ms = progress->first_ms > 0 ? progress->first_ms : elapsed_ms;
    progress->longest_ms = gap_ms > progress->longest_ms ? gap_ms : progress->longest_ms;
    progress->gaps += gap_ms >= GAP_MS;
    progress->last_done = progress->done;
    progress->last_ms = elapsed_ms;
}

void render_progress_tick(struct render_progress *progress, int64_t elapsed_ms)
{
    int64_t span_ms = elapsed_ms - progress->seen_ms;

    progress->elapsed_ms = elapsed_ms;
    note_done(progress, elapsed_ms);
    if (span_ms < RATE_LEAST_MS || progress->done < progress->seen_done) {
        return;
    }
    double now = (double)(progress->done - progress->seen_done) * 1000 / (double)span_ms;
    /* the average of all in the beginning */
    double share = fmax(1 - exp(-(double)span_ms / RATE_SPAN_MS), (double)span_ms / (double)elapsed_ms);
    progress->rate += (now - progress->rate) * share;
    progress->seen_done = progress->done;
    progress->seen_ms = elapsed_ms;
}

/* So much is done, for so long and so steadily, that the rest can be foretold by the average. */
static bool is_steady(const struct render_progress *progress, double average, double left)
{
    double least_ms = fmax(LEFT_LEAST_MS, fmin(LEFT_FIRM_MS, left / 10));
    int64_t idle_ms = progress->elapsed_ms - progress->last_ms;
    bool bursts = progress->longest_ms >= GAP_MS;

    if (progress->work.uneven || progress->last_done < LEFT_LEAST_DONE ||
        (double)(progress->elapsed_ms - progress->first_ms) < least_ms) {
        return false;
    }
    return bursts ? progress->gaps >= LEFT_LEAST_GAPS && idle_ms <= 2 * progress->longest_ms
                  : progress->rate < average * STEADY && progress->rate * STEADY > average;
}

/* -1: not known. */
static int64_t left_ms(const struct render_progress *progress)
{
    if (progress->total <= progress->done) {
        return progress->total > 0 ? 0 : -1;
    }
    if (progress->last_done > progress->done) {
        return -1; /* another reading has begun */
    }
    double average =
        fmax(1, (double)progress->last_done) * 1000 / (double)(progress->last_ms > 0 ? progress->last_ms : 1);
    double whole_ms = (double)(progress->total - progress->last_done) * 1000 / average;
    double left = fmax(1, whole_ms - (double)(progress->elapsed_ms - progress->last_ms));
    return is_steady(progress, average, left) ? (int64_t)left : -1;
}

/* --- the line ---------------------------------------------------------------------------------------- */

/* In the order of the line; the last of `ranks` gives way first. */
enum part {
    PART_TROUBLE,
    PART_WHAT,
    PART_DONE,
    PART_STEPS,
    PART_RATE,
    PART_FLIGHT,
    PART_FAILED,
    PART_RETRIES,
    PART_LEFT,
    PART_WAIT,
    PARTS
};
static const enum part ranks[] = {PART_DONE, PART_TROUBLE, PART_FAILED, PART_STEPS,  PART_LEFT,
                                  PART_RATE, PART_WHAT,    PART_WAIT,   PART_FLIGHT, PART_RETRIES};

/* What is of no interest as long as nothing is served. */
static bool is_idle_part(enum part part)
{
    return part == PART_RATE || part == PART_FLIGHT || part == PART_RETRIES || part == PART_LEFT;
}

/* Of a list whose length is known: how much of it is read is worth more than its name, which stands behind it. */
static const char *list_of_known_length(const struct render_progress *progress)
{
    return progress->reads && progress->total > 0 ? wait_reads_list(&progress->work) : NULL;
}

static void append_done(struct text *out, const struct render_progress *progress)
{
    const char *list = list_of_known_length(progress);

    if (progress->total > 0) {
        text_printf(out, "%zu/%zu", progress->done, progress->total);
        text_printf(out, "%s%s", list != NULL ? " " : "", list != NULL ? list : "");
    } else if (!progress->reads || progress->done > 0) {
        text_printf(out, "%zu", progress->done);
    }
}

static void append_flight(struct text *out, const struct render_progress *progress, bool steps)
{
    if (progress->in_flight > 0 || (!progress->reads && !steps)) {
        text_printf(out, "%zu in flight", progress->in_flight);
    }
}

static void append_left(struct text *out, const struct render_progress *progress)
{
    int64_t left = left_ms(progress);

    if (left >= 0 && progress->done > 0) {
        wait_append_time(out, left);
        text_append(out, " left");
    }
}

/* Nothing for a part that has nothing to say. */
static void append_part(struct text *out, const struct render_progress *progress, enum part part)
{
    CLEANUP(text_free) struct text steps = {0};
    bool idle = wait_is_idle(&progress->wait);

    if (idle && is_idle_part(part)) {
        return;
    }
    wait_describe_steps(&progress->work, &steps);
    switch (part) {
    case PART_TROUBLE:
    case PART_WAIT:
        if (idle == (part == PART_TROUBLE)) {
            wait_describe(&progress->wait, out);
        }
        break;
    case PART_WHAT:
        if (list_of_known_length(progress) != NULL) {
            text_append(out, "reading");
        } else if (progress->reads) {
            wait_describe_reads(&progress->work, out);
        }
        break;
    case PART_DONE:
        append_done(out, progress);
        break;
    case PART_STEPS:
        text_append(out, text_string(&steps));
        break;
    case PART_RATE:
        if (progress->rate > 0.05 && steps.size == 0) {
            text_printf(out, progress->rate < 9.95 ? "%.1f/s" : "%.0f/s", progress->rate);
        }
        break;
    case PART_FLIGHT:
        append_flight(out, progress, steps.size > 0);
        break;
    case PART_FAILED:
        if (progress->failed > 0) {
            text_printf(out, "%zu failed", progress->failed);
        }
        break;
    case PART_RETRIES:
        if (progress->retries > 0) {
            text_printf(out, "%" PRIu64 " retr%s", progress->retries, progress->retries == 1 ? "y" : "ies");
        }
        break;
    case PART_LEFT:
        append_left(out, progress);
        break;
    case PARTS:
        break;
    }
}

void render_progress_line(struct text *out, const struct render_progress *progress, size_t columns)
{
    bool shown[PARTS] = {false};
    size_t used = 0;
    size_t shown_count = 0;
    CLEANUP(text_free) struct text part = {0};

    for (size_t i = 0; i < PARTS; i++) {
        text_clear(&part);
        append_part(&part, progress, ranks[i]);
        size_t width = text_width(text_string(&part), part.size) + (used > 0 ? 2 : 0);
        if (part.size > 0 && used + width <= columns) {
            shown[ranks[i]] = true;
            used += width;
        } else if (part.size > 0 && ranks[i] == PART_DONE) {
            return; /* the rest means nothing without it */
        }
    }
    for (enum part i = PART_TROUBLE; i < PARTS; i++) {
        if (shown[i]) {
            text_append(out, shown_count++ > 0 ? "  " : "");
            append_part(out, progress, i);
        }
    }
}

/* --- JSON -------------------------------------------------------------------------------------------- */

static void append_wait_json(struct text *out, const struct render_progress *progress)
{
    const struct wait *wait = &progress->wait;

    if (wait->reason == WAIT_NOTHING) {
        return;
    }
    text_append(out, ",\"waiting\":");
    wait_append_json(wait, out);
    if (wait->reason == WAIT_OUTAGE) {
        text_printf(out, ",\"outage\":{\"host\":\"%s\",\"message\":\"%s\",\"seconds_left\":%" PRId64 "}", wait->host,
                    wait->what, (wait->left_ms + 999) / 1000);
    }
    if (wait->reason == WAIT_TOKEN_REFUSED) {
        text_printf(out, ",\"token_refusals\":%u", wait->attempt - 1);
    }
}

void render_progress_json(struct text *out, const struct render_progress *progress)
{
    int64_t left = wait_is_idle(&progress->wait) ? -1 : left_ms(progress);
    CLEANUP(text_free) struct text steps = {0};

    text_printf(out,
                "{\"event\":\"progress\",\"done\":%zu,\"total\":%zu,\"in_flight\":%zu,\"changed\":%zu,\"failed\":%zu,"
                "\"retries\":%" PRIu64 ",\"rate\":%.1f,\"seconds_left\":",
                progress->done, progress->total, progress->in_flight, progress->changed, progress->failed,
                progress->retries, progress->rate);
    if (left >= 0) {
        text_printf(out, "%" PRId64, (left + 999) / 1000);
    } else {
        text_append(out, "null");
    }
    if (progress->reads) {
        text_append(out, ",\"activity\":\"");
        wait_describe_reads(&progress->work, out);
        text_append_char(out, '"');
    }
    wait_append_steps_json(&progress->work, &steps);
    if (steps.size > sizeof("{}") - 1) {
        text_printf(out, ",\"steps\":%s", text_string(&steps));
    }
    append_wait_json(out, progress);
    text_append_char(out, '}');
}
