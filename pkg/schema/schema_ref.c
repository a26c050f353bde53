/* $ref, $dynamicRef. */
#include <string.h>

#include "schema/explain.h"

struct ref_rule {
    struct schema_rule rule;
    const struct schema *target;
    const char *anchor; /* of a $dynamicRef that goes by the dynamic scope; else NULL */
};

/* Draft 2020-12 8.2.3.2: the outermost resource of the dynamic scope that has the anchor. */
static const struct schema *target_of(const struct schema_run *run, const struct ref_rule *rule)
{
    const struct schema *target = rule->target;

    if (rule->anchor != NULL) {
        for (const struct schema_scope *scope = run->scope; scope != NULL; scope = scope->outer) {
            const struct schema *found =
                schema_map_get(&scope->resource->dynamic_anchors, rule->anchor, strlen(rule->anchor));
            target = found != NULL ? found : target;
        }
    }
    return target;
}

static bool check_ref(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                      struct schema_seen *seen)
{
    return schema_accepts(run, target_of(run, (const struct ref_rule *)base), value, seen);
}

static void explain_ref(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema *target = target_of(&x->run, (const struct ref_rule *)base);

    schema_explain_schema(x, target, value, base->keyword[1] == 'r' ? "/$ref" : "/$dynamicRef");
}

static const struct schema_rule_kind ref_kind = {SCHEMA_ANY, SCHEMA_IN_PLACE, check_ref, explain_ref};

bool schema_compile_ref(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct schema *target = schema_resolve(c, schema, "$ref", json_string_value(argument));

    if (target == NULL) {
        return false;
    }
    struct ref_rule *rule = schema_rule_add(c, schema, &ref_kind, sizeof(*rule), "$ref");
    rule->target = target;
    schema_edge_add(c, schema, target, SCHEMA_ALWAYS);
    return true;
}

/* No edge: where it leads is known at run time only, where depth is limited. */
bool schema_compile_dynamic_ref(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct schema *target = schema_resolve(c, schema, "$dynamicRef", json_string_value(argument));

    if (target == NULL) {
        return false;
    }
    struct ref_rule *rule = schema_rule_add(c, schema, &ref_kind, sizeof(*rule), "$dynamicRef");
    rule->target = target;
    const char *hash = strchr(json_string_value(argument), '#');
    const char *anchor = json_string_value(json_object_get(target->source, "$dynamicAnchor"));
    if (hash != NULL && anchor != NULL && strcmp(hash + 1, anchor) == 0) {
        rule->anchor = anchor;
    } else {
        schema_edge_add(c, schema, target, SCHEMA_ALWAYS);
    }
    return true;
}

const struct schema *schema_ref_only(const struct schema_rule *rule)
{
    const struct ref_rule *ref = (const struct ref_rule *)rule;

    return rule != NULL && rule->next == NULL && rule->kind == &ref_kind && ref->anchor == NULL ? ref->target : NULL;
}
