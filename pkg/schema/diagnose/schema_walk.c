/* Walking: through the rules of a schema that failed, and into members and items. */
#include <string.h>

#include "schema/diagnose/schema_explain.h"

/* Alternatives in alternatives multiply; a list of 100 faults does not miss what is dropped beyond this depth. */
enum { DEPTH_MAX = SCHEMA_DEPTH_MAX / 4 };

/* A schema that is `false`: the member or item must not be there. */
static void note_false(struct schema_explanation *x, const json_t *value)
{
    if (x->name == NULL) {
        schema_note(x, SCHEMA_FAULT_FORBIDDEN, "false", value, "the schema allows no value here");
        return;
    }
    struct schema_finding *finding =
        schema_note(x, SCHEMA_FAULT_FORBIDDEN, "false", value, "`%s` must not be given", x->name);
    finding->member = x->name;
    finding->at_name = true;
    const char *instead = x->schema->parent != NULL ? schema_instead(x->schema->parent, x->name) : NULL;
    finding->fix = instead != NULL ? instead : "remove it";
}

static void explain_rules(struct schema_explanation *x, const struct schema *schema, const json_t *value, unsigned type)
{
    struct schema_evaluated evaluated;
    bool failed = false;

    schema_evaluated_init(&evaluated, value);
    for (const struct schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        /* unevaluated* cannot be judged when what evaluates has failed */
        if ((rule->kind->types & type) == 0 || (failed && rule->kind->phase == SCHEMA_LAST)) {
            continue;
        }
        x->run.limit = NULL;
        if (!rule->kind->check(&x->run, rule, value, schema->tracks ? &evaluated : NULL)) {
            failed = true;
            x->run.limit = NULL;
            /* cppcheck-suppress autoVariables ; schema_explain_schema() takes it back before this frame ends */
            x->evaluated = &evaluated;
            x->explain_rule(x, rule, value);
        }
    }
    schema_evaluated_free(&evaluated);
}

void schema_explain_schema(struct schema_explanation *x, const struct schema *schema, const json_t *value,
                           const char *steps)
{
    const struct schema *outer_schema = x->schema;
    const struct schema_evaluated *outer_evaluated = x->evaluated;
    const struct schema_scope *outer_scope = x->run.scope;
    struct schema_scope scope = {.resource = schema->resource, .outer = outer_scope};
    size_t size = x->path.size;
    unsigned type = schema_type_of(value);

    if (x->effort == 0 || x->run.steps == 0 || x->run.depth >= DEPTH_MAX) {
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
    schema_explain_cut(&x->path, size);
    x->schema = outer_schema;
    x->evaluated = outer_evaluated;
    x->run.scope = outer_scope;
    x->run.depth--;
}

/* Explains what lies one step below, which the JSON pointer names already: it ends after `size` bytes again. */
static void explain_below(struct schema_explanation *x, const struct schema *schema, const char *name,
                          const json_t *value, size_t size)
{
    const char *outer = x->name;

    x->name = name;
    schema_explain_schema(x, schema, value, schema->steps);
    schema_explain_cut(&x->instance, size);
    x->name = outer;
}

void schema_explain_member(struct schema_explanation *x, const struct schema *schema, const char *name,
                           const json_t *value)
{
    size_t size = x->instance.size;

    json_pointer_push(&x->instance, name);
    explain_below(x, schema, name, value, size);
}

void schema_explain_item(struct schema_explanation *x, const struct schema *schema, size_t index, const json_t *value)
{
    size_t size = x->instance.size;

    json_pointer_push_index(&x->instance, index);
    explain_below(x, schema, NULL, value, size);
}
