/* The plan that replaces templates. */
#include "plan/plan_replace.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "resource/resource_create.h"

enum { NAMES_TRIED = 1000 };

/* --- names ------------------------------------------------------------------------------------------ */

static bool in_region(const struct resource *one, const struct resource *other)
{
    return one->region == NULL || other->region == NULL || strcmp(one->region, other->region) == 0;
}

struct replacing {
    const struct plan_replacement *how;
    const struct plan_template_context *context;
    struct resource_list *list;
    struct plan *plan;
};

/* The index of the template of that name where the old one is; the count of templates when there is none. */
static size_t find_named(const struct replacing *replacing, const struct resource *old, const char *name)
{
    const struct resource_list *templates = replacing->context->templates;
    size_t i = 0;

    while (i < resource_list_count(templates) && (!text_equal(resource_list_at(templates, i)->name, name) ||
                                                  !in_region(resource_list_at(templates, i), old))) {
        i++;
    }
    return i;
}

static bool is_taken(const struct replacing *replacing, const struct resource *old, const char *name)
{
    if (find_named(replacing, old, name) < resource_list_count(replacing->context->templates)) {
        return true;
    }
    for (size_t i = 0; i < replacing->plan->count; i++) {
        const struct plan_item *item = &replacing->plan->items[i];
        if (item->action == PLAN_CREATE && strcmp(item->resource->name, name) == 0 && in_region(item->resource, old)) {
            return true;
        }
    }
    return false;
}

static bool choose_free_name(const struct replacing *replacing, const struct resource *old,
                             char ret_name[PLAN_NAME_MAX + 1], struct err *e)
{
    for (unsigned n = 0; n < NAMES_TRIED; n++) {
        plan_name_next(old->name, n, ret_name);
        if (!is_taken(replacing, old, ret_name)) {
            return true;
        }
    }
    return err_set(e, ERR_USAGE, "every name up to %s is taken: give --name or --name-suffix", ret_name);
}

static bool choose_name(const struct replacing *replacing, const struct resource *old, char ret_name[PLAN_NAME_MAX + 1],
                        struct err *e)
{
    const struct plan_replacement *how = replacing->how;

    if (how->name == NULL && how->suffix == NULL) {
        return choose_free_name(replacing, old, ret_name, e);
    }
    if (how->name != NULL) {
        snprintf(ret_name, PLAN_NAME_MAX + 1, "%s", how->name);
    } else {
        plan_name_with(old->name, how->suffix, ret_name);
    }
    if (is_taken(replacing, old, ret_name)) {
        return err_set(e, ERR_USAGE, "the new name of %s, %s, is taken: give another --name%s", old->name, ret_name,
                       how->name == NULL ? "-suffix" : "");
    }
    return resource_check_name(ret_name, e);
}

/* --- settings --------------------------------------------------------------------------------------- */

/* What is asked of this template: auto_link means nothing where there is no profile to link. */
static struct resource_settings asked_of(const struct resource *old, const struct resource_settings *wanted)
{
    struct resource_settings asked = *wanted;
    bool has_profile = ((old->settings.given | wanted->given) & RESOURCE_TRUSTED_PROFILE) != 0;

    if (!has_profile) {
        asked.given &= ~(unsigned)RESOURCE_AUTO_LINK;
    }
    return asked;
}

/* All settings of the new template, auto_link explicit (vpc-api.md 3.3: left out it counts as on). */
static struct resource_settings settings_after(const struct resource *old, const struct resource_settings *asked,
                                               unsigned mask)
{
    struct resource_settings after = resource_settings_over(&old->settings, asked, mask);

    if ((after.given & RESOURCE_PROFILE_SETTINGS) == RESOURCE_TRUSTED_PROFILE) {
        after.given |= RESOURCE_AUTO_LINK;
        after.auto_link = true;
    }
    return after;
}

/* Without the name; the settings are sent whole: then it is the same whether the API merges them or not. */
static bool make_body(const struct resource *old, const struct resource_settings *after, struct plan *plan,
                      json_t **ret, struct err *e)
{
    json_t *body = plan_own(plan, json_build("{s:{s:s}}", "source_template", "id", old->id));

    *ret = body;
    return resource_overlay(old->kind, body, after, e);
}

/* --- items ------------------------------------------------------------------------------------------ */

bool plan_group_uses(const struct resource *group, const struct resource *template)
{
    return text_equal(group->template_id, template->id) && in_region(group, template);
}

static struct plan_item *add(struct replacing *replacing, enum plan_action action, const struct resource *resource)
{
    static const struct resource_settings none;
    struct plan_item *item = &replacing->plan->items[replacing->plan->count++];

    *item = (struct plan_item){.action = action,
                               .resource = resource,
                               .wanted = &none,
                               .verdict = PLAN_CHANGE,
                               .policy_rule = replacing->how->policy_rule};
    return item;
}

/* The record of what does not exist yet: where the old one is, with its settings as those from before. */
static struct resource *new_record(struct replacing *replacing, const struct resource *old, const char *name)
{
    struct resource *record = resource_list_append(replacing->list, old->kind, old->region);

