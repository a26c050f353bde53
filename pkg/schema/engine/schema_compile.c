/* Compiling: the keyword table, and the stack of schemas whose rules are still to be made. */
#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_build.h"

/* The table in short words. */
enum {
    CORE = SCHEMA_CORE,
    APPLICATOR = SCHEMA_APPLICATOR,
    VALIDATION = SCHEMA_VALIDATION,
    STRING = SCHEMA_STRING,
    NUMBER = SCHEMA_NUMBER,
    ARRAY = SCHEMA_ARRAY,
    OBJECT = SCHEMA_OBJECT,
    ONE = SCHEMA_OBJECT | SCHEMA_BOOLEAN, /* a schema */
    ELSEWHERE = SCHEMA_ELSEWHERE,
    ALWAYS = SCHEMA_ALWAYS,
    SOMETIMES = SCHEMA_SOMETIMES,
};

#define FIELD(kind, struct_rule, field) &schema_kind_##kind, offsetof(struct schema_##struct_rule##_rule, field)
#define KIND(kind)                      &schema_kind_##kind, 0
#define NOTHING                         NULL, NULL, 0

/* Sorted by name. */
static const struct schema_keyword keywords[] = {
    {"$anchor", CORE, STRING, ELSEWHERE, NOTHING},
    {"$comment", CORE, STRING, ELSEWHERE, NOTHING},
    {"$defs", CORE, OBJECT, ELSEWHERE, NOTHING},
    {"$dynamicAnchor", CORE, STRING, ELSEWHERE, NOTHING},
    {"$dynamicRef", CORE, STRING, ALWAYS, schema_compile_ref, KIND(dynamic_ref)},
    {"$id", CORE, STRING, ELSEWHERE, NOTHING},
    {"$ref", CORE, STRING, ALWAYS, schema_compile_ref, KIND(ref)},
    {"$schema", CORE, STRING, ELSEWHERE, NOTHING},
    {"$vocabulary", CORE, OBJECT, ELSEWHERE, NOTHING},
    {"additionalProperties", APPLICATOR, ONE, ELSEWHERE, schema_compile_child, FIELD(object, object, additional)},
    {"allOf", APPLICATOR, ARRAY, ALWAYS, schema_compile_list, FIELD(all_of, list, list)},
    {"anyOf", APPLICATOR, ARRAY, SOMETIMES, schema_compile_list, FIELD(any_of, list, list)},
    {"const", VALIDATION, SCHEMA_ANY, ELSEWHERE, schema_compile_choice, KIND(const)},
    {"contains", APPLICATOR, ONE, ELSEWHERE, schema_compile_contains, FIELD(contains, contains, schema)},
    {"contentSchema", SCHEMA_CONTENT, ONE, ELSEWHERE, NOTHING},
    {"definitions", CORE, SCHEMA_ANY, ELSEWHERE, NOTHING},
    {"dependentRequired", VALIDATION, OBJECT, ELSEWHERE, schema_compile_dependent_required, KIND(dependent_required)},
    {"dependentSchemas", APPLICATOR, OBJECT, SOMETIMES, schema_compile_dependent_schemas, KIND(dependent_schemas)},
    {"description", SCHEMA_META_DATA, STRING, ELSEWHERE, NOTHING},
    {"else", APPLICATOR, ONE, SOMETIMES, schema_compile_branch, FIELD(if, if, otherwise)},
    {"enum", VALIDATION, ARRAY, ELSEWHERE, schema_compile_choice, KIND(enum)},
    {"exclusiveMaximum", VALIDATION, NUMBER, ELSEWHERE, schema_compile_argument, FIELD(number, number, below)},
    {"exclusiveMinimum", VALIDATION, NUMBER, ELSEWHERE, schema_compile_argument, FIELD(number, number, above)},
    {"format", SCHEMA_FORMAT, STRING, ELSEWHERE, schema_compile_format, KIND(format)},
    {"if", APPLICATOR, ONE, SOMETIMES, schema_compile_child, FIELD(if, if, condition)},
    {"items", APPLICATOR, ONE, ELSEWHERE, schema_compile_child, FIELD(array, array, items)},
    {"maxContains", VALIDATION, NUMBER, ELSEWHERE, NOTHING},
    {"maxItems", VALIDATION, NUMBER, ELSEWHERE, schema_compile_count, FIELD(array, limit, max)},
    {"maxLength", VALIDATION, NUMBER, ELSEWHERE, schema_compile_count, FIELD(length, limit, max)},
    {"maxProperties", VALIDATION, NUMBER, ELSEWHERE, schema_compile_count, FIELD(object, limit, max)},
    {"maximum", VALIDATION, NUMBER, ELSEWHERE, schema_compile_argument, FIELD(number, number, maximum)},
    {"minContains", VALIDATION, NUMBER, ELSEWHERE, NOTHING},
    {"minItems", VALIDATION, NUMBER, ELSEWHERE, schema_compile_count, FIELD(array, limit, min)},
    {"minLength", VALIDATION, NUMBER, ELSEWHERE, schema_compile_count, FIELD(length, limit, min)},
    {"minProperties", VALIDATION, NUMBER, ELSEWHERE, schema_compile_count, FIELD(object, limit, min)},
    {"minimum", VALIDATION, NUMBER, ELSEWHERE, schema_compile_argument, FIELD(number, number, minimum)},
    {"multipleOf", VALIDATION, NUMBER, ELSEWHERE, schema_compile_multiple_of, FIELD(number, number, unit)},
    {"not", APPLICATOR, ONE, SCHEMA_NEVER, schema_compile_child, FIELD(not, one, schema)},
    {"oneOf", APPLICATOR, ARRAY, SOMETIMES, schema_compile_list, FIELD(one_of, list, list)},
    {"pattern", VALIDATION, STRING, ELSEWHERE, schema_compile_pattern_keyword, KIND(pattern)},
    {"patternProperties", APPLICATOR, OBJECT, ELSEWHERE, schema_compile_pattern_properties, KIND(object)},
    {"prefixItems", APPLICATOR, ARRAY, ELSEWHERE, schema_compile_list, FIELD(array, array, prefix)},
    {"properties", APPLICATOR, OBJECT, ELSEWHERE, schema_compile_properties, KIND(object)},
    {"propertyNames", APPLICATOR, ONE, ELSEWHERE, schema_compile_child, FIELD(names, one, schema)},
    {"required", VALIDATION, ARRAY, ELSEWHERE, schema_compile_properties, KIND(object)},
    {"then", APPLICATOR, ONE, SOMETIMES, schema_compile_branch, FIELD(if, if, then)},
    {"title", SCHEMA_META_DATA, STRING, ELSEWHERE, NOTHING},
    {"type", VALIDATION, STRING | ARRAY, ELSEWHERE, schema_compile_type, NULL, 0},
    {"unevaluatedItems", SCHEMA_UNEVALUATED, ONE, ELSEWHERE, schema_compile_child,
     FIELD(unevaluated_items, one, schema)},
    {"unevaluatedProperties", SCHEMA_UNEVALUATED, ONE, ELSEWHERE, schema_compile_child,
     FIELD(unevaluated_properties, one, schema)},
    {"uniqueItems", VALIDATION, SCHEMA_BOOLEAN, ELSEWHERE, schema_compile_argument, FIELD(array, array, unique)},
};

