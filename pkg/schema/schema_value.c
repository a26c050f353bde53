/* type, const, enum. */
#include <string.h>

#include "schema/explain.h"

/* A choice among strings, which most are, is looked up without asking jansson for each. */
struct choice {
    const char *bytes;
    size_t size;
};

struct choice_rule {
    struct schema_rule rule;
    const json_t *choices; /* an array, or of const the one value */
    bool is_const;
    const struct choice *strings;
    size_t string_count, other_count;
};

static bool is_choice(const struct choice_rule *rule, const json_t *value)
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
                         struct schema_seen *seen)
{
    (void)run;
    (void)seen;
    return is_choice((const struct choice_rule *)rule, value);
}

static void explain_choice(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct choice_rule *rule = (const struct choice_rule *)base;

    schema_note_choice(x, base->keyword, value, rule->choices, rule->is_const);
}

static const struct schema_rule_kind choice_kind = {SCHEMA_ANY, SCHEMA_SCALAR, check_choice, explain_choice};

static struct choice_rule *add_choices(struct schema_compiler *c, struct schema *schema, const char *keyword,
                                       const json_t *choices, size_t count)
{
    struct choice_rule *rule = schema_rule_add(c, schema, &choice_kind, sizeof(*rule), keyword);

    rule->choices = choices;
    rule->strings = schema_alloc(c, count * sizeof(*rule->strings));
    return rule;
}

static void add_choice(struct choice_rule *rule, const json_t *choice)
{
    if (json_is_string(choice)) {
        struct choice *string = (struct choice *)&rule->strings[rule->string_count++];
        *string = (struct choice){.bytes = json_string_value(choice), .size = json_string_length(choice)};
    } else {
        rule->other_count++;
    }
}

bool schema_compile_const(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct choice_rule *rule = add_choices(c, schema, "const", argument, 1);

    rule->is_const = true;
    add_choice(rule, argument);
    return true;
}

bool schema_compile_enum(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct choice_rule *rule = add_choices(c, schema, "enum", argument, json_array_size(argument));
    size_t i;
    json_t *choice;

    json_array_foreach (argument, i, choice) {
        add_choice(rule, choice);
    }
    return true;
}

bool schema_is_choice_rule(const struct schema_rule *rule)
{
    return rule->kind == &choice_kind;
}

bool schema_choice_allows(const struct schema_rule *rule, const json_t *value)
{
    return is_choice((const struct choice_rule *)rule, value);
}

const json_t *schema_choice_at(const struct schema_rule *base, size_t index)
{
    const struct choice_rule *rule = (const struct choice_rule *)base;

    if (rule->is_const) {
        return index == 0 ? rule->choices : NULL;
    }
    return json_array_get(rule->choices, index);
}

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
                            "%s is no type; use null, boolean, object, array, string, integer or number",
                            text_string(&shown));
    }
    *types |= type;
    return true;
}

bool schema_compile_type(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    unsigned types = 0;
    size_t i;
    json_t *name;

    if (json_is_string(argument)) {
        if (!add_type(c, schema, argument, &types)) {
            return false;
        }
    }
    json_array_foreach (argument, i, name) {
        if (!add_type(c, schema, name, &types)) {
            return false;
        }
    }
    schema->types &= types;
    return true;
}
