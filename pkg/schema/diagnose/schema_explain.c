/* The explanation as a whole: all faults of a value, in the words and places that the caller gets. */
#include <string.h>

#include "schema/diagnose/schema_explain.h"

/* Alternatives in alternatives multiply; a list of 100 faults does not miss what is dropped after so many schemas. */
enum { EFFORT_MAX = 20000 };

/* The misspelt member explains the missing one of the same object, whichever schemas noticed the two. */
static bool explains(const struct schema_finding *unknown, const struct schema_finding *missing)
{
    size_t size = strlen(missing->instance);

    return unknown->kind == SCHEMA_FAULT_UNKNOWN && missing->kind == SCHEMA_FAULT_MISSING &&
           unknown->suggestion != NULL && strcmp(unknown->suggestion, missing->member) == 0 &&
           strncmp(unknown->instance, missing->instance, size) == 0 && unknown->instance[size] == '/' &&
           strchr(unknown->instance + size + 1, '/') == NULL;
}

static bool is_known_already(const struct schema_findings *findings, const struct schema_finding *finding)
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

static struct schema_fault fault_of(struct schema_explanation *x, const struct schema_finding *finding)
{
    CLEANUP(text_free) struct text place = {0}, absolute = {0};
    const char *keyword = strcmp(finding->keyword, "false") == 0 ? "" : finding->keyword;
    const char *slash = *keyword != '\0' ? "/" : "";

    schema_place_print(&place, finding->schema);
    schema_place_print_absolute(&absolute, finding->schema);
    return (struct schema_fault){
        .instance = finding->instance,
        .member = finding->kind == SCHEMA_FAULT_MISSING ? finding->member : NULL,
        .at_name = finding->at_name,
        .unknown = finding->kind == SCHEMA_FAULT_UNKNOWN && finding->at_name && !finding->remedied,
        .keyword = finding->keyword,
        .schema_place = schema_explain_text(x, "%s%s%s", text_string(&place), slash, keyword),
        .keyword_location = finding->path,
        .absolute_location = schema_explain_text(x, "%s%s%s", text_string(&absolute), slash, keyword),
        .value = finding->value != NULL ? schema_explain_value(x, finding->value) : "",
        .variant = finding->variant,
        .message = finding->variant == NULL ? finding->message
                                            : schema_explain_text(x, "%s: %s", finding->variant, finding->message),
        .fix = finding->fix,
    };
}

static void publish(struct schema_explanation *x, struct schema_faults *ret)
{
    ret->list = text_arena_alloc(&x->arena, x->found.count * sizeof(*ret->list));
    ret->more = x->more;
    for (const struct schema_finding *at = x->found.first; at != NULL; at = at->next) {
        if (is_known_already(&x->found, at)) {
            continue;
        }
        if (ret->count == SCHEMA_FAULTS_MAX) {
            ret->more++;
            continue;
        }
        ret->list[ret->count++] = fault_of(x, at);
    }
    ret->memory = x->arena; /* the strings of the findings are those of the faults */
}

/* The place where the limit was reached, as far as it can be found again. */
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
    struct schema_explanation x = {.effort = EFFORT_MAX, .schema = schema, .explain_rule = schema_explain_rule};

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
    return limit != NULL ? SCHEMA_UNDECIDED : SCHEMA_INVALID;
}

void schema_faults_free(struct schema_faults *faults)
{
    text_arena_free(&faults->memory);
    *faults = (struct schema_faults){0};
}
