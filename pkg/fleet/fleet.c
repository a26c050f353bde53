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
#include "fleet/fleet_watch.h"
#include "mem/mem.h"

/* --- the windows --------------------------------------------------------------------------------- */

static const struct fleet_work *const works[PLAN_ACTIONS] = {
    [PLAN_SET] = &fleet_set,   [PLAN_CREATE] = &fleet_create, [PLAN_MOVE] = &fleet_move,
    [PLAN_ROLL] = &fleet_roll, [PLAN_DELETE] = &fleet_delete, [PLAN_RESTART] = &fleet_restart,
};

static bool begin_next(struct fleet *fleet)
{
    size_t index;

    if (!fleet_dependencies_peek(&fleet->dependencies, &index) || !fleet_rollout_admit(&fleet->rollout)) {
        return false;
    }
    fleet_dependencies_take(&fleet->dependencies);
    struct fleet_result *result = &fleet->run->results[index];
    result->begun = true;
    fleet_task_begin(fleet, result, works[result->item->action], false);
    return true;
}

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

    return fleet->options->concurrency > 0 ? fleet->options->concurrency : window - reading;
}

/* What is changed already but for its restart is not undone by leaving that out. */
static void withhold(struct fleet *fleet, struct fleet_result *result, bool changed, const char *reason)
{
    static const char not_begun[] = "not begun: ";
    CLEANUP(text_free) struct text unfinished = {0};

    if (changed) {
        text_printf(&unfinished, "not restarted: %s", reason + strlen(not_begun));
        reason = resource_list_keep(fleet->strings, text_string(&unfinished));
        result->restart_needed = true;
    }
    result->outcome = changed ? FLEET_CHANGED : FLEET_SKIPPED;
    result->code = fleet->rollout.closed ? ERR_BUDGET : ERR_CANCELLED;
    result->reason = reason;
    fleet->run->summary.counts[result->outcome]++;
    fleet->run->summary.withheld++;
}

static const char *reason_to_withhold(const struct fleet *fleet)
{
    return fleet->error.code != ERR_NONE ? "not begun: the history could not be written"
           : fleet->rollout.closed       ? "not begun: too many failures before"
           : fleet->stopped              ? "not begun: interrupted"
           : fleet->queued.count > 0     ? "not begun: as many servers as allowed are down already"
                                         : "not begun: what it needs was not done";
}

/* Its request may have taken effect. Resuming the run settles it, as the journal is not told of an end. */
static void leave_open(struct fleet *fleet, struct fleet_result *result)
{
    fleet->run->summary.counts[result->outcome]--;
    result->outcome = FLEET_UNKNOWN;
    result->reason = "the run ended before it was known what became of it";
    fleet->run->summary.counts[result->outcome]++;
}

static void withhold_queue(struct fleet *fleet, struct fleet_queue *queue, const char *reason)
{
    struct fleet_queue all = {0};
    struct fleet_task *task;

    fleet_queue_move(&all, queue);
    while ((task = fleet_queue_pop(&all)) != NULL) {
        if (task->must_finish) {
            fleet_queue_push(queue, task);
            continue;
        }
        withhold(fleet, task->result, task->changed, reason);
        if (task->lost) {
            leave_open(fleet, task->result);
        }
        if (task->work->release != NULL) {
            task->work->release(task);
        }
        free(task);
    }
}

/* Those that wait to write, or to go down: closed by failures, interrupted, or nobody's turn comes any more. */
static void withhold_waiting(struct fleet *fleet)
{
    const char *reason = reason_to_withhold(fleet);

    withhold_queue(fleet, &fleet->recorded, reason);
    withhold_queue(fleet, &fleet->ready, reason);
    withhold_queue(fleet, &fleet->queued, reason);
}

/* Whatever was not begun when the run ended. */
static void withhold_the_rest(struct fleet *fleet)
{
    const char *reason = reason_to_withhold(fleet);

    withhold_waiting(fleet);
    for (size_t i = 0; i < fleet->run->count; i++) {
        struct fleet_result *result = &fleet->run->results[i];
        if (result->item->verdict == PLAN_CHANGE && !result->begun) {
            withhold(fleet, result, false, reason);
        }
    }
    fleet->run->summary.budget_spent = fleet->rollout.closed && fleet->run->summary.withheld > 0;
}

/* A start is sent even if the history cannot take it: a server that stays down is worse. */
static void record_ready(struct fleet *fleet)
{
    if (fleet_group_due(fleet) && !fleet_group_record(fleet)) {
        withhold_waiting(fleet);
        fleet_queue_move(&fleet->recorded, &fleet->ready);
    }
}

static void write_ready(struct fleet *fleet)
{
    struct fleet_task *task;

    record_ready(fleet);
    while (fleet->writing < fleet_writes_at_once(fleet) && (task = fleet_queue_pop(&fleet->recorded)) != NULL) {
        task->work->write(task);
    }
}

