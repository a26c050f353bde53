/*
 * The run: two windows (reads, writes) over the items of a plan. A task goes read -> ready -> journaled -> write ->
 * final, some of them several times. The actions (fleet_set.c, ...) move it on in the callbacks of their requests;
 * between them take_up keeps both windows full.
 */
#include "fleet/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_prefetch.h"
#include "fleet/fleet_watch.h"
#include "mem/mem.h"

static const struct fleet_action_ops *const actions[PLAN_ACTIONS] = {
    [PLAN_SET] = &fleet_set,   [PLAN_CREATE] = &fleet_create, [PLAN_MOVE] = &fleet_move,
    [PLAN_ROLL] = &fleet_roll, [PLAN_DELETE] = &fleet_delete, [PLAN_RESTART] = &fleet_restart,
};

/* --- what is not started ----------------------------------------------------------------------------- */

/* What is changed already, only not restarted, stays changed. */
static void end_unstarted(struct fleet *fleet, struct fleet_result *result, bool changed, const char *reason)
{
    static const char not_started[] = "not started: ";
    CLEANUP(text_free) struct text unfinished = {0};

    if (changed) {
        text_printf(&unfinished, "not restarted: %s", reason + strlen(not_started));
        reason = resource_list_keep(fleet->strings, text_string(&unfinished));
        result->restart_needed = true;
    }
    result->outcome = changed ? FLEET_CHANGED : FLEET_SKIPPED;
    result->code = fleet->rollout.closed ? ERR_BUDGET : ERR_CANCELLED;
    result->reason = reason;
    fleet->run->summary.counts[result->outcome]++;
    fleet->run->summary.not_started++;
}

static const char *reason_not_started(const struct fleet *fleet)
{
    const struct http *http = fleet->options->http;
    const struct err *cause = http_stop_cause(http);
    bool late = http_is_late(http) || (fleet->given_up && http_state(http) == HTTP_OPEN);
    const char *ended = late ? "not started: the deadline has passed" : "not started: interrupted";

    if (cause != NULL && fleet->error.code == ERR_NONE && !fleet->rollout.closed) {
        CLEANUP(text_free) struct text reason = {0};
        text_printf(&reason, "not started: %s", cause->message);
        return resource_list_keep(fleet->strings, text_string(&reason));
    }
    return fleet->error.code != ERR_NONE ? "not started: the history could not be written"
           : fleet->rollout.closed       ? "not started: too many failures before"
           : fleet->stopped              ? ended
           : fleet->queued.count > 0     ? "not started: as many servers as allowed are down already"
                                         : FLEET_DEPENDENCY_FAILED;
}

/* Its request may have taken effect. Resuming the run reconciles it, as the journal gets no end. */
static void leave_open(struct fleet *fleet, struct fleet_result *result)
{
    fleet->run->summary.counts[result->outcome]--;
    result->outcome = FLEET_UNKNOWN;
    result->reason = "the run ended before its result was known";
    fleet->run->summary.counts[result->outcome]++;
}

/* `journaled`: the journal has it, and no request left. */
static void end_queue(struct fleet *fleet, struct fleet_queue *queue, bool journaled, const char *reason)
{
    struct fleet_queue all = {0};
    struct fleet_task *task;

    fleet_queue_move(&all, queue);
    while ((task = fleet_queue_pop(&all)) != NULL) {
        if (task->must_finish) {
            fleet_queue_push(queue, task);
            continue;
        }
        end_unstarted(fleet, task->result, task->changed, reason);
        if (task->unconfirmed) {
            leave_open(fleet, task->result);
        } else if (journaled && fleet_is_not_started(task->result) && !task->result->item->journaled) {
            fleet->concluded[fleet->concluded_count++] = task->result;
        }
        fleet_task_free(task);
    }
}

/* Those that wait to write or for a slot: too many failures, interrupted, or no slot will be free any more. */
static void end_waiting(struct fleet *fleet)
{
    const char *reason = reason_not_started(fleet);

    end_queue(fleet, &fleet->journaled, true, reason);
    end_queue(fleet, &fleet->ready, false, reason);
    end_queue(fleet, &fleet->queued, false, reason);
}

