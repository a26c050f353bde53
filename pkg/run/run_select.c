/* Which steps of a recorded run are resumed, retried or rolled back. Pure. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan/plan_rollback.h"
#include "run/run.h"

static bool check_ended(const struct run_record *record, struct err *e)
{
    const struct history_run *run = &record->entry.run;

    return run->state != HISTORY_RUNNING ||
           err_set(e, ERR_LOCKED, "run %s is in progress: %s", run->id,
                   run->holder.description != NULL ? run->holder.description : "another process");
}

/* --- resume and retry --------------------------------------------------------------------------------- */

static bool is_final(const struct run_record *record, size_t index)
{
    return record->entry.steps[index].stage == HISTORY_FINAL;
}

/* The steps that are carried out again; the others of the result are those that they depend on. */
static void add_item(struct run_resumption *resumption, const struct run_record *record, size_t index, bool selected,
                     enum plan_conflict_policy policy)
{
    const struct plan_item *earlier = &record->plan.items[index];
    const struct fleet_result *result = &record->results.results[index];
    struct plan_item *item = &resumption->plan.items[resumption->plan.count];
    struct resource *resource =
        resource_list_append(resumption->list, earlier->resource->kind, earlier->resource->region);
    char reason[PLAN_REASON_SIZE];

    *resource = *earlier->resource;
    *item = *earlier;
    item->resource = resource;
    if (item->action == PLAN_CREATE) {
        item->create.record = resource;
    }
    item->conflict_policy = policy;
    /*
     * What has an id was created, whatever failed afterwards; members of a roll that failed may be deleted; what was
     * set in part keeps the settings from before.
     */
    item->journaled = result->outcome == FLEET_UNKNOWN || (item->action == PLAN_CREATE && resource->id != NULL) ||
                      (item->action == PLAN_ROLL && result->attempts > 0) || fleet_set_in_part(result);
    if (selected) {
        item->verdict = PLAN_CHANGE;
        (void)plan_judge(resource, item->wanted, &item->mask, reason);
        item->after = resource_settings_over(&resource->settings, item->wanted, item->mask);
    } else {
        bool fine = result->outcome == FLEET_CHANGED || result->outcome == FLEET_UNCHANGED;
        item->verdict = fine ? PLAN_UNCHANGED : PLAN_SKIP;
    }
    resumption->steps[resumption->plan.count++] = &record->entry.steps[index];
    resumption->count += selected;
}

/* `retries`: what is final was tried before and is done whatever others have changed. */
static void take_steps(const struct run_record *record, const bool selected[], bool retries, struct run_resumption *ret)
{
    size_t count = record->entry.count;
    bool *needed = mem_array(count, sizeof(*needed));
    size_t *numbers = mem_array(count, sizeof(*numbers)); /* of the steps among the items, from 1 */

    *ret = (struct run_resumption){.record = record,
                                   .list = resource_list_create(),
                                   .steps = mem_array(count, sizeof(struct history_step *)),
                                   .plan = {.items = mem_array(count, sizeof(struct plan_item))}};
    for (size_t i = count; i > 0; i--) {
        size_t depends_on = record->plan.items[i - 1].depends_on;
        needed[i - 1] |= selected[i - 1];
        if (needed[i - 1] && depends_on != 0) {
            needed[depends_on - 1] = true;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (needed[i]) {
            bool tried = retries && is_final(record, i);
            add_item(ret, record, i, selected[i], tried ? PLAN_CONFLICT_IGNORE : record->policy);
            struct plan_item *item = &ret->plan.items[ret->plan.count - 1];
            numbers[i] = ret->plan.count;
            item->depends_on = item->depends_on != 0 ? numbers[item->depends_on - 1] : 0;
        }
    }
    free(needed);
    free(numbers);
}

bool run_resume(const struct run_record *record, struct run_resumption *ret, struct err *e)
{
    if (!check_ended(record, e)) {
        return false;
    }
    bool *selected = mem_array(record->entry.count, sizeof(*selected));
    for (size_t i = 0; i < record->entry.count; i++) {
        const struct fleet_result *result = &record->results.results[i];
        bool left = !is_final(record, i) && !fleet_is_blocked(&record->results, result);
        selected[i] = left || result->outcome == FLEET_UNKNOWN;
    }
    take_steps(record, selected, false, ret);
    free(selected);
    return true;
}

bool run_retry(const struct run_record *record, bool failed, bool unknown, struct run_resumption *ret, struct err *e)
{
    if (!check_ended(record, e)) {
        return false;
    }
    bool *selected = mem_array(record->entry.count, sizeof(*selected));
    for (size_t i = 0; i < record->entry.count; i++) {
        enum fleet_outcome outcome = record->results.results[i].outcome;
        size_t depends_on = record->plan.items[i].depends_on;
        selected[i] = is_final(record, i) ? (outcome == FLEET_FAILED && failed) || (outcome == FLEET_UNKNOWN && unknown)
                                          : depends_on != 0 && selected[depends_on - 1];
    }
    take_steps(record, selected, true, ret);
    free(selected);
    return true;
}

void run_resumption_free(struct run_resumption *resumption)
{
    plan_free(&resumption->plan);
    resource_list_destroy(resumption->list);
    free(resumption->steps);
    *resumption = (struct run_resumption){0};
}

/* --- rollback ----------------------------------------------------------------------------------------- */

static bool is_named(const struct history_step *step, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_equal(step->name, words[i]) || text_equal(step->id, words[i]) || text_equal(step->crn, words[i])) {
            return true;
        }
    }
    return false;
}

