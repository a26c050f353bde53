/* What a plan of a policy leaves as it is, and the reason for each finding that nothing fixes. */
#include <string.h>

#include "plan/plan_policy_make.h"

/* --- items and what is left -------------------------------------------------------------------------- */

struct plan_item *plan_policy_add(struct plan_making *making, const struct resource *record,
                                  const struct policy_rule *rule)
{
    static const struct resource_settings none;
    struct plan_item *item = &making->plan->items[making->plan->count++];

    *item = (struct plan_item){.resource = record,
                               .wanted = &none,
                               .verdict = PLAN_UNCHANGED,
                               .after = record->settings,
                               .policy_rule = rule != NULL ? rule->name : NULL};
    return item;
}

static bool is_left(const struct plan_making *making, size_t item, const char *check)
{
    for (size_t i = making->made->left.count; i > 0 && making->made->left.items[i - 1].item == item; i--) {
        if (text_equal(making->made->left.items[i - 1].check, check)) {
            return true;
        }
    }
    return false;
}

void plan_policy_leave(struct plan_making *making, size_t item, const char *check, const char *reason, bool excepted)
{
    if (!is_left(making, item, check)) {
        *mem_list_add(&making->made->left) =
            (struct plan_left){.item = item,
                               .check = check,
                               .reason = text_arena_copy(&making->plan->memory, reason, strlen(reason)),
                               .policy_rule = making->plan->items[item].policy_rule,
                               .excepted = excepted};
    }
}

const char *plan_policy_exception_words(struct plan_making *making, const struct policy_exception *exception)
{
    CLEANUP(text_free) struct text words = {0};

    text_append(&words, "excepted");
    if (exception->expires != NULL) {
        text_printf(&words, " until %s", exception->expires);
    }
    text_printf(&words, ": %s (%s)", exception->reason != NULL ? exception->reason : "no reason given",
                exception->owner != NULL ? exception->owner : "no owner");
    return text_arena_copy(&making->plan->memory, words.data, words.size);
}

const struct policy_exception *plan_policy_excepted(const struct policy_rule *rule, const struct resource *record,
                                                    const char *check)
{
    const struct policy_exception *exception = rule != NULL ? policy_exception_for(rule, record, check) : NULL;

    return exception != NULL && !exception->expired ? exception : NULL;
}
void plan_policy_note_choice(struct plan_making *making, size_t item, const struct plan_choice *choice)
{
    for (size_t i = 0; i < choice->left_count; i++) {
        plan_policy_leave(making, item, choice->left[i].check, choice->left[i].reason, choice->left[i].excepted);
    }
}
/* --- findings ----------------------------------------------------------------------------------------- */

static bool fixes(const struct plan_item *item, const struct plan_policy_check *row)
{
    bool limits = (item->mask & row->mask) == RESOURCE_HOP_LIMIT && strcmp(row->check, "hop-limit-with-profile") == 0;

    if (item->verdict != PLAN_CHANGE || row->check == NULL) {
        return false;
    }
    switch (item->action) {
    case PLAN_SET:
        return (item->mask & row->mask) != 0 && (!limits || item->after.hop_limit == RESOURCE_DEFAULT_HOP_LIMIT);
    case PLAN_DELETE:
        return row->mask != 0; /* another template takes its place, with the settings */
    case PLAN_MOVE:
        return row->moves;
    case PLAN_ROLL:
        return row->rolls;
    case PLAN_RESTART:
        return row->restarts;
    case PLAN_CREATE:
    case PLAN_ACTIONS:
        break;
    }
    return false;
}

const char *plan_policy_why_left(struct plan_making *making, const struct plan_finding *finding,
                                 const struct plan_policy_check *row, const struct plan_item *item)
{
    CLEANUP(text_free) struct text words = {0};
    bool template = item->resource->kind == &resource_template;

    if (finding->exception != NULL && !finding->exception->expired) {
        return plan_policy_exception_words(making, finding->exception);
    }
    if (finding->cannot_tell) {
        text_printf(&words, "could not be checked: %s",
                    finding->message != NULL ? finding->message : "nothing is known");
        return text_arena_copy(&making->plan->memory, words.data, words.size);
    }
    if (item->verdict == PLAN_SKIP && item->reason != NULL && (row->mask != 0 || row->moves)) {
        return item->reason;
    }
    if (template && row->remedy_of_template != NULL) {
        return row->remedy_of_template;
    }
    return row->remedy != NULL ? row->remedy : "the policy rule wants nothing that changes it";
}

/* The items of the resource are those of that index and, where they are about it, the ones behind. */
void plan_policy_account(struct plan_making *making, const struct plan_subject *subject, size_t first)
{
    const struct plan *plan = making->plan;
    const struct resource *record = plan->items[first].resource;

    for (size_t f = 0; f < subject->finding_count; f++) {
        const struct plan_finding *finding = &subject->findings[f];
        const struct plan_policy_check *row = plan_policy_check_find(finding->check);
        bool fixed = false;
        for (size_t i = first; !fixed && i < plan->count; i++) {
            fixed = plan->items[i].resource->kind == record->kind &&
                    text_equal(plan->items[i].resource->id, record->id) && fixes(&plan->items[i], row);
        }
        if (!fixed) {
            plan_policy_leave(making, first, finding->check,
                              plan_policy_why_left(making, finding, row, &plan->items[first]),
                              finding->exception != NULL && !finding->exception->expired);
        }
    }
}

/* Where nothing changes and something is left, the item says so. */
void plan_policy_conclude(struct plan_making *making, size_t index)
{
    struct plan_item *item = &making->plan->items[index];
    CLEANUP(text_free) struct text words = {0};
    size_t first = making->made->left.count;

    while (first > 0 && making->made->left.items[first - 1].item == index) {
        first--;
    }
    if (item->verdict == PLAN_SKIP && first == making->made->left.count) {
        plan_policy_leave(making, index, NULL, item->reason, false);
    }
    for (size_t i = first; i < making->made->left.count; i++) {
        const char *reason = making->made->left.items[i].reason;
        bool said = false;
        for (size_t j = first; !said && j < i; j++) {
            said = strcmp(making->made->left.items[j].reason, reason) == 0;
        }
        if (!said) {
            text_printf(&words, "%s%s", words.size > 0 ? "; " : "", reason);
        }
    }
    if (words.size > 0 && item->verdict != PLAN_CHANGE) {
        item->verdict = PLAN_SKIP;
        item->reason = text_arena_copy(&making->plan->memory, words.data, words.size);
    }
}
