/* minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf: one rule. */
#include "schema/decimal.h"
#include "schema/explain.h"

struct number_rule {
    struct schema_rule rule;
    const json_t *minimum, *maximum, *above, *below, *unit; /* NULL: no such limit */
};

static bool check_number(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_seen *seen)
{
    const struct number_rule *rule = (const struct number_rule *)base;

    (void)run;
    (void)seen;
    return (rule->minimum == NULL || schema_number_compare(value, rule->minimum) >= 0) &&
           (rule->maximum == NULL || schema_number_compare(value, rule->maximum) <= 0) &&
           (rule->above == NULL || schema_number_compare(value, rule->above) > 0) &&
           (rule->below == NULL || schema_number_compare(value, rule->below) < 0) &&
           (rule->unit == NULL || schema_number_is_multiple(value, rule->unit));
}

static const char *shown(struct schema_explanation *x, const json_t *value)
{
    CLEANUP(text_free) struct text text = {0};

    schema_value_print(&text, value);
    return schema_explain_text(x, "%s", text_string(&text));
}

/* Both ends where there are two: who is told "at least 1" tries 100 next. */
static void note_range(struct schema_explanation *x, const struct number_rule *rule, const char *keyword,
                       const json_t *value)
{
    if (rule->minimum != NULL && rule->maximum != NULL) {
        schema_note(x, SCHEMA_FAULT_VALUE, keyword, value, "must be in the range %s to %s, is %s",
                    shown(x, rule->minimum), shown(x, rule->maximum), shown(x, value));
    } else if (rule->minimum != NULL) {
        schema_note(x, SCHEMA_FAULT_VALUE, keyword, value, "must be at least %s, is %s", shown(x, rule->minimum),
                    shown(x, value));
    } else {
        schema_note(x, SCHEMA_FAULT_VALUE, keyword, value, "must be at most %s, is %s", shown(x, rule->maximum),
                    shown(x, value));
    }
}

static void explain_number(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct number_rule *rule = (const struct number_rule *)base;

    if (rule->minimum != NULL && schema_number_compare(value, rule->minimum) < 0) {
        note_range(x, rule, "minimum", value);
    }
    if (rule->maximum != NULL && schema_number_compare(value, rule->maximum) > 0) {
        note_range(x, rule, "maximum", value);
    }
    if (rule->above != NULL && schema_number_compare(value, rule->above) <= 0) {
        schema_note(x, SCHEMA_FAULT_VALUE, "exclusiveMinimum", value, "must be more than %s, is %s",
                    shown(x, rule->above), shown(x, value));
    }
    if (rule->below != NULL && schema_number_compare(value, rule->below) >= 0) {
        schema_note(x, SCHEMA_FAULT_VALUE, "exclusiveMaximum", value, "must be less than %s, is %s",
                    shown(x, rule->below), shown(x, value));
    }
    if (rule->unit != NULL && !schema_number_is_multiple(value, rule->unit)) {
        schema_note(x, SCHEMA_FAULT_VALUE, "multipleOf", value, "must be a multiple of %s, is %s", shown(x, rule->unit),
                    shown(x, value));
    }
}

static const struct schema_rule_kind number_kind = {SCHEMA_NUMBER, SCHEMA_SCALAR, check_number, explain_number};

static struct number_rule *rule_of(struct schema_compiler *c, struct schema *schema)
{
    return schema_rule_get(c, schema, &number_kind, sizeof(struct number_rule), "minimum");
}

bool schema_compile_minimum(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    rule_of(c, schema)->minimum = argument;
    return true;
}

bool schema_compile_maximum(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    rule_of(c, schema)->maximum = argument;
    return true;
}

bool schema_compile_exclusive_minimum(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    rule_of(c, schema)->above = argument;
    return true;
}

bool schema_compile_exclusive_maximum(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    rule_of(c, schema)->below = argument;
    return true;
}

bool schema_compile_multiple_of(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    if (json_number_value(argument) <= 0) {
        return schema_error(c, schema, "multipleOf", "must be more than 0");
    }
    rule_of(c, schema)->unit = argument;
    return true;
}
