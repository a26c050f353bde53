/* The plan of a policy: servers, and the order of it all. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan_policy_make.h"
#include "plan/plan_stale.h"

/* --- servers ------------------------------------------------------------------------------------------ */

static bool is_replaced(const struct plan_making *making, const struct resource *record)
{
    const struct mem_set *stale = making->terms->stale_members;
    CLEANUP(text_free) struct text key = {0};

    if (record->member_of == NULL || record->name == NULL) {
        return record->member_of != NULL && mem_set_has(&making->rolled, record->member_of);
    }
    text_printf(&key, "%s %s", record->member_of, record->name);
    return mem_set_has(&making->rolled, record->member_of) || (mem_set_has(&making->rolled_stale, record->member_of) &&
                                                               stale != NULL && mem_set_has(stale, text_string(&key)));
}

/* Adds the server to those that are stopped and started. */
static void count_restart(struct plan_making *making, const struct policy_rule *rule)
{
    bool known = false;

    for (size_t i = making->restarting.count; !known && i > 0; i--) {
        known = making->restarting.items[i - 1] == rule;
    }
    if (!known) {
        *mem_list_add(&making->restarting) = rule;
    }
    making->made->restarts++;
}

/* The smallest number that a policy rule allows: of a share, that of all servers which are restarted. */
static void choose_unavailable(struct plan_making *making)
{
    struct plan_policy *made = making->made;
    size_t most = SIZE_MAX;

    for (size_t i = 0; i < making->restarting.count; i++) {
        const struct policy_apply *apply = &making->restarting.items[i]->apply;
        size_t own = apply->percent ? made->restarts * apply->max_unavailable / 100 : apply->max_unavailable;
        if (own < most) {
            most = own;
            made->max_unavailable = apply->max_unavailable;
            made->percent = apply->percent;
        }
    }
}

#define RESTART_PENDING "restart-pending"

/* The restart that the change of the item makes necessary. */
static void follow_enabling(struct plan_making *making, const struct policy_rule *rule, size_t index)
{
    struct plan_item *item = &making->plan->items[index];
    struct resource after = *item->resource;
    const struct policy_exception *exception = plan_policy_excepted(rule, item->resource, RESTART_PENDING);
    char reason[PLAN_REASON_SIZE];

    if ((item->mask & RESOURCE_ENABLED) == 0 || !item->after.enabled || !item->resource->kind->restart_to_enable ||
        resource_status(item->resource->status) == RESOURCE_STATUS_STOPPED) {
        return;
    }
    after.settings = item->after;
    if (rule->apply.restart && exception == NULL &&
        plan_judge_restart(&after, RESOURCE_ON, &making->terms->restart, reason) == PLAN_CHANGE) {
        count_restart(making, rule);
        return;
    }
    item->leave_restart = true;
    making->made->restarts_left++;
    plan_policy_leave(making, index, RESTART_PENDING,
                      exception != NULL     ? plan_policy_exception_words(making, exception)
                      : rule->apply.restart ? reason
                                            : plan_policy_check_find(RESTART_PENDING)->remedy,
                      exception != NULL);
}

/* The restart that an earlier change left. */
static void follow_earlier(struct plan_making *making, const struct plan_subject *subject, size_t index)
{
    const struct policy_rule *rule = subject->match.rule;
    const struct resource *record = making->plan->items[index].resource;
    bool changes = making->plan->items[index].verdict == PLAN_CHANGE;
    char reason[PLAN_REASON_SIZE];

    if (plan_needs_restart(record, subject->restart_pending) != RESOURCE_ON ||
        (changes && (making->plan->items[index].mask & RESOURCE_ENABLED) != 0)) {
        return;
    }
    const struct policy_exception *exception = plan_policy_excepted(rule, record, RESTART_PENDING);
    if (exception != NULL || !rule->apply.restart) {
        making->made->restarts_left++;
        plan_policy_leave(making, index, RESTART_PENDING,
                          exception != NULL ? plan_policy_exception_words(making, exception)
                                            : plan_policy_check_find(RESTART_PENDING)->remedy,
                          exception != NULL);
        return;
    }
    if (plan_judge_restart(record, RESOURCE_ON, &making->terms->restart, reason) != PLAN_CHANGE) {
        making->made->restarts_left++;
        plan_policy_leave(making, index, RESTART_PENDING, reason, false);
        return;
    }
    struct plan_item *item = &making->plan->items[index];
    if (changes) {
        item = plan_policy_add(making, record, rule);
        item->depends_on = index + 1;
        item->after = making->plan->items[index].after;
    }
    item->action = PLAN_RESTART;
    item->verdict = PLAN_CHANGE;
    count_restart(making, rule);
}

