/* Checking strings: minLength, maxLength, pattern, format. */
#include "schema/engine/schema_build.h"

size_t schema_string_length(const json_t *string)
{
    const char *bytes = json_string_value(string);
    size_t size = json_string_length(string);
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    }
    return count;
}

static bool check_length(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    const struct schema_limit_rule *rule = (const struct schema_limit_rule *)base;
    size_t size = json_string_length(value);

    (void)run;
    (void)evaluated;
    if (size < rule->min) {
        return false;
    }
    /* a code point has one to four bytes, so most strings need not be counted */
    if (size <= rule->max && size / 4 >= rule->min) {
        return true;
    }
    size_t count = schema_string_length(value);
    return count >= rule->min && count <= rule->max;
}

SCHEMA_KIND(length, LENGTH, STRING, SCALAR, check_length, limit, true);

/* --- pattern ----------------------------------------------------------------------------------- */

static bool check_pattern(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                          struct schema_evaluated *evaluated)
{
    enum schema_match match = schema_pattern_match(((const struct schema_pattern_rule *)rule)->pattern, run->matcher,
                                                   json_string_value(value), json_string_length(value));

    (void)evaluated;
    if (match == SCHEMA_MATCH_LIMIT) {
        return schema_run_stop(run, "matching a regular expression takes too long");
    }
    return match == SCHEMA_MATCH;
}

SCHEMA_KIND(pattern, PATTERN, STRING, SCALAR, check_pattern, pattern, false);

bool schema_compile_pattern_keyword(struct schema_compiler *c, struct schema *schema,
                                    const struct schema_keyword *keyword, const json_t *argument)
{
    struct schema_pattern_rule *rule = schema_rule(c, schema, keyword);

    rule->text = json_string_value(argument);
    rule->pattern = schema_compile_pattern(c, schema, keyword->name, rule->text, json_string_length(argument));
    return rule->pattern != NULL;
}

/* --- format ------------------------------------------------------------------------------------ */

static bool check_format(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                         struct schema_evaluated *evaluated)
{
    const struct schema_format *format = ((const struct schema_format_rule *)rule)->format;

    (void)run;
    (void)evaluated;
    return format->check(json_string_value(value), json_string_length(value));
}

SCHEMA_KIND(format, FORMAT, STRING, SCALAR, check_format, format, false);

bool schema_compile_format(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                           const json_t *argument)
{
    const struct schema_format *format = schema_format_find(json_string_value(argument));
    bool asserts = (c->library->flags & SCHEMA_ASSERT_FORMAT) != 0 ||
                   (schema->resource->vocabularies & SCHEMA_FORMAT_ASSERTION) != 0;

    if (asserts && format != NULL) {
        ((struct schema_format_rule *)schema_rule(c, schema, keyword))->format = format;
    }
    return true;
}
