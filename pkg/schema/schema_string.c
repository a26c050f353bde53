/* minLength, maxLength, pattern, format. */
#include <string.h>

#include "schema/explain.h"
#include "schema/format.h"

struct length_rule {
    struct schema_rule rule;
    bool begun;
    size_t min, max; /* code points */
};

static size_t code_points(const char *bytes, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    }
    return count;
}

static bool check_length(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_seen *seen)
{
    const struct length_rule *rule = (const struct length_rule *)base;
    size_t size = json_string_length(value);

    (void)run;
    (void)seen;
    if (size < rule->min) {
        return false;
    }
    /* a code point has one to four bytes, so most strings need not be counted */
    if (size <= rule->max && size / 4 >= rule->min) {
        return true;
    }
    size_t count = code_points(json_string_value(value), size);
    return count >= rule->min && count <= rule->max;
}

static void explain_length(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct length_rule *rule = (const struct length_rule *)base;
    size_t count = code_points(json_string_value(value), json_string_length(value));

    if (count < rule->min) {
        schema_note(x, SCHEMA_FAULT_VALUE, "minLength", value, "must have at least %zu character%s, has %zu", rule->min,
                    rule->min == 1 ? "" : "s", count);
    } else {
        schema_note(x, SCHEMA_FAULT_VALUE, "maxLength", value, "must have at most %zu character%s, has %zu", rule->max,
                    rule->max == 1 ? "" : "s", count);
    }
}

static const struct schema_rule_kind length_kind = {SCHEMA_STRING, SCHEMA_SCALAR, check_length, explain_length};

static struct length_rule *length_of(struct schema_compiler *c, struct schema *schema)
{
    struct length_rule *rule = schema_rule_get(c, schema, &length_kind, sizeof(*rule), "minLength");

    if (!rule->begun) {
        rule->begun = true;
        rule->max = SIZE_MAX;
    }
    return rule;
}

bool schema_compile_min_length(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return schema_count(c, schema, "minLength", argument, &length_of(c, schema)->min);
}

bool schema_compile_max_length(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return schema_count(c, schema, "maxLength", argument, &length_of(c, schema)->max);
}

/* --- pattern ----------------------------------------------------------------------------------- */

struct pattern_rule {
    struct schema_rule rule;
    struct schema_pattern *pattern;
    const char *text;
};

static enum schema_match match(struct schema_run *run, const struct pattern_rule *rule, const json_t *value)
{
    return schema_pattern_match(rule->pattern, run->matcher, json_string_value(value), json_string_length(value));
}

static bool check_pattern(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                          struct schema_seen *seen)
{
    enum schema_match result = match(run, (const struct pattern_rule *)base, value);

    (void)seen;
    if (result == SCHEMA_MATCH_LIMIT) {
        return schema_run_stop(run, "matching a regular expression takes too long");
    }
    return result == SCHEMA_MATCH;
}

static void explain_pattern(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct pattern_rule *rule = (const struct pattern_rule *)base;

    if (match(&x->run, rule, value) == SCHEMA_MATCH_LIMIT) {
        schema_note(x, SCHEMA_FAULT_LIMIT, "pattern", value,
                    "undecided: matching the regular expression %s takes too long", rule->text);
        return;
    }
    CLEANUP(text_free) struct text shown = {0};
    schema_value_print(&shown, value);
    schema_note(x, SCHEMA_FAULT_VALUE, "pattern", value, "must match the pattern %s, is %s", rule->text,
                text_string(&shown));
}

static const struct schema_rule_kind pattern_kind = {SCHEMA_STRING, SCHEMA_SCALAR, check_pattern, explain_pattern};

bool schema_compile_pattern_keyword(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct schema_pattern *pattern =
        schema_compile_pattern(c, schema, "pattern", json_string_value(argument), json_string_length(argument));

    if (pattern == NULL) {
        return false;
    }
    struct pattern_rule *rule = schema_rule_add(c, schema, &pattern_kind, sizeof(*rule), "pattern");
    rule->pattern = pattern;
    rule->text = json_string_value(argument);
    return true;
}

/* --- format ------------------------------------------------------------------------------------ */

struct format_rule {
    struct schema_rule rule;
    const struct schema_format *format;
};

static bool check_format(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_seen *seen)
{
    (void)run;
    (void)seen;
    return ((const struct format_rule *)base)->format->check(json_string_value(value), json_string_length(value));
}

static void explain_format(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema_format *format = ((const struct format_rule *)base)->format;
    CLEANUP(text_free) struct text shown = {0};

    schema_value_print(&shown, value);
    struct schema_finding *finding = schema_note(x, SCHEMA_FAULT_VALUE, "format", value,
                                                 "must be of the format %s, is %s", format->name, text_string(&shown));
    if (finding != NULL) {
        finding->fix = schema_explain_text(x, "write it like %s", format->example);
    }
}

static const struct schema_rule_kind format_kind = {SCHEMA_STRING, SCHEMA_SCALAR, check_format, explain_format};

bool schema_compile_format(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    const struct schema_format *format = schema_format_find(json_string_value(argument));
    bool asserts = (schema_compiler_flags(c) & SCHEMA_ASSERT_FORMAT) != 0 ||
                   (schema->resource->vocabularies & SCHEMA_FORMAT_ASSERTION) != 0;

    if (asserts && format != NULL) {
        struct format_rule *rule = schema_rule_add(c, schema, &format_kind, sizeof(*rule), "format");
        rule->format = format;
    }
    return true;
}
