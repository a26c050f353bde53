/* The words for what a command waits for, and the same as JSON. */
#include "wait/wait.h"

#include <inttypes.h>
#include <string.h>

void wait_append_time(struct text *out, int64_t ms)
{
    int64_t s = ms > 0 ? (ms + 999) / 1000 : 0;

    if (s < 60) {
        text_printf(out, "%" PRId64 " s", s);
    } else if (s < 10 * 60) {
        text_printf(out, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
    } else if (s < 60 * 60) {
        text_printf(out, "%" PRId64 " min", (s + 59) / 60);
    } else {
        text_printf(out, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
    }
}

/* --- why no request is served ------------------------------------------------------------------------ */

bool wait_is_idle(const struct wait *wait)
{
    return wait->reason != WAIT_NOTHING && wait->reason != WAIT_ANSWER;
}

static void append_try(const struct wait *wait, struct text *out)
{
    if (wait->attempt > 0 && wait->attempts > 0) {
        text_printf(out, " (try %u of %u)", wait->attempt, wait->attempts);
    }
}

static void append_next(const struct wait *wait, struct text *out)
{
    if (wait->left_ms >= WAIT_SAID_MS) {
        text_append(out, ", next try in ");
        wait_append_time(out, wait->left_ms);
    }
}

static void append_past(const struct wait *wait, struct text *out)
{
    if (wait->past_ms >= WAIT_SAID_MS) {
        text_append(out, ", ");
        wait_append_time(out, wait->past_ms / 1000 * 1000);
    }
}

void wait_describe(const struct wait *wait, struct text *out)
{
    const char *host = wait->host != NULL ? wait->host : "the server";

    switch (wait->reason) {
    case WAIT_NOTHING:
        break;
    case WAIT_ANSWER:
        text_printf(out, "waiting for %s", host);
        append_past(wait, out);
        break;
    case WAIT_TOKEN:
        text_printf(out, "waiting for a token of %s", host);
        append_past(wait, out);
        break;
    case WAIT_RATE_LIMIT:
        text_append(out, "rate limited: next try in ");
        wait_append_time(out, wait->left_ms);
        break;
    case WAIT_CONNECTION:
    case WAIT_NO_ANSWER:
        text_append(out, wait->reason == WAIT_CONNECTION ? "no connection" : "no answer");
        append_try(wait, out);
        text_printf(out, ": %s", host);
        append_next(wait, out);
        break;
    case WAIT_SERVER_ERROR:
        text_printf(out, "%s answers %d", host, wait->status);
        append_try(wait, out);
        append_next(wait, out);
        break;
    case WAIT_OUTAGE:
        text_printf(out, "%s: trying again, ", wait->what);
        wait_append_time(out, wait->left_ms);
        text_append(out, " left");
        break;
    case WAIT_TOKEN_REFUSED:
        text_printf(out, "waiting for a token to be accepted, try %u", wait->attempt);
        break;
    }
}

void wait_append_json(const struct wait *wait, struct text *out)
{
    static const char *const names[] = {[WAIT_NOTHING] = "nothing",
                                        [WAIT_ANSWER] = "answer",
                                        [WAIT_TOKEN] = "token",
                                        [WAIT_RATE_LIMIT] = "rate_limit",
                                        [WAIT_CONNECTION] = "connection",
                                        [WAIT_NO_ANSWER] = "no_answer",
                                        [WAIT_SERVER_ERROR] = "server_error",
                                        [WAIT_OUTAGE] = "outage",
                                        [WAIT_TOKEN_REFUSED] = "token_accepted"};

    text_printf(out, "{\"for\":\"%s\",\"message\":\"", names[wait->reason]);
    wait_describe(wait, out);
    text_append_char(out, '"');
    if (wait->host != NULL) {
        text_printf(out, ",\"host\":\"%s\"", wait->host);
    }
    if (wait->status > 0) {
        text_printf(out, ",\"status\":%d", wait->status);
    }
    if (wait->attempt > 0) {
        text_printf(out, ",\"try\":%u", wait->attempt);
    }
    if (wait->attempts > 0) {
        text_printf(out, ",\"tries\":%u", wait->attempts);
    }
    text_printf(out, ",\"seconds\":%" PRId64, wait->past_ms / 1000);
    if (wait->left_ms >= 0) {
        text_printf(out, ",\"seconds_left\":%" PRId64, (wait->left_ms + 999) / 1000);
    }
    text_append_char(out, '}');
}

/* --- what the requests are for ----------------------------------------------------------------------- */

static struct wait_reads *find_reads(struct wait_work *work, const char *what, bool listed)
{
    for (size_t i = 0; i < work->read_count; i++) {
        if (strcmp(work->reads[i].what, what) == 0 && work->reads[i].listed == listed) {
            return &work->reads[i];
        }
    }
    return NULL;
}

void wait_read_begun(struct wait_work *work, const char *what, bool listed)
{
    struct wait_reads *reads = find_reads(work, what, listed);

    if (reads == NULL && work->read_count < WAIT_READS_MAX) {
        reads = &work->reads[work->read_count++];
        *reads = (struct wait_reads){.what = what, .listed = listed};
    }
    if (reads != NULL) {
        reads->pending++;
    }
}

void wait_read_ended(struct wait_work *work, const char *what, bool listed)
{
    struct wait_reads *reads = find_reads(work, what, listed);

    if (reads != NULL && reads->pending > 0) {
        reads->pending--;
        reads->done++;
    }
}

void wait_reads_over(struct wait_work *work)
{
    work->read_count = 0;
}

bool wait_reads_count(const struct wait_work *work, size_t *ret_done, size_t *ret_total)
{
    size_t done = 0;
    size_t pending = 0;

    for (size_t i = 0; i < work->read_count; i++) {
        const struct wait_reads *reads = &work->reads[i];
        if (reads->listed && reads->pending > 0) {
            return false;
        }
        done += reads->listed ? 0 : reads->done;
        pending += reads->listed ? 0 : reads->pending;
    }
    if (pending == 0) {
        return false;
    }
    *ret_done = done;
    *ret_total = done + pending;
    return true;
}

const char *wait_reads_list(const struct wait_work *work)
{
    const char *what = NULL;

    for (size_t i = 0; i < work->read_count; i++) {
        const struct wait_reads *reads = &work->reads[i];
        if (reads->pending > 0 && (!reads->listed || what != NULL)) {
            return NULL;
        }
        what = reads->pending > 0 ? reads->what : what;
    }
    return what;
}

void wait_describe_reads(const struct wait_work *work, struct text *out)
{
    size_t count = 0;
    size_t shown = 0;

    for (size_t i = 0; i < work->read_count; i++) {
        count += work->reads[i].pending > 0;
    }
    text_append(out, "reading");
    for (size_t i = 0; i < work->read_count; i++) {
        if (work->reads[i].pending > 0) {
            text_printf(out, "%s%s", shown == 0 ? " " : shown + 1 == count ? " and " : ", ", work->reads[i].what);
            shown++;
        }
    }
}

static const struct {
    const char *name;              /* in JSON */
    const char *before;            /* the number */
    const char *one, *many, *more; /* behind it, of one and of several; then in both cases */
} steps[WAIT_STEPS] = {
    [WAIT_CREATING] = {"creating", "creating ", " template", " templates", ""},
    [WAIT_MOVING] = {"moving", "moving ", " group", " groups", ""},
    [WAIT_DELETING_MEMBERS] = {"deleting_members", "deleting members ", "", "", ""},
    [WAIT_HEALING] = {"healing", "waiting for ", " group", " groups", " to be healthy"},
    [WAIT_DELETING] = {"deleting", "deleting ", " template", " templates", ""},
    [WAIT_STOPPING] = {"stopping", "", "", "", " stopping"},
    [WAIT_STARTING] = {"starting", "", "", "", " starting"},
    [WAIT_SETTLING] = {"settling", "waiting for the status of ", " server", " servers", ""},
};

void wait_step_change(struct wait_work *work, enum wait_step from, enum wait_step to)
{
    work->step[from] -= work->step[from] > 0;
    work->step[to]++;
}

void wait_steps_over(struct wait_work *work)
{
    memset(work->step, 0, sizeof(work->step));
    memset(work->step_total, 0, sizeof(work->step_total));
    work->uneven = false;
}

/* A step without a name is no step. */
static bool is_shown(const struct wait_work *work, enum wait_step step)
{
    return steps[step].name != NULL && (work->step[step] > 0 || work->step_total[step] > 0);
}

void wait_describe_steps(const struct wait_work *work, struct text *out)
{
    size_t start = out->size;

    for (enum wait_step i = WAIT_STEP_NONE; i < WAIT_STEPS; i++) {
        if (!is_shown(work, i)) {
            continue;
        }
        text_printf(out, "%s%s%zu%s%s", out->size > start ? ", " : "", steps[i].before, work->step[i],
                    work->step[i] == 1 ? steps[i].one : steps[i].many, steps[i].more);
        if (work->step_total[i] > 0) {
            text_printf(out, " of %zu", work->step_total[i]);
        }
    }
}

void wait_append_steps_json(const struct wait_work *work, struct text *out)
{
    size_t shown = 0;

    text_append_char(out, '{');
    for (enum wait_step i = WAIT_STEP_NONE; i < WAIT_STEPS; i++) {
        if (!is_shown(work, i)) {
            continue;
        }
        text_printf(out, "%s\"%s\":%zu", shown++ > 0 ? "," : "", steps[i].name, work->step[i]);
        if (work->step_total[i] > 0) {
            text_printf(out, ",\"%s_total\":%zu", steps[i].name, work->step_total[i]);
        }
    }
    text_append_char(out, '}');
}