    record->api = old->api;
    record->name = resource_list_keep(replacing->list, name);
    record->settings = old->settings;
    return record;
}

static bool add_creation(struct replacing *replacing, const struct resource *old, const struct resource_settings *after,
                         unsigned mask, struct err *e)
{
    char name[PLAN_NAME_MAX + 1];

    if (!choose_name(replacing, old, name, e)) {
        return false;
    }
    json_t *body = NULL;
    if (!make_body(old, after, replacing->plan, &body, e)) {
        return false;
    }
    struct resource *record = new_record(replacing, old, name);
    struct plan_item *item = add(replacing, PLAN_CREATE, record);
    struct resource_settings *wanted = text_arena_alloc(&replacing->plan->memory, sizeof(*wanted));
    *wanted = *after;
    item->wanted = wanted;
    item->after = *after;
    item->mask = mask;
    item->create.body = body;
    item->create.record = record;
    return true;
}

/* What becomes of the group at the index. */
static struct plan_group_choice choice_of(const struct replacing *replacing, size_t group)
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

static size_t add_roll(struct replacing *replacing, const struct resource *group, size_t index, int64_t stale,
                       size_t last)
{
    struct plan_group_choice choice = choice_of(replacing, index);
    struct plan_item *item = add(replacing, PLAN_ROLL, group);

    item->policy_rule = choice.policy_rule;
    item->roll.terms = *choice.roll;
    item->roll.before = (struct plan_members){.count = group->membership_count, .stale = stale};
    item->depends_on = last;
    return replacing->plan->count;
}

