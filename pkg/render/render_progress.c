/* The rate of the last seconds, and the line of progress in its two forms. */
#include "render/render_progress.h"

#include <inttypes.h>
#include <math.h>

#define RATE_SPAN_MS 3000.0 /* the rate is that of about so long ago until now */

enum { RATE_LEAST_MS = 200 }; /* over less a rate is noise */

void render_progress_tick(struct render_progress *progress, int64_t elapsed_ms)
{
    int64_t span_ms = elapsed_ms - progress->seen_ms;

    progress->elapsed_ms = elapsed_ms;
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

static int64_t left_seconds(const struct render_progress *progress)
{
    double least = 0.01; /* slower is standing still */

    if (progress->total <= progress->done) {
        return progress->total > 0 ? 0 : -1;
    }
    return progress->rate < least ? -1 : (int64_t)ceil((double)(progress->total - progress->done) / progress->rate);
}

/* --- the line ---------------------------------------------------------------------------------------- */

/* In the order of the line; the last of `ranks` gives way first. */
enum part { PART_TROUBLE, PART_WHAT, PART_DONE, PART_RATE, PART_FLIGHT, PART_FAILED, PART_RETRIES, PART_LEFT, PARTS };
static const enum part ranks[] = {PART_DONE, PART_TROUBLE, PART_FAILED, PART_LEFT,
                                  PART_RATE, PART_WHAT,    PART_FLIGHT, PART_RETRIES};

static void append_left(struct text *out, int64_t left_s)
{
    if (left_s >= 2 * 3600) {
        text_printf(out, "%" PRId64 " h %" PRId64 " min left", left_s / 3600, left_s % 3600 / 60);
    } else if (left_s >= 120) {
        text_printf(out, "%" PRId64 " min left", (left_s + 59) / 60);
    } else if (left_s >= 0) {
        text_printf(out, "%" PRId64 " s left", left_s);
    }
}

static void append_outage(struct text *out, const struct render_progress *progress)
{
    int64_t left_s = (progress->outage.left_ms + 999) / 1000;

    text_printf(out, "%s: trying again, ", progress->outage.what);
    if (left_s >= 60) {
        text_printf(out, "%" PRId64 " min ", left_s / 60);
    }
    text_printf(out, "%" PRId64 " s left", left_s % 60);
}

/* What is of no interest as long as nothing is served. */
static bool is_idle_part(enum part part)
{
    return part == PART_WHAT || part == PART_RATE || part == PART_FLIGHT || part == PART_LEFT;
}

/* Nothing for a part that has nothing to say. */
static void append_part(struct text *out, const struct render_progress *progress, enum part part)
{
    bool outage = progress->outage.what != NULL;

    if ((outage || progress->token_refusals > 0) && is_idle_part(part)) {
        return;
    }
    switch (part) {
    case PART_TROUBLE:
        if (outage) {
            append_outage(out, progress);
        } else if (progress->token_refusals > 0) {
            text_printf(out, "waiting for a token to be accepted, try %u", progress->token_refusals + 1);
        }
        break;
    case PART_WHAT:
        text_append(out, progress->what != NULL ? progress->what : "");
        break;
    case PART_DONE:
        text_printf(out, progress->total > 0 ? "%zu/%zu" : "%zu", progress->done, progress->total);
        break;
    case PART_RATE:
        if (progress->rate > 0) {
            text_printf(out, progress->rate < 9.95 ? "%.1f/s" : "%.0f/s", progress->rate);
        }
        break;
    case PART_FLIGHT:
        text_printf(out, "%zu in flight", progress->in_flight);
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
        append_left(out, left_seconds(progress));
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
        size_t width = part.size + (used > 0 ? 2 : 0);
        if (part.size > 0 && used + width <= columns) {
            shown[ranks[i]] = true;
            used += width;
        } else if (ranks[i] == PART_DONE) {
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

void render_progress_json(struct text *out, const struct render_progress *progress)
{
    int64_t left_s = left_seconds(progress);

    text_printf(out,
                "{\"event\":\"progress\",\"done\":%zu,\"total\":%zu,\"in_flight\":%zu,\"changed\":%zu,\"failed\":%zu,"
                "\"retries\":%" PRIu64 ",\"rate\":%.1f,\"seconds_left\":",
                progress->done, progress->total, progress->in_flight, progress->changed, progress->failed,
                progress->retries, progress->rate);
    if (left_s >= 0) {
        text_printf(out, "%" PRId64, left_s);
    } else {
        text_append(out, "null");
    }
    if (progress->outage.what != NULL) {
        text_printf(out, ",\"outage\":{\"host\":\"%s\",\"message\":\"%s\",\"seconds_left\":%" PRId64 "}",
                    progress->outage.host, progress->outage.what, (progress->outage.left_ms + 999) / 1000);
    }
    if (progress->token_refusals > 0) {
        text_printf(out, ",\"token_refusals\":%u", progress->token_refusals);
    }
    text_append_char(out, '}');
}
