/* Letting through members that no schema knows: they are taken away, and what is left is judged. */
#include <string.h>

#include "schema/schema.h"

/* Removes the member at the pointer from the tree. */
static void remove_member(json_t *root, const char *pointer)
{
    const char *last = strrchr(pointer, '/');
    CLEANUP(text_free) struct text above = {0}, name = {0};

    text_append_size(&above, pointer, (size_t)(last - pointer));
    if (json_pointer_next(&last, &name)) {
        json_object_del(json_at(root, text_string(&above)), text_string(&name));
    }
}

/* True when there was any. */
static bool remove_unknown(json_t *root, const struct schema_faults *faults, json_t *ret_unknown)
{
    bool any = false;

    for (size_t i = 0; i < faults->count; i++) {
        const struct schema_fault *fault = &faults->list[i];
        if (fault->unknown && json_at(root, fault->instance) != NULL) {
            remove_member(root, fault->instance);
            json_array_append_new(ret_unknown, json_build("{s:s, s:s}", "pointer", fault->instance, "fix", fault->fix));
            any = true;
        }
    }
    return any;
}

enum schema_verdict schema_explain_known(const struct schema *schema, const json_t *value, struct schema_faults *ret,
                                         json_t *ret_unknown)
{
    enum schema_verdict verdict = schema_explain(schema, value, ret);
    JSON_CLEANUP json_t *known = NULL;

    /* each pass takes a member away, so there is an end */
    while (verdict == SCHEMA_INVALID) {
        if (known == NULL) {
            known = json_deep_copy(value);
        }
        if (!remove_unknown(known, ret, ret_unknown)) {
            break;
        }
        verdict = schema_explain(schema, known, ret);
    }
    return verdict;
}
