/* prefixItems, items, minItems, maxItems, uniqueItems: one rule; contains with its limits: another. */
#include <stdlib.h>
#include <string.h>

#include "schema/explain.h"
#include "schema/unique.h"

struct array_rule {
    struct schema_rule rule;
    bool begun, unique;
    const struct schema **prefix;
    size_t prefix_count;
    const struct schema *items;
    size_t min, max;
};

static bool check_array(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                        struct schema_seen *seen)
{
    const struct array_rule *rule = (const struct array_rule *)base;
    size_t size = json_array_size(value);

    if (size < rule->min || size > rule->max) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const struct schema *schema = i < rule->prefix_count ? rule->prefix[i] : rule->items;
        if (schema != NULL) {
            if (!schema_accepts(run, schema, json_array_get(value, i), NULL)) {
                return false;
            }
            schema_seen_mark(seen, i);
        }
    }
    size_t first;
    size_t second;
    return !rule->unique || schema_is_unique(value, &first, &second);
}

static void explain_array(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct array_rule *rule = (const struct array_rule *)base;
    size_t size = json_array_size(value);

    if (size < rule->min) {
        schema_note(x, SCHEMA_FAULT_VALUE, "minItems", value, "must have at least %zu item%s, has %zu", rule->min,
                    rule->min == 1 ? "" : "s", size);
    }
    if (size > rule->max) {
        schema_note(x, SCHEMA_FAULT_VALUE, "maxItems", value, "must have at most %zu item%s, has %zu", rule->max,
                    rule->max == 1 ? "" : "s", size);
    }
    for (size_t i = 0; i < size; i++) {
        const struct schema *schema = i < rule->prefix_count ? rule->prefix[i] : rule->items;
        if (schema != NULL) {
            schema_explain_item(x, schema, i, json_array_get(value, i), schema->steps);
        }
    }
    size_t first;
    size_t second;
    if (rule->unique && !schema_is_unique(value, &first, &second)) {
        schema_note_item(x, SCHEMA_FAULT_VALUE, "uniqueItems", second, json_array_get(value, second),
                         "equals item %zu; items must differ", first);
    }
}

static const struct schema_rule_kind array_kind = {SCHEMA_ARRAY, SCHEMA_CHILDREN, check_array, explain_array};

static struct array_rule *rule_of(struct schema_compiler *c, struct schema *schema)
{
    struct array_rule *rule = schema_rule_get(c, schema, &array_kind, sizeof(*rule), "items");

    if (!rule->begun) {
        rule->begun = true;
        rule->max = SIZE_MAX;
    }
    return rule;
}

bool schema_compile_prefix_items(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct array_rule *rule = rule_of(c, schema);
    size_t i;
    json_t *source;

    rule->prefix = schema_alloc(c, json_array_size(argument) * sizeof(*rule->prefix));
    json_array_foreach (argument, i, source) {
        rule->prefix[i] = schema_child_item(c, schema, "prefixItems", i, source);
        if (rule->prefix[i] == NULL) {
            return false;
        }
    }
    rule->prefix_count = json_array_size(argument);
    return true;
}

bool schema_compile_items(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct array_rule *rule = rule_of(c, schema);

    rule->items = schema_child(c, schema, "items", argument);
    return rule->items != NULL;
}

bool schema_compile_min_items(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return schema_count(c, schema, "minItems", argument, &rule_of(c, schema)->min);
}

bool schema_compile_max_items(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return schema_count(c, schema, "maxItems", argument, &rule_of(c, schema)->max);
}

bool schema_compile_unique_items(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    rule_of(c, schema)->unique = json_is_true(argument);
    return true;
}

/* --- contains ---------------------------------------------------------------------------------- */

struct contains_rule {
    struct schema_rule rule;
    const struct schema *schema;
    size_t min, max;
};

static size_t count_fitting(struct schema_run *run, const struct contains_rule *rule, const json_t *value,
                            struct schema_seen *seen)
{
    size_t count = 0;
    size_t i;
    json_t *item;

    json_array_foreach (value, i, item) {
        if (schema_accepts(run, rule->schema, item, NULL)) {
            count++;
            schema_seen_mark(seen, i);
        }
        if (seen == NULL && rule->max == SIZE_MAX && count >= rule->min) {
            break;
        }
    }
    return count;
}

static bool check_contains(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                           struct schema_seen *seen)
{
    const struct contains_rule *rule = (const struct contains_rule *)base;
    size_t count = count_fitting(run, rule, value, seen);

    return count >= rule->min && count <= rule->max;
}

static void explain_contains(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct contains_rule *rule = (const struct contains_rule *)base;
    size_t size = json_array_size(value);
    size_t count = count_fitting(&x->run, rule, value, NULL);
    const char *what = schema_title(rule->schema) != NULL ? schema_title(rule->schema) : "fit the schema of contains";
    const char *verb = schema_title(rule->schema) != NULL ? "be a " : "";

    if (count > rule->max) {
        schema_note(x, SCHEMA_FAULT_VALUE, "maxContains", value, "at most %zu of the items may %s%s, %zu do", rule->max,
                    verb, what, count);
    } else if (size == 1 && rule->min == 1) {
        /* the one item was meant */
        schema_explain_item(x, rule->schema, 0, json_array_get(value, 0), rule->schema->steps);
    } else {
        schema_note(x, SCHEMA_FAULT_VALUE, rule->min == 1 ? "contains" : "minContains", value,
                    "at least %zu of the items must %s%s, %zu of %zu do", rule->min, verb, what, count, size);
    }
}

static const struct schema_rule_kind contains_kind = {SCHEMA_ARRAY, SCHEMA_CHILDREN, check_contains, explain_contains};

bool schema_compile_contains(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    const json_t *min = json_object_get(schema->source, "minContains");
    const json_t *max = json_object_get(schema->source, "maxContains");
    bool limits = (schema->resource->vocabularies & SCHEMA_VALIDATION) != 0;
    struct contains_rule *rule = schema_rule_add(c, schema, &contains_kind, sizeof(*rule), "contains");

    rule->schema = schema_child(c, schema, "contains", argument);
    rule->min = 1;
    rule->max = SIZE_MAX;
    return rule->schema != NULL &&
           (!limits || min == NULL || schema_count(c, schema, "minContains", min, &rule->min)) &&
           (!limits || max == NULL || schema_count(c, schema, "maxContains", max, &rule->max));
}
