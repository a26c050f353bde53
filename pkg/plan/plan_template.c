/* Instance templates: which one an item is about, the body that creates one again, and how two of them differ. */
#include <string.h>

#include "plan/plan_replace.h"
#include "resource/resource_create.h"

json_t *plan_template_json(const struct plan_template *template)
{
    return json_build("{s:{s:s*, s:s*}}", "instance_template", "id", template->id, "name", template->name);
}

const struct plan_item *plan_creation_before(const struct plan *plan, const struct plan_item *item)
{
    while (item->depends_on != 0) {
        item = &plan->items[item->depends_on - 1];
        if (item->action == PLAN_CREATE) {
            return item;
        }
    }
    return NULL;
}

struct plan_template plan_template_target(const struct plan *plan, const struct plan_item *item)
{
    const struct plan_item *creation = item->move.to.id == NULL ? plan_creation_before(plan, item) : NULL;

    return creation != NULL ? (struct plan_template){.id = creation->resource->id, .name = creation->resource->name}
                            : item->move.to;
}

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
