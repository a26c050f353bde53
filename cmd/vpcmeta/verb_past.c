/* A recorded run, made into what fleet and the tables know: resources, a plan, results. */
#include <stdlib.h>
#include <string.h>

#include "verb_past.h"

static struct resource_settings settings_of(const json_t *object)
{
    const json_t *enabled = json_object_get(object, "enabled");
    const json_t *protocol = json_object_get(object, "protocol");
    const json_t *hop_limit = json_object_get(object, "response_hop_limit");
    const json_t *profile = json_object_get(object, "trusted_profile");
    const json_t *auto_link = json_object_get(object, "auto_link");

    return (struct resource_settings){
        .given = (enabled != NULL ? RESOURCE_ENABLED : 0U) | (protocol != NULL ? RESOURCE_PROTOCOL : 0U) |
                 (hop_limit != NULL ? RESOURCE_HOP_LIMIT : 0U) | (profile != NULL ? RESOURCE_TRUSTED_PROFILE : 0U) |
                 (auto_link != NULL ? RESOURCE_AUTO_LINK : 0U),
        .enabled = json_is_true(enabled),
        .protocol = json_string_value(protocol),
        .hop_limit = (int)json_integer_value(hop_limit),
        .trusted_profile = json_string_value(profile),
        .auto_link = json_is_true(auto_link)};
}

/* Settings as they are in the history; words are kept in the list. */
static bool read_settings(struct resource_list *list, const char *json, struct resource_settings *ret, struct err *e)
{
    CLEANUP(json_document_free) struct json_document document = {0};

    if (!json_parse(json, strlen(json), "the history", JSON_READ_STRICT, &document, e)) {
        return false;
    }
    *ret = settings_of(document.root);
    ret->protocol = resource_list_keep(list, ret->protocol);
    ret->trusted_profile = resource_list_keep(list, ret->trusted_profile);
    return true;
}

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
    case HISTORY_INTENDED:
        result->outcome = FLEET_UNKNOWN;
        result->reason = step->id == NULL && step->name == NULL
                             ? FLEET_LOOK
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
    const json_t *body = json_object_get(wanted.root, "body");
    const json_t *identity = json_object_get(wanted.root, "identity");
    if (body != NULL && identity != NULL) {
        json_print(&past->body, body, JSON_PRINT_COMPACT);
        json_print(&past->identity, identity, JSON_PRINT_COMPACT);
    }
    return true;
}

static bool read_step(struct verb_past *past, size_t index, struct err *e)
{
    const struct history_step *step = &past->entry.steps[index];
    const struct resource_kind *kind = resource_kind_find(step->kind);
    struct plan_item *item = &past->items[index];
    struct fleet_result *result = &past->run.results[index];

    if (kind == NULL || !plan_action_find(step->action, &item->action)) {
        return err_set(e, ERR_FAILED, "run %s is about something this version does not know: %s of %s",
                       past->entry.run.id, step->action, step->kind);
    }
    struct resource *resource = resource_list_append(past->list, kind, step->region);
    resource->id = step->id;
    resource->name = step->name;
    resource->crn = step->crn;
    item->resource = resource;
    item->body = step->body;
    if (item->action == PLAN_CREATE && step->body == NULL && past->body.size > 0) {
        item->body = text_string(&past->body);
        item->identity = text_string(&past->identity);
    }
    item->phase = step->phase;
    item->needs = step->needs;
    item->wanted = &past->wanted[index];
    result->item = item;
    result->attempts = step->attempts;
    result->http_status = step->http_status;
    result->restart_needed = step->restart_needed;
    snprintf(result->request_id, sizeof(result->request_id), "%s", step->request_id != NULL ? step->request_id : "");
    tell_stage(step, result);
    past->run.summary.counts[result->outcome]++;
    if (!read_settings(past->list, step->before, &resource->settings, e) ||
        !read_settings(past->list, step->wanted, &past->wanted[index], e) ||
        (step->after != NULL && !read_settings(past->list, step->after, &result->after, e))) {
        return err_wrap(e, "run %s", past->entry.run.id);
    }
    result->before = resource->settings;
    result->restarted = step->restart_done && result->outcome == FLEET_CHANGED && result->after.enabled;
    /* of a group: which template it used, how many members were stale */
    result->before_text = result->before.given == 0 ? step->before : NULL;
    result->after_text = result->after.given == 0 ? step->after : NULL;
    item->before_text = result->before_text;
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
    past.items = calloc(count + 1, sizeof(*past.items));
    past.wanted = calloc(count + 1, sizeof(*past.wanted));
    past.run = (struct fleet_run){
        .results = calloc(count + 1, sizeof(*past.run.results)), .count = count, .summary = {.selected = count}};
    if (past.items == NULL || past.wanted == NULL || past.run.results == NULL) {
        text_out_of_memory();
    }
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
    free(past->items);
    free(past->wanted);
    fleet_run_free(&past->run);
    text_free(&past->body);
    text_free(&past->identity);
    resource_list_destroy(past->list);
    history_entry_free(&past->entry);
    *past = (struct verb_past){0};
}

/* --- again ------------------------------------------------------------------------------------------ */

/* The steps themselves and those that they need. */
static void mark_needed(const struct verb_past *past, const bool meant[], bool marked[])
{
    for (size_t i = past->entry.count; i > 0; i--) {
        size_t needs = past->items[i - 1].needs;
        marked[i - 1] |= meant[i - 1];
        if (marked[i - 1] && needs != 0) {
            marked[needs - 1] = true;
        }
    }
}

static void take_step(struct verb_again *again, const struct verb_past *past, size_t index, bool meant,
                      enum plan_guard guard)
{
    const struct history_step *step = &past->entry.steps[index];
    const struct fleet_result *result = &past->run.results[index];
    struct plan_item *item = &again->plan.items[again->plan.count];
    struct resource *resource = resource_list_append(again->list, past->items[index].resource->kind, step->region);
    char reason[PLAN_REASON_SIZE];

    *resource = *past->items[index].resource;
    *item = past->items[index];
    item->resource = resource;
    item->guard = guard;
    /* what has an id was made, whatever went wrong with it afterwards; a roll that failed had perhaps begun */
    item->intended = result->outcome == FLEET_UNKNOWN || (item->action == PLAN_CREATE && resource->id != NULL) ||
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

void verb_again_take(struct verb_again *ret, const struct verb_past *past, const bool meant[], enum plan_guard guard)
{
    size_t count = past->entry.count;
    bool *marked = calloc(count + 1, sizeof(*marked));
    size_t *numbers = calloc(count + 1, sizeof(*numbers)); /* of the steps among the items, from 1 */
    struct verb_again again = {.list = resource_list_create(),
                               .steps = calloc(count + 1, sizeof(struct history_step *)),
                               .plan = {.items = calloc(count + 1, sizeof(struct plan_item))}};

    if (marked == NULL || numbers == NULL || again.steps == NULL || again.plan.items == NULL) {
        text_out_of_memory();
    }
    mark_needed(past, meant, marked);
    for (size_t i = 0; i < count; i++) {
        if (marked[i]) {
            take_step(&again, past, i, meant[i], guard);
            struct plan_item *item = &again.plan.items[again.plan.count - 1];
            numbers[i] = again.plan.count;
            item->needs = item->needs != 0 ? numbers[item->needs - 1] : 0;
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