static int compare(const void *name, const void *keyword)
{
    return strcmp(name, ((const struct schema_keyword *)keyword)->name);
}

static bool compile_keyword(struct schema_compiler *c, struct schema *schema, const char *name, const json_t *argument)
{
    const struct schema_keyword *keyword =
        bsearch(name, keywords, sizeof(keywords) / sizeof(keywords[0]), sizeof(keywords[0]), compare);

    if (keyword == NULL || (keyword->vocabulary & schema->resource->vocabularies) == 0) {
        return true;
    }
    if ((keyword->arguments & schema_type_of(argument)) == 0) {
        CLEANUP(text_free) struct text types = {0};
        CLEANUP(text_free) struct text shown = {0};
        schema_types_print(&types, keyword->arguments);
        schema_value_print(&shown, argument);
        return schema_error(c, schema, name, "must be %s, is %s", text_string(&types), text_string(&shown));
    }
    return keyword->compile == NULL || keyword->compile(c, schema, keyword, argument);
}

/* A $dynamicRef elsewhere may lead to any dynamic anchor of a resource that is in use. */
static void enter_resource(struct schema_library *library, struct schema_resource *resource)
{
    const struct mem_map_entry *at = resource->entered ? NULL : mem_map_first(&resource->dynamic_anchors);

    for (resource->entered = true; at != NULL; at = mem_map_next(at)) {
        schema_enqueue(library, at->value);
    }
}

