/*
 * Restarting: GET, POST of a stop, wait for `stopped`, POST of a start, wait for `running`. What comes next is always
 * decided by fleet_restart_state.h from the status that was read; answers to the requests only say how far to trust it.
 */
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_gone.h"
#include "fleet/fleet_restart_state.h"
#include "fleet/fleet_watch.h"

/* The phases as the history keeps them. */
#define PHASE_STOP  "stop"
#define PHASE_START "start"

struct restart_task {
    struct fleet_task task;
    struct resource fresh; /* as last read */
    struct fleet_restart_state state;
    const char *status;      /* as last read */
    const char *why;         /* the API's reason for it, or NULL */
    bool read;               /* once at least */
    bool starts;             /* what is written next, or was: the start, else the stop */
    bool forced;             /* the stop cuts the power */
    bool refused;            /* the last requests, by what may not be the API: not sent again, but looked up */
    unsigned round;          /* requests for that so far */
    int64_t since_ms;        /* of the first of them */
    int64_t settle_until_ms; /* when a status that passes is waited for no longer; 0: none was met */
    unsigned waits;          /* pauses for it so far */
    enum err_code code;      /* why the last one failed, ERR_NONE: it did not */
    const char *problem;
};

static const struct fleet_restarts *terms_of(const struct restart_task *restart)
{
    return restart->task.fleet->options->restart;
}

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

/* Whether the server may be down because of the run. */
static bool is_ours(const struct restart_task *restart)
{
    return restart->state.stop != FLEET_UNSENT || restart->state.start != FLEET_UNSENT;
}

static bool only_starts(const struct restart_task *restart)
{
    const struct plan_item *item = restart->task.result->item;

    return item->action == PLAN_RESTART && item->restart.only_starts;
}

static bool is_running(const struct restart_task *restart)
{
    return resource_status(restart->status) == RESOURCE_STATUS_RUNNING;
}

/* --- ends ------------------------------------------------------------------------------------------- */

static void finish(struct restart_task *restart, enum fleet_outcome outcome, enum err_code code, const char *reason)
{
    struct fleet_result *result = restart->task.result;

    result->code = code;
    result->reason = reason != NULL ? resource_list_keep(restart->task.fleet->strings, reason) : NULL;
    if (restart->read || !restart->task.changed) {
        result->after = restart->fresh.settings;
    }
    if (!restart->task.changed) {
        result->before = restart->fresh.settings;
    }
    if (!is_ours(restart) || outcome == FLEET_CHANGED) {
        fleet_task_release_slot(&restart->task);
    }
    fleet_task_finish(&restart->task, outcome);
}

/* A server that is restarted in any case may not have needed it. */
static bool is_needed(const struct restart_task *restart)
{
    return restart->task.changed || !terms_of(restart)->terms.always;
}

/* It was not stopped, or not by the run. */
static void leave(struct restart_task *restart, enum fleet_outcome outcome, enum err_code code, const char *reason)
{
    enum resource_status status = resource_status(restart->status);
    bool ended = status == RESOURCE_STATUS_STOPPED || status == RESOURCE_STATUS_DELETED;
    CLEANUP(text_free) struct text unfinished = {0};

    restart->state = (struct fleet_restart_state){0};
    restart->task.result->restart_over = ended;
    restart->task.result->restart_needed = !ended && outcome != FLEET_UNCHANGED && is_needed(restart);
    if (!restart->task.changed) {
        finish(restart, outcome, code, reason);
        return;
    }
    /* interrupted, it is left open: a resumed run continues with the restart */
    text_printf(&unfinished, "not restarted: %s", reason);
    finish(restart, FLEET_CHANGED, code == ERR_CANCELLED ? code : ERR_NONE, text_string(&unfinished));
}

/* Also one that the run has stopped: nothing is down any more. */
static void leave_gone(struct fleet_task *task)
{
    struct restart_task *restart = (struct restart_task *)task;
    CLEANUP(text_free) struct text why = {0};

    restart->status = resource_status_words[RESOURCE_STATUS_DELETED];
    fleet_gone_describe(task, &why);
    leave(restart, FLEET_SKIPPED, ERR_FAILED, text_string(&why));
}

static const char *status_of(const struct restart_task *restart)
{
    return restart->status != NULL ? restart->status : "in an unknown state";
}

/* What was asked for is left, although the server could be restarted: the run is not done. */
static void leave_unfinished(struct restart_task *restart, enum fleet_outcome outcome, enum err_code code,
                             const char *reason)
{
    restart->task.result->not_restarted = !terms_of(restart)->only;
    leave(restart, outcome, code, reason);
}

