/* What works are built from: requests, the way of a task through the queues, and its end. */
#include "fleet/fleet_task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"

struct vpc *fleet_task_vpc(const struct fleet_task *task)
{
    const struct fleet_options *options = task->fleet->options;

    return vpc_of_region(options->regions, options->region_count, task->result->item->resource->region);
}

void fleet_task_note_reply(struct fleet_task *task, const struct http_reply *reply)
{
    task->result->http_status = reply->status;
    snprintf(task->result->request_id, sizeof(task->result->request_id), "%s", reply->request_id);
}

static void note_cancelled(struct fleet *fleet, const struct vpc_answer *answer)
{
    fleet->stopped |= answer->error != NULL && answer->error->code == ERR_CANCELLED;
}

static void read_done(const struct vpc_answer *answer, void *context)
{
    struct fleet_task *task = context;

    task->fleet->reading--;
    note_cancelled(task->fleet, answer);
    task->done(answer, task);
}

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct fleet_task *task = context;

    task->fleet->writing--;
    note_cancelled(task->fleet, answer);
    fleet_task_note_reply(task, answer->reply);
    task->result->attempts += answer->reply->attempts;
    task->done(answer, task);
}

static void send(struct fleet_task *task, fleet_send_fn *function, const struct vpc_call *call, vpc_done_fn *done)
{
    struct vpc_call counted = *call;

    task->done = call->done;
    counted.done = done;
    counted.context = task;
    counted.must_finish = task->must_finish;
    function(fleet_task_vpc(task), task->result->item->resource->kind, &counted);
}

void fleet_task_read(struct fleet_task *task, fleet_send_fn *function, const struct vpc_call *call)
{
    task->fleet->reading++;
    send(task, function, call, read_done);
}

static void listed(const struct err *error, void *context)
{
    struct fleet_task *task = context;

    task->fleet->reading--;
    task->fleet->stopped |= error != NULL && error->code == ERR_CANCELLED;
    task->listed(error, task);
}

void fleet_task_list(struct fleet_task *task, const struct vpc_listing *listing)
{
    struct vpc_listing counted = *listing;

    task->listed = listing->listed;
    counted.listed = listed;
    counted.context = task;
    task->fleet->reading++;
    vpc_list(fleet_task_vpc(task), &counted);
}

void fleet_task_write(struct fleet_task *task, fleet_send_fn *function, const struct vpc_call *call)
{
    task->fleet->writing++;
    send(task, function, call, write_done);
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

void fleet_task_begin(struct fleet *fleet, struct fleet_result *result, const struct fleet_work *work, bool changed)
{
    struct fleet_task *task = mem_alloc(work->size);

    *task = (struct fleet_task){.fleet = fleet, .work = work, .result = result, .changed = changed};
    work->begin(task);
}

void fleet_task_go_on(struct fleet_task *task, const struct fleet_work *work)
{
    struct fleet *fleet = task->fleet;
    struct fleet_result *result = task->result;

    free(task);
    fleet_task_begin(fleet, result, work, true);
}

bool fleet_needs_restart(const struct fleet_result *result, const char *status)
{
    bool stopped = status != NULL && strcmp(status, "stopped") == 0;

    return result->item->resource->kind->restart_to_enable && !result->before.enabled && result->after.enabled &&
           !stopped;
}

/* --- ends ---------------------------------------------------------------------------------------- */

void fleet_task_finish(struct fleet_task *task, enum fleet_outcome outcome)
{
    struct fleet *fleet = task->fleet;
    struct fleet_result *result = task->result;
    struct fleet_summary *summary = &fleet->run->summary;

    result->outcome = outcome;
    summary->counts[outcome]++;
    if (outcome == FLEET_FAILED) {
        summary->conflicts += result->code == ERR_CONFLICT;
        summary->refused += result->code == ERR_AUTH;
    }
    if (outcome == FLEET_CHANGED || outcome == FLEET_UNCHANGED) {
        fleet_dependencies_succeeded(&fleet->dependencies, (size_t)(result - fleet->run->results));
    }
    fleet_group_conclude(fleet, result);
    fleet_rollout_note(&fleet->rollout, outcome == FLEET_FAILED || outcome == FLEET_UNKNOWN);
    if (fleet->options->progress != NULL) {
        fleet->options->progress(result, summary, fleet->options->progress_context);
    }
    free(task);
}

void fleet_task_finish_error(struct fleet_task *task, const struct err *error, enum fleet_outcome outcome)
{
    task->result->code = error->code;
    task->result->reason = resource_list_keep(task->fleet->strings, error->message);
    fleet_task_finish(task, outcome);
}

void fleet_task_finish_unread(struct fleet_task *task, const struct err *error)
{
    bool untouched = !task->result->item->journaled;

    fleet_task_finish_error(task, error,
                            !untouched                     ? FLEET_UNKNOWN
                            : error->code == ERR_CANCELLED ? FLEET_SKIPPED
                                                           : FLEET_FAILED);
}