static void plan_server(struct plan_making *making, const struct plan_subject *subject, const struct resource *record)
{
    size_t index = making->plan->count;
    struct plan_item *item = plan_policy_add(making, record, subject->match.rule);
    struct plan_choice choice;
    char reason[PLAN_REASON_SIZE];
    bool replaced = false;

    plan_policy_choose(making, subject, record, &choice);
    if (choice.wanted.given != 0) {
        struct resource_settings *wanted = text_arena_alloc(&making->plan->memory, sizeof(*wanted));
        *wanted = choice.wanted;
        item->wanted = wanted;
        item->verdict = plan_judge(record, wanted, &item->mask, reason);
        if (item->verdict == PLAN_CHANGE && is_replaced(making, record)) {
            replaced = true;
            item->verdict = PLAN_SKIP;
            const struct resource *group =
                resource_list_find(making->terms->context.groups, &resource_group, record->member_of);
            plan_replaced_reason(group != NULL ? group->name : record->member_of, reason);
        }
        if (item->verdict == PLAN_SKIP) {
            item->reason = text_arena_copy(&making->plan->memory, reason, strlen(reason));
            item->mask = 0;
        }
        item->after = resource_settings_over(&record->settings, wanted, item->mask);
    }
    if (replaced) {
        return; /* what is found of it goes with it */
    }
    plan_policy_note_choice(making, index, &choice);
    if (item->verdict == PLAN_CHANGE) {
        follow_enabling(making, subject->match.rule, index);
    }
    if (!is_replaced(making, record)) {
        follow_earlier(making, subject, index);
    }
    plan_policy_account(making, subject, index);
    plan_policy_conclude(making, index);
}

/* --- all of it ---------------------------------------------------------------------------------------- */

static void plan_unclear(struct plan_making *making, const struct plan_subject *subject, const struct resource *record)
{
    struct plan_item *item = plan_policy_add(making, record, subject->match.rule);
    CLEANUP(text_free) struct text words = {0};

    text_printf(&words, "could not be checked: which policy rule matches depends on its %s, which its record lacks",
                subject->match.lacks != NULL ? subject->match.lacks : "members");
    item->verdict = PLAN_SKIP;
    item->reason = text_arena_copy(&making->plan->memory, words.data, words.size);
    plan_policy_conclude(making, making->plan->count - 1);
}

static bool is_server(const struct resource *record)
{
    return record->kind->patchable != 0;
}

/* Templates and their groups, groups, servers: in this order, see plan_policy.h. */
static void plan_kinds(struct plan_making *making)
{
    const struct resource_list *selected = making->terms->selected;
    size_t count = resource_list_count(selected);

    for (int pass = 0; pass < 3; pass++) {
        if (pass == 2) {
            plan_policy_end_groups(making);
        }
        for (size_t i = 0; i < count; i++) {
            const struct resource *record = resource_list_at(selected, i);
            const struct plan_subject *subject = &making->terms->subjects[i];
            int due = is_server(record) ? 2 : record->kind == &resource_group ? 1 : 0;
            if (due != pass) {
                continue;
            }
            if (subject->match.cannot_tell) {
                plan_unclear(making, subject, record);
            } else if (subject->match.rule == NULL) {
                making->made->unmanaged++;
            } else if (pass == 0) {
                plan_policy_template(making, i);
            } else if (pass == 1) {
                plan_policy_group(making, i);
            } else {
                plan_server(making, subject, record);
            }
        }
    }
}

static int compare_left(const void *left, const void *right)
{
    const struct plan_left *a = left;
    const struct plan_left *b = right;

    if (a->item != b->item) {
        return a->item < b->item ? -1 : 1;
    }
    return strcmp(text_or_empty(a->check), text_or_empty(b->check));
}

void plan_policy_sort_left(struct plan_policy *made)
{
    if (made->left.count > 0) {
        qsort(made->left.items, made->left.count, sizeof(made->left.items[0]), compare_left);
    }
}

void plan_policy_make(const struct plan_policy_terms *terms, struct resource_list *list, struct plan_policy *ret)
{
    struct plan_making making = {.terms = terms, .list = list, .made = ret, .plan = &ret->plan};
    size_t room = (resource_list_count(terms->selected) + 1) * PLAN_ITEMS_OF_TEMPLATE +
                  (resource_list_count(terms->context.groups) + 1) * (PLAN_ITEMS_OF_GROUP + 1);

    *ret = (struct plan_policy){0};
    ret->plan.items = mem_array(room, sizeof(*ret->plan.items));
    making.of_groups = mem_array(resource_list_count(terms->context.groups) + 1, sizeof(*making.of_groups));
    plan_policy_begin_groups(&making);
    plan_kinds(&making);
    choose_unavailable(&making);
    plan_policy_sort_left(ret);
    free(making.of_groups);
    free(making.restarting.items);
    mem_set_free(&making.rolled);
    mem_set_free(&making.rolled_stale);
    mem_map_free(&making.conflicts);
}

void plan_policy_free(struct plan_policy *made)
{
    plan_free(&made->plan);
    free(made->left.items);
    *made = (struct plan_policy){0};
}
