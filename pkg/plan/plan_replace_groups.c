/* The groups of templates that are replaced: which use them, are moved, and get other members. */
#include <stdlib.h>

#include "mem/mem.h"
#include "plan/plan_replacing.h"

bool plan_group_uses(const struct resource *group, const struct resource *template)
{
    return text_equal(group->template_id, template->id) && plan_replace_same_region(group, template);
}

/* What becomes of the group at the index. */
static struct plan_group_choice choice_of(const struct plan_replacing *replacing, size_t group)
{
    const struct plan_replacement *how = replacing->how;

    return how->groups != NULL ? how->groups[group] : (struct plan_group_choice){.roll = how->roll};
}

/* Why the group is not moved; NULL: it is. */
static const char *why_it_stays(const struct resource *group, const struct plan_group_choice *choice)
{
    return resource_status(group->status) == RESOURCE_STATUS_DELETING ? "it is being deleted"
           : group->odd != NULL                                       ? group->odd
                                                                      : choice->stays;
}

static size_t add_roll(struct plan_replacing *replacing, const struct resource *group, size_t index, int64_t stale,
                       size_t last)
{
    struct plan_group_choice choice = choice_of(replacing, index);
    struct plan_item *item = plan_replace_add(replacing, PLAN_ROLL, group);

    item->policy_rule = choice.policy_rule;
    item->roll.terms = *choice.roll;
    item->roll.before = (struct plan_members){.count = group->membership_count, .stale = stale};
    item->depends_on = last;
    return replacing->plan->count;
}

size_t plan_replace_add_groups(struct plan_replacing *replacing, const struct resource *old, const struct resource *new,
                               size_t last)
{
    const struct resource_list *groups = replacing->context->groups;
    struct resource_list *list = replacing->list;
    size_t *moved = mem_array(resource_list_count(groups) + 1, sizeof(*moved)); /* numbers of the items; 0: none */

    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        struct plan_group_choice choice = choice_of(replacing, i);
        if (!plan_group_uses(group, old)) {
            continue;
        }
        struct plan_item *item = plan_replace_add(replacing, PLAN_MOVE, resource_list_adopt(list, group));
        item->policy_rule = choice.policy_rule;
        item->move.from = (struct plan_template){.id = resource_list_keep(list, old->id),
                                                 .name = resource_list_keep(list, old->name)};
        item->move.to = (struct plan_template){.id = resource_list_keep(list, new->id),
                                               .name = resource_list_keep(list, new->name)};
        item->reason = resource_list_keep(list, why_it_stays(group, &choice));
        if (item->reason != NULL) {
            item->verdict = PLAN_SKIP;
            continue;
        }
        item->depends_on = last;
        moved[i] = last = replacing->plan->count;
    }
    for (size_t i = 0; i < resource_list_count(groups); i++) {
        if (moved[i] != 0 && choice_of(replacing, i).roll != NULL) {
            const struct resource *group = replacing->plan->items[moved[i] - 1].resource;
            if (group->membership_count == 0) {
                continue;
            }
            last = add_roll(replacing, group, i, group->membership_count, last);
        }
    }
    free(moved);
    return last;
}

static bool is_rolled(const struct plan *plan, const struct resource *group)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].action == PLAN_ROLL && text_equal(plan->items[i].resource->id, group->id)) {
            return true;
        }
    }
    return false;
}

size_t plan_replace_add_stale(struct plan_replacing *replacing, const struct resource *template, size_t last)
{
    const struct resource_list *groups = replacing->context->groups;
    const int64_t *stale = replacing->context->stale;

    for (size_t i = 0; stale != NULL && i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (stale[i] == 0 || choice_of(replacing, i).roll == NULL || !plan_group_uses(group, template) ||
            group->odd != NULL || resource_status(group->status) == RESOURCE_STATUS_DELETING ||
            is_rolled(replacing->plan, group)) {
            continue;
        }
        last = add_roll(replacing, resource_list_adopt(replacing->list, group), i, stale[i], last);
    }
    return last;
}

size_t plan_replace_count_users(const struct plan_replacing *replacing, const struct resource *template,
                                const struct resource **ret_first)
{
    const struct resource_list *groups = replacing->context->groups;
    size_t count = 0;

    for (size_t i = resource_list_count(groups); i > 0; i--) {
        const struct resource *group = resource_list_at(groups, i - 1);
        if (plan_group_uses(group, template)) {
            *ret_first = group;
            count++;
        }
    }
    return count;
}

const char *plan_replace_unknown_user(const struct plan_replacing *replacing, const struct resource *template)
{
    const struct resource_list *groups = replacing->context->groups;
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < resource_list_count(groups) && words.size == 0; i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (group->template_id == NULL && plan_replace_same_region(group, template)) {
            resource_append_odd(&words, group);
        }
    }
    return words.size > 0 ? text_arena_copy(&replacing->plan->memory, words.data, words.size) : NULL;
}

const char *plan_replace_why_used(const struct plan_replacing *replacing, const struct resource *template)
{
    const struct resource_list *groups = replacing->context->groups;
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (plan_group_uses(group, template) && replacing->how->groups[i].stays != NULL) {
            text_printf(&words, "instance group %s uses it and is not moved: %s", group->name,
                        replacing->how->groups[i].stays);
            return text_arena_copy(&replacing->plan->memory, words.data, words.size);
        }
    }
    return NULL;
}