/* A server that is down because of the run is part of its result. */
static void finish_down(struct restart_task *restart, enum fleet_outcome outcome, enum err_code code,
                        const char *reason)
{
    restart->task.result->restart_needed = is_needed(restart);
    restart->task.result->down = is_ours(restart) && !is_running(restart) ? status_of(restart) : NULL;
    finish(restart, outcome, code, reason);
}

static void fail(struct restart_task *restart, const char *reason)
{
    bool stops = is_running(restart) || resource_status(restart->status) == RESOURCE_STATUS_STOPPING;
    CLEANUP(text_free) struct text message = {0};

    text_printf(&message, "is %s and %s: %s", status_of(restart),
                restart->starts || !stops ? "did not start again" : "was not restarted", reason);
    if (restart->why != NULL) {
        text_printf(&message, " (%s)", restart->why);
    }
    finish_down(restart, FLEET_FAILED, restart->code != ERR_NONE ? restart->code : ERR_FAILED, text_string(&message));
}

/* Left open in the history: a resumed run continues with it. */
static void interrupt(struct restart_task *restart)
{
    CLEANUP(text_free) struct text message = {0};

    if (!is_ours(restart)) {
        leave(restart, FLEET_SKIPPED, ERR_CANCELLED, "interrupted");
        return;
    }
    text_printf(&message, "is %s: interrupted after the %s was sent; runs resume continues with it", status_of(restart),
                restart->state.start != FLEET_UNSENT ? "start" : "stop");
    finish_down(restart, FLEET_UNKNOWN, ERR_CANCELLED, text_string(&message));
}

/* A server that was read as running before its stop was sent may be down since. */
static void interrupt_unread(struct restart_task *restart)
{
    if (restart->state.stop != FLEET_UNSENT && restart->state.start == FLEET_UNSENT && is_running(restart)) {
        restart->status = NULL;
    }
    interrupt(restart);
}

/* --- the next step ---------------------------------------------------------------------------------- */

static void write_next(struct restart_task *restart, bool starts)
{
    if (restart->starts != starts) {
        restart->round = 0;
        restart->refused = false;
        restart->code = ERR_NONE;
    }
    restart->starts = starts;
    if (restart->code == ERR_CANCELLED) {
        interrupt(restart); /* the deadline comes before its next attempt */
        return;
    }
    if (restart->round >= FLEET_ROUNDS_MAX || restart->refused) {
        fail(restart, restart->code != ERR_NONE ? restart->problem : "the request had no effect");
        return;
    }
    fleet_task_ready(&restart->task, starts ? PHASE_START : PHASE_STOP, NULL);
}

/* It does not have the status that is waited for: is there time left? */
static void wait_longer(struct restart_task *restart)
{
    const struct fleet_restarts *terms = terms_of(restart);
    bool starting = restart->state.start != FLEET_UNSENT;
    unsigned limit_ms = starting ? terms->start_timeout_ms : terms->stop_timeout_ms;
    CLEANUP(text_free) struct text reason = {0};

    if (now_ms() - restart->since_ms < (int64_t)limit_ms) {
        fleet_task_await_status(&restart->task);
        return;
    }
    if (!starting && terms->force_stop && !restart->forced) {
        restart->forced = true;
        restart->round = 0;
        write_next(restart, false);
        return;
    }
    text_printf(&reason, "it took more than %s", text_duration(limit_ms).text);
    if (!starting && !restart->forced) {
        text_append(&reason, " to stop (--force-stop cuts the power then)");
    }
    fail(restart, text_string(&reason));
}

/* It starts, or stops, by the doing of another: what comes of it decides. The slot is kept: the server is down. */
static void settle(struct restart_task *restart)
{
    struct fleet *fleet = restart->task.fleet;
    unsigned settle_ms = fleet->options->settle_ms;
    CLEANUP(text_free) struct text reason = {0};

    restart->settle_until_ms = restart->settle_until_ms != 0 ? restart->settle_until_ms : now_ms() + settle_ms;
    int64_t left_ms = restart->settle_until_ms - now_ms();
    if (fleet->stopped) {
        interrupt(restart);
    } else if (left_ms > 0 && !fleet_is_over(fleet)) {
        fleet_task_step(&restart->task, WAIT_SETTLING);
        fleet_task_pause(&restart->task, fleet_settle_wait_ms(restart->waits++, left_ms));
    } else {
        text_printf(&reason, "is %s, still after %s (--settle-timeout)", restart->status,
                    text_duration(settle_ms).text);
        leave_unfinished(restart, FLEET_SKIPPED, ERR_FAILED, text_string(&reason));
    }
}