/* Everything that was not started when the run ended. */
static void end_the_rest(struct fleet *fleet)
{
    const char *reason = reason_not_started(fleet);

    end_waiting(fleet);
    for (size_t i = 0; i < fleet->run->count; i++) {
        struct fleet_result *result = &fleet->run->results[i];
        if (result->item->verdict == PLAN_CHANGE && !result->started) {
            end_unstarted(fleet, result, false, reason);
        }
    }
    fleet->run->summary.budget_spent = fleet->rollout.closed && fleet->run->summary.not_started > 0;
}

/* --- journal batches: one flush of the disk for as many changes as come together ---------------------- */

enum {
    AHEAD_WINDOWS = 4, /* reads that are done before their writes can start, in windows of writes */
    AHEAD_MAX = 256,   /* more would only make ETags stale */
    WAIT_MS = 10,      /* two flushes of the disk */
    RUN_WAIT_MS = 60 * 1000,
};

/* Tasks that may be ready or journaled at a time. */
static size_t journal_ahead(const struct fleet *fleet)
{
    size_t window = fleet_writes_at_once(fleet);
    size_t ahead = window * AHEAD_WINDOWS < AHEAD_MAX ? window * AHEAD_WINDOWS : AHEAD_MAX;

    return fleet->options->journal == NULL || ahead < window ? window : ahead;
}

static bool has_use_for_ready(const struct fleet *fleet)
{
    return fleet->ready.count > 0 && fleet->writing + fleet->journaled.count < fleet_writes_at_once(fleet);
}

/* The ready ones may wait a moment for others to share their flush of the disk. */
static bool is_journal_due(const struct fleet *fleet)
{
    if (!has_use_for_ready(fleet)) {
        return false;
    }
    /* with a read in progress more may come; none may wait for a slow one */
    return fleet->options->journal == NULL || fleet->reading == 0 ||
           fleet->ready.count >= fleet_writes_at_once(fleet) ||
           clock_monotonic_ms(clock_system()) - fleet->ready_since_ms >= WAIT_MS;
}

/* Hands the ready ones and what was concluded to the journal. False: it failed. */
static bool record_batch(struct fleet *fleet)
{
    const struct fleet_journal *journal = fleet->options->journal;
    size_t count = 0;

    for (struct fleet_task *task = fleet->ready.first; task != NULL; task = task->next) {
        fleet->starting[count++] = task->result;
    }
    bool recorded =
        fleet->error.code == ERR_NONE && (journal == NULL || count + fleet->concluded_count == 0 ||
                                          journal->record(journal->context, fleet->starting, count, fleet->concluded,
                                                          fleet->concluded_count, &fleet->error));
    for (struct fleet_task *task = fleet->ready.first; task != NULL; task = task->next) {
        task->result->etag = NULL;
    }
    if (recorded) {
        fleet->concluded_count = 0;
        fleet_queue_move(&fleet->journaled, &fleet->ready);
    }
    return recorded;
}

/* --- the windows ------------------------------------------------------------------------------------- */

static bool is_prefetched(const struct fleet *fleet, size_t index)
{
    const struct plan_item *item = &fleet->plan->items[index];

    return item->verdict == PLAN_CHANGE && item->action == PLAN_SET && item->depends_on == 0 &&
           !fleet->run->results[index].started &&
           fleet_prefetch_get(fleet->options->prefetch, item->resource->id) != NULL;
}

/* Items whose state is at hand start first. */
static bool peek(struct fleet *fleet, size_t *ret_index)
{
    size_t count = fleet->options->prefetch != NULL ? fleet->plan->count : 0;

    while (fleet->next_prefetched < count && !is_prefetched(fleet, fleet->next_prefetched)) {
        fleet->next_prefetched++;
    }
    if (fleet->next_prefetched < count) {
        *ret_index = fleet->next_prefetched;
        return true;
    }
    while (fleet_dependencies_peek(&fleet->dependencies, ret_index) && fleet->run->results[*ret_index].started) {
        fleet_dependencies_take(&fleet->dependencies);
    }
    return fleet_dependencies_peek(&fleet->dependencies, ret_index);
}

