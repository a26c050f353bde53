/* unevaluatedItems, unevaluatedProperties. */
#include <string.h>

#include "schema/explain.h"

struct unevaluated_rule {
    struct schema_rule rule;
    const struct schema *schema, *owner;
};

static bool check_items(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                        struct schema_seen *seen)
{
    const struct schema *schema = ((const struct unevaluated_rule *)base)->schema;

    for (size_t i = 0; i < seen->count; i++) {
        if (!seen->marks[i]) {
            if (!schema_accepts(run, schema, json_array_get(value, i), NULL)) {
                return false;
            }
            seen->marks[i] = 1;
        }
    }
    return true;
}

static bool check_properties(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                             struct schema_seen *seen)
{
    const struct schema *schema = ((const struct unevaluated_rule *)base)->schema;
    json_t *object = (json_t *)value;
    size_t i = 0;

    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at), i++) {
        if (!seen->marks[i]) {
            if (!schema_accepts(run, schema, json_object_iter_value(at), NULL)) {
                return false;
            }
            seen->marks[i] = 1;
        }
    }
    return true;
}

static void explain_items(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema *schema = ((const struct unevaluated_rule *)base)->schema;

    for (size_t i = 0; i < x->seen->count; i++) {
        if (x->seen->marks[i]) {
            continue;
        }
        const json_t *item = json_array_get(value, i);
        if (schema->types == 0) {
            schema_note_item(x, SCHEMA_FAULT_UNKNOWN, "unevaluatedItems", i, item, "one item too many");
        } else {
            schema_explain_item(x, schema, i, item, schema->steps);
        }
    }
}

static void explain_properties(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct unevaluated_rule *rule = (const struct unevaluated_rule *)base;
    size_t size = json_object_size(value);
    struct schema_members members = {.unknown_keyword = "unevaluatedProperties"};
    enum { KNOWN_MAX = 512 };
    const char *name;
    json_t *member;
    size_t i = 0;

    members.unknown = text_arena_alloc(&x->arena, (size + 1) * sizeof(char *));
    members.known = text_arena_alloc(&x->arena, KNOWN_MAX * sizeof(char *));
    json_object_foreach ((json_t *)value, name, member) {
        if (!x->seen->marks[i++]) {
            if (rule->schema->types == 0) {
                members.unknown[members.unknown_count++] = name;
            } else {
                schema_explain_member(x, rule->schema, name, member, rule->schema->steps);
            }
        }
    }
    members.known_count = schema_known_members(rule->owner, members.known, KNOWN_MAX);
    schema_note_members(x, value, &members);
}

static const struct schema_rule_kind items_kind = {SCHEMA_ARRAY, SCHEMA_LAST, check_items, explain_items};
static const struct schema_rule_kind properties_kind = {SCHEMA_OBJECT, SCHEMA_LAST, check_properties,
                                                        explain_properties};

static bool add_rule(struct schema_compiler *c, struct schema *schema, const json_t *argument, const char *keyword,
                     const struct schema_rule_kind *kind)
{
    struct unevaluated_rule *rule = schema_rule_add(c, schema, kind, sizeof(*rule), keyword);

    schema->tracks = true;
    rule->owner = schema;
    rule->schema = schema_child(c, schema, keyword, argument);
    return rule->schema != NULL;
}

bool schema_compile_unevaluated_items(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return add_rule(c, schema, argument, "unevaluatedItems", &items_kind);
}

bool schema_compile_unevaluated_properties(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return add_rule(c, schema, argument, "unevaluatedProperties", &properties_kind);
}
