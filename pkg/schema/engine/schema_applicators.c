/* Checking subschemas on the same value: allOf, anyOf, oneOf, not, if, $ref, $dynamicRef. */
#include <string.h>

#include "schema/engine/schema_build.h"

/* Runs a schema whose failure is no failure of the whole: what it marked counts only when it passes. */
static bool try_schema(struct schema_run *run, const struct schema *schema, const json_t *value,
                       struct schema_evaluated *evaluated)
{
    if (evaluated == NULL) {
        return schema_accepts(run, schema, value, NULL);
    }
    struct schema_evaluated own;
    schema_evaluated_init(&own, value);
    bool good = schema_accepts(run, schema, value, &own);
    if (good) {
        schema_evaluated_merge(evaluated, &own);
    }
    schema_evaluated_free(&own);
    return good;
}

static bool check_all_of(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    const struct schema_list *list = &((const struct schema_list_rule *)rule)->list;

    for (size_t i = 0; i < list->count; i++) {
        if (!schema_accepts(run, list->schemas[i], value, evaluated)) {
            return false;
        }
    }
    return true;
}

static bool check_any_of(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    const struct schema_list *list = &((const struct schema_list_rule *)rule)->list;
    bool good = false;

    for (size_t i = 0; i < list->count && (!good || evaluated != NULL); i++) {
        good |= try_schema(run, list->schemas[i], value, evaluated);
    }
    return good;
}

static bool check_one_of(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    const struct schema_list *list = &((const struct schema_list_rule *)rule)->list;
    size_t fitting = 0;

    for (size_t i = 0; i < list->count && fitting < 2; i++) {
        fitting += try_schema(run, list->schemas[i], value, evaluated);
    }
    return fitting == 1;
}

static bool check_not(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                      struct schema_evaluated *evaluated)
{
    (void)evaluated;
    return !schema_accepts(run, ((const struct schema_one_rule *)rule)->schema, value, NULL);
}

static bool check_if(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                     struct schema_evaluated *evaluated)
{
    const struct schema_if_rule *rule = (const struct schema_if_rule *)base;
    const struct schema *next = try_schema(run, rule->condition, value, evaluated) ? rule->then : rule->otherwise;

    return next == NULL || schema_accepts(run, next, value, evaluated);
}

SCHEMA_KIND(all_of, ALL_OF, ANY, IN_PLACE, check_all_of, list, false);
SCHEMA_KIND(any_of, ALTERNATIVES, ANY, IN_PLACE, check_any_of, list, false);
SCHEMA_KIND(one_of, ALTERNATIVES, ANY, IN_PLACE, check_one_of, list, false);
SCHEMA_KIND(not, NOT, ANY, IN_PLACE, check_not, one, false);
SCHEMA_KIND(if, IF, ANY, CONDITIONAL, check_if, if, false);

/* `then` and `else` without `if` say nothing. */
bool schema_compile_branch(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                           const json_t *argument)
{
    return json_object_get(schema->source, "if") == NULL || schema_compile_child(c, schema, keyword, argument);
}

/* --- $ref, $dynamicRef ------------------------------------------------------------------------- */

const struct schema *schema_ref_target(const struct schema_run *run, const struct schema_ref_rule *rule)
{
    const struct schema *target = rule->target;

    if (rule->anchor != NULL) {
        for (const struct schema_scope *scope = run->scope; scope != NULL; scope = scope->outer) {
            const struct schema *found = mem_map_get(&scope->resource->dynamic_anchors, rule->anchor);
            target = found != NULL ? found : target;
        }
    }
    return target;
}

static bool check_ref(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                      struct schema_evaluated *evaluated)
{
    return schema_accepts(run, schema_ref_target(run, (const struct schema_ref_rule *)rule), value, evaluated);
}

SCHEMA_KIND(ref, REF, ANY, IN_PLACE, check_ref, ref, false);
SCHEMA_KIND(dynamic_ref, REF, ANY, IN_PLACE, check_ref, ref, false);

bool schema_compile_ref(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                        const json_t *argument)
{
    struct err reason = ERR_INIT;
    const char *reference = json_string_value(argument);
    struct schema *target = schema_resolve(c->library, schema, reference, &reason);

    if (target == NULL) {
        return schema_error(c, schema, keyword->name, "\"%s\" cannot be resolved: %s", reference, reason.message);
    }
    schema_enqueue(c->library, target);
    struct schema_ref_rule *rule = schema_rule(c, schema, keyword);
    rule->target = target;
    /* of a $dynamicRef to a $dynamicAnchor the target is known at run time only, where depth is limited: no edge */
    const char *hash = strchr(reference, '#');
    const char *anchor = json_string_value(json_object_get(target->source, "$dynamicAnchor"));
    if (keyword->kind == &schema_kind_dynamic_ref && hash != NULL && anchor != NULL && strcmp(hash + 1, anchor) == 0) {
        rule->anchor = anchor;
    } else {
        schema_edge_add(c, schema, target, SCHEMA_ALWAYS);
    }
    return true;
}

const struct schema *schema_ref_only(const struct schema_rule *rule)
{
    const struct schema_ref_rule *ref = (const struct schema_ref_rule *)rule;

    return rule != NULL && rule->next == NULL && rule->kind->id == SCHEMA_RULE_REF && ref->anchor == NULL ? ref->target
                                                                                                          : NULL;
}
