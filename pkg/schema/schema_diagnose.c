/*
 * Which alternative of oneOf or anyOf a value was meant to be, and what is wrong with it as such.
 *
 * Each alternative is explained on its own. Then, in this order: alternatives of another JSON type drop out; a member
 * that has const or enum in several of them tells them apart; the one with the least wrong at this level wins; what
 * is wrong with every one of them is named first, because it is wrong whichever was meant. When nothing wins, the
 * message says what would make the difference.
 */
#include <limits.h>

#include "schema/diagnose.h"

enum { BRANCHES_MAX = 256 };

const char *schema_diagnose_below(const struct schema_diagnosis *d, const struct schema_finding *finding)
{
    return finding->instance + d->base;
}

size_t schema_diagnose_depth(const struct schema_diagnosis *d, const struct schema_finding *finding)
{
    size_t depth = 0;

    for (const char *at = schema_diagnose_below(d, finding); *at != '\0'; at++) {
        depth += *at == '/';
    }
    return depth;
}

unsigned schema_diagnose_types(const struct schema_diagnosis *d, const struct schema_branch *branch)
{
    const struct schema_finding *only = branch->found.first;
    unsigned types = 0;
    size_t i;
    json_t *choice;

    if (only == NULL || only->next != NULL || *schema_diagnose_below(d, only) != '\0') {
        return 0;
    }
    if (only->kind == SCHEMA_FAULT_TYPE) {
        return only->types;
    }
    json_array_foreach (only->choices, i, choice) {
        types |= schema_type_of(choice);
    }
    return (types & schema_type_of(d->value)) == 0 ? types : 0;
}

static void explain_branches(struct schema_diagnosis *d)
{
    struct schema_findings outer = d->x->found;
    size_t more = d->x->more;

    d->branches = text_arena_alloc(&d->x->arena, d->count * sizeof(*d->branches));
    for (size_t i = 0; i < d->count; i++) {
        struct schema_branch *branch = &d->branches[i];
        const struct schema *schema = d->of->schemas[i];
        branch->schema = schema;
        branch->title = schema_known_title(schema);
        branch->titled = branch->title != NULL;
        if (!branch->titled) {
            branch->title = schema_explain_text(d->x, "alternative %zu", i + 1);
        }
        d->x->found = (struct schema_findings){0};
        schema_explain_schema(d->x, schema, d->value, schema->steps);
        branch->found = d->x->found;
        branch->out = branch->found.count == 0; /* fits after all, or effort ran out: nothing to say */
    }
    d->x->found = outer;
    d->x->more = more;
}

size_t schema_diagnose_left(const struct schema_diagnosis *d)
{
    size_t left = 0;

    for (size_t i = 0; i < d->count; i++) {
        left += !d->branches[i].out;
    }
    return left;
}

/* Returns the types that any alternative takes when none takes this one's. */
static unsigned drop_other_types(struct schema_diagnosis *d)
{
    unsigned types = 0;
    bool all = true;

    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out) {
            unsigned other = schema_diagnose_types(d, &d->branches[i]);
            types |= other;
            all = all && other != 0;
        }
    }
    for (size_t i = 0; i < d->count && !all; i++) {
        d->branches[i].out |= schema_diagnose_types(d, &d->branches[i]) != 0;
    }
    return all ? types : 0;
}

/* An object of which the alternatives that take objects know nothing was meant to be one of the others. */
static bool is_strange_object(const struct schema_diagnosis *d)
{
    const char *name;
    json_t *member;

    if (schema_diagnose_left(d) == d->count || json_object_size(d->value) == 0) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        const struct schema_branch *branch = &d->branches[i];
        const struct schema_finding *first = branch->found.first;
        json_object_foreach ((json_t *)d->value, name, member) {
            if (!branch->out &&
                (!first->at_name || first->suggestion != NULL || schema_knows_member(branch->schema, name))) {
                return false;
            }
        }
    }
    return true;
}

static void keep_least(struct schema_diagnosis *d, bool by_cost)
{
    long least = LONG_MAX;

    for (size_t i = 0; i < d->count; i++) {
        const struct schema_branch *branch = &d->branches[i];
        long weight = by_cost ? branch->cost : branch->refused;
        least = !branch->out && weight < least ? weight : least;
    }
    for (size_t i = 0; i < d->count; i++) {
        struct schema_branch *branch = &d->branches[i];
        branch->out |= (by_cost ? branch->cost : branch->refused) > least;
    }
}

/* --- cost -------------------------------------------------------------------------------------- */

static long cost_of(const struct schema_diagnosis *d, const struct schema_finding *finding)
{
    switch (finding->kind) {
    case SCHEMA_FAULT_MISSING:
    case SCHEMA_FAULT_UNKNOWN:
        return finding->suggestion != NULL ? 2 : 4;
    case SCHEMA_FAULT_FORBIDDEN:
    case SCHEMA_FAULT_VARIANT:
        return 4;
    case SCHEMA_FAULT_CHOICE:
    case SCHEMA_FAULT_TYPE:
        return schema_diagnose_depth(d, finding) == 0 ? 8 : 3;
    default:
        return 2;
    }
}

static void weigh_costs(struct schema_diagnosis *d)
{
    for (size_t i = 0; i < d->count; i++) {
        struct schema_branch *branch = &d->branches[i];
        const char *name;
        json_t *member;
        branch->cost = 0;
        for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
            branch->cost += cost_of(d, at);
        }
        json_object_foreach ((json_t *)d->value, name, member) {
            branch->cost -= !branch->out && schema_knows_member(branch->schema, name);
        }
    }
}

void schema_diagnose(struct schema_explanation *x, const struct schema_branches *branches, const json_t *value)
{
    struct schema_diagnosis d = {.x = x, .of = branches, .value = value, .base = x->instance.size};

    d.count = branches->count < BRANCHES_MAX ? branches->count : BRANCHES_MAX;
    explain_branches(&d);
    unsigned types = drop_other_types(&d);
    if (schema_diagnose_left(&d) == 0) {
        schema_note(x, SCHEMA_FAULT_VARIANT, branches->keyword, value, "fits none of %zu alternatives", d.count);
        return;
    }
    if (types != 0) {
        schema_note_type(x, types, value);
        return;
    }
    if (is_strange_object(&d)) {
        schema_diagnose_say_strange(&d);
        return;
    }
    if (schema_diagnose_choices(&d)) {
        return;
    }
    struct schema_findings common = schema_diagnose_common(&d);
    keep_least(&d, false);
    weigh_costs(&d);
    keep_least(&d, true);
    if (schema_diagnose_left(&d) == 1) {
        schema_diagnose_say_winner(&d, &common);
    } else {
        schema_diagnose_say_tie(&d);
    }
}
