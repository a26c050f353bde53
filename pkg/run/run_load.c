/* A recorded run, read into what plans, fleet and tables know: resources, items, results. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan/plan_history.h"
#include "run/run_journal.h"

static enum fleet_outcome outcome_of(const char *name)
{
    for (int outcome = 0; outcome < FLEET_OUTCOMES; outcome++) {
        if (text_equal(name, fleet_outcome_name((enum fleet_outcome)outcome))) {
            return (enum fleet_outcome)outcome;
        }
    }
    return FLEET_UNKNOWN;
}

/* With the command that finds out what became of the step; it needs no options of place, which the run has. */
static const char *reason_unanswered(struct run_record *record)
{
    CLEANUP(text_free) struct text reason = {0};

    text_printf(&reason, "the run ended before its answer: vpcmeta runs resume %s settles it", record->entry.run.id);
    return resource_list_keep(record->list, text_string(&reason));
}

static void set_outcome(struct run_record *record, const struct history_step *step, struct fleet_result *result)
{
    switch (step->stage) {
    case HISTORY_PLANNED:
        result->outcome = FLEET_SKIPPED;
        result->code = ERR_CANCELLED;
        result->reason = "not started when the run ended";
        break;
    case HISTORY_JOURNALED:
        result->outcome = FLEET_UNKNOWN;
        result->reason = step->id == NULL && step->name == NULL ? FLEET_MAYBE_CREATED : reason_unanswered(record);
        break;
    case HISTORY_FINAL:
        result->outcome = outcome_of(step->outcome);
        result->reason = step->reason;
        break;
    }
}

static bool read_item(struct run_record *record, const struct history_step *step, struct plan_item *item, struct err *e)
{
    const struct plan_texts texts = {
        .action = step->action, .body = step->body, .before = step->before, .wanted = step->wanted};
    const struct resource_kind *kind = resource_kind_find(step->kind);

    if (kind == NULL) {
        return err_set(e, ERR_FAILED, "this version does not know %s of %s", step->action, step->kind);
    }
    struct resource *resource = resource_list_append(record->list, kind, step->region);
    resource->id = step->id;
    resource->name = step->name;
    resource->crn = step->crn;
    return plan_item_decode(&texts, record->list, resource, &record->plan, item, e);
}

static bool read_result(struct run_record *record, const struct history_step *step, struct plan_item *item,
                        struct fleet_result *result, struct err *e)
{
    if (!plan_state_decode(item->action, step->after, record->list, &result->after, &result->after_state, e)) {
        return false;
    }
    item->phase = step->phase;
    item->depends_on = step->depends_on;
    result->item = item;
    result->attempts = step->attempts;
    result->http_status = step->http_status;
    result->restart_needed = step->restart_needed;
    snprintf(result->request_id, sizeof(result->request_id), "%s", step->request_id != NULL ? step->request_id : "");
    set_outcome(record, step, result);
    result->before = item->resource->settings;
    result->before_state = plan_item_before(item);
    result->restarted = step->restart_done && result->outcome == FLEET_CHANGED && result->after.enabled;
    return true;
}

/* At most one step waits for another (fleet.h); the history does not know that. */
static bool check_dependencies(const struct history_entry *entry, struct err *e)
{
    CLEANUP(text_free_pointer) bool *waited_for = mem_array(entry->count + 1, sizeof(*waited_for));

    for (size_t i = 0; i < entry->count; i++) {
        size_t number = entry->steps[i].depends_on;
        if (number != 0 && waited_for[number]) {
            return err_set(e, ERR_IO, "the history is damaged: two steps wait for step %zu", number);
        }
        waited_for[number] = true;
    }
    return true;
}

static bool read_steps(struct run_record *record, struct err *e)
{
    struct fleet_summary *summary = &record->results.summary;
    json_t *body = NULL, *identity = NULL;
    bool fine = check_dependencies(&record->entry, e) && run_wanted_read(record, &body, &identity, e);

    for (size_t i = 0; fine && i < record->entry.count; i++) {
        const struct history_step *step = &record->entry.steps[i];
        struct plan_item *item = &record->plan.items[i];
        fine = read_item(record, step, item, e) && read_result(record, step, item, &record->results.results[i], e);
        if (fine && item->action == PLAN_CREATE && item->create.body == NULL) {
            item->create.body = body;
            item->create.identity = identity;
        }
        summary->counts[record->results.results[i].outcome] += fine;
        summary->not_started += step->stage != HISTORY_FINAL;
    }
    for (size_t i = 0; fine && i < record->entry.count; i++) {
        struct fleet_result *result = &record->results.results[i];
        result->reason = fleet_is_blocked(&record->results, result) ? FLEET_DEPENDENCY_FAILED : result->reason;
    }
    return fine || err_wrap(e, "run %s", record->entry.run.id);
}

bool run_load(struct history *history, const char *word, struct run_record *ret, struct err *e)
{
    struct run_record record = {0};

    if (!history_load(history, word, &record.entry, e)) {
        return false;
    }
    size_t count = record.entry.count;
    record.list = resource_list_create();
    record.plan = (struct plan){.items = mem_array(count, sizeof(*record.plan.items)), .count = count};
    record.results = (struct fleet_run){
        .results = mem_array(count, sizeof(*record.results.results)), .count = count, .summary = {.selected = count}};
    if (!read_steps(&record, e)) {
        run_record_free(&record);
        return false;
    }
    *ret = record;
    return true;
}

void run_record_free(struct run_record *record)
{
    plan_free(&record->plan);
    fleet_run_free(&record->results);
    resource_list_destroy(record->list);
    history_entry_free(&record->entry);
    *record = (struct run_record){0};
}
