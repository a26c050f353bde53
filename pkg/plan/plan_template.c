/* Comparing templates. */
#include "plan/plan_replace.h"
#include "resource/resource_create.h"

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