static bool begin_next(struct fleet *fleet)
{
    size_t index;

    if (!peek(fleet, &index) || !fleet_rollout_admit(&fleet->rollout)) {
        return false;
    }
    struct fleet_result *result = &fleet->run->results[index];
    result->started = true;
    fleet_task_begin(fleet, result, actions[result->item->action], false);
    return true;
}

static void write_ready(struct fleet *fleet)
{
    struct fleet_task *task;

    if (is_journal_due(fleet) && !record_batch(fleet)) {
        end_waiting(fleet);
        /* a start is sent even if the history cannot take it: a server that stays down is worse */
        fleet_queue_move(&fleet->journaled, &fleet->ready);
    }
    while (fleet->writing < fleet_writes_at_once(fleet) && (task = fleet_queue_pop(&fleet->journaled)) != NULL) {
        task->ops->write(task);
    }
}

/* Gives slots of the disruption budget, in the order in which tasks began to wait. */
static void give_slots(struct fleet *fleet)
{
    struct fleet_queue waiting = {0};
    struct fleet_task *task;

    if (!fleet->slots_changed) {
        return;
    }
    fleet->slots_changed = false;
    fleet_queue_move(&waiting, &fleet->queued);
    while ((task = fleet_queue_pop(&waiting)) != NULL) {
        if (fleet_slot_is_free(&fleet->disruption, &task->slot)) {
            fleet_slot_take(&fleet->disruption, &task->slot);
            task->ops->on_slot(task);
        } else {
            fleet_queue_push(&fleet->queued, task);
        }
    }
}

/* Fills both windows; reads keep a little ahead of the writes, so that the journal gets batches. */
static void take_up(struct fleet *fleet)
{
    size_t ahead = journal_ahead(fleet);

    if (fleet_is_over(fleet)) {
        end_waiting(fleet);
    }
    write_ready(fleet);
    while (!fleet_is_over(fleet) && fleet->reading < fleet_reads_at_once(fleet) &&
           fleet->ready.count + fleet->journaled.count < ahead && begin_next(fleet)) {
    }
    if (!fleet_is_over(fleet)) {
        give_slots(fleet);
    }
    /* of actions that read nothing before they write, or whose reads were done before the run */
    bool full = fleet->writing == 0 && fleet->ready.count >= fleet_writes_at_once(fleet);
    if ((full || fleet->reading + fleet->writing == 0) && !fleet_is_over(fleet)) {
        write_ready(fleet);
    }
    fleet_watch_step(fleet);
}

/* The run was interrupted: servers that are down because of the run are started again, and that at once. */
static void notice_stop(struct fleet *fleet)
{
    if (fleet->draining || http_state(fleet->options->http) == HTTP_OPEN) {
        return;
    }
    fleet->draining = fleet->stopped = true;
    fleet_watch_hurry(fleet);
    if (http_state(fleet->options->http) == HTTP_DRAINING && fleet->options->draining != NULL) {
        fleet->options->draining(fleet->disruption.count, http_in_flight(fleet->options->http),
                                 fleet->options->progress_context);
    }
}

/* Waits for answers, or for the next read of statuses; false when there is nothing to wait for. */
static bool await(struct fleet *fleet)
{
    struct http *http = fleet->options->http;
    int journal_ms = has_use_for_ready(fleet) ? WAIT_MS : RUN_WAIT_MS;
    int watch_ms = fleet_watch_left_ms(fleet);
    int wait_ms = watch_ms >= 0 && watch_ms < journal_ms ? watch_ms : journal_ms;

    if (fleet->reading + fleet->writing > 0 || fleet_watch_is_reading(fleet)) {
        (void)http_step(http, wait_ms);
        return true;
    }
    if (watch_ms < 0) {
        return false;
    }
    http_idle(http, wait_ms);
    if (http_state(http) == HTTP_CLOSED) {
        fleet_watch_hurry(fleet);
    }
    return true;
}

/* --- results ----------------------------------------------------------------------------------------- */

