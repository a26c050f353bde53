/* Instance templates: which one an item is about, the body that creates one again, and how two of them differ. */
#include <string.h>

#include "plan/plan_replace.h"

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

/* --- a template as the API answers it: the body it was made from and what the API has added (vpc-api.md 2.9) -------- */

static bool is_added(const char *member)
{
    static const char *const added[] = {"created_at", "crn", "href", "id", "name"};

    for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++) {
        if (strcmp(added[i], member) == 0) {
            return true;
        }
    }
    return false;
}

json_t *plan_template_body(json_t *answer)
{
    json_t *body = json_object();
    const char *member;
    json_t *value;

    json_object_foreach (answer, member, value) {
        const char *group = json_string_value(json_object_get(value, "id"));
        if (is_added(member)) {
            continue;
        }
        /* a reference in the answer, an identity in the body */
        json_object_set_new(body, member,
                            strcmp(member, "resource_group") == 0 && group != NULL ? json_build("{s:s}", "id", group)
                                                                                   : json_incref(value));
    }
    return body;
}

static void compare_members(json_t *one, const json_t *other, const json_t *overrides, bool missing_only,
                            struct text *ret_different)
{
    const char *member;
    json_t *value;

    json_object_foreach (one, member, value) {
        const json_t *counterpart = json_object_get(other, member);
        bool same = missing_only ? counterpart != NULL : counterpart != NULL && json_equal(value, counterpart);
        if (!same && !is_added(member) && json_object_get(overrides, member) == NULL) {
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
