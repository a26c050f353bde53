/*
 * The run: two windows (reads, writes) over the items of a plan. A task goes read -> ready -> recorded -> write -> final.
 * The callbacks of http move it to ready and to its end; between them take_up keeps both windows full.
 */
#include "fleet/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "fleet/fleet_task.h"

struct vpc *fleet_region(struct vpc *const *regions, size_t region_count, const struct resource *resource)
{
    for (size_t i = 0; i < region_count; i++) {
        if (resource->region != NULL && strcmp(vpc_region(regions[i]), resource->region) == 0) {
            return regions[i];
        }
    }
    return regions[0];
}

static struct vpc *region_of(const struct fleet_options *options, const struct resource *resource)
{
    return fleet_region(options->regions, options->region_count, resource);
}

/* --- ends ---------------------------------------------------------------------------------------- */

static void finish(struct fleet_task *task, enum fleet_outcome outcome)
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
    fleet_group_conclude(fleet, result);
    fleet_gate_note(&fleet->gate, outcome == FLEET_FAILED || outcome == FLEET_UNKNOWN);
    if (fleet->options->progress != NULL) {
        fleet->options->progress(result, summary, fleet->options->progress_context);
    }
    free(task);
}

static void finish_failed(struct fleet_task *task, const struct err *error, enum fleet_outcome outcome)
{
    task->result->code = error->code;
    task->result->reason = resource_list_keep(task->fleet->strings, error->message);
    finish(task, outcome);
}

static bool needs_restart(const struct fleet_result *result)
{
    return result->item->resource->kind->restart_to_enable && !result->before.enabled && result->after.enabled;
}

static void finish_changed(struct fleet_task *task)
{
    task->result->after = task->fresh.settings;
    task->result->restart_needed = needs_restart(task->result);
    finish(task, FLEET_CHANGED);
}

static void note_reply(struct fleet_task *task, const struct http_reply *reply)
{
    task->result->http_status = reply->status;
    snprintf(task->result->request_id, sizeof(task->result->request_id), "%s", reply->request_id);
}

/* --- answers ------------------------------------------------------------------------------------- */

static bool read_fresh(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct fleet_task *task = context;
    struct resource fresh = *task->result->item->resource;

    if (!resource_read(task->fleet->strings, &fresh, root, e)) {
        return false;
    }
    task->fresh = fresh;
    snprintf(task->etag, sizeof(task->etag), "%s", reply->etag);
    return true;
}

/* The settings that somebody changed to something else since the plan was made, as far as the plan minds. */
static unsigned changed_by_others(const struct fleet_task *task)
{
    const struct plan_item *item = task->result->item;
    unsigned changed = resource_settings_diff(&task->fresh.settings, &item->resource->settings);

    switch (item->guard) {
    case PLAN_GUARD_WANTED:
        return changed & task->mask;
    case PLAN_GUARD_ALL:
        return changed;
    case PLAN_GUARD_NONE:
        break;
    }
    return 0;
}

static void make_ready(struct fleet_task *task)
{
    struct fleet *fleet = task->fleet;

    if (fleet->ready.count == 0) {
        fleet->ready_since_ms = clock_monotonic_ms(clock_system());
    }
    fleet_queue_push(&fleet->ready, task);
}

static void finish_conflict(struct fleet_task *task, unsigned mask)
{
    const struct plan_item *item = task->result->item;
    CLEANUP(text_free) struct text changes = {0};
    struct err error = ERR_INIT;

    resource_settings_describe(&changes, &item->resource->settings, &task->fresh.settings, mask);
    err_set(&error, ERR_CONFLICT, "changed by somebody else meanwhile (%s); nothing was overwritten, run it again",
            text_string(&changes));
    task->result->after = task->fresh.settings;
    finish_failed(task, &error, FLEET_FAILED);
}

