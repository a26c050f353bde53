/* allOf, anyOf, oneOf, not, if. */
#include <stdlib.h>
#include <string.h>

#include "schema/explain.h"

struct list_rule {
    struct schema_rule rule;
    const struct schema **schemas;
    size_t count;
};

/* Runs a schema whose failure is no failure of the whole: what it marked counts only when it passes. */
static bool try_schema(struct schema_run *run, const struct schema *schema, const json_t *value,
                       struct schema_seen *seen)
{
    if (seen == NULL) {
        return schema_accepts(run, schema, value, NULL);
    }
    struct schema_seen own;
    schema_seen_init(&own, value);
    bool good = schema_accepts(run, schema, value, &own);
    if (good) {
        schema_seen_merge(seen, &own);
    }
    schema_seen_free(&own);
    return good;
}

static bool check_all_of(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_seen *seen)
{
    const struct list_rule *rule = (const struct list_rule *)base;

    for (size_t i = 0; i < rule->count; i++) {
        if (!schema_accepts(run, rule->schemas[i], value, seen)) {
            return false;
        }
    }
    return true;
}

static bool check_any_of(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_seen *seen)
{
    const struct list_rule *rule = (const struct list_rule *)base;
    bool good = false;

    for (size_t i = 0; i < rule->count && (!good || seen != NULL); i++) {
        good |= try_schema(run, rule->schemas[i], value, seen);
    }
    return good;
}

static bool check_one_of(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                         struct schema_seen *seen)
{
    const struct list_rule *rule = (const struct list_rule *)base;
    size_t fitting = 0;

    for (size_t i = 0; i < rule->count && fitting < 2; i++) {
        fitting += try_schema(run, rule->schemas[i], value, seen);
    }
    return fitting == 1;
}

static void explain_all_of(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct list_rule *rule = (const struct list_rule *)base;

    for (size_t i = 0; i < rule->count; i++) {
        schema_explain_schema(x, rule->schemas[i], value, rule->schemas[i]->steps);
    }
}

static void explain_alternatives(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct list_rule *rule = (const struct list_rule *)base;
    struct schema_branches branches = {.keyword = base->keyword, .schemas = rule->schemas, .count = rule->count};
    bool *fits = text_arena_alloc(&x->arena, rule->count * sizeof(*fits));
    size_t fitting = 0;

    for (size_t i = 0; i < rule->count; i++) {
        fits[i] = schema_accepts(&x->run, rule->schemas[i], value, NULL);
        fitting += fits[i];
    }
    if (fitting > 1) {
        schema_diagnose_several(x, &branches, value, fits);
    } else {
        schema_diagnose(x, &branches, value);
    }
}

static const struct schema_rule_kind all_of_kind = {SCHEMA_ANY, SCHEMA_IN_PLACE, check_all_of, explain_all_of};
static const struct schema_rule_kind any_of_kind = {SCHEMA_ANY, SCHEMA_IN_PLACE, check_any_of, explain_alternatives};
static const struct schema_rule_kind one_of_kind = {SCHEMA_ANY, SCHEMA_IN_PLACE, check_one_of, explain_alternatives};

static bool compile_list(struct schema_compiler *c, struct schema *schema, const json_t *argument, const char *keyword,
                         const struct schema_rule_kind *kind)
{
    struct list_rule *rule = schema_rule_add(c, schema, kind, sizeof(*rule), keyword);
    size_t i;
    json_t *source;

    rule->schemas = schema_alloc(c, json_array_size(argument) * sizeof(*rule->schemas));
    json_array_foreach (argument, i, source) {
        struct schema *child = schema_child_item(c, schema, keyword, i, source);
        if (child == NULL) {
            return false;
        }
        rule->schemas[i] = child;
        schema_edge_add(c, schema, child, kind == &all_of_kind ? SCHEMA_ALWAYS : SCHEMA_SOMETIMES);
    }
    rule->count = json_array_size(argument);
    return true;
}

bool schema_compile_all_of(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return compile_list(c, schema, argument, "allOf", &all_of_kind);
}

bool schema_compile_any_of(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return compile_list(c, schema, argument, "anyOf", &any_of_kind);
}

bool schema_compile_one_of(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    return compile_list(c, schema, argument, "oneOf", &one_of_kind);
}

/* --- not --------------------------------------------------------------------------------------- */

struct not_rule {
    struct schema_rule rule;
    const struct schema *schema;
};

static bool check_not(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                      struct schema_seen *seen)
{
    (void)seen;
    return !schema_accepts(run, ((const struct not_rule *)base)->schema, value, NULL);
}

