/* Compiling: the stack of schemas to fill in, and what the compile functions of keywords share. */
#include "schema/library.h"

#include <string.h>

#include "schema/decimal.h"

void *schema_alloc(struct schema_compiler *c, size_t size)
{
    return text_arena_alloc(&c->library->arena, size);
}

enum schema_flags schema_compiler_flags(const struct schema_compiler *c)
{
    return c->library->flags;
}

bool schema_error(struct schema_compiler *c, const struct schema *schema, const char *keyword, const char *format, ...)
{
    CLEANUP(text_free) struct text message = {0};
    va_list args;

    schema_place_print(&message, schema);
    text_printf(&message, "/%s: ", keyword);
    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    return err_set(c->e, ERR_INVALID, "%s", text_string(&message));
}

void *schema_rule_add(struct schema_compiler *c, struct schema *schema, const struct schema_rule_kind *kind,
                      size_t size, const char *keyword)
{
    struct schema_rule *rule = schema_alloc(c, size);
    const struct schema_rule **at = &schema->rules;

    rule->kind = kind;
    rule->check = kind->check;
    rule->types = kind->types;
    rule->keyword = keyword;
    while (*at != NULL && (*at)->kind->phase <= kind->phase) {
        at = (const struct schema_rule **)&(*at)->next;
    }
    rule->next = *at;
    *at = rule;
    return rule;
}

void *schema_rule_get(struct schema_compiler *c, struct schema *schema, const struct schema_rule_kind *kind,
                      size_t size, const char *keyword)
{
    for (const struct schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        if (rule->kind == kind) {
            return (void *)rule; /* made by schema_rule_add, not yet in use */
        }
    }
    return schema_rule_add(c, schema, kind, size, keyword);
}

static struct schema *child_at(struct schema_compiler *c, struct schema *schema, const struct text *steps,
                               const json_t *source)
{
    struct schema *child = schema_at(c->library, schema, text_string(steps), source);

    if (child == NULL) {
        schema_error(c, schema, text_string(steps) + 1, "a schema must be an object or a boolean");
        return NULL;
    }
    schema_enqueue(c->library, child);
    return child;
}

struct schema *schema_child(struct schema_compiler *c, struct schema *schema, const char *keyword, const json_t *source)
{
    CLEANUP(text_free) struct text steps = {0};

    json_pointer_push(&steps, keyword);
    return child_at(c, schema, &steps, source);
}

struct schema *schema_child_member(struct schema_compiler *c, struct schema *schema, const char *keyword,
                                   const char *name, const json_t *source)
{
    CLEANUP(text_free) struct text steps = {0};

    json_pointer_push(&steps, keyword);
    json_pointer_push(&steps, name);
    return child_at(c, schema, &steps, source);
}

struct schema *schema_child_item(struct schema_compiler *c, struct schema *schema, const char *keyword, size_t index,
                                 const json_t *source)
{
    CLEANUP(text_free) struct text steps = {0};

    json_pointer_push(&steps, keyword);
    json_pointer_push_index(&steps, index);
    return child_at(c, schema, &steps, source);
}

void schema_edge_add(struct schema_compiler *c, struct schema *schema, struct schema *to, enum schema_edge_kind kind)
{
    struct schema_edge *edge = schema_alloc(c, sizeof(*edge));

    edge->to = to;
    edge->kind = kind;
    edge->next = schema->edges;
    schema->edges = edge;
}

bool schema_count(struct schema_compiler *c, const struct schema *schema, const char *keyword, const json_t *argument,
                  size_t *ret_count)
{
    double count = json_number_value(argument);

    if (!schema_number_is_integral(argument) || count < 0) {
        return schema_error(c, schema, keyword, "must be an integer of at least 0");
    }
    /* no value has more than 2^53 of anything */
    *ret_count = count < 9007199254740992.0 ? (size_t)count : SIZE_MAX;
    return true;
}

struct schema_pattern *schema_compile_pattern(struct schema_compiler *c, const struct schema *schema,
                                              const char *keyword, const char *bytes, size_t size)
{
    struct schema_pattern *pattern = schema_map_get(&c->library->patterns, bytes, size);
    CLEANUP(text_free) struct text reason = {0};

    if (pattern == NULL) {
        pattern = schema_pattern_create(bytes, size, &reason);
        if (pattern == NULL) {
            CLEANUP(text_free) struct text shown = {0};
            text_append_short(&shown, bytes, size, 60);
            schema_error(c, schema, keyword, "the regular expression %s cannot be used: it %s", text_string(&shown),
                         text_string(&reason));
            return NULL;
        }
        schema_map_put(&c->library->patterns, text_arena_copy(&c->library->arena, bytes, size), size, pattern);
    }
    return pattern;
}