static bool make_rules(struct schema_compiler *c, struct schema *schema)
{
    const char *name;
    json_t *argument;

    enter_resource(c->library, schema->resource);
    schema->title = json_string_value(json_object_get(schema->source, "title"));
    json_object_foreach ((json_t *)schema->source, name, argument) {
        if (!compile_keyword(c, schema, name, argument)) {
            return false;
        }
    }
    return true;
}

/* --- cycles of references that do not go into the value: checking would never end ---------------- */

enum visit { NOT_YET, OPEN, DONE };

/* The first schema of a cycle. Depth first, without recursion: chains of references have any length. */
static const struct schema *find_cycle(struct schema *start)
{
    struct schema *at = start;

    at->visitor = NULL;
    at->visit = OPEN;
    at->cursor = at->edges;
    while (at != NULL) {
        if (at->cursor == NULL) {
            at->visit = DONE;
            at = at->visitor;
            continue;
        }
        struct schema *to = at->cursor->to;
        at->cursor = at->cursor->next;
        if (to->visit == OPEN) {
            return to;
        }
        if (to->visit == NOT_YET) {
            to->visitor = at;
            to->visit = OPEN;
            to->cursor = to->edges;
            at = to;
        }
    }
    return NULL;
}

static bool refuse_cycles(const struct schema_library *library, struct err *e)
{
    for (struct schema *schema = library->compiled; schema != NULL; schema = schema->next) {
        const struct schema *first = schema->visit == NOT_YET ? find_cycle(schema) : NULL;
        if (first != NULL) {
            CLEANUP(text_free) struct text place = {0};
            schema_place_print(&place, first);
            return err_set(e, ERR_INVALID,
                           "%s: refers to itself without going into the value, so checking it would never end; put the "
                           "reference below properties, items or the like",
                           text_string(&place));
        }
    }
    return true;
}

/* --- all --------------------------------------------------------------------------------------- */

/*
 * A schema that is nothing but a $ref is passed over. Not where it brings a resource with dynamic anchors into the
 * scope. Cycles are refused before, so the chain ends.
 */
static void finish(struct schema *schema)
{
    bool anchored = mem_map_first(&schema->resource->dynamic_anchors) != NULL;
    const struct schema *end = schema;
    const struct schema *next;

    while (end->types == SCHEMA_ANY && mem_map_first(&end->resource->dynamic_anchors) == NULL &&
           (next = schema_ref_only(end->rules)) != NULL) {
        end = next;
    }
    schema->alias = end != schema ? end : NULL;
    schema->plain = !schema->tracks && !anchored;
}

bool schema_compile_pending(struct schema_library *library, struct err *e)
{
    struct schema_compiler c = {.library = library, .e = e};

    while (library->pending != NULL) {
        struct schema *schema = library->pending;
        library->pending = schema->next;
        schema->next = library->compiled;
        library->compiled = schema;
        if (!make_rules(&c, schema)) {
            return false;
        }
    }
    if (!refuse_cycles(library, e)) {
        return false;
    }
    for (struct schema *schema = library->compiled; schema != NULL; schema = schema->next) {
        finish(schema);
    }
    return true;
}

void schema_compile_unwind(struct schema_library *library)
{
    struct schema **lists[] = {&library->pending, &library->compiled};

    for (size_t i = 0; i < 2; i++) {
        while (*lists[i] != NULL) {
            struct schema *schema = *lists[i];
            *lists[i] = schema->next;
            schema->queued = false;
            schema->tracks = false;
            schema->plain = false;
            schema->types = json_is_false(schema->source) ? 0 : SCHEMA_ANY;
            schema->rules = NULL;
            schema->alias = NULL;
            schema->edges = NULL;
            schema->visit = 0;
            schema->resource->entered = false;
        }
    }
}
