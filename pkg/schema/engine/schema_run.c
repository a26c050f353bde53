/* Running compiled schemas: the fast pass. */
#include "schema/engine/schema_library.h"

#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_number.h"

bool schema_type_fits(const struct schema *schema, const json_t *value, unsigned type)
{
    return type == SCHEMA_REAL && (schema->types & SCHEMA_INTEGER) != 0 && schema_number_is_integral(value);
}

void schema_evaluated_init(struct schema_evaluated *evaluated, const json_t *value)
{
    evaluated->count = json_is_object(value) ? json_object_size(value) : json_array_size(value);
    evaluated->marks = evaluated->few;
    if (evaluated->count > sizeof(evaluated->few)) {
        evaluated->marks = mem_alloc(evaluated->count);
    } else {
        memset(evaluated->few, 0, evaluated->count);
    }
}

void schema_evaluated_free(struct schema_evaluated *evaluated)
{
    if (evaluated->marks != evaluated->few) {
        free(evaluated->marks);
    }
}

void schema_evaluated_merge(struct schema_evaluated *into, const struct schema_evaluated *from)
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
                     struct schema_evaluated *evaluated)
{
    for (const struct schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        if ((rule->types & type) != 0 && !rule->check(run, rule, value, evaluated)) {
            return false;
        }
    }
    return true;
}

/* unevaluated* depends on what this schema's own rules have marked, not on what its neighbours have. */
static bool run_tracking(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                         struct schema_evaluated *evaluated)
{
    struct schema_evaluated own;

    schema_evaluated_init(&own, value);
    bool good = run_each(run, schema, value, type, &own);
    if (good && evaluated != NULL) {
        schema_evaluated_merge(evaluated, &own);
    }
    schema_evaluated_free(&own);
    return good;
}

/* In the dynamic scope of its resource, which only counts where $dynamicRef can find something in it. */
static bool run_scoped(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                       struct schema_evaluated *evaluated)
{
    const struct schema_scope *outer = run->scope;
    struct schema_scope scope = {.resource = schema->resource, .outer = outer};

    if (outer == NULL || outer->resource != schema->resource) {
        run->scope = &scope;
    }
    bool good = schema->tracks ? run_tracking(run, schema, value, type, evaluated)
                               : run_each(run, schema, value, type, evaluated);
    run->scope = outer;
    return good;
}

bool schema_run_rules(struct schema_run *run, const struct schema *schema, const json_t *value, unsigned type,
                      struct schema_evaluated *evaluated)
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
    bool good =
        schema->plain ? run_each(run, schema, value, type, evaluated) : run_scoped(run, schema, value, type, evaluated);
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
