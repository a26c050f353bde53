/* Running compiled schemas: the fast pass. */
#include "schema/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/decimal.h"

bool schema_type_fits(const struct schema *schema, const json_t *value, unsigned type)
{
    return type == SCHEMA_REAL && (schema->types & SCHEMA_INTEGER) != 0 && schema_number_is_integral(value);
}

size_t schema_value_size(const json_t *value)
{
    return json_is_object(value) ? json_object_size(value) : json_array_size(value);
}

void schema_seen_init(struct schema_seen *seen, const json_t *value)
{
    seen->count = schema_value_size(value);
    seen->marks = seen->few;
    if (seen->count > sizeof(seen->few)) {
        seen->marks = calloc(1, seen->count);
        if (seen->marks == NULL) {
            fputs("error: out of memory\n", stderr);
            abort();
        }
    } else {
        memset(seen->few, 0, seen->count);
    }
}

void schema_seen_free(struct schema_seen *seen)
{
    if (seen->marks != seen->few) {
        free(seen->marks);
    }
}

void schema_seen_merge(struct schema_seen *into, const struct schema_seen *from)
{
    for (size_t i = 0; i < from->count; i++) {
        into->marks[i] |= from->marks[i];
    }
}

bool schema_run_stop(struct schema_run *run, const char *limit)
{
    if (run->limit == NULL) {
        run->limit = limit;
    }
    return false;
}

static bool run_each(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                     struct schema_seen *seen)
{
    for (const struct schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        if ((rule->types & type) != 0 && !rule->check(run, rule, value, seen)) {
            return false;
        }
    }
    return true;
}

/* unevaluated* looks at what this schema's own rules have marked, not at what its neighbours have. */
static bool run_tracking(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                         struct schema_seen *seen)
{
    struct schema_seen own;

    schema_seen_init(&own, value);
    bool good = run_each(run, schema, value, type, &own);
    if (good && seen != NULL) {
        schema_seen_merge(seen, &own);
    }
    schema_seen_free(&own);
    return good;
}

/* In the dynamic scope of its resource, which only counts where $dynamicRef can find something in it. */
static bool run_scoped(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                       struct schema_seen *seen)
{
    const struct schema_scope *outer = run->scope;
    struct schema_scope scope = {.resource = schema->resource, .outer = outer};

    if (outer == NULL || outer->resource != schema->resource) {
        run->scope = &scope;
    }
    bool good =
        schema->tracks ? run_tracking(run, schema, value, type, seen) : run_each(run, schema, value, type, seen);
    run->scope = outer;
    return good;
}

bool schema_run_rules(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                      struct schema_seen *seen)
{
    if (run->limit != NULL) {
        return false;
    }
    if (run->depth == SCHEMA_DEPTH_MAX) {
        return schema_run_stop(run, "the value or the schema nests too deep, or the schema refers to itself without "
                                    "going into the value");
    }
    if (run->steps == 0) {
        return schema_run_stop(run, "checking takes too many steps: the schema's alternatives multiply");
    }
    run->steps--;
    run->depth++;
    bool good = schema->plain ? run_each(run, schema, value, type, seen) : run_scoped(run, schema, value, type, seen);
    run->depth--;
    return good;
}

void schema_run_begin(struct schema_run *run, const struct schema *schema)
{
    const struct schema_library *library = schema->resource->document->library;

    run->object = NULL;
    run->scope = NULL;
    run->matcher = library->matcher;
    run->depth = 0;
    run->steps = library->steps_max;
    run->limit = NULL;
    schema_matcher_begin(run->matcher);
}

enum schema_verdict schema_check(const struct schema *schema, const json_t *value)
{
    struct schema_run run;

    schema_run_begin(&run, schema);
    bool good = schema_accepts(&run, schema, value, NULL);
    if (run.limit != NULL) {
        return SCHEMA_UNDECIDED;
    }
    return good ? SCHEMA_VALID : SCHEMA_INVALID;
}
