/* The plan that replaces templates. */
#include "plan/plan_replacing.h"

#include <string.h>

#include "mem/mem.h"

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
static bool is_successor(const struct plan_replacing *replacing, const struct resource *old,
                         const struct resource *found, const struct resource_settings *after)
{
    return found->id != NULL && strcmp(found->id, old->id) != 0 && found->settings.given == after->given &&
           resource_settings_diff(&found->settings, after) == 0 &&
           same_but_settings(replacing->context, old->id, found->id);
}

/*
 * What an earlier run made of the template under the name that is asked for, or under one of those that are chosen
 * where none is: it is used, so that a command can be repeated. NULL: nothing has the name, or something else.
 */
static const struct resource *find_successor(const struct plan_replacing *replacing, const struct resource *old,
                                             const struct resource_settings *after)
{
    const struct resource_list *templates = replacing->context->templates;
    const struct plan_replacement *how = replacing->how;

    for (size_t i = 0; (how->name != NULL || how->reuse) && i < resource_list_count(templates); i++) {
        const struct resource *found = resource_list_at(templates, i);
        bool named = how->name != NULL ? text_equal(found->name, how->name)
                                       : found->name != NULL && plan_name_follows(found->name, old->name);
        if (named && plan_replace_same_region(found, old) && is_successor(replacing, old, found, after)) {
            return found;
        }
    }
    return NULL;
}

static void add_deletion(struct plan_replacing *replacing, const struct resource *old, size_t users, size_t last)
{
    struct plan_item *item = plan_replace_add(replacing, PLAN_DELETE, resource_list_adopt(replacing->list, old));

    item->delete.body = plan_own(replacing->plan, json_incref(json_object_get(replacing->context->bodies, old->id)));
    item->depends_on = last;
    const char *unknown = plan_replace_unknown_user(replacing, old);
    if (unknown != NULL) {
        item->verdict = PLAN_SKIP;
        item->reason = unknown;
    } else if (users > 0 && replacing->how->groups != NULL) {
        item->reason = plan_replace_why_used(replacing, old);
        item->verdict = item->reason != NULL ? PLAN_SKIP : PLAN_CHANGE;
    } else if (users > 0 && !replacing->how->update_groups) {
        item->verdict = PLAN_SKIP;
        item->reason = "instance groups use it: move them with --update-groups";
    }
}

/* The item of a template that has a successor and is not deleted. */
static void add_kept(struct plan_replacing *replacing, const struct resource *old)
{
    struct plan_item *item = plan_replace_add_unchanged(replacing, old);

    item->verdict = PLAN_SKIP;
    item->reason = "another one takes its place, and it stays (delete_old: false)";
}

static bool add_template(struct plan_replacing *replacing, const struct resource *old, struct err *e)
{
    struct resource_settings asked = asked_of(old, replacing->how->wanted);
    unsigned mask = resource_settings_diff(&old->settings, &asked);
    struct resource_settings after = settings_after(old, &asked, mask);
    const struct resource *user = NULL;
    size_t users = plan_replace_count_users(replacing, old, &user);
    char reason[PLAN_REASON_SIZE];

    if (mask == 0) {
        plan_replace_add_unchanged(replacing, old);
        (void)plan_replace_add_stale(replacing, old, replacing->plan->count);
        return true;
    }
    if (plan_odd_refuses(old, &asked, reason)) {
        struct plan_item *item = plan_replace_add_unchanged(replacing, old);
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
        if (!plan_replace_add_creation(replacing, old, &after, mask, e)) {
            return err_wrap(e, "instance template %s", old->name);
        }
        last = replacing->plan->count;
    } else if (replacing->how->groups == NULL) {
        plan_replace_add_unchanged(replacing, successor);
        last = replacing->plan->count;
    }
    const struct resource *new = successor != NULL ? successor : replacing->plan->items[last - 1].resource;
    if (replacing->how->update_groups || replacing->how->groups != NULL) {
        last = plan_replace_add_groups(replacing, old, new, last);
    }
    if (successor != NULL) {
        last = plan_replace_add_stale(replacing, successor, last);
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
    struct plan_replacing replacing = {.how = how, .context = context, .list = list, .plan = plan};

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
