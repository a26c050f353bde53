/* What the functions that compile keywords share: rules, subschemas, errors, and the plain ways to set a field. */
#include "schema/engine/schema_build.h"

#include <string.h>

#include "schema/engine/schema_number.h"

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

void *schema_rule(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword)
{
    const struct schema_rule_kind *kind = keyword->kind;
    const struct schema_rule **at = &schema->rules;

    for (const struct schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        if (rule->kind == kind) {
            return (void *)rule; /* made here, not yet in use */
        }
        if (rule->kind->phase <= kind->phase) {
            at = (const struct schema_rule **)&rule->next;
        }
    }
    struct schema_rule *rule = text_arena_alloc(&c->library->arena, kind->size);
    *rule = (struct schema_rule){
        .check = kind->check, .types = kind->types, .kind = kind, .next = *at, .keyword = keyword->name};
    *at = rule;
    if (kind->limited) {
        ((struct schema_limit_rule *)rule)->max = SIZE_MAX;
    }
    return rule;
}

/* The field of the keyword in the schema's rule. */
static void *field_of(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword)
{
    return (char *)schema_rule(c, schema, keyword) + keyword->field;
}

/* --- subschemas -------------------------------------------------------------------------------- */

void schema_edge_add(struct schema_compiler *c, struct schema *schema, struct schema *to, enum schema_edge_kind kind)
{
    struct schema_edge *edge = text_arena_alloc(&c->library->arena, sizeof(*edge));

    *edge = (struct schema_edge){.to = to, .kind = kind, .next = schema->edges};
    schema->edges = edge;
}

static struct schema *child_at(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                               const struct text *steps, const json_t *source)
{
    struct schema *child = schema_at(c->library, schema, text_string(steps), source);

    if (child == NULL) {
        schema_error(c, schema, text_string(steps) + 1, "a schema must be an object or a boolean");
        return NULL;
    }
    schema_enqueue(c->library, child);
    if (keyword->edge != SCHEMA_ELSEWHERE) {
        schema_edge_add(c, schema, child, keyword->edge);
    }
    return child;
}

struct schema *schema_child_member(struct schema_compiler *c, struct schema *schema,
                                   const struct schema_keyword *keyword, const char *name, const json_t *source)
{
    CLEANUP(text_free) struct text steps = {0};

    json_pointer_push(&steps, keyword->name);
    json_pointer_push(&steps, name);
    return child_at(c, schema, keyword, &steps, source);
}

static bool compile_item(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                         size_t index, const json_t *source, struct schema_list *list)
{
    CLEANUP(text_free) struct text steps = {0};

    json_pointer_push(&steps, keyword->name);
    json_pointer_push_index(&steps, index);
    list->schemas[index] = child_at(c, schema, keyword, &steps, source);
    return list->schemas[index] != NULL;
}

bool schema_compile_child(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                          const json_t *argument)
{
    CLEANUP(text_free) struct text steps = {0};
    const struct schema **field = field_of(c, schema, keyword);

    json_pointer_push(&steps, keyword->name);
    *field = child_at(c, schema, keyword, &steps, argument);
    schema->tracks |= keyword->vocabulary == SCHEMA_UNEVALUATED;
    return *field != NULL;
}

bool schema_compile_list(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                         const json_t *argument)
{
    struct schema_list *list = field_of(c, schema, keyword);
    size_t i;
    json_t *source;

    list->schemas = text_arena_alloc(&c->library->arena, json_array_size(argument) * sizeof(*list->schemas));
    json_array_foreach (argument, i, source) {
        if (!compile_item(c, schema, keyword, i, source, list)) {
            return false;
        }
    }
    list->count = json_array_size(argument);
    return true;
}

/* --- arguments --------------------------------------------------------------------------------- */

bool schema_compile_argument(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                             const json_t *argument)
{
    *(const json_t **)field_of(c, schema, keyword) = argument;
    return true;
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

bool schema_compile_count(struct schema_compiler *c, struct schema *schema, const struct schema_keyword *keyword,
                          const json_t *argument)
{
    return schema_count(c, schema, keyword->name, argument, field_of(c, schema, keyword));
}

struct schema_pattern *schema_compile_pattern(struct schema_compiler *c, const struct schema *schema,
                                              const char *keyword, const char *bytes, size_t size)
{
    struct schema_pattern *pattern = mem_map_get_n(&c->library->patterns, bytes, size);
    CLEANUP(text_free) struct text reason = {0};

    if (pattern != NULL) {
        return pattern;
    }
    pattern = schema_pattern_create(bytes, size, &reason);
    if (pattern == NULL) {
        CLEANUP(text_free) struct text shown = {0};
        text_append_short(&shown, bytes, size, 60);
        schema_error(c, schema, keyword, "the regular expression %s cannot be used: it %s", text_string(&shown),
                     text_string(&reason));
        return NULL;
    }
    mem_map_add_n(&c->library->patterns, bytes, size, pattern);
    return pattern;
}