static void proceed(struct restart_task *restart, const char *status)
{
    restart->status = status;
    if (only_starts(restart) && is_running(restart) && restart->state.start == FLEET_UNSENT) {
        leave(restart, FLEET_UNCHANGED, ERR_NONE, "it is running");
        return;
    }
    enum fleet_restart_step step = fleet_restart_next(&restart->state, status);
    bool started = step == FLEET_RESTART_WAIT && restart->state.start != FLEET_UNSENT;

    /* the run is ending: what is down is started, everything else is left to a resumed run */
    if (restart->task.fleet->stopped && (step == FLEET_RESTART_STOP || started)) {
        interrupt(restart);
        return;
    }
    switch (step) {
    case FLEET_RESTART_STOP:
        write_next(restart, false);
        break;
    case FLEET_RESTART_START:
        write_next(restart, true);
        break;
    case FLEET_RESTART_WAIT:
        wait_longer(restart);
        break;
    case FLEET_RESTART_DONE:
        restart->task.result->restart_needed = false;
        restart->task.result->restarted = true;
        finish(restart, FLEET_CHANGED, ERR_NONE, NULL);
        break;
    case FLEET_RESTART_LEAVE:
        if (resource_status_passes(status)) {
            settle(restart);
            break;
        }
        leave(restart, FLEET_SKIPPED, ERR_FAILED, "another writer stopped it meanwhile");
        break;
    case FLEET_RESTART_HOPELESS:
        fail(restart, "it will not come back by itself");
        break;
    }
}

static void on_status(struct fleet_task *task, const struct fleet_observation *observation)
{
    struct restart_task *restart = (struct restart_task *)task;

    bool learned = observation->status != NULL || observation->gone;

    restart->why = observation->why != NULL ? observation->why : restart->why;
    if (observation->code == ERR_CANCELLED || (!learned && task->fleet->stopped && !is_ours(restart))) {
        interrupt_unread(restart);
    } else if (observation->gone) {
        fleet_gone_explain(task, leave_gone);
    } else if (learned) {
        proceed(restart, observation->status);
    } else {
        wait_longer(restart);
    }
}

/* --- reading ---------------------------------------------------------------------------------------- */

static bool read_fresh(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct restart_task *restart = context;
    struct resource_list *strings = restart->task.fleet->strings;
    struct resource fresh = restart->fresh;
    struct answer_string why = {0};

    (void)reply;
    (void)e;
    resource_read(strings, &fresh, root);
    fleet_gone_note_name(&restart->task, root);
    why = answer_value(answer_find(root, "status_reasons/0/message")).string;
    restart->fresh = fresh;
    restart->read = true;
    restart->why = why.data != NULL ? resource_list_share(strings, why.data, why.size) : NULL;
    return true;
}

static void note_groups(struct restart_task *restart)
{
    const struct resource *fresh = &restart->fresh;
    bool grouped = text_equal(fresh->placement_type, "placement_group");

    restart->task.slot.placement_group = grouped ? fresh->placement_id : NULL;
    restart->task.slot.instance_group = fresh->member_of;
}

/* Whether a wait, which was not allowed, is all that keeps it from being restarted. */
static bool is_unsettled(const struct restart_task *restart)
{
    struct plan_restart_terms waiting = terms_of(restart)->terms;
    char reason[PLAN_REASON_SIZE];

    waiting.settles = true;
    return plan_judge_restart(&restart->fresh, RESOURCE_ON, &waiting, reason) == PLAN_CHANGE;
}

/* The last read before the stop: the plan is judged again. */
static void check_fresh(struct restart_task *restart)
{
    char reason[PLAN_REASON_SIZE];

    note_groups(restart);
    if (!fleet_slot_is_free(&restart->task.fleet->disruption, &restart->task.slot)) {
        fleet_task_release_slot(&restart->task);
        fleet_task_await_slot(&restart->task);
        return;
    }
    fleet_slot_take(&restart->task.fleet->disruption, &restart->task.slot);
    restart->status = restart->fresh.status;
    switch (plan_judge_restart(&restart->fresh, RESOURCE_ON, &terms_of(restart)->terms, reason)) {
    case PLAN_CHANGE:
        if (resource_status_passes(restart->fresh.status)) {
            settle(restart);
            break;
        }
        proceed(restart, restart->fresh.status);
        break;
    case PLAN_UNCHANGED:
        leave(restart, FLEET_UNCHANGED, ERR_NONE, reason);
        break;
    case PLAN_SKIP:
        (is_unsettled(restart) ? leave_unfinished : leave)(restart, FLEET_SKIPPED, ERR_FAILED, reason);
        break;
    }
}