static void begin_results(const struct plan *plan, struct fleet_run *run)
{
    run->count = plan->count;
    run->results = mem_array(plan->count, sizeof(*run->results));
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

void fleet_preview(const struct plan *plan, struct fleet_run *ret)
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

void fleet_run_free(struct fleet_run *run)
{
    free(run->results);
    *run = (struct fleet_run){0};
}

const char *fleet_outcome_name(enum fleet_outcome outcome)
{
    static const char *const names[FLEET_OUTCOMES] = {"changed", "unchanged", "skipped", "failed", "unknown"};

    return names[outcome];
}

bool fleet_set_in_part(const struct fleet_result *result)
{
    const struct resource_settings *wanted = result->item->wanted;
    bool known = result->before.given != 0 && result->after.given != 0;

    if (result->outcome != FLEET_FAILED || result->item->action != PLAN_SET || !known) {
        return false;
    }
    unsigned missing = resource_settings_diff(&result->after, wanted);
    return missing != 0 && (resource_settings_diff(&result->before, wanted) & ~missing) != 0;
}

int fleet_exit_status(const struct fleet_summary *summary)
{
    size_t bad = summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];
    size_t good = summary->counts[FLEET_CHANGED] + summary->counts[FLEET_UNCHANGED];

    if (summary->budget_spent) {
        return ERR_EXIT_BUDGET;
    }
    if (bad == 0) {
        return summary->not_restarted > 0 ? ERR_EXIT_PARTLY : ERR_EXIT_DONE;
    }
    if (good > 0) {
        return ERR_EXIT_PARTLY;
    }
    return summary->conflicts == bad ? ERR_EXIT_CONFLICT : summary->refused == bad ? ERR_EXIT_AUTH : ERR_EXIT_FAILED;
}

/* --- the run ----------------------------------------------------------------------------------------- */

/* A server that an earlier run may have stopped is down until it is known to run. */
static void open_disruption_budget(struct fleet *fleet, const struct plan_counts *counts)
{
    const struct fleet_restarts *restarts = fleet->options->restart;
    const struct plan *plan = fleet->plan;
    size_t restarted = plan_counts_restarted(counts);

    if (restarts == NULL) {
        return;
    }
    fleet->disruption = (struct fleet_disruption){
        .max_down = fleet_disruption_max(restarts->max_unavailable, restarted), .same_group = restarts->same_group};
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        bool stops = item->action == PLAN_RESTART || item->action == PLAN_SET;
        if (item->verdict == PLAN_CHANGE && stops && item->phase != NULL) {
            fleet_slot_take(&fleet->disruption, &(struct fleet_slot){.item = i});
        }
    }
}

bool fleet_execute(const struct plan *plan, const struct fleet_options *options, struct resource_list *strings,
                   struct fleet_run *ret, struct err *e)
{
    struct fleet fleet = {.plan = plan, .options = options, .strings = strings, .run = ret};
    const struct plan_counts counts = plan_count(plan);

    begin_results(plan, ret);
    for (size_t i = 1; i < plan->count; i++) {
        fleet.mixed = fleet.mixed || plan->items[i].action != plan->items[0].action;
    }
    http_work(options->http)->uneven = fleet.mixed;
    fleet.starting = mem_array(plan->count, 2 * sizeof(struct fleet_result *));
    fleet.concluded = fleet.starting + plan->count;
    fleet.began_s = options->began_s > 0 ? options->began_s : clock_wall_s(clock_system());
    fleet.dependencies = fleet_dependencies_open(plan);
    fleet.rollout = fleet_rollout_open(options->limits, counts.change);
    open_disruption_budget(&fleet, &counts);
    do {
        notice_stop(&fleet);
        take_up(&fleet);
    } while (await(&fleet));
    bool whole = http_run(options->http, e);
    if (whole && fleet.given_up) {
        whole = err_set(e, ERR_CANCELLED, "no time is left before the deadline to try again");
    }
    end_the_rest(&fleet);
    whole = record_batch(&fleet) && whole;
    fleet_dependencies_close(&fleet.dependencies);
    fleet_disruption_free(&fleet.disruption);
    wait_steps_over(http_work(options->http));
    free(fleet.watch.long_for);
    free(fleet.starting);
    err_take(e, &fleet.error);
    return whole;
}
