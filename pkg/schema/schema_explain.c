/* The second pass: what is wrong with a value that has failed. */
#include "schema/explain.h"

#include <stdlib.h>
#include <string.h>

#include "schema/library.h"

/* Alternatives in alternatives multiply; what is dropped behind this is not missed in a list of 100. */
enum { EFFORT_MAX = 20000, EXPLAIN_DEPTH_MAX = SCHEMA_DEPTH_MAX / 4 };

const char *schema_explain_text(struct schema_explanation *x, const char *format, ...)
{
    CLEANUP(text_free) struct text text = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    return text_arena_copy(&x->arena, text_string(&text), text.size);
}

static struct schema_finding *note(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword,
                                   const json_t *value, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static struct schema_finding *note(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword,
                                   const json_t *value, const char *format, va_list args)
{
    CLEANUP(text_free) struct text text = {0};

    if (x->found.count == SCHEMA_FINDINGS_MAX) {
        x->more++;
        return NULL;
    }
    struct schema_finding *finding = text_arena_alloc(&x->arena, sizeof(*finding));
    text_vprintf(&text, format, args);
    finding->kind = kind;
    finding->keyword = keyword;
    finding->value = value;
    finding->schema = x->schema;
    finding->message = text_arena_copy(&x->arena, text_string(&text), text.size);
    finding->fix = "";
    finding->instance = text_arena_copy(&x->arena, text_string(&x->instance), x->instance.size);
    bool named = strcmp(keyword, "false") != 0;
    finding->path = schema_explain_text(x, "%s%s%s", text_string(&x->path), named ? "/" : "", named ? keyword : "");
    schema_findings_add(&x->found, finding);
    return finding;
}

void schema_findings_add(struct schema_findings *findings, struct schema_finding *finding)
{
    finding->next = NULL;
    if (findings->last != NULL) {
        findings->last->next = finding;
    } else {
        findings->first = finding;
    }
    findings->last = finding;
    findings->count++;
}

struct schema_finding *schema_note(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword,
                                   const json_t *value, const char *message, ...)
{
    va_list args;

    va_start(args, message);
    struct schema_finding *finding = note(x, kind, keyword, value, message, args);
    va_end(args);
    return finding;
}

static void pop(struct text *text, size_t size)
{
    text->size = size;
    if (text->data != NULL) {
        text->data[size] = '\0';
    }
}

struct schema_finding *schema_note_member(struct schema_explanation *x, enum schema_fault_kind kind,
                                          const char *keyword, const char *name, const json_t *member,
                                          const char *message, ...)
{
    size_t size = x->instance.size;
    va_list args;

    json_pointer_push(&x->instance, name);
    va_start(args, message);
    struct schema_finding *finding = note(x, kind, keyword, member, message, args);
    va_end(args);
    pop(&x->instance, size);
    if (finding != NULL) {
        finding->member = name;
        finding->at_name = true;
    }
    return finding;
}

void schema_note_item(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword, size_t index,
                      const json_t *item, const char *message, ...)
{
    size_t size = x->instance.size;
    va_list args;

    json_pointer_push_index(&x->instance, index);
    va_start(args, message);
    note(x, kind, keyword, item, message, args);
    va_end(args);
    pop(&x->instance, size);
}

/* A schema that is `false`: the member or item must not be there. */
static void note_false(struct schema_explanation *x, const json_t *value)
{
    if (x->name == NULL) {
        schema_note(x, SCHEMA_FAULT_FORBIDDEN, "false", value, "the schema allows no value here");
        return;
    }
    struct schema_finding *finding =
        schema_note(x, SCHEMA_FAULT_FORBIDDEN, "false", value, "`%s` must not be given", x->name);
    if (finding != NULL) {
        finding->member = x->name;
        finding->at_name = true;
        finding->fix = "remove it";
    }
}

static void explain_rules(struct schema_explanation *x, const struct schema *schema, const json_t *value, unsigned type)
{
    struct schema_seen seen;
    bool failed = false;

    schema_seen_init(&seen, value);
    for (const struct schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        /* unevaluated* cannot be judged when what evaluates has failed */
        if ((rule->kind->types & type) == 0 || (failed && rule->kind->phase == SCHEMA_LAST)) {
            continue;
        }
        x->run.limit = NULL;
        if (!rule->kind->check(&x->run, rule, value, schema->tracks ? &seen : NULL)) {
            failed = true;
            x->run.limit = NULL;
            /* cppcheck-suppress autoVariables ; schema_explain_schema() takes it back before this frame ends */
            x->seen = &seen;
            rule->kind->explain(x, rule, value);
        }
    }
    schema_seen_free(&seen);
}

void schema_explain_schema(struct schema_explanation *x, const struct schema *schema, const json_t *value,
                           const char *steps)
{
    const struct schema *outer_schema = x->schema;
    const struct schema_seen *outer_seen = x->seen;
    const struct schema_scope *outer_scope = x->run.scope;
    struct schema_scope scope = {.resource = schema->resource, .outer = outer_scope};
    size_t size = x->path.size;
    unsigned type = schema_type_of(value);

    if (x->effort == 0 || x->run.steps == 0 || x->run.depth >= EXPLAIN_DEPTH_MAX) {
        return;
    }
    x->effort--;
    x->run.depth++;
    if (outer_scope == NULL || outer_scope->resource != schema->resource) {
        x->run.scope = &scope;
    }
    text_append(&x->path, steps);
    x->schema = schema;
    if ((schema->types & type) == 0 && !schema_type_fits(schema, value, type)) {
        if (json_is_false(schema->source)) {
            note_false(x, value);
        } else {
            schema_note_type(x, schema->types, value);
        }
    } else if (schema->rules != NULL) {
        explain_rules(x, schema, value, type);
    }
    pop(&x->path, size);
    x->schema = outer_schema;
    x->seen = outer_seen;
    x->run.scope = outer_scope;
    x->run.depth--;
}

void schema_explain_member(struct schema_explanation *x, const struct schema *schema, const char *name,
                           const json_t *value, const char *steps)
{
    size_t size = x->instance.size;

    const char *outer = x->name;

    x->name = name;
    json_pointer_push(&x->instance, name);
    schema_explain_schema(x, schema, value, steps);
    pop(&x->instance, size);
    x->name = outer;
}

void schema_explain_item(struct schema_explanation *x, const struct schema *schema, size_t index, const json_t *value,
                         const char *steps)
{
    size_t size = x->instance.size;

    const char *outer = x->name;

    x->name = NULL;
    json_pointer_push_index(&x->instance, index);
    schema_explain_schema(x, schema, value, steps);
    pop(&x->instance, size);
    x->name = outer;
}

void schema_explain_name(struct schema_explanation *x, const struct schema *schema, const char *name)
{
    json_t *string = json_string_nocheck(name);
    struct schema_finding *last = x->found.last;

    schema_explain_member(x, schema, name, string, schema->steps);
    for (struct schema_finding *at = last != NULL ? last->next : x->found.first; at != NULL; at = at->next) {
        at->at_name = true;
        at->message = schema_explain_text(x, "the name `%s` %s", name, at->message);
        at->value = NULL;
    }
    json_decref(string);
}

/* --- the list for the caller ------------------------------------------------------------------- */

/* The misspelt member explains the missing one of the same object, whichever schemas noticed the two. */
static bool explains(const struct schema_finding *unknown, const struct schema_finding *missing)
{
    size_t size = strlen(missing->instance);

    return unknown->kind == SCHEMA_FAULT_UNKNOWN && missing->kind == SCHEMA_FAULT_MISSING &&
           unknown->suggestion != NULL && strcmp(unknown->suggestion, missing->member) == 0 &&
           strncmp(unknown->instance, missing->instance, size) == 0 && unknown->instance[size] == '/' &&
           strchr(unknown->instance + size + 1, '/') == NULL;
}

static bool is_said_already(const struct schema_findings *findings, const struct schema_finding *finding)
{
    bool before = true;

    for (const struct schema_finding *at = findings->first; at != NULL; at = at->next) {
        before = before && at != finding;
        if (explains(at, finding) ||
            (before && strcmp(at->instance, finding->instance) == 0 && strcmp(at->message, finding->message) == 0)) {
            return true;
        }
    }
    return false;
}

static struct schema_fault fault_of(const struct schema_finding *finding)
{
    struct schema_fault fault = {.at_name = finding->at_name, .keyword = finding->keyword};
    struct text place = {0};
    struct text absolute = {0};
    struct text value = {0};
    struct text message = {0};
    const char *end = strcmp(finding->keyword, "false") == 0 ? "" : finding->keyword;
    const char *slash = *end != '\0' ? "/" : "";

    schema_place_print(&place, finding->schema);
    text_printf(&place, "%s%s", slash, end);
    schema_place_print_absolute(&absolute, finding->schema);
    text_printf(&absolute, "%s%s", slash, end);
    if (finding->value != NULL) {
        schema_value_print(&value, finding->value);
    }
    text_printf(&message, "%s%s%s", finding->variant != NULL ? finding->variant : "",
                finding->variant != NULL ? ": " : "", finding->message);
    fault.instance = text_duplicate(finding->instance);
    fault.member = finding->kind == SCHEMA_FAULT_MISSING ? text_duplicate(finding->member) : NULL;
    fault.schema_place = text_take(&place);
    fault.keyword_location = text_duplicate(finding->path);
    fault.absolute_location = text_take(&absolute);
    fault.value = text_take(&value);
    fault.variant = text_duplicate(finding->variant);
    fault.message = text_take(&message);
    fault.fix = text_duplicate(finding->fix);
    return fault;
}

static void publish(const struct schema_explanation *x, struct schema_faults *ret)
{
    ret->list = calloc(x->found.count + 1, sizeof(*ret->list));
    ret->more = x->more;
    for (const struct schema_finding *at = x->found.first; ret->list != NULL && at != NULL; at = at->next) {
        if (is_said_already(&x->found, at)) {
            continue;
        }
        if (ret->count == SCHEMA_FAULTS_MAX) {
            ret->more++;
            continue;
        }
        ret->list[ret->count++] = fault_of(at);
    }
}

/* The place where the limit was reached, as far as it can be told. */
static void explain_limit(struct schema_explanation *x, const struct schema *schema, const json_t *value,
                          const char *limit)
{
    schema_explain_schema(x, schema, value, "");
    struct schema_finding *at = x->found.first;
    while (at != NULL && at->kind != SCHEMA_FAULT_LIMIT) {
        at = at->next;
    }
    x->found = (struct schema_findings){0};
    if (at != NULL) {
        schema_findings_add(&x->found, at);
    } else {
        schema_note(x, SCHEMA_FAULT_LIMIT, "false", value, "undecided: %s", limit);
    }
}

enum schema_verdict schema_explain(const struct schema *schema, const json_t *value, struct schema_faults *ret)
{
    struct schema_explanation x = {.effort = EFFORT_MAX, .schema = schema};

    schema_faults_free(ret);
    schema_run_begin(&x.run, schema);
    bool good = schema_accepts(&x.run, schema, value, NULL);
    const char *limit = x.run.limit;
    if (good && limit == NULL) {
        return SCHEMA_VALID;
    }
    x.kept = json_array();
    schema_run_begin(&x.run, schema);
    if (limit != NULL) {
        explain_limit(&x, schema, value, limit);
    } else {
        schema_explain_schema(&x, schema, value, "");
        if (x.found.count == 0) {
            schema_note(&x, SCHEMA_FAULT_VALUE, "false", value, "does not fit the schema");
        }
    }
    publish(&x, ret);
    json_decref(x.kept);
    text_free(&x.instance);
    text_free(&x.path);
    text_arena_free(&x.arena);
    return limit != NULL ? SCHEMA_UNDECIDED : SCHEMA_INVALID;
}