static void read_done(const struct vpc_answer *answer, void *context)
{
    struct restart_task *restart = context;
    const struct err *error = answer->error;

    if (!restart->task.must_finish) {
        fleet_task_note_reply(&restart->task, answer->reply);
    }
    if (error != NULL && error->code == ERR_CANCELLED) {
        interrupt_unread(restart);
    } else if (http_is_not_found(answer->reply)) {
        fleet_gone_explain(&restart->task, leave_gone);
    } else if (error != NULL && !is_ours(restart)) {
        restart->status = restart->read ? restart->fresh.status : NULL;
        leave_unfinished(restart, FLEET_FAILED, error->code, error->message);
    } else if (error != NULL) {
        wait_longer(restart);
    } else if (is_ours(restart)) {
        note_groups(restart);
        fleet_slot_take(&restart->task.fleet->disruption, &restart->task.slot);
        proceed(restart, restart->fresh.status);
    } else {
        check_fresh(restart);
    }
}

static void start_read(struct fleet_task *task)
{
    fleet_task_read(task, vpc_get,
                    &(struct vpc_call){.id = task->result->item->resource->id, .read = read_fresh, .done = read_done});
}

static void begin(struct fleet_task *task)
{
    struct restart_task *restart = (struct restart_task *)task;
    const struct plan_item *item = task->result->item;

    restart->fresh = *item->resource;
    task->slot.item = (size_t)(task->result - task->fleet->run->results);
    if (item->phase == NULL && only_starts(restart)) {
        restart->state = (struct fleet_restart_state){.stop = FLEET_CONFIRMED};
        restart->since_ms = now_ms();
        task->must_finish = true;
        start_read(task);
        return;
    }
    if (item->phase == NULL) {
        note_groups(restart);
        fleet_task_await_slot(task);
        return;
    }
    /* a run that was cut off may have sent what it journaled; before a start the stop had its effect */
    restart->starts = strcmp(item->phase, PHASE_START) == 0;
    restart->state = (struct fleet_restart_state){.stop = restart->starts ? FLEET_CONFIRMED : FLEET_UNCONFIRMED,
                                                  .start = restart->starts ? FLEET_UNCONFIRMED : FLEET_UNSENT,
                                                  .left_running = restart->starts};
    restart->since_ms = now_ms();
    task->must_finish = true;
    start_read(task);
}

/* --- writing ---------------------------------------------------------------------------------------- */

static void write_failed(struct restart_task *restart, const struct vpc_answer *answer, enum fleet_receipt *receipt)
{
    const struct err *error = answer->error;

    restart->code = error->code;
    restart->problem = resource_list_keep(restart->task.fleet->strings, error->message);
    if (answer->reply->maybe_processed) {
        *receipt = *receipt == FLEET_UNSENT ? FLEET_UNCONFIRMED : *receipt;
        restart->refused = fleet_is_refusal(error) && restart->round >= FLEET_GATEWAY_ROUNDS;
        restart->task.must_finish = true;
        fleet_task_await_status(&restart->task);
    } else if (error->code == ERR_CANCELLED && !is_ours(restart)) {
        interrupt(restart);
    } else if (error->http_status == 404) {
        start_read(&restart->task); /* whether it is gone */
    } else if (fleet_is_refusal(error)) {
        fail(restart, restart->problem);
    } else {
        fleet_task_await_status(&restart->task);
    }
}

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct restart_task *restart = context;
    enum fleet_receipt *receipt = restart->starts ? &restart->state.start : &restart->state.stop;

    restart->state.same_reads = 0;
    if (answer->error != NULL) {
        write_failed(restart, answer, receipt);
        return;
    }
    *receipt = FLEET_CONFIRMED;
    restart->code = ERR_NONE;
    restart->task.must_finish = true;
    fleet_task_await_status(&restart->task);
}

static void write(struct fleet_task *task)
{
    struct restart_task *restart = (struct restart_task *)task;
    const char *body = restart->starts   ? "{\"type\":\"start\"}"
                       : restart->forced ? "{\"type\":\"stop\",\"force\":true}"
                                         : "{\"type\":\"stop\"}";

    fleet_task_step(task, restart->starts ? WAIT_STARTING : WAIT_STOPPING);
    if (restart->round++ == 0) {
        restart->since_ms = now_ms();
    }
    fleet_task_write(
        task, vpc_act,
        &(struct vpc_call){
            .id = task->result->item->resource->id, .body = body, .body_size = strlen(body), .done = write_done});
}

const struct fleet_action_ops fleet_restart = {.size = sizeof(struct restart_task),
                                               .begin = begin,
                                               .write = write,
                                               .on_slot = start_read,
                                               .resume = start_read,
                                               .on_status = on_status};
