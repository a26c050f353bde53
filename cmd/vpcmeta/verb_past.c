/* A recorded run, made into what fleet and the tables know: resources, a plan, results. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan/plan_history.h"
#include "verb_past.h"

static enum fleet_outcome outcome_of(const char *name)
{
    for (int outcome = 0; outcome < FLEET_OUTCOMES; outcome++) {
        if (name != NULL && strcmp(name, fleet_outcome_name((enum fleet_outcome)outcome)) == 0) {
            return (enum fleet_outcome)outcome;
        }
    }
    return FLEET_UNKNOWN;
}

static void tell_stage(const struct history_step *step, struct fleet_result *result)
{
    switch (step->stage) {
    case HISTORY_PLANNED:
        result->outcome = FLEET_SKIPPED;
        result->reason = "not begun when the run ended";
        break;
    case HISTORY_JOURNALED:
        result->outcome = FLEET_UNKNOWN;
        result->reason = step->id == NULL && step->name == NULL
                             ? FLEET_MAYBE_CREATED
                             : "the run ended before its answer: runs resume settles it";
        break;
    case HISTORY_FINAL:
        result->outcome = outcome_of(step->outcome);
        result->reason = step->reason;
        break;
    }
}

/* What creations of the run share stands in what it was asked for. */
static bool read_shared(struct verb_past *past, struct err *e)
{
    CLEANUP(json_document_free) struct json_document wanted = {0};
    const struct history_run *run = &past->entry.run;

    if (!json_parse(run->wanted, strlen(run->wanted), run->id, JSON_READ_STRICT, &wanted, e)) {
        return false;
    }
    json_t *body = json_object_get(wanted.root, "body");
    json_t *identity = json_object_get(wanted.root, "identity");
    if (body != NULL && identity != NULL) {
        past->body = plan_own(&past->plan, json_incref(body));
        past->identity = plan_own(&past->plan, json_incref(identity));
    }
    return true;
}

static bool read_step(struct verb_past *past, size_t index, struct err *e)
{
    const struct history_step *step = &past->entry.steps[index];
    const struct resource_kind *kind = resource_kind_find(step->kind);
    struct plan_item *item = &past->plan.items[index];
    struct fleet_result *result = &past->run.results[index];
    const struct plan_texts texts = {
        .action = step->action, .body = step->body, .before = step->before, .wanted = step->wanted};

    if (kind == NULL) {
        return err_set(e, ERR_FAILED, "run %s is about something this version does not know: %s of %s",
                       past->entry.run.id, step->action, step->kind);
    }
    struct resource *resource = resource_list_append(past->list, kind, step->region);
    resource->id = step->id;
    resource->name = step->name;
    resource->crn = step->crn;
    if (!plan_item_decode(&texts, past->list, resource, &past->plan, item, e) ||
        !plan_state_decode(item->action, step->after, past->list, &result->after, &result->after_state, e)) {
        return err_wrap(e, "run %s", past->entry.run.id);
    }
    if (item->action == PLAN_CREATE && item->create.body == NULL) {
        item->create.body = past->body;
        item->create.identity = past->identity;
    }
    item->phase = step->phase;
    item->depends_on = step->needs;
    result->item = item;
    result->attempts = step->attempts;
    result->http_status = step->http_status;
    result->restart_needed = step->restart_needed;
    snprintf(result->request_id, sizeof(result->request_id), "%s", step->request_id != NULL ? step->request_id : "");
    tell_stage(step, result);
    past->run.summary.counts[result->outcome]++;
    result->before = resource->settings;
    result->before_state = plan_item_before(item);
    result->restarted = step->restart_done && result->outcome == FLEET_CHANGED && result->after.enabled;
    return true;
}

