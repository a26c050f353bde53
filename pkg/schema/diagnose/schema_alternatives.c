/*
 * Which alternative of oneOf or anyOf a value was meant to be, and what is wrong with it as such.
 *
 * Each alternative is explained on its own. Then, in this order: alternatives of another JSON type drop out; a member
 * that has const or enum in several of them decides between them; the one with the least wrong at this level wins; what
 * is wrong with every one of them comes first, because it is wrong whichever was meant. When none wins, the message
 * says what would make the difference.
 */
#include <limits.h>
#include <string.h>

#include "schema/diagnose/schema_alternatives.h"

enum { ALTERNATIVES_MAX = 256 };

static void explain_each(struct schema_alternatives *a, const struct schema *const *schemas)
{
    struct schema_findings outer = a->x->found;
    size_t more = a->x->more;

    a->list = text_arena_alloc(&a->x->arena, a->count * sizeof(*a->list));
    for (size_t i = 0; i < a->count; i++) {
        struct schema_alternative *one = &a->list[i];
        const struct schema *schema = schemas[i];
        one->schema = schema;
        one->title = schema_known_title(schema);
        one->titled = one->title != NULL;
        if (!one->titled) {
            one->title = schema_explain_text(a->x, "alternative %zu", i + 1);
        }
        a->x->found = (struct schema_findings){0};
        schema_explain_schema(a->x, schema, a->value, schema->steps);
        one->found = a->x->found;
        one->out = one->found.count == 0; /* fits after all, or effort ran out: nothing to say */
    }
    a->x->found = outer;
    a->x->more = more;
}

/* Returns the types that any alternative takes when none takes this one's. */
static unsigned drop_other_types(struct schema_alternatives *a)
{
    unsigned types = 0;
    bool all = true;

    for (size_t i = 0; i < a->count; i++) {
        if (!a->list[i].out) {
            unsigned other = schema_alternative_types(a, &a->list[i]);
            types |= other;
            all = all && other != 0;
        }
    }
    for (size_t i = 0; i < a->count && !all; i++) {
        a->list[i].out |= schema_alternative_types(a, &a->list[i]) != 0;
    }
    return all ? types : 0;
}

/* An object of which the alternatives that take objects know no member was meant to be one of the others. */
static bool is_unknown_object(const struct schema_alternatives *a)
{
    const char *name;
    json_t *member;

    if (schema_alternatives_left(a) == a->count || json_object_size(a->value) == 0) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const struct schema_alternative *one = &a->list[i];
        const struct schema_finding *first = one->found.first;
        json_object_foreach ((json_t *)a->value, name, member) {
            if (!one->out && (!first->at_name || first->suggestion != NULL || schema_knows_member(one->schema, name))) {
                return false;
            }
        }
    }
    return true;
}

static void keep_least(struct schema_alternatives *a, bool by_cost)
{
    long least = LONG_MAX;

    for (size_t i = 0; i < a->count; i++) {
        const struct schema_alternative *one = &a->list[i];
        long weight = by_cost ? one->cost : one->refused;
        least = !one->out && weight < least ? weight : least;
    }
    for (size_t i = 0; i < a->count; i++) {
        struct schema_alternative *one = &a->list[i];
        one->out |= (by_cost ? one->cost : one->refused) > least;
    }
}

/* --- members with const or enum ---------------------------------------------------------------- */

static void add_choice(json_t *into, const json_t *choice)
{
    bool known = false;

    for (size_t k = 0; k < json_array_size(into) && !known; k++) {
        known = json_same(json_array_get(into, k), choice);
    }
    if (!known) {
        json_array_append(into, (json_t *)choice);
    }
}

/* What an alternative that has alternatives of its own says about the member: found when it was explained. */
static const json_t *refused_choices(const struct schema_alternatives *a, const struct schema_alternative *one,
                                     const char *name)
{
    CLEANUP(text_free) struct text pointer = {0};

    json_pointer_push(&pointer, name);
    for (const struct schema_finding *at = one->found.first; at != NULL; at = at->next) {
        if (at->choices != NULL && strcmp(schema_alternatives_below(a, at), text_string(&pointer)) == 0) {
            return at->choices;
        }
    }
    return NULL;
}

enum verdict { NO_VERDICT, ACCEPTS, REFUSES };

/* What const and enum of an alternative say about a member; the choices of one that refuses it are added. */
static enum verdict verdict_on(const struct schema_alternatives *a, const struct schema_alternative *one,
                               const char *name, const json_t *member, json_t *choices)
{
    const struct schema_choice_rule *rule = schema_member_choices(one->schema, name);
    const json_t *allowed = rule != NULL ? rule->choices : refused_choices(a, one, name);
    size_t i;
    json_t *choice;

    if (allowed == NULL) {
        return NO_VERDICT;
    }
    if (rule != NULL && schema_choice_allows(rule, member)) {
        return ACCEPTS;
    }
    if (rule != NULL && rule->is_const) {
        add_choice(choices, allowed);
        return REFUSES;
    }
    json_array_foreach (allowed, i, choice) {
        add_choice(choices, choice);
    }
    return REFUSES;
}