/* A read is there: what is left to do? */
static void after_read(struct fleet_task *task)
{
    char reason[PLAN_REASON_SIZE];
    enum plan_verdict verdict = plan_judge(&task->fresh, task->result->item->wanted, &task->mask, reason);

    if (!task->sent) {
        task->result->before = task->fresh.settings;
    }
    if (verdict == PLAN_UNCHANGED) {
        task->result->after = task->fresh.settings;
        if (task->sent) {
            finish_changed(task);
        } else {
            finish(task, FLEET_UNCHANGED);
        }
        return;
    }
    if (task->lost) {
        /* the answer never came and the change is not there: http has tried often enough */
        finish_failed(task, &task->lost_error, FLEET_FAILED);
        return;
    }
    if (verdict == PLAN_SKIP) {
        struct err error = ERR_INIT;
        err_set(&error, ERR_FAILED, "%s", reason);
        finish_failed(task, &error, FLEET_SKIPPED);
        return;
    }
    unsigned theirs = changed_by_others(task);
    if (theirs != 0) {
        finish_conflict(task, theirs);
        return;
    }
    make_ready(task);
}

/* Without a request that may have arrived nothing has changed; with one, nobody knows. */
static void finish_unread(struct fleet_task *task, const struct err *error)
{
    task->fleet->stopped |= error->code == ERR_CANCELLED;
    if (task->result->item->intended) {
        finish_failed(task, error, FLEET_UNKNOWN);
    } else {
        finish_failed(task, error, error->code == ERR_CANCELLED ? FLEET_SKIPPED : FLEET_FAILED);
    }
}

static void read_done(const struct vpc_answer *answer, void *context)
{
    struct fleet_task *task = context;
    struct fleet *fleet = task->fleet;

    fleet->reading--;
    if (answer->error == NULL) {
        after_read(task);
    } else if (task->lost) {
        finish_failed(task, &task->lost_error, FLEET_UNKNOWN);
    } else {
        note_reply(task, answer->reply);
        finish_unread(task, answer->error);
    }
}

static void start_read(struct fleet_task *task)
{
    struct fleet *fleet = task->fleet;
    const struct resource *resource = task->result->item->resource;

    fleet->reading++;
    task->round++;
    vpc_get(region_of(fleet->options, resource), resource->kind,
            &(struct vpc_call){.id = resource->id, .read = read_fresh, .done = read_done, .context = task});
}

/* --- writes -------------------------------------------------------------------------------------- */

static bool answer_is_as_asked(struct fleet_task *task, struct err *e)
{
    unsigned missing = resource_settings_diff(&task->fresh.settings, &task->asked) & task->asked.given;

    if (missing == 0) {
        return true;
    }
    CLEANUP(text_free) struct text changes = {0};
    resource_settings_describe(&changes, &task->fresh.settings, &task->asked, missing);
    return err_set(e, ERR_FAILED, "the API answered 200 without making the change (%s)", text_string(&changes));
}

/* The boot volume forbids the setting. The code is in no source (vpc-api.md 4.3), only the name of the rule is. */
static bool allowed_use_refuses(const struct err *error)
{
    return error->http_status >= 400 && error->http_status < 500 &&
           (strcasestr(error->message, "allowed_use") != NULL || strcasestr(error->message, "allowed use") != NULL);
}

static void write_failed(struct fleet_task *task, const struct vpc_answer *answer)
{
    const struct err *error = answer->error;

    task->fleet->stopped |= error->code == ERR_CANCELLED;
    if (!answer->reply->maybe_acted) {
        task->result->after = task->fresh.settings;
    }
    if (error->code == ERR_CONFLICT && task->round < FLEET_ROUNDS_MAX) {
        /* refused, so what the next read finds is not our doing */
        task->sent = answer->reply->maybe_acted;
        start_read(task);
    } else if (answer->reply->maybe_acted && error->code != ERR_CONFLICT) {
        task->lost = true;
        task->lost_error = *error;
        start_read(task);
    } else {
        bool never_left = error->code == ERR_CANCELLED && answer->reply->attempts == 0;
        finish_failed(task, error, never_left || allowed_use_refuses(error) ? FLEET_SKIPPED : FLEET_FAILED);
    }
}

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct fleet_task *task = context;
    struct fleet *fleet = task->fleet;
    struct err error = ERR_INIT;

    fleet->writing--;
    note_reply(task, answer->reply);
    task->result->attempts += answer->reply->attempts;
    if (answer->error != NULL) {
        write_failed(task, answer);
    } else if (answer_is_as_asked(task, &error)) {
        finish_changed(task);
    } else {
        task->result->after = task->fresh.settings;
        finish_failed(task, &error, FLEET_FAILED);
    }
}

