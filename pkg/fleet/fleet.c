/*
 * The run: two windows (reads, writes) over the items of a plan. A task goes read -> ready -> recorded -> write -> final,
 * some of them several times. The works (fleet_set.c, ...) move it on in the callbacks of their requests; between them
 * take_up keeps both windows full.
 */
#include "fleet/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_task.h"

/* --- what works are built from ----------------------------------------------------------------------- */

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

static void begin_task(struct fleet *fleet, struct fleet_result *result, const struct fleet_work *work)
{
    struct fleet_task *task = calloc(1, work->size);

    if (task == NULL) {
        text_out_of_memory();
    }
    *task = (struct fleet_task){.fleet = fleet, .work = work, .result = result};
    work->begin(task);
}

void fleet_task_go_on(struct fleet_task *task, const struct fleet_work *work)
{
    struct fleet *fleet = task->fleet;
    struct fleet_result *result = task->result;

    free(task);
    begin_task(fleet, result, work);
}

bool fleet_needs_restart(const struct fleet_result *result)
{
    return result->item->resource->kind->restart_to_enable && !result->before.enabled && result->after.enabled;
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
        fleet_order_met(&fleet->order, (size_t)(result - fleet->run->results));
    }
    fleet_group_conclude(fleet, result);
    fleet_gate_note(&fleet->gate, outcome == FLEET_FAILED || outcome == FLEET_UNKNOWN);
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
    bool untouched = !task->result->item->intended;

    fleet_task_finish_error(task, error,
                            !untouched                     ? FLEET_UNKNOWN
                            : error->code == ERR_CANCELLED ? FLEET_SKIPPED
                                                           : FLEET_FAILED);
}

/* --- the windows --------------------------------------------------------------------------------- */

static const struct fleet_work *const works[PLAN_ACTIONS] = {
    [PLAN_SET] = &fleet_set, [PLAN_MOVE] = &fleet_move, [PLAN_DELETE] = &fleet_delete};

static bool begin_next(struct fleet *fleet)
{
    size_t index;

    if (!fleet_order_peek(&fleet->order, &index) || !fleet_gate_pass(&fleet->gate)) {
        return false;
    }
    fleet_order_take(&fleet->order);
    struct fleet_result *result = &fleet->run->results[index];
    result->begun = true;
    begin_task(fleet, result, works[result->item->action]);
    return true;
}

static bool is_over(const struct fleet *fleet)
{
    return fleet->gate.closed || fleet->stopped || fleet->error.code != ERR_NONE;
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

    return fleet->options->concurrency > 0 ? fleet->options->concurrency : window - reading;
}

/* Fills both windows; reads keep a little ahead of the writes, so that the journal gets them in groups. */
static void take_up(struct fleet *fleet)
{
    size_t ahead = fleet_group_ahead(fleet);
    struct fleet_task *task;

    if (!is_over(fleet) && fleet_group_due(fleet)) {
        (void)fleet_group_record(fleet);
    }
    while (!is_over(fleet) && fleet->writing < fleet_writes_at_once(fleet) &&
           (task = fleet_queue_pop(&fleet->recorded)) != NULL) {
        task->work->write(task);
    }
    while (!is_over(fleet) && fleet->reading < fleet_reads_at_once(fleet) &&
           fleet->ready.count + fleet->recorded.count < ahead && begin_next(fleet)) {
    }
}

static void withhold(struct fleet_result *result, struct fleet *fleet, const char *reason)
{
    result->outcome = FLEET_SKIPPED;
    result->code = fleet->gate.closed ? ERR_BUDGET : ERR_CANCELLED;
    result->reason = reason;
    fleet->run->summary.counts[FLEET_SKIPPED]++;
    fleet->run->summary.withheld++;
}

static void withhold_queue(struct fleet *fleet, struct fleet_queue *queue, const char *reason)
{
    struct fleet_task *task;

    while ((task = fleet_queue_pop(queue)) != NULL) {
        withhold(task->result, fleet, reason);
        free(task);
    }
}