/* Adds the moves of the groups, then their rolls; returns the number of the item that comes last in the chain. */
static size_t add_groups(struct replacing *replacing, const struct resource *old, const struct resource *new,
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
        struct plan_item *item = add(replacing, PLAN_MOVE, resource_list_adopt(list, group));
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

/* Adds the rolls of groups that use the template already, for members from before; returns the last number. */
static size_t add_stale(struct replacing *replacing, const struct resource *template, size_t last)
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

/* Whether both are the same except the settings. */
static bool same_but_settings(const struct plan_template_context *context, const char *id, const char *other_id)
{
    json_t *one = json_object_get(context->bodies, id);
    json_t *other = json_object_get(context->bodies, other_id);
    JSON_CLEANUP json_t *settings = json_build("{s:n, s:n}", "metadata_service", "default_trusted_profile");
    CLEANUP(text_free) struct text different = {0};

    return one != NULL && other != NULL && plan_template_same(one, other, settings, &different);
}

/* Whether it is what the old one is to be replaced by. */
static bool is_successor(const struct replacing *replacing, const struct resource *old, const struct resource *found,
                         const struct resource_settings *after)
{
    return found->id != NULL && strcmp(found->id, old->id) != 0 && found->settings.given == after->given &&
           resource_settings_diff(&found->settings, after) == 0 &&
           same_but_settings(replacing->context, old->id, found->id);
}

/*
 * What an earlier run made of the template under the name that is asked for, or under one of those that are chosen
 * where none is: it is used, so that a command can be repeated. NULL: nothing has the name, or something else.
 */
static const struct resource *find_successor(const struct replacing *replacing, const struct resource *old,
                                             const struct resource_settings *after)
{
    const struct resource_list *templates = replacing->context->templates;
    const struct plan_replacement *how = replacing->how;

    for (size_t i = 0; (how->name != NULL || how->reuse) && i < resource_list_count(templates); i++) {
        const struct resource *found = resource_list_at(templates, i);
        bool named = how->name != NULL ? text_equal(found->name, how->name)
                                       : found->name != NULL && plan_name_follows(found->name, old->name);
        if (named && in_region(found, old) && is_successor(replacing, old, found, after)) {
            return found;
        }
    }
    return NULL;
}

/* The item of a template that exists and needs no change. */
static struct plan_item *add_unchanged(struct replacing *replacing, const struct resource *template)
{
    struct plan_item *item = add(replacing, PLAN_SET, resource_list_adopt(replacing->list, template));

    item->verdict = PLAN_UNCHANGED;
    item->after = template->settings;
    return item;
}

static size_t count_users(const struct replacing *replacing, const struct resource *template,
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

/* Why an instance group that may use the template is not known to; NULL: there is none. Owned by the plan. */
static const char *unknown_user(const struct replacing *replacing, const struct resource *template)
{
    const struct resource_list *groups = replacing->context->groups;
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < resource_list_count(groups) && words.size == 0; i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (group->template_id == NULL && in_region(group, template)) {
            resource_append_odd(&words, group);
        }
    }
    return words.size > 0 ? text_arena_copy(&replacing->plan->memory, words.data, words.size) : NULL;
}

/* Which group uses the template also afterwards; NULL: none. */
static const char *why_it_is_used(const struct replacing *replacing, const struct resource *template)
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

static void add_deletion(struct replacing *replacing, const struct resource *old, size_t users, size_t last)
{
    struct plan_item *item = add(replacing, PLAN_DELETE, resource_list_adopt(replacing->list, old));

    item->delete.body = plan_own(replacing->plan, json_incref(json_object_get(replacing->context->bodies, old->id)));
    item->depends_on = last;
    const char *unknown = unknown_user(replacing, old);
    if (unknown != NULL) {
        item->verdict = PLAN_SKIP;
        item->reason = unknown;
    } else if (users > 0 && replacing->how->groups != NULL) {
        item->reason = why_it_is_used(replacing, old);
        item->verdict = item->reason != NULL ? PLAN_SKIP : PLAN_CHANGE;
    } else if (users > 0 && !replacing->how->update_groups) {
        item->verdict = PLAN_SKIP;
        item->reason = "instance groups use it: move them with --update-groups";
    }
}

/* The item of a template that has a successor and is not deleted. */
static void add_kept(struct replacing *replacing, const struct resource *old)
{
    struct plan_item *item = add_unchanged(replacing, old);

    item->verdict = PLAN_SKIP;
    item->reason = "another one takes its place, and it stays (delete_old: false)";
}

static bool add_template(struct replacing *replacing, const struct resource *old, struct err *e)
{
    struct resource_settings asked = asked_of(old, replacing->how->wanted);
    unsigned mask = resource_settings_diff(&old->settings, &asked);
    struct resource_settings after = settings_after(old, &asked, mask);
    const struct resource *user = NULL;
    size_t users = count_users(replacing, old, &user);
    char reason[PLAN_REASON_SIZE];

    if (mask == 0) {
        add_unchanged(replacing, old);
        (void)add_stale(replacing, old, replacing->plan->count);
        return true;
    }
    if (plan_odd_refuses(old, &asked, reason)) {
        struct plan_item *item = add_unchanged(replacing, old);
        item->verdict = PLAN_SKIP;
        item->reason = text_arena_copy(&replacing->plan->memory, reason, strlen(reason));
        return true;
    }
    if (users > 0 && replacing->how->update_groups && (after.given & RESOURCE_AUTO_LINK) != 0 && after.auto_link) {
        return err_set(e, ERR_USAGE,
                       "instance template %s is used by instance group %s, and groups refuse templates that link their "
                       "trusted profile by themselves: give --auto-link false",
                       old->name, user->name);
    }
    const struct resource *successor = find_successor(replacing, old, &after);
    size_t last = 0;
    if (successor == NULL) {
        if (!add_creation(replacing, old, &after, mask, e)) {
            return err_wrap(e, "instance template %s", old->name);
        }
        last = replacing->plan->count;
    } else if (replacing->how->groups == NULL) {
        add_unchanged(replacing, successor);
        last = replacing->plan->count;
    }
    const struct resource *new = successor != NULL ? successor : replacing->plan->items[last - 1].resource;
    if (replacing->how->update_groups || replacing->how->groups != NULL) {
        last = add_groups(replacing, old, new, last);
    }
    if (successor != NULL) {
        last = add_stale(replacing, successor, last);
    }
    if (replacing->how->delete_old) {
        add_deletion(replacing, old, users, last);
    } else if (replacing->how->groups != NULL) {
        add_kept(replacing, old);
    }
    return true;
}

bool plan_replace_one(const struct resource *old, const struct plan_replacement *how,
                      const struct plan_template_context *context, struct resource_list *list, struct plan *plan,
                      struct err *e)
{
    struct replacing replacing = {.how = how, .context = context, .list = list, .plan = plan};

    return add_template(&replacing, old, e);
}

bool plan_replace(const struct resource_list *selected, const struct plan_replacement *how,
                  const struct plan_template_context *context, struct resource_list *list, struct plan *ret,
                  struct err *e)
{
    size_t count = resource_list_count(selected);

    *ret = (struct plan){0};
    if (how->name != NULL && count > 1) {
        return err_set(e, ERR_USAGE, "--name %s cannot be the name of %zu templates: give --name-suffix", how->name,
                       count);
    }
    ret->items =
        mem_array(count * PLAN_ITEMS_OF_TEMPLATE + resource_list_count(context->groups) * PLAN_ITEMS_OF_GROUP + 1,
                  sizeof(*ret->items));
    for (size_t i = 0; i < count; i++) {
        if (!plan_replace_one(resource_list_at(selected, i), how, context, list, ret, e)) {
            plan_free(ret);
            return false;
        }
    }
    return true;
}

/* --- comparing --------------------------------------------------------------------------------------- */

static void compare_members(json_t *one, const json_t *other, const json_t *overrides, bool missing_only,
                            struct text *ret_different)
{
    const char *member;
    json_t *value;

    json_object_foreach (one, member, value) {
        const json_t *counterpart = json_object_get(other, member);
        bool same = missing_only ? counterpart != NULL : counterpart != NULL && json_equal(value, counterpart);
        if (!same && !resource_is_assigned(member) && json_object_get(overrides, member) == NULL) {
            text_printf(ret_different, "%s%s", ret_different->size > 0 ? ", " : "", member);
        }
    }
}

bool plan_template_same(json_t *source, json_t *made, const json_t *overrides, struct text *ret_different)
{
    size_t before = ret_different->size;

    compare_members(source, made, overrides, false, ret_different);
    compare_members(made, source, overrides, true, ret_different);
    return ret_different->size == before;
}
