/* Checking arrays: prefixItems, items, minItems, maxItems, uniqueItems; contains with its limits; unevaluatedItems. */
#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_build.h"

/* --- uniqueItems: pairs in short arrays, hashes in long ones -------------------------------------- */

enum { PAIRS_MAX = 12 };

static uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 31;
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* Equal values (json_same) have equal hashes: numbers by their value as double, members in any order. */
static uint64_t hash_value(const json_t *value)
{
    uint64_t hash = (uint64_t)json_typeof(value);
    const char *name;
    json_t *part;
    size_t i;
    double number;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        json_object_foreach ((json_t *)value, name, part) {
            hash += mix(hash_value(part) * 31 + mem_hash(name, strlen(name)));
        }
        return mix(hash);
    case JSON_ARRAY:
        json_array_foreach (value, i, part) {
            hash = mix(hash * 31 + hash_value(part));
        }
        return hash;
    case JSON_STRING:
        return mix(mem_hash(json_string_value(value), json_string_length(value)) + hash);
    case JSON_INTEGER:
    case JSON_REAL:
        number = json_number_value(value) + 0.0; /* -0.0 is 0.0 */
        memcpy(&hash, &number, sizeof(hash));
        return mix(hash);
    default:
        return mix(hash);
    }
}

struct hashed {
    uint64_t hash;
    size_t index;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *x = a;
    const struct hashed *y = b;

    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static bool pairs_differ(const json_t *array, size_t *ret_first, size_t *ret_second)
{
    size_t size = json_array_size(array);

    for (size_t second = 1; second < size; second++) {
        for (size_t first = 0; first < second; first++) {
            if (json_same(json_array_get(array, first), json_array_get(array, second))) {
                *ret_first = first;
                *ret_second = second;
                return false;
            }
        }
    }
    return true;
}

bool schema_is_unique(const json_t *array, size_t *ret_first, size_t *ret_second)
{
    size_t size = json_array_size(array);

    if (size <= PAIRS_MAX) {
        return pairs_differ(array, ret_first, ret_second);
    }
    struct hashed *items = mem_array(size, sizeof(*items));
    for (size_t i = 0; i < size; i++) {
        items[i] = (struct hashed){.hash = hash_value(json_array_get(array, i)), .index = i};
    }
    qsort(items, size, sizeof(*items), by_hash);
    bool unique = true;
    for (size_t at = 1, run = 0; at < size; at++) {
        run = items[at].hash == items[at - 1].hash ? run : at;
        for (size_t i = run; i < at; i++) {
            size_t first = items[i].index;
            size_t second = items[at].index;
            if ((unique || second < *ret_second) &&
                json_same(json_array_get(array, first), json_array_get(array, second))) {
                *ret_first = first;
                *ret_second = second;
                unique = false;
                break;
            }
        }
    }
    free(items);
    return unique;
}

/* --- items ------------------------------------------------------------------------------------- */

static bool check_array(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                        struct schema_evaluated *evaluated)
{
    const struct schema_array_rule *rule = (const struct schema_array_rule *)base;
    size_t size = json_array_size(value);

    if (size < rule->limit.min || size > rule->limit.max) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const struct schema *schema = schema_item_schema(rule, i);
        if (schema != NULL) {
            if (!schema_accepts(run, schema, json_array_get(value, i), NULL)) {
                return false;
            }
            schema_evaluated_mark(evaluated, i);
        }
    }
    size_t first;
    size_t second;
    return !json_is_true(rule->unique) || schema_is_unique(value, &first, &second);
}

SCHEMA_KIND(array, ARRAY, ARRAY, CHILDREN, check_array, array, true);

/* --- contains ---------------------------------------------------------------------------------- */

size_t schema_contains_count(struct schema_run *run, const struct schema_contains_rule *rule, const json_t *array,
                             struct schema_evaluated *evaluated)
{
    size_t count = 0;
    size_t i;
    json_t *item;

    json_array_foreach (array, i, item) {
        if (schema_accepts(run, rule->schema, item, NULL)) {
            count++;
            schema_evaluated_mark(evaluated, i);
        }
        if (evaluated == NULL && rule->limit.max == SIZE_MAX && count >= rule->limit.min) {
            break;
        }
    }
    return count;
}

static bool check_contains(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                           struct schema_evaluated *evaluated)
{
    const struct schema_contains_rule *rule = (const struct schema_contains_rule *)base;
    size_t count = schema_contains_count(run, rule, value, evaluated);

    return count >= rule->limit.min && count <= rule->limit.max;
}

SCHEMA_KIND(contains, CONTAINS, ARRAY, CHILDREN, check_contains, contains, true);

bool schema_compile_contains(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                             const json_t *argument)
{
    const json_t *min = json_object_get(schema->source, "minContains");
    const json_t *max = json_object_get(schema->source, "maxContains");
    bool limits = (schema->resource->vocabularies & SCHEMA_VALIDATION) != 0;
    struct schema_contains_rule *rule = schema_rule(c, schema, keyword);

    rule->limit.min = 1;
    return schema_compile_child(c, schema, keyword, argument) &&
           (!limits || min == NULL || schema_count(c, schema, "minContains", min, &rule->limit.min)) &&
           (!limits || max == NULL || schema_count(c, schema, "maxContains", max, &rule->limit.max));
}

/* --- unevaluatedItems -------------------------------------------------------------------------- */

static bool check_unevaluated_items(struct schema_run *run, const struct schema_rule *rule, const json_t *value,
                                    struct schema_evaluated *evaluated)
{
    for (size_t i = 0; i < evaluated->count; i++) {
        if (!evaluated->marks[i] &&
            !schema_accepts(run, ((const struct schema_one_rule *)rule)->schema, json_array_get(value, i), NULL)) {
            return false;
        }
        evaluated->marks[i] = 1;
    }
    return true;
}

SCHEMA_KIND(unevaluated_items, UNEVALUATED_ITEMS, ARRAY, LAST, check_unevaluated_items, one, false);