bool verb_past_open(struct history *history, const char *word, struct verb_past *ret, struct err *e)
{
    struct verb_past past = {0};

    if (!history_load(history, word, &past.entry, e)) {
        return false;
    }
    size_t count = past.entry.count;
    past.list = resource_list_create();
    past.plan = (struct plan){.items = mem_array(count + 1, sizeof(*past.plan.items)), .count = count};
    past.run = (struct fleet_run){
        .results = mem_array(count + 1, sizeof(*past.run.results)), .count = count, .summary = {.selected = count}};
    bool fine = read_shared(&past, e);
    for (size_t i = 0; fine && i < count; i++) {
        fine = read_step(&past, i, e);
    }
    if (!fine) {
        verb_past_close(&past);
        return false;
    }
    *ret = past;
    return true;
}

void verb_past_close(struct verb_past *past)
{
    plan_free(&past->plan);
    fleet_run_free(&past->run);
    resource_list_destroy(past->list);
    history_entry_free(&past->entry);
    *past = (struct verb_past){0};
}

/* --- again ------------------------------------------------------------------------------------------ */

/* The steps themselves and those that they need. */
static void mark_needed(const struct verb_past *past, const bool meant[], bool marked[])
{
    for (size_t i = past->entry.count; i > 0; i--) {
        size_t needs = past->plan.items[i - 1].depends_on;
        marked[i - 1] |= meant[i - 1];
        if (marked[i - 1] && needs != 0) {
            marked[needs - 1] = true;
        }
    }
}

static void take_step(struct verb_again *again, const struct verb_past *past, size_t index, bool meant,
                      enum plan_conflict_policy policy)
{
    const struct history_step *step = &past->entry.steps[index];
    const struct fleet_result *result = &past->run.results[index];
    struct plan_item *item = &again->plan.items[again->plan.count];
    struct resource *resource = resource_list_append(again->list, past->plan.items[index].resource->kind, step->region);
    char reason[PLAN_REASON_SIZE];

    *resource = *past->plan.items[index].resource;
    *item = past->plan.items[index];
    item->resource = resource;
    if (item->action == PLAN_CREATE) {
        item->create.record = resource;
    }
    item->conflict_policy = policy;
    /* what has an id was made, whatever went wrong with it afterwards; a roll that failed had perhaps begun */
    item->journaled = result->outcome == FLEET_UNKNOWN || (item->action == PLAN_CREATE && resource->id != NULL) ||
                      (item->action == PLAN_ROLL && result->attempts > 0);
    if (meant) {
        item->verdict = PLAN_CHANGE;
        (void)plan_judge(resource, item->wanted, &item->mask, reason);
        item->after = resource_settings_over(&resource->settings, item->wanted, item->mask);
    } else {
        bool fine = result->outcome == FLEET_CHANGED || result->outcome == FLEET_UNCHANGED;
        item->verdict = fine ? PLAN_UNCHANGED : PLAN_SKIP;
    }
    again->steps[again->plan.count++] = step;
    again->count += meant;
}

void verb_again_take(struct verb_again *ret, const struct verb_past *past, const bool meant[],
                     enum plan_conflict_policy policy)
{
    size_t count = past->entry.count;
    bool *marked = mem_array(count + 1, sizeof(*marked));
    size_t *numbers = mem_array(count + 1, sizeof(*numbers)); /* of the steps among the items, from 1 */
    struct verb_again again = {.list = resource_list_create(),
                               .steps = mem_array(count + 1, sizeof(struct history_step *)),
                               .plan = {.items = mem_array(count + 1, sizeof(struct plan_item))}};

    mark_needed(past, meant, marked);
    for (size_t i = 0; i < count; i++) {
        if (marked[i]) {
            take_step(&again, past, i, meant[i], policy);
            struct plan_item *item = &again.plan.items[again.plan.count - 1];
            numbers[i] = again.plan.count;
            item->depends_on = item->depends_on != 0 ? numbers[item->depends_on - 1] : 0;
        }
    }
    free(marked);
    free(numbers);
    *ret = again;
}

void verb_again_free(struct verb_again *again)
{
    plan_free(&again->plan);
    resource_list_destroy(again->list);
    free(again->steps);
    *again = (struct verb_again){0};
}