/* A word that the run knows nothing of is a slip: nothing is rolled back then. */
static bool check_words(const struct run_record *record, const char *const words[], size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < record->entry.count && !known; j++) {
            known = is_named(&record->entry.steps[j], &words[i], 1);
        }
        if (!known) {
            return err_set(e, ERR_NOT_FOUND, "run %s had nothing to do with \"%s\"; nothing was changed",
                           record->entry.run.id, words[i]);
        }
    }
    return true;
}

/* What failed afterwards has left something behind as well. */
static enum plan_effect effect_of(const struct history_step *step, const struct fleet_result *result)
{
    bool created = result->item->action == PLAN_CREATE && step->id != NULL;
    bool left_behind = result->outcome == FLEET_FAILED && (created || fleet_set_in_part(result));

    if (result->outcome == FLEET_CHANGED || left_behind) {
        return PLAN_EFFECT_APPLIED;
    }
    return result->outcome == FLEET_UNKNOWN ? PLAN_EFFECT_UNKNOWN : PLAN_EFFECT_NONE;
}

/* Stopped for its restart, or about to be, and not known to run again. */
static bool may_be_down(const struct fleet_result *result)
{
    enum plan_action action = result->item->action;

    return (action == PLAN_SET || action == PLAN_RESTART) && result->item->phase != NULL &&
           (result->outcome == FLEET_UNKNOWN || result->outcome == FLEET_FAILED);
}

bool run_rollback(const struct run_record *record, const char *const words[], size_t count, bool force,
                  struct resource_list *list, struct plan *ret, struct err *e)
{
    if (!check_ended(record, e) || !check_words(record, words, count, e)) {
        return false;
    }
    struct plan_applied *applied = mem_array(record->entry.count, sizeof(*applied));
    for (size_t i = 0; i < record->entry.count; i++) {
        const struct history_step *step = &record->entry.steps[i];
        const struct fleet_result *result = &record->results.results[i];
        enum plan_effect effect = effect_of(step, result);
        bool named = count == 0 || is_named(step, words, count);
        applied[i] = (struct plan_applied){.item = &record->plan.items[i],
                                           .effect = named ? effect : PLAN_EFFECT_NONE,
                                           .may_be_down = named && may_be_down(result),
                                           .before = &result->before,
                                           .after = &result->after};
        if (effect == PLAN_EFFECT_APPLIED) {
            applied[i].after_state = result->after_state;
        }
    }
    plan_rollback(applied, record->entry.count, force ? PLAN_CONFLICT_IGNORE : PLAN_CONFLICT_STRICT_ALL, list, ret);
    free(applied);
    return true;
}
