/* The items of the plan that replaces templates. */
#include "mem/mem.h"
#include "plan/plan_replacing.h"

/* Without the name; the settings are sent whole: then it is the same whether the API merges them or not. */
static bool make_body(const struct resource *old, const struct resource_settings *after, struct plan *plan,
                      json_t **ret, struct err *e)
{
    json_t *body = plan_own(plan, json_build("{s:{s:s}}", "source_template", "id", old->id));

    *ret = body;
    return resource_overlay(old->kind, body, after, e);
}

struct plan_item *plan_replace_add(struct plan_replacing *replacing, enum plan_action action,
                                   const struct resource *resource)
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
static struct resource *new_record(struct plan_replacing *replacing, const struct resource *old, const char *name)
{
    struct resource *record = resource_list_append(replacing->list, old->kind, old->region);

    record->api = old->api;
    record->name = resource_list_keep(replacing->list, name);
    record->settings = old->settings;
    return record;
}

bool plan_replace_add_creation(struct plan_replacing *replacing, const struct resource *old,
                               const struct resource_settings *after, unsigned mask, struct err *e)
{
    char name[PLAN_NAME_MAX + 1];

    if (!plan_replace_choose_name(replacing, old, name, e)) {
        return false;
    }
    json_t *body = NULL;
    if (!make_body(old, after, replacing->plan, &body, e)) {
        return false;
    }
    struct resource *record = new_record(replacing, old, name);
    struct plan_item *item = plan_replace_add(replacing, PLAN_CREATE, record);
    struct resource_settings *wanted = text_arena_alloc(&replacing->plan->memory, sizeof(*wanted));
    *wanted = *after;
    item->wanted = wanted;
    item->after = *after;
    item->mask = mask;
    item->create.body = body;
    item->create.record = record;
    return true;
}

struct plan_item *plan_replace_add_unchanged(struct plan_replacing *replacing, const struct resource *template)
{
    struct plan_item *item = plan_replace_add(replacing, PLAN_SET, resource_list_adopt(replacing->list, template));

    item->verdict = PLAN_UNCHANGED;
    item->after = template->settings;
    return item;
}
