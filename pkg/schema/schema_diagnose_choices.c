/* Members with const or enum: they tell alternatives apart. */
#include <string.h>

#include "schema/diagnose.h"

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
static const json_t *refused_choices(const struct schema_diagnosis *d, const struct schema_branch *branch,
                                     const char *name)
{
    CLEANUP(text_free) struct text pointer = {0};

    json_pointer_push(&pointer, name);
    for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
        if (at->choices != NULL && strcmp(schema_diagnose_below(d, at), text_string(&pointer)) == 0) {
            return at->choices;
        }
    }
    return NULL;
}

enum opinion { SILENT, ACCEPTS, REFUSES };

/* What an alternative has to say about a member by const and enum; those that it refuses it for are added. */
static enum opinion opinion_of(const struct schema_diagnosis *d, const struct schema_branch *branch, const char *name,
                               const json_t *member, json_t *choices)
{
    const struct schema_rule *rule = schema_member_choices(branch->schema, name);
    const json_t *refused = rule == NULL ? refused_choices(d, branch, name) : NULL;
    const json_t *choice;

    if (rule == NULL && refused == NULL) {
        return SILENT;
    }
    if (rule != NULL && schema_choice_allows(rule, member)) {
        return ACCEPTS;
    }
    for (size_t i = 0; (choice = rule != NULL ? schema_choice_at(rule, i) : json_array_get(refused, i)) != NULL; i++) {
        add_choice(choices, choice);
    }
    return REFUSES;
}

/* One member of the value: which alternatives does it speak against? True when it speaks against all. */
static bool weigh_member(struct schema_diagnosis *d, const char *name, const json_t *member, json_t *choices)
{
    enum opinion *opinions = text_arena_alloc(&d->x->arena, d->count * sizeof(*opinions));
    size_t counts[REFUSES + 1] = {0};

    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out) {
            opinions[i] = opinion_of(d, &d->branches[i], name, member, choices);
            counts[opinions[i]]++;
        }
    }
    for (size_t i = 0; i < d->count && counts[ACCEPTS] > 0; i++) {
        d->branches[i].refused += opinions[i] == REFUSES;
    }
    return counts[REFUSES] > 0 && counts[REFUSES] == schema_diagnose_left(d);
}

bool schema_diagnose_choices(struct schema_diagnosis *d)
{
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)d->value, name, member) {
        json_t *choices = json_array();
        bool none = weigh_member(d, name, member, choices);
        if (none) {
            size_t size = d->x->instance.size;
            json_pointer_push(&d->x->instance, name);
            schema_note_choice(d->x, d->of->keyword, member, choices, false);
            d->x->instance.size = size;
            d->x->instance.data[size] = '\0';
        }
        json_decref(choices);
        if (none) {
            return true;
        }
    }
    return false;
}