static void start_write(struct fleet_task *task)
{
    struct fleet *fleet = task->fleet;
    const struct resource *resource = task->result->item->resource;
    JSON_CLEANUP json_t *body = resource_patch_body(task->result->item->wanted, task->mask);
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, body, JSON_PRINT_COMPACT);
    task->asked = *task->result->item->wanted;
    task->asked.given &= task->mask;
    task->sent = true;
    fleet->writing++;
    vpc_patch(region_of(fleet->options, resource), resource->kind,
              &(struct vpc_call){.id = resource->id,
                                 .etag = resource->kind->has_etag && task->etag[0] != '\0' ? task->etag : NULL,
                                 .body = text_string(&bytes),
                                 .body_size = bytes.size,
                                 .read = read_fresh,
                                 .done = write_done,
                                 .context = task});
}

/* --- the windows --------------------------------------------------------------------------------- */

static void skip_to_a_change(struct fleet *fleet)
{
    while (fleet->next < fleet->plan->count && fleet->plan->items[fleet->next].verdict != PLAN_CHANGE) {
        fleet->next++;
    }
}

static struct fleet_task *next_task(struct fleet *fleet)
{
    skip_to_a_change(fleet);
    if (fleet->next < fleet->plan->count && fleet_gate_pass(&fleet->gate)) {
        struct fleet_result *result = &fleet->run->results[fleet->next++];
        struct fleet_task *task = calloc(1, sizeof(*task));
        if (task == NULL) {
            text_out_of_memory();
        }
        *task = (struct fleet_task){.fleet = fleet, .result = result, .sent = result->item->intended};
        return task;
    }
    return NULL;
}

static bool is_over(const struct fleet *fleet)
{
    return fleet->gate.closed || fleet->stopped || fleet->error.code != ERR_NONE;
}

/* Fills both windows; reads keep a little ahead of the writes, so that the journal gets them in groups. */
static void take_up(struct fleet *fleet)
{
    unsigned window = fleet->options->concurrency;
    size_t ahead = fleet_group_ahead(fleet);
    struct fleet_task *task;

    if (!is_over(fleet) && fleet_group_due(fleet)) {
        (void)fleet_group_record(fleet);
    }
    while (!is_over(fleet) && fleet->writing < window && (task = fleet_queue_pop(&fleet->recorded)) != NULL) {
        start_write(task);
    }
    while (!is_over(fleet) && fleet->reading < window && fleet->ready.count + fleet->recorded.count < ahead &&
           (task = next_task(fleet)) != NULL) {
        start_read(task);
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

/* Whatever was not sent when the run ended: closed by failures, or interrupted. */
static void withhold_the_rest(struct fleet *fleet)
{
    const char *reason = fleet->error.code != ERR_NONE ? "not begun: the history could not be written"
                         : fleet->gate.closed          ? "not begun: too many failures before"
                                                       : "not begun: interrupted";

    withhold_queue(fleet, &fleet->recorded, reason);
    withhold_queue(fleet, &fleet->ready, reason);
    for (skip_to_a_change(fleet); fleet->next < fleet->plan->count; skip_to_a_change(fleet)) {
        withhold(&fleet->run->results[fleet->next++], fleet, reason);
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
        *result = (struct fleet_result){.item = item, .before = item->resource->settings};
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
        result->restart_needed = needs_restart(result);
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

bool fleet_change(const struct plan *plan, const struct fleet_options *options, struct resource_list *strings,
                  struct fleet_run *ret, struct err *e)
{
    struct fleet fleet = {.plan = plan, .options = options, .strings = strings, .run = ret};

    begin_results(plan, ret);
    fleet.intended = calloc(2 * (plan->count + 1), sizeof(struct fleet_result *));
    if (fleet.intended == NULL) {
        text_out_of_memory();
    }
    fleet.concluded = fleet.intended + plan->count + 1;
    fleet.gate = fleet_gate_open(options->limits, plan_count(plan).change);
    http_set_window(options->http, 2 * options->concurrency);
    http_set_pace(options->http, options->max_per_second);
    work(&fleet);
    bool whole = http_run(options->http, e);
    http_set_pace(options->http, 0);
    withhold_the_rest(&fleet);
    whole = fleet_group_record(&fleet) && whole;
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