/* Counts a member of the value against the alternatives that refuse it where others accept it; true when all refuse. */
static bool weigh_member(struct schema_alternatives *a, const char *name, const json_t *member, json_t *choices)
{
    enum verdict *verdicts = text_arena_alloc(&a->x->arena, a->count * sizeof(*verdicts));
    size_t counts[REFUSES + 1] = {0};

    for (size_t i = 0; i < a->count; i++) {
        if (!a->list[i].out) {
            verdicts[i] = verdict_on(a, &a->list[i], name, member, choices);
            counts[verdicts[i]]++;
        }
    }
    for (size_t i = 0; i < a->count && counts[ACCEPTS] > 0; i++) {
        a->list[i].refused += verdicts[i] == REFUSES;
    }
    return counts[REFUSES] > 0 && counts[REFUSES] == schema_alternatives_left(a);
}

/* Counts for each alternative the members that its const or enum refuses. True when all alternatives refuse a member,
 * which is noted. */
static bool weigh_choices(struct schema_alternatives *a)
{
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)a->value, name, member) {
        JSON_CLEANUP json_t *choices = json_array();
        if (weigh_member(a, name, member, choices)) {
            size_t size = a->x->instance.size;
            json_pointer_push(&a->x->instance, name);
            schema_note_choice(a->x, a->keyword, member, choices, false);
            schema_explain_cut(&a->x->instance, size);
            return true;
        }
    }
    return false;
}

/* --- members that only some of them need ------------------------------------------------------- */

/* How many of those that are not out need the member. */
static size_t count_needing(const struct schema_alternatives *a, const char *name)
{
    size_t needing = 0;

    for (size_t i = 0; i < a->count; i++) {
        needing += !a->list[i].out && schema_requires_member(a->list[i].schema, name);
    }
    return needing;
}

/* A member that one forbids and another one needs was given for that other one. */
static void weigh_forbidden(struct schema_alternatives *a)
{
    for (size_t i = 0; i < a->count; i++) {
        struct schema_alternative *one = &a->list[i];
        for (const struct schema_finding *at = one->found.first; at != NULL && !one->out; at = at->next) {
            bool given = at->kind == SCHEMA_FAULT_FORBIDDEN && at->member != NULL &&
                         schema_alternatives_depth(a, at) == 1 && json_object_get(a->value, at->member) != NULL;
            one->refused += given && count_needing(a, at->member) > 0;
        }
    }
}

/*
 * Of alternatives that only lack members, those that need most of what is there and others do not need are meant: an
 * image without a zone is no template. False when nothing in the value says which: to take the shortest would mislead.
 */
static bool keep_most_evidence(struct schema_alternatives *a)
{
    size_t left = schema_alternatives_left(a);
    bool any = false;
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)a->value, name, member) {
        size_t needing = count_needing(a, name);
        for (size_t i = 0; i < a->count && needing > 0 && needing < left; i++) {
            struct schema_alternative *one = &a->list[i];
            one->cost -= !one->out && schema_requires_member(one->schema, name);
            any = true;
        }
    }
    keep_least(a, true);
    return any;
}

static bool all_lack_members(const struct schema_alternatives *a)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!a->list[i].out && !schema_alternatives_only_lacks(a, &a->list[i])) {
            return false;
        }
    }
    return true;
}

/* --- cost -------------------------------------------------------------------------------------- */

static long cost_of(const struct schema_alternatives *a, const struct schema_finding *finding)
{
    switch (finding->kind) {
    case SCHEMA_FAULT_MISSING:
    case SCHEMA_FAULT_UNKNOWN:
        return finding->suggestion != NULL || finding->remedied ? 2 : 4;
    case SCHEMA_FAULT_FORBIDDEN:
    case SCHEMA_FAULT_VARIANT:
        return 4;
    case SCHEMA_FAULT_CHOICE:
    case SCHEMA_FAULT_TYPE:
        return schema_alternatives_depth(a, finding) == 0 ? 8 : 3;
    default:
        return 2;
    }
}

static void weigh_costs(struct schema_alternatives *a)
{
    for (size_t i = 0; i < a->count; i++) {
        struct schema_alternative *one = &a->list[i];
        const char *name;
        json_t *member;
        one->cost = 0;
        for (const struct schema_finding *at = one->found.first; at != NULL; at = at->next) {
            one->cost += cost_of(a, at);
        }
        json_object_foreach ((json_t *)a->value, name, member) {
            one->cost -= !one->out && schema_knows_member(one->schema, name);
        }
    }
}

void schema_explain_alternatives(struct schema_explanation *x, const struct schema_list_rule *rule, const json_t *value)
{
    struct schema_alternatives a = {.x = x, .keyword = rule->rule.keyword, .value = value, .base = x->instance.size};

    a.count = rule->list.count < ALTERNATIVES_MAX ? rule->list.count : ALTERNATIVES_MAX;
    explain_each(&a, rule->list.schemas);
    unsigned types = drop_other_types(&a);
    if (schema_alternatives_left(&a) == 0) {
        schema_note(x, SCHEMA_FAULT_VARIANT, a.keyword, value, "fits none of %zu alternatives", a.count);
        return;
    }
    if (types != 0) {
        schema_note_type(x, types, value);
        return;
    }
    if (is_unknown_object(&a)) {
        schema_alternatives_note_unknown_object(&a);
        return;
    }
    if (weigh_choices(&a)) {
        return;
    }
    weigh_forbidden(&a);
    struct schema_findings common = schema_alternatives_common(&a);
    keep_least(&a, false);
    if (!all_lack_members(&a) || keep_most_evidence(&a)) {
        weigh_costs(&a);
        keep_least(&a, true);
    }
    if (schema_alternatives_left(&a) == 1) {
        schema_alternatives_note_winner(&a, &common);
    } else {
        schema_alternatives_note_tie(&a);
    }
}
