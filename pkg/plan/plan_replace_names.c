/* Names of the templates that a plan creates. */
#include <string.h>

#include "plan/plan_replacing.h"
#include "resource/resource_create.h"

enum { NAMES_TRIED = 1000 };

bool plan_replace_same_region(const struct resource *one, const struct resource *other)
{
    return one->region == NULL || other->region == NULL || strcmp(one->region, other->region) == 0;
}

/* The index of the template of that name where the old one is; the count of templates when there is none. */
static size_t find_named(const struct plan_replacing *replacing, const struct resource *old, const char *name)
{
    const struct resource_list *templates = replacing->context->templates;
    size_t i = 0;

    while (i < resource_list_count(templates) && (!text_equal(resource_list_at(templates, i)->name, name) ||
                                                  !plan_replace_same_region(resource_list_at(templates, i), old))) {
        i++;
    }
    return i;
}

static bool is_taken(const struct plan_replacing *replacing, const struct resource *old, const char *name)
{
    if (find_named(replacing, old, name) < resource_list_count(replacing->context->templates)) {
        return true;
    }
    for (size_t i = 0; i < replacing->plan->count; i++) {
        const struct plan_item *item = &replacing->plan->items[i];
        if (item->action == PLAN_CREATE && strcmp(item->resource->name, name) == 0 &&
            plan_replace_same_region(item->resource, old)) {
            return true;
        }
    }
    return false;
}

static bool choose_free_name(const struct plan_replacing *replacing, const struct resource *old,
                             char ret_name[PLAN_NAME_MAX + 1], struct err *e)
{
    for (unsigned n = 0; n < NAMES_TRIED; n++) {
        plan_name_next(old->name, n, ret_name);
        if (!is_taken(replacing, old, ret_name)) {
            return resource_check_name(ret_name, e) || err_wrap(e, "its successor would have no valid name");
        }
    }
    return err_set(e, ERR_USAGE, "every name up to %s is taken: give --name or --name-suffix", ret_name);
}

bool plan_replace_choose_name(const struct plan_replacing *replacing, const struct resource *old,
                              char ret_name[PLAN_NAME_MAX + 1], struct err *e)
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