/* Fills both windows; reads keep a little ahead of the writes, so that the journal gets them in groups. */
static void take_up(struct fleet *fleet)
{
    size_t ahead = fleet_group_ahead(fleet);

    if (fleet_is_over(fleet)) {
        withhold_waiting(fleet);
    }
    write_ready(fleet);
    while (!fleet_is_over(fleet) && fleet->reading < fleet_reads_at_once(fleet) &&
           fleet->ready.count + fleet->recorded.count < ahead && begin_next(fleet)) {
    }
    if (!fleet_is_over(fleet)) {
        fleet_down_give(fleet);
    }
    if (fleet->reading + fleet->writing == 0 && !fleet_is_over(fleet)) {
        write_ready(fleet); /* of works that read nothing before they write */
    }
    fleet_watch_step(fleet);
    fleet_pause_step(fleet);
}

static void begin_results(const struct plan *plan, struct fleet_run *run)
{
    run->count = plan->count;
    run->results = mem_array(plan->count + 1, sizeof(*run->results));
    run->summary = (struct fleet_summary){.selected = plan->count};
    for (size_t i = 0; i < plan->count; i++) {
        struct fleet_result *result = &run->results[i];
        const struct plan_item *item = &plan->items[i];
        *result = (struct fleet_result){
            .item = item, .before = item->resource->settings, .before_state = plan_item_before(item)};
        result->after = item->resource->settings;
        if (item->verdict == PLAN_CHANGE) {
            result->after.given = 0;
            continue;
        }
        result->outcome = item->verdict == PLAN_SKIP ? FLEET_SKIPPED : FLEET_UNCHANGED;
        result->code = item->verdict == PLAN_SKIP ? ERR_FAILED : ERR_NONE;
        result->reason = item->reason;
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
        result->after_state = plan_item_after(&plan->items[i]);
        result->restart_needed = fleet_needs_restart(result, plan->items[i].resource->status);
        ret->summary.counts[FLEET_CHANGED]++;
    }
}

/* Told to stop: whoever was taken down is started again, and that at once. */
static void notice_stop(struct fleet *fleet)
{
    if (fleet->drains || http_state(fleet->options->http) == HTTP_OPEN) {
        return;
    }
    fleet->drains = fleet->stopped = true;
    fleet_watch_hurry(fleet);
    if (fleet->disruption.count > 0 && fleet->options->draining != NULL) {
        fleet->options->draining(fleet->disruption.count, fleet->options->progress_context);
    }
}

/* The sooner one of two; -1: none. */
static int sooner_ms(int one_ms, int other_ms)
{
    return one_ms < 0 || (other_ms >= 0 && other_ms < one_ms) ? other_ms : one_ms;
}

/* Waits for answers, or for the next look at servers; false when there is nothing to wait for. */
static bool await(struct fleet *fleet)
{
    struct http *http = fleet->options->http;
    int group_ms = fleet_group_wait_ms(fleet);
    int look_ms = sooner_ms(fleet_watch_left_ms(fleet), fleet_pause_left_ms(fleet));
    int wait_ms = look_ms >= 0 && look_ms < group_ms ? look_ms : group_ms;

    if (fleet->reading + fleet->writing > 0 || fleet_watch_is_looking(fleet)) {
        (void)http_step(http, wait_ms);
        return true;
    }
    if (look_ms < 0) {
        return false;
    }
    http_idle(http, wait_ms);
    if (http_state(http) == HTTP_CLOSED) {
        fleet_watch_hurry(fleet);
    }
    return true;
}

static void work(struct fleet *fleet)
{
    do {
        notice_stop(fleet);
        take_up(fleet);
    } while (await(fleet));
}

bool fleet_execute(const struct plan *plan, const struct fleet_options *options, struct resource_list *strings,
                   struct fleet_run *ret, struct err *e)
{
    struct fleet fleet = {.plan = plan, .options = options, .strings = strings, .run = ret};

    begin_results(plan, ret);
    fleet.intended = mem_array(2 * (plan->count + 1), sizeof(struct fleet_result *));
    fleet.concluded = fleet.intended + plan->count + 1;
    fleet.began_s = options->began_s > 0 ? options->began_s : clock_wall_s(clock_system());
    fleet.dependencies = fleet_dependencies_open(plan);
    fleet.rollout = fleet_rollout_open(options->limits, plan_count(plan).change);
    fleet_down_begin(&fleet);
    work(&fleet);
    bool whole = http_run(options->http, e);
    withhold_the_rest(&fleet);
    whole = fleet_group_record(&fleet) && whole;
    fleet_dependencies_close(&fleet.dependencies);
    fleet_disruption_free(&fleet.disruption);
    free(fleet.watch.long_for);
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
