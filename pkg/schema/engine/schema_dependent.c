/* Checking members against each other and their names: propertyNames, dependentRequired, dependentSchemas. */
#include "schema/engine/schema_build.h"

bool schema_accepts_name(struct schema_run *run, const struct schema *schema, const char *name, size_t size)
{
    json_t *string = json_stringn_nocheck(name, size);
    bool good = schema_accepts(run, schema, string, NULL);

    json_decref(string);
    return good;
}

static bool check_names(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                        struct schema_evaluated *evaluated)
{
    const struct schema_one_rule *rule = (const struct schema_one_rule *)base;
    json_t *object = (json_t *)value;

    (void)evaluated;
    if (rule->schema->types == SCHEMA_ANY && rule->schema->rules == NULL) {
        return true;
    }
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        if (!schema_accepts_name(run, rule->schema, json_object_iter_key(at), json_object_iter_key_len(at))) {
            return false;
        }
    }
    return true;
}

SCHEMA_KIND(names, NAMES, OBJECT, CHILDREN, check_names, one, false);

/* --- dependentRequired ------------------------------------------------------------------------- */

static bool check_dependent_required(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                                     struct schema_evaluated *evaluated)
{
    const char *trigger;
    json_t *names;
    size_t i;
    json_t *name;

    (void)run;
    (void)evaluated;
    json_object_foreach ((json_t *)((const struct schema_dependent_required_rule *)base)->argument, trigger, names) {
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

SCHEMA_KIND(dependent_required, DEPENDENT_REQUIRED, OBJECT, CHILDREN, check_dependent_required, dependent_required,
            false);

bool schema_compile_dependent_required(struct schema_compiler *c, struct schema *schema,
                                       const struct schema_keyword *keyword, const json_t *argument)
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
            return schema_error(c, schema, keyword->name, "`%s` must be an array of strings", trigger);
        }
    }
    struct schema_dependent_required_rule *rule = schema_rule(c, schema, keyword);
    rule->argument = argument;
    return true;
}

/* --- dependentSchemas -------------------------------------------------------------------------- */

static bool check_dependent_schemas(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                                    struct schema_evaluated *evaluated)
{
    const struct schema_dependent_schemas_rule *rule = (const struct schema_dependent_schemas_rule *)base;

    for (size_t i = 0; i < rule->count; i++) {
        if (json_object_get(value, rule->dependents[i].trigger) != NULL &&
            !schema_accepts(run, rule->dependents[i].schema, value, evaluated)) {
            return false;
        }
    }
    return true;
}

SCHEMA_KIND(dependent_schemas, DEPENDENT_SCHEMAS, OBJECT, CONDITIONAL, check_dependent_schemas, dependent_schemas,
            false);

bool schema_compile_dependent_schemas(struct schema_compiler *c, struct schema *schema,
                                      const struct schema_keyword *keyword, const json_t *argument)
{
    struct schema_dependent_schemas_rule *rule = schema_rule(c, schema, keyword);
    const char *trigger;
    json_t *source;

    rule->dependents = text_arena_alloc(&c->library->arena, json_object_size(argument) * sizeof(*rule->dependents));
    json_object_foreach ((json_t *)argument, trigger, source) {
        struct schema *child = schema_child_member(c, schema, keyword, trigger, source);
        if (child == NULL) {
            return false;
        }
        rule->dependents[rule->count++] = (struct schema_dependent){.trigger = trigger, .schema = child};
    }
    return true;
}