void schema_enqueue(struct schema_library *library, struct schema *schema)
{
    if (!schema->queued) {
        schema->queued = true;
        schema->next = library->pending;
        library->pending = schema;
    }
}

/* A $dynamicRef elsewhere may lead to any dynamic anchor of a resource that is in use. */
static void enter_resource(struct schema_library *library, struct schema_resource *resource)
{
    if (!resource->entered) {
        resource->entered = true;
        for (size_t at = 0; at < resource->dynamic_anchors.capacity; at++) {
            struct schema *schema = schema_map_at(&resource->dynamic_anchors, at);
            if (schema != NULL) {
                schema_enqueue(library, schema);
            }
        }
    }
}

static bool compile_keyword(struct schema_compiler *c, struct schema *schema, const char *name, const json_t *argument)
{
    const struct schema_keyword *keyword = schema_keyword_find(name);

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
    return keyword->compile == NULL || keyword->compile(c, schema, argument);
}

static bool fill(struct schema_compiler *c, struct schema *schema)
{
    const char *name;
    json_t *argument;

    enter_resource(c->library, schema->resource);
    schema->title = json_string_value(json_object_get(schema->source, "title"));
    if (!json_is_object(schema->source)) {
        return true;
    }
    json_object_foreach ((json_t *)schema->source, name, argument) {
        if (!compile_keyword(c, schema, name, argument)) {
            return false;
        }
    }
    return true;
}

/*
 * A schema that is nothing but a $ref is passed over. Not where it brings a resource with dynamic anchors into the
 * scope. Circles are refused before, so the chain ends.
 */
static void finish(struct schema *schema)
{
    const struct schema *end = schema;
    const struct schema *next;

    while (end->types == SCHEMA_ANY && end->resource->dynamic_anchors.count == 0 &&
           (next = schema_ref_only(end->rules)) != NULL) {
        end = next;
    }
    schema->alias = end != schema ? end : NULL;
    schema->plain = !schema->tracks && schema->resource->dynamic_anchors.count == 0;
}

static bool fill_pending(struct schema_compiler *c)
{
    while (c->library->pending != NULL) {
        struct schema *schema = c->library->pending;
        c->library->pending = schema->next;
        schema->next = c->library->compiled;
        c->library->compiled = schema;
        if (!fill(c, schema)) {
            return false;
        }
    }
    if (!schema_refuse_circles(c->library, c->e)) {
        return false;
    }
    for (struct schema *schema = c->library->compiled; schema != NULL; schema = schema->next) {
        finish(schema);
    }
    return true;
}

/* After a failure nothing stays half compiled. */
static void unwind(struct schema_library *library)
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

/* Documents are checked when all is compiled, because a metaschema may be among what is being compiled. */
static bool check_documents(struct schema_compiler *c)
{
    struct schema_document *document;

    while ((document = schema_dialect_unchecked(c->library)) != NULL) {
        struct schema *metaschema = schema_lookup(c->library, document->resource->dialect, c->e);
        if (metaschema == NULL) {
            return false;
        }
        schema_enqueue(c->library, metaschema);
        if (!fill_pending(c) || !schema_dialect_check(c->library, document, metaschema, c->e)) {
            return false;
        }
    }
    return true;
}

const struct schema *schema_compile(struct schema_library *library, const char *uri, struct err *e)
{
    struct schema_compiler c = {.library = library, .e = e};
    struct schema *schema = schema_lookup(library, uri, e);

    if (schema == NULL) {
        return NULL;
    }
    schema_enqueue(library, schema);
    if (!fill_pending(&c) || !check_documents(&c)) {
        unwind(library);
        return NULL;
    }
    library->compiled = NULL;
    if (schema->place == NULL) {
        CLEANUP(text_free) struct text place = {0};
        schema_place_print(&place, schema);
        schema->place = text_arena_copy(&library->arena, text_string(&place), place.size);
    }
    return schema;
}
