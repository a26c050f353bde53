/* propertyNames, dependentRequired, dependentSchemas. */
#include <string.h>

#include "schema/explain.h"

struct names_rule {
    struct schema_rule rule;
    const struct schema *schema;
};

static bool accepts_name(struct schema_run *run, const struct schema *schema, const char *name, size_t size)
{
    json_t *string = json_stringn_nocheck(name, size);
    bool good = schema_accepts(run, schema, string, NULL);

    json_decref(string);
    return good;
}

static bool check_names(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                        struct schema_seen *seen)
{
    const struct names_rule *rule = (const struct names_rule *)base;
    json_t *object = (json_t *)value;

    (void)seen;
    if (rule->schema->types == SCHEMA_ANY && rule->schema->rules == NULL) {
        return true;
    }
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        if (!accepts_name(run, rule->schema, json_object_iter_key(at), json_object_iter_key_len(at))) {
            return false;
        }
    }
    return true;
}

static void explain_names(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct names_rule *rule = (const struct names_rule *)base;
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)value, name, member) {
        if (!accepts_name(&x->run, rule->schema, name, strlen(name))) {
            schema_explain_name(x, rule->schema, name);
        }
    }
}

static const struct schema_rule_kind names_kind = {SCHEMA_OBJECT, SCHEMA_CHILDREN, check_names, explain_names};

bool schema_compile_property_names(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct names_rule *rule = schema_rule_add(c, schema, &names_kind, sizeof(*rule), "propertyNames");

    rule->schema = schema_child(c, schema, "propertyNames", argument);
    return rule->schema != NULL;
}

/* --- dependentRequired ------------------------------------------------------------------------- */

struct required_rule {
    struct schema_rule rule;
    const json_t *argument; /* member -> names that it demands */
};

static bool check_required(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                           struct schema_seen *seen)
{
    const char *trigger;
    json_t *names;
    size_t i;
    json_t *name;

    (void)run;
    (void)seen;
    json_object_foreach ((json_t *)((const struct required_rule *)base)->argument, trigger, names) {
        if (json_object_get(value, trigger) == NULL) {
            continue;
        }
        json_array_foreach (names, i, name) {
            if (json_object_get(value, json_string_value(name)) == NULL) {
                return false;
            }
        }
    }
    return true;
}

static void explain_required(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const char *trigger;
    json_t *names;
    size_t i;
    json_t *name;

    json_object_foreach ((json_t *)((const struct required_rule *)base)->argument, trigger, names) {
        json_array_foreach (names, i, name) {
            const char *wanted = json_string_value(name);
            if (json_object_get(value, trigger) == NULL || json_object_get(value, wanted) != NULL) {
                continue;
            }
            struct schema_finding *finding = schema_note(x, SCHEMA_FAULT_MISSING, "dependentRequired", value,
                                                         "`%s` is missing; `%s` needs it", wanted, trigger);
            if (finding != NULL) {
                finding->member = wanted;
                finding->fix = schema_explain_text(x, "add `%s` or remove `%s`", wanted, trigger);
            }
        }
    }
}

static const struct schema_rule_kind required_kind = {SCHEMA_OBJECT, SCHEMA_CHILDREN, check_required, explain_required};

bool schema_compile_dependent_required(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    const char *trigger;
    json_t *names;
    size_t i;
    json_t *name;

    json_object_foreach ((json_t *)argument, trigger, names) {
        bool strings = json_is_array(names);
        json_array_foreach (names, i, name) {
            strings = strings && json_is_string(name);
        }
        if (!strings) {
            return schema_error(c, schema, "dependentRequired", "`%s` must be an array of strings", trigger);
        }
    }
    struct required_rule *rule = schema_rule_add(c, schema, &required_kind, sizeof(*rule), "dependentRequired");
    rule->argument = argument;
    return true;
}

/* --- dependentSchemas -------------------------------------------------------------------------- */

struct dependent {
    const char *trigger;
    const struct schema *schema;
};

struct schemas_rule {
    struct schema_rule rule;
    struct dependent *dependents;
    size_t count;
};

static bool check_schemas(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                          struct schema_seen *seen)
{
    const struct schemas_rule *rule = (const struct schemas_rule *)base;

    for (size_t i = 0; i < rule->count; i++) {
        if (json_object_get(value, rule->dependents[i].trigger) != NULL &&
            !schema_accepts(run, rule->dependents[i].schema, value, seen)) {
            return false;
        }
    }
    return true;
}

static void explain_schemas(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schemas_rule *rule = (const struct schemas_rule *)base;

    for (size_t i = 0; i < rule->count; i++) {
        const struct schema *schema = rule->dependents[i].schema;
        if (json_object_get(value, rule->dependents[i].trigger) != NULL) {
            schema_explain_schema(x, schema, value, schema->steps);
        }
    }
}

static const struct schema_rule_kind schemas_kind = {SCHEMA_OBJECT, SCHEMA_CONDITIONAL, check_schemas, explain_schemas};

bool schema_compile_dependent_schemas(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct schemas_rule *rule = schema_rule_add(c, schema, &schemas_kind, sizeof(*rule), "dependentSchemas");
    const char *trigger;
    json_t *source;

    rule->dependents = schema_alloc(c, json_object_size(argument) * sizeof(*rule->dependents));
    json_object_foreach ((json_t *)argument, trigger, source) {
        struct schema *child = schema_child_member(c, schema, "dependentSchemas", trigger, source);
        if (child == NULL) {
            return false;
        }
        rule->dependents[rule->count++] = (struct dependent){.trigger = trigger, .schema = child};
        schema_edge_add(c, schema, child, SCHEMA_SOMETIMES);
    }
    return true;
}
