/* What actions are built from: requests, the way of a task through the queues, and its end. */
#include "fleet/fleet_task.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"

/* --- the run ----------------------------------------------------------------------------------------- */

bool fleet_is_over(const struct fleet *fleet)
{
    return fleet->rollout.closed || fleet->stopped || fleet->error.code != ERR_NONE;
}

unsigned fleet_reads_at_once(const struct fleet *fleet)
{
    unsigned window = http_window(fleet->options->http);

    if (fleet->options->concurrency > 0) {
        return fleet->options->concurrency;
    }
    return window > fleet->writing ? window - fleet->writing : 1;
}

unsigned fleet_writes_at_once(const struct fleet *fleet)
{
    unsigned window = http_window(fleet->options->http);
    unsigned reading = fleet->reading < window / 2 ? fleet->reading : window / 2;

    unsigned most = fleet->options->concurrency > 0 ? fleet->options->concurrency : window - reading;

    /* what may still fail is in flight: with a budget of failures no other one takes its place */
    return fleet->rollout.limits->has_max_failures ? most - (fleet->settling < most ? fleet->settling : most) : most;
}

/* --- queues ------------------------------------------------------------------------------------------ */

void fleet_queue_push(struct fleet_queue *queue, struct fleet_task *task)
{
    task->next = NULL;
    if (queue->first == NULL) {
        queue->last = &queue->first;
    }
    *queue->last = task;
    queue->last = &task->next;
    queue->count++;
}

struct fleet_task *fleet_queue_pop(struct fleet_queue *queue)
{
    struct fleet_task *task = queue->first;

    if (task != NULL) {
        queue->first = task->next;
        queue->count--;
    }
    return task;
}

void fleet_queue_move(struct fleet_queue *queue, struct fleet_queue *source)
{
    struct fleet_task *task;

    while ((task = fleet_queue_pop(source)) != NULL) {
        fleet_queue_push(queue, task);
    }
}

void fleet_task_ready(struct fleet_task *task, const char *phase, const char *etag)
{
    struct fleet *fleet = task->fleet;

    if (fleet->ready.count == 0) {
        fleet->ready_since_ms = clock_monotonic_ms(clock_system());
    }
    task->result->phase = phase;
    task->result->etag = etag != NULL && etag[0] != '\0' ? etag : NULL;
    fleet_queue_push(&fleet->ready, task);
}

void fleet_task_await_slot(struct fleet_task *task)
{
    fleet_queue_push(&task->fleet->queued, task);
    task->fleet->slots_changed = true;
}

void fleet_task_release_slot(struct fleet_task *task)
{
    fleet_slot_release(&task->fleet->disruption, task->slot.item);
    task->fleet->slots_changed = true;
}

void fleet_task_pause(struct fleet_task *task, int pause_ms)
{
    task->due_ms = clock_monotonic_ms(clock_system()) + pause_ms;
    fleet_queue_push(&task->fleet->pausing, task);
}

void fleet_task_step(struct fleet_task *task, enum wait_step step)
{
    wait_step_change(http_work(task->fleet->options->http), task->step, step);
    task->step = step;
}

/* --- requests ---------------------------------------------------------------------------------------- */

void fleet_task_note_reply(struct fleet_task *task, const struct http_reply *reply)
{
    task->result->http_status = reply->status;
    snprintf(task->result->request_id, sizeof(task->result->request_id), "%s", reply->request_id);
}

/*
 * What was not tried again only because the run ends is left open as what was never sent: `ret` is the error of the
 * answer then as ERR_CANCELLED. Others may still have time where a deadline is why.
 */
static const struct err *note_stop(struct fleet *fleet, const struct err *error, struct err *ret)
{
    if (error == NULL) {
        return NULL;
    }
    fleet->stopped |= error->code == ERR_CANCELLED;
    if (!error->given_up) {
        return error;
    }
    fleet->given_up = true;
    *ret = *error;
    ret->code = ERR_CANCELLED;
    err_wrap(ret, "not tried again, the run ended");
    return ret;
}

static void begin_read(struct fleet_task *task)
{
    task->fleet->reading++;
    task->settling = task->result->attempts > 0;
    task->fleet->settling += task->settling;
}

static void end_read(struct fleet_task *task)
{
    task->fleet->reading--;
    task->fleet->settling -= task->settling;
    task->settling = false;
}

static void read_done(const struct vpc_answer *answer, void *context)
{
    struct fleet_task *task = context;
    struct vpc_answer taken = *answer;
    struct err stopped;

    end_read(task);
    taken.error = note_stop(task->fleet, answer->error, &stopped);
    task->done(&taken, task);
}

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct fleet_task *task = context;
    struct vpc_answer taken = *answer;
    struct err stopped;

    task->fleet->writing--;
    taken.error = note_stop(task->fleet, answer->error, &stopped);
    fleet_task_note_reply(task, answer->reply);
    task->result->attempts += answer->reply->attempts;
    task->done(&taken, task);
}

static void listed(const struct err *error, void *context)
{
    struct fleet_task *task = context;
    struct err stopped;

    end_read(task);
    task->listed(note_stop(task->fleet, error, &stopped), task);
}

static void send_call(struct fleet_task *task, fleet_send_fn *send, const struct vpc_call *call, vpc_done_fn *done)
{
    struct vpc_call counted = *call;

    task->done = call->done;
    counted.done = done;
    counted.context = task;
    counted.must_finish = task->must_finish;
    send(task->vpc, task->result->item->resource->kind, &counted);
}

