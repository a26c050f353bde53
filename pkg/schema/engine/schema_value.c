/* Checking values as such: type, const, enum; minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf. */
#include <string.h>

#include "schema/engine/schema_build.h"
#include "schema/engine/schema_number.h"

bool schema_choice_allows(const struct schema_choice_rule *rule, const json_t *value)
{
    size_t i;
    json_t *choice;

    if (json_is_string(value)) {
        const char *bytes = json_string_value(value);
        size_t size = json_string_length(value);
        for (i = 0; i < rule->string_count; i++) {
            if (rule->strings[i].size == size && memcmp(rule->strings[i].bytes, bytes, size) == 0) {
                return true;
            }
        }
        return false;
    }
    if (rule->other_count == 0) {
        return false;
    }
    if (rule->is_const) {
        return json_same(value, rule->choices);
    }
    json_array_foreach (rule->choices, i, choice) {
        if (json_same(value, choice)) {
            return true;
        }
    }
    return false;
}

static bool check_choice(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    (void)run;
    (void)evaluated;
    return schema_choice_allows((const struct schema_choice_rule *)rule, value);
}

SCHEMA_KIND(const, CHOICE, ANY, SCALAR, check_choice, choice, false);
SCHEMA_KIND(enum, CHOICE, ANY, SCALAR, check_choice, choice, false);

static void add_choice(struct schema_choice_rule *rule, const json_t *choice)
{
    if (json_is_string(choice)) {
        rule->strings[rule->string_count++] =
            (struct schema_string_choice){.bytes = json_string_value(choice), .size = json_string_length(choice)};
    } else {
        rule->other_count++;
    }
}

bool schema_compile_choice(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                           const json_t *argument)
{
    struct schema_choice_rule *rule = schema_rule(c, schema, keyword);
    size_t i;
    json_t *choice;

    rule->choices = argument;
    rule->is_const = keyword->kind == &schema_kind_const;
    size_t count = rule->is_const ? 1 : json_array_size(argument);
    rule->strings = text_arena_alloc(&c->library->arena, count * sizeof(*rule->strings));
    if (rule->is_const) {
        add_choice(rule, argument);
        return true;
    }
    json_array_foreach (argument, i, choice) {
        add_choice(rule, choice);
    }
    return true;
}

/* --- type -------------------------------------------------------------------------------------- */

static unsigned type_named(const char *name)
{
    static const struct {
        const char *name;
        unsigned type;
    } types[] = {
        {"null", SCHEMA_NULL},     {"boolean", SCHEMA_BOOLEAN}, {"object", SCHEMA_OBJECT}, {"array", SCHEMA_ARRAY},
        {"string", SCHEMA_STRING}, {"integer", SCHEMA_INTEGER}, {"number", SCHEMA_NUMBER},
    };

    for (size_t i = 0; name != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, name) == 0) {
            return types[i].type;
        }
    }
    return 0;
}

static bool add_type(struct schema_compiler *c, const struct schema *schema, const json_t *name, unsigned *types)
{
    unsigned type = type_named(json_string_value(name));

    if (type == 0) {
        CLEANUP(text_free) struct text shown = {0};
        schema_value_print(&shown, name);
        return schema_error(c, schema, "type",
                            "%s is not a type; use null, boolean, object, array, string, integer or number",
                            text_string(&shown));
    }
    *types |= type;
    return true;
}

bool schema_compile_type(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                         const json_t *argument)
{
    unsigned types = 0;
    size_t i;
    json_t *name;

    (void)keyword;
    if (json_is_string(argument) && !add_type(c, schema, argument, &types)) {
        return false;
    }
    json_array_foreach (argument, i, name) {
        if (!add_type(c, schema, name, &types)) {
            return false;
        }
    }
    schema->types &= types;
    return true;
}

/* --- numbers ----------------------------------------------------------------------------------- */

static bool check_number(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    const struct schema_number_rule *rule = (const struct schema_number_rule *)base;

    (void)run;
    (void)evaluated;
    return (rule->minimum == NULL || schema_number_compare(value, rule->minimum) >= 0) &&
           (rule->maximum == NULL || schema_number_compare(value, rule->maximum) <= 0) &&
           (rule->above == NULL || schema_number_compare(value, rule->above) > 0) &&
           (rule->below == NULL || schema_number_compare(value, rule->below) < 0) &&
           (rule->unit == NULL || schema_number_is_multiple(value, rule->unit));
}

SCHEMA_KIND(number, NUMBER, NUMBER, SCALAR, check_number, number, false);

bool schema_compile_multiple_of(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                                const json_t *argument)
{
    if (json_number_value(argument) <= 0) {
        return schema_error(c, schema, keyword->name, "must be more than 0");
    }
    return schema_compile_argument(c, schema, keyword, argument);
}