/* Whatever was not sent when the run ended: closed by failures, interrupted, or in need of something that failed. */
static void withhold_the_rest(struct fleet *fleet)
{
    const char *reason = fleet->error.code != ERR_NONE ? "not begun: the history could not be written"
                         : fleet->gate.closed          ? "not begun: too many failures before"
                         : fleet->stopped              ? "not begun: interrupted"
                                                       : "not begun: what it needs was not done";

    withhold_queue(fleet, &fleet->recorded, reason);
    withhold_queue(fleet, &fleet->ready, reason);
    for (size_t i = 0; i < fleet->run->count; i++) {
        struct fleet_result *result = &fleet->run->results[i];
        if (result->item->verdict == PLAN_CHANGE && !result->begun) {
            withhold(result, fleet, reason);
        }
    }
    fleet->run->summary.budget_spent = fleet->gate.closed && fleet->run->summary.withheld > 0;
}

static void begin_results(const struct plan *plan, struct fleet_run *run)
{
    run->count = plan->count;
    run->results = calloc(plan->count + 1, sizeof(*run->results));
    if (run->results == NULL) {
        text_out_of_memory();
    }
    run->summary = (struct fleet_summary){.selected = plan->count};
    for (size_t i = 0; i < plan->count; i++) {
        struct fleet_result *result = &run->results[i];
        const struct plan_item *item = &plan->items[i];
        *result =
            (struct fleet_result){.item = item, .before = item->resource->settings, .before_text = item->before_text};
        result->after = item->resource->settings;
        if (item->verdict == PLAN_CHANGE) {
            result->after.given = 0;
            continue;
        }
        result->outcome = item->verdict == PLAN_SKIP ? FLEET_SKIPPED : FLEET_UNCHANGED;
        if (item->verdict == PLAN_SKIP) {
            result->code = ERR_FAILED;
            result->reason = item->reason;
        }
        run->summary.counts[result->outcome]++;
    }
}

void fleet_foresee(const struct plan *plan, struct fleet_run *ret)
{
    begin_results(plan, ret);
    for (size_t i = 0; i < plan->count; i++) {
        struct fleet_result *result = &ret->results[i];
        if (plan->items[i].verdict != PLAN_CHANGE) {
            continue;
        }
        result->outcome = FLEET_CHANGED;
        result->after = plan->items[i].after;
        result->after_text = plan->items[i].after_text;
        result->restart_needed = fleet_needs_restart(result);
        ret->summary.counts[FLEET_CHANGED]++;
    }
}

static void work(struct fleet *fleet)
{
    take_up(fleet);
    while (fleet->reading + fleet->writing > 0) {
        (void)http_step(fleet->options->http, fleet_group_wait_ms(fleet));
        take_up(fleet);
    }
}

bool fleet_execute(const struct plan *plan, const struct fleet_options *options, struct resource_list *strings,
                   struct fleet_run *ret, struct err *e)
{
    struct fleet fleet = {.plan = plan, .options = options, .strings = strings, .run = ret};

    begin_results(plan, ret);
    fleet.intended = calloc(2 * (plan->count + 1), sizeof(struct fleet_result *));
    if (fleet.intended == NULL) {
        text_out_of_memory();
    }
    fleet.concluded = fleet.intended + plan->count + 1;
    fleet.order = fleet_order_open(plan);
    fleet.gate = fleet_gate_open(options->limits, plan_count(plan).change);
    http_set_window(options->http, 2 * options->concurrency);
    http_set_pace(options->http, options->max_per_second);
    work(&fleet);
    bool whole = http_run(options->http, e);
    http_set_pace(options->http, 0);
    withhold_the_rest(&fleet);
    whole = fleet_group_record(&fleet) && whole;
    fleet_order_close(&fleet.order);
    free(fleet.intended);
    if (fleet.error.code != ERR_NONE && e->code == ERR_NONE) {
        *e = fleet.error;
    }
    return whole;
}

void fleet_run_free(struct fleet_run *run)
{
    free(run->results);
    *run = (struct fleet_run){0};
}