void fleet_task_read(struct fleet_task *task, fleet_send_fn *send, const struct vpc_call *call)
{
    begin_read(task);
    send_call(task, send, call, read_done);
}

void fleet_task_write(struct fleet_task *task, fleet_send_fn *send, const struct vpc_call *call)
{
    task->fleet->writing++;
    send_call(task, send, call, write_done);
}

void fleet_task_list(struct fleet_task *task, const struct vpc_listing *listing)
{
    struct vpc_listing counted = *listing;

    task->listed = listing->listed;
    counted.listed = listed;
    counted.context = task;
    begin_read(task);
    vpc_list(task->vpc, &counted);
}

/* --- ends -------------------------------------------------------------------------------------------- */

bool fleet_needs_restart(const struct fleet_result *result, const char *status)
{
    bool stopped = resource_status(status) == RESOURCE_STATUS_STOPPED;
    bool known = (result->before.given & result->after.given & RESOURCE_ENABLED) != 0;

    return result->item->resource->kind->restart_to_enable && known && !result->before.enabled &&
           result->after.enabled && !stopped;
}

bool fleet_is_not_started(const struct fleet_result *result)
{
    return result->outcome == FLEET_SKIPPED && (result->code == ERR_CANCELLED || result->code == ERR_BUDGET);
}

bool fleet_is_blocked(const struct fleet_run *run, const struct fleet_result *result)
{
    const struct fleet_result *at = result;

    while (fleet_is_not_started(at) && at->item->depends_on != 0) {
        at = &run->results[at->item->depends_on - 1];
    }
    return at != result && !fleet_is_not_started(at) && (at->outcome == FLEET_FAILED || at->outcome == FLEET_SKIPPED);
}

void fleet_task_free(struct fleet_task *task)
{
    fleet_task_step(task, WAIT_STEP_NONE);
    if (task->ops->release != NULL) {
        task->ops->release(task);
    }
    free(task);
}

/* The row keeps the name that the resource was selected by. */
static void append_new_name(struct fleet_task *task)
{
    struct fleet_result *result = task->result;
    CLEANUP(text_free) struct text reason = {0};

    if (result->renamed == NULL) {
        return;
    }
    if (result->reason != NULL) {
        text_printf(&reason, "%s; ", result->reason);
    }
    text_printf(&reason, "was renamed to %s meanwhile", result->renamed);
    result->reason = resource_list_keep(task->fleet->strings, text_string(&reason));
}

void fleet_task_finish(struct fleet_task *task, enum fleet_outcome outcome)
{
    struct fleet *fleet = task->fleet;
    struct fleet_result *result = task->result;
    struct fleet_summary *summary = &fleet->run->summary;

    append_new_name(task);
    result->outcome = outcome;
    summary->counts[outcome]++;
    if (outcome == FLEET_FAILED) {
        summary->conflicts += result->code == ERR_CONFLICT;
        summary->refused += result->code == ERR_AUTH;
    }
    if (outcome == FLEET_CHANGED || outcome == FLEET_UNCHANGED) {
        fleet_dependencies_succeeded(&fleet->dependencies, (size_t)(result - fleet->run->results));
    }
    summary->not_started += fleet_is_not_started(result);
    result->not_restarted = result->not_restarted && (outcome == FLEET_CHANGED || outcome == FLEET_SKIPPED);
    summary->not_restarted += result->not_restarted;
    /* what an earlier run had sent may have had effect: its step stays as it was recorded */
    bool planned_again = fleet_is_not_started(result);
    if (planned_again ? !result->item->journaled : result->code != ERR_CANCELLED) {
        fleet->concluded[fleet->concluded_count++] = result; /* all other that was cancelled is left open */
    }
    fleet_rollout_note(&fleet->rollout, outcome == FLEET_FAILED || outcome == FLEET_UNKNOWN);
    if (fleet->options->progress != NULL) {
        fleet->options->progress(result, summary, fleet->options->progress_context);
    }
    fleet_task_free(task);
}

void fleet_task_finish_error(struct fleet_task *task, const struct err *error, enum fleet_outcome outcome)
{
    task->result->code = error->code;
    task->result->reason = resource_list_keep(task->fleet->strings, error->message);
    fleet_task_finish(task, outcome);
}

/* --- beginnings -------------------------------------------------------------------------------------- */

/* Where a run has a single action, how many are done says it all. */
static enum wait_step step_of(const struct fleet_task *task)
{
    static const enum wait_step steps[PLAN_ACTIONS] = {[PLAN_CREATE] = WAIT_CREATING,
                                                       [PLAN_MOVE] = WAIT_MOVING,
                                                       [PLAN_ROLL] = WAIT_HEALING, /* before anything is deleted, too */
                                                       [PLAN_DELETE] = WAIT_DELETING};

    return task->fleet->mixed ? steps[task->result->item->action] : WAIT_STEP_NONE;
}

void fleet_task_begin(struct fleet *fleet, struct fleet_result *result, const struct fleet_action_ops *ops,
                      bool changed)
{
    struct fleet_task *task = mem_alloc(ops->size);

    assert(result->item->resource->api != NULL);
    *task = (struct fleet_task){
        .fleet = fleet, .ops = ops, .result = result, .vpc = result->item->resource->api, .changed = changed};
    fleet_task_step(task, step_of(task));
    ops->begin(task);
}

void fleet_task_continue(struct fleet_task *task, const struct fleet_action_ops *ops)
{
    struct fleet *fleet = task->fleet;
    struct fleet_result *result = task->result;

    fleet_task_free(task);
    fleet_task_begin(fleet, result, ops, true);
}