/* What `not` forbids, when it is the presence of members: {"required": [...]} alone. */
static const json_t *forbidden_members(const struct schema *schema, const json_t *value)
{
    const json_t *names = json_object_get(schema->source, "required");

    return json_is_object(value) && json_object_size(schema->source) == 1 && json_array_size(names) > 0 ? names : NULL;
}

static void note_forbidden(struct schema_explanation *x, const json_t *names, const json_t *value)
{
    CLEANUP(text_free) struct text others = {0};
    const char *first = json_string_value(json_array_get(names, 0));

    for (size_t i = 1; i < json_array_size(names); i++) {
        text_printf(&others, "%s`%s`", i > 1 ? ", " : "", json_string_value(json_array_get(names, i)));
    }
    struct schema_finding *finding = schema_note_member(
        x, SCHEMA_FAULT_FORBIDDEN, "not", first, json_object_get(value, first),
        others.size > 0 ? "`%s` must not be given together with %s" : "`%s` must not be given here%s", first,
        text_string(&others));
    if (finding != NULL) {
        finding->member = first;
        finding->fix = schema_explain_text(x, "remove %s", others.size > 0 ? "one of them" : "it");
    }
}

static void explain_not(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct schema *schema = ((const struct not_rule *)base)->schema;
    const json_t *names = forbidden_members(schema, value);
    const char *title = schema_title(schema);

    if (names != NULL) {
        note_forbidden(x, names, value);
        return;
    }
    CLEANUP(text_free) struct text shown = {0};
    schema_value_print(&shown, value);
    if (title != NULL) {
        schema_note(x, SCHEMA_FAULT_VALUE, "not", value, "must not be a %s, is %s", title, text_string(&shown));
    } else {
        CLEANUP(text_free) struct text rule = {0};
        schema_value_print(&rule, schema->source);
        schema_note(x, SCHEMA_FAULT_VALUE, "not", value, "must not fit the schema %s, is %s", text_string(&rule),
                    text_string(&shown));
    }
}

static const struct schema_rule_kind not_kind = {SCHEMA_ANY, SCHEMA_IN_PLACE, check_not, explain_not};

bool schema_compile_not(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct not_rule *rule = schema_rule_add(c, schema, &not_kind, sizeof(*rule), "not");
    struct schema *child = schema_child(c, schema, "not", argument);

    rule->schema = child;
    if (child != NULL) {
        schema_edge_add(c, schema, child, SCHEMA_NEVER);
    }
    return child != NULL;
}

/* --- if, then, else ---------------------------------------------------------------------------- */

struct if_rule {
    struct schema_rule rule;
    const struct schema *condition, *then, *otherwise; /* the last two may be NULL */
};

static bool check_if(struct schema_run *run, const struct schema_rule *base, const json_t *value,
                     struct schema_seen *seen)
{
    const struct if_rule *rule = (const struct if_rule *)base;
    const struct schema *next = try_schema(run, rule->condition, value, seen) ? rule->then : rule->otherwise;

    return next == NULL || schema_accepts(run, next, value, seen);
}

static void explain_if(struct schema_explanation *x, const struct schema_rule *base, const json_t *value)
{
    const struct if_rule *rule = (const struct if_rule *)base;
    bool holds = schema_accepts(&x->run, rule->condition, value, NULL);
    const struct schema *next = holds ? rule->then : rule->otherwise;

    if (next != NULL) {
        schema_explain_schema(x, next, value, next->steps);
    }
}

static const struct schema_rule_kind if_kind = {SCHEMA_ANY, SCHEMA_CONDITIONAL, check_if, explain_if};

static bool branch(struct schema_compiler *c, struct schema *schema, const char *keyword, const struct schema **ret)
{
    const json_t *source = json_object_get(schema->source, keyword);

    if (source == NULL) {
        return true;
    }
    struct schema *child = schema_child(c, schema, keyword, source);
    if (child == NULL) {
        return false;
    }
    schema_edge_add(c, schema, child, SCHEMA_SOMETIMES);
    *ret = child;
    return true;
}

bool schema_compile_if(struct schema_compiler *c, struct schema *schema, const json_t *argument)
{
    struct if_rule *rule = schema_rule_add(c, schema, &if_kind, sizeof(*rule), "if");

    (void)argument;
    return branch(c, schema, "if", &rule->condition) && branch(c, schema, "then", &rule->then) &&
           branch(c, schema, "else", &rule->otherwise);
}
