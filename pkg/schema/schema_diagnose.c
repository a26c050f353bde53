/*
 * Which alternative of oneOf or anyOf a value was meant to be, and what is wrong with it as such.
 *
 * Each alternative is explained on its own. Then, in this order: alternatives of another JSON type drop out; a member
 * that has const or enum in several of them tells them apart; the one with the least wrong at this level wins; what
 * is wrong with every one of them is named first, because it is wrong whichever was meant. When nothing wins, the
 * message says what would make the difference.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "schema/explain.h"

enum { BRANCHES_MAX = 256, NAMES_MAX = 8, NEAREST_SHOWN = 3, CAUSES_SHOWN = 2 };

struct branch {
    const struct schema *schema;
    const char *title; /* for people; never NULL */
    bool titled;
    struct schema_findings found;
    bool out;     /* cannot have been meant */
    long refused; /* members whose const or enum says that it is another one */
    long cost;
};

struct diagnosis {
    struct schema_explanation *x;
    const struct schema_branches *of;
    const json_t *value;
    struct branch *branches;
    size_t count;
    size_t base; /* bytes of the JSON pointer of the value */
};

/* Where the finding is, seen from the value: "", "/member" or deeper. */
static const char *below(const struct diagnosis *d, const struct schema_finding *finding)
{
    return finding->instance + d->base;
}

static size_t depth_below(const struct diagnosis *d, const struct schema_finding *finding)
{
    size_t depth = 0;

    for (const char *at = below(d, finding); *at != '\0'; at++) {
        depth += *at == '/';
    }
    return depth;
}

/* The JSON types that an alternative takes when it has refused this value for its type; 0 when it has not. */
static unsigned other_types(const struct diagnosis *d, const struct branch *branch)
{
    const struct schema_finding *only = branch->found.first;
    unsigned types = 0;
    size_t i;
    json_t *choice;

    if (only == NULL || only->next != NULL || *below(d, only) != '\0') {
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

static void explain_branches(struct diagnosis *d)
{
    struct schema_findings outer = d->x->found;
    size_t more = d->x->more;

    d->branches = text_arena_alloc(&d->x->arena, d->count * sizeof(*d->branches));
    for (size_t i = 0; i < d->count; i++) {
        struct branch *branch = &d->branches[i];
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

static size_t count_left(const struct diagnosis *d)
{
    size_t left = 0;

    for (size_t i = 0; i < d->count; i++) {
        left += !d->branches[i].out;
    }
    return left;
}

/* Returns the types that any alternative takes when none takes this one's. */
static unsigned drop_other_types(struct diagnosis *d)
{
    unsigned types = 0;
    bool all = true;

    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out) {
            unsigned other = other_types(d, &d->branches[i]);
            types |= other;
            all = all && other != 0;
        }
    }
    for (size_t i = 0; i < d->count && !all; i++) {
        d->branches[i].out |= other_types(d, &d->branches[i]) != 0;
    }
    return all ? types : 0;
}

/* An object of which the alternatives that take objects know nothing was meant to be one of the others. */
static bool is_strange_object(const struct diagnosis *d)
{
    const char *name;
    json_t *member;

    if (count_left(d) == d->count || json_object_size(d->value) == 0) {
        return false;
    }
    for (size_t i = 0; i < d->count; i++) {
        const struct branch *branch = &d->branches[i];
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

static void report_strange_object(struct diagnosis *d)
{
    enum { KNOWN_MAX = 64 };
    const char *names[KNOWN_MAX];
    CLEANUP(text_free) struct text others = {0};
    CLEANUP(text_free) struct text known = {0};
    CLEANUP(text_free) struct text shown = {0};
    unsigned types = 0;
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct branch *branch = &d->branches[i];
        types |= branch->out ? other_types(d, branch) : 0;
        if (!branch->out) {
            count += schema_known_members(branch->schema, names + count, KNOWN_MAX - count);
        }
    }
    schema_types_print(&others, types);
    schema_names_print(&known, names, count);
    schema_value_print(&shown, d->value);
    schema_note(d->x, SCHEMA_FAULT_TYPE, d->of->keyword, d->value, "must be %s or an object%s%s, is %s",
                text_string(&others), count > 0 ? " of " : "", text_string(&known), text_string(&shown));
}

/* --- const and enum ---------------------------------------------------------------------------- */

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
static const json_t *refused_choices(const struct diagnosis *d, const struct branch *branch, const char *name)
{
    CLEANUP(text_free) struct text pointer = {0};

    json_pointer_push(&pointer, name);
    for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
        if (at->choices != NULL && strcmp(below(d, at), text_string(&pointer)) == 0) {
            return at->choices;
        }
    }
    return NULL;
}

enum opinion { SILENT, ACCEPTS, REFUSES };

/* What an alternative has to say about a member by const and enum; those that it refuses it for are added. */
static enum opinion opinion_of(const struct diagnosis *d, const struct branch *branch, const char *name,
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
static bool weigh_member(struct diagnosis *d, const char *name, const json_t *member, json_t *choices)
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
    return counts[REFUSES] > 0 && counts[REFUSES] == count_left(d);
}

/* True when it was one member's value that no alternative allows, and that is said. */
static bool weigh_choices(struct diagnosis *d)
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

static void keep_least(struct diagnosis *d, bool by_cost)
{
    long least = LONG_MAX;

    for (size_t i = 0; i < d->count; i++) {
        const struct branch *branch = &d->branches[i];
        long weight = by_cost ? branch->cost : branch->refused;
        least = !branch->out && weight < least ? weight : least;
    }
    for (size_t i = 0; i < d->count; i++) {
        struct branch *branch = &d->branches[i];
        branch->out |= (by_cost ? branch->cost : branch->refused) > least;
    }
}

/* --- cost -------------------------------------------------------------------------------------- */

static long cost_of(const struct diagnosis *d, const struct schema_finding *finding)
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
        return depth_below(d, finding) == 0 ? 8 : 3;
    default:
        return 2;
    }
}

static void weigh_costs(struct diagnosis *d)
{
    for (size_t i = 0; i < d->count; i++) {
        struct branch *branch = &d->branches[i];
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

/* --- what they have in common ------------------------------------------------------------------ */

/* Two findings have one cause: the same place, and the same member where one is missing. */
static bool is_same_cause(const struct schema_finding *a, const struct schema_finding *b)
{
    bool missing = a->kind == SCHEMA_FAULT_MISSING;

    return strcmp(a->instance, b->instance) == 0 && missing == (b->kind == SCHEMA_FAULT_MISSING) &&
           (a->kind == SCHEMA_FAULT_UNKNOWN) == (b->kind == SCHEMA_FAULT_UNKNOWN) &&
           (!missing || strcmp(a->member, b->member) == 0);
}

static bool has_cause(const struct branch *branch, const struct schema_finding *cause)
{
    for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
        if (is_same_cause(at, cause)) {
            return true;
        }
    }
    return false;
}

/* In every alternative that was not ruled out by type. */
static bool is_common(const struct diagnosis *d, const struct schema_finding *cause)
{
    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out && !has_cause(&d->branches[i], cause)) {
            return false;
        }
    }
    return true;
}

static void add_copy(struct diagnosis *d, const struct schema_finding *finding, const char *variant)
{
    struct schema_finding *copy = text_arena_alloc(&d->x->arena, sizeof(*copy));

    *copy = *finding;
    if (copy->variant == NULL) {
        copy->variant = variant;
    }
    schema_findings_add(&d->x->found, copy);
}

/* --- verdicts ---------------------------------------------------------------------------------- */

/* A member that this alternative does not know but another one does is not misspelt: it is out of place. */
static void say_whose(struct diagnosis *d, const struct branch *winner, struct schema_finding *finding)
{
    if (finding->kind != SCHEMA_FAULT_UNKNOWN || finding->needed || depth_below(d, finding) != 1) {
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        const struct branch *branch = &d->branches[i];
        if (branch != winner && branch->titled && schema_knows_member(branch->schema, finding->member)) {
            finding->fix = schema_explain_text(d->x, "remove it; it belongs to %s", branch->title);
            return;
        }
    }
}

static void report_winner(struct diagnosis *d, const struct branch *winner, const struct schema_findings *common)
{
    const char *variant = winner->titled ? winner->title : NULL;

    for (const struct schema_finding *at = common->first; at != NULL; at = at->next) {
        for (const struct schema_finding *own = winner->found.first; own != NULL; own = own->next) {
            if (is_same_cause(at, own)) {
                add_copy(d, own, variant);
            }
        }
    }
    for (struct schema_finding *at = winner->found.first; at != NULL; at = at->next) {
        bool said = false;
        for (const struct schema_finding *shared = common->first; shared != NULL; shared = shared->next) {
            said |= is_same_cause(shared, at);
        }
        if (!said) {
            say_whose(d, winner, at);
            add_copy(d, at, variant);
        }
    }
}

static bool is_member_too_many(const struct schema_finding *finding)
{
    return (finding->kind == SCHEMA_FAULT_UNKNOWN || finding->kind == SCHEMA_FAULT_FORBIDDEN) &&
           finding->member != NULL && finding->suggestion == NULL;
}

/* The findings of a branch that the others do not share: exactly one, at this level, a member missing or too many? */
static const struct schema_finding *only_own(const struct diagnosis *d, const struct branch *branch, bool missing)
{
    const struct schema_finding *only = NULL;

    for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
        if (is_common(d, at)) {
            continue;
        }
        bool fits = missing ? at->kind == SCHEMA_FAULT_MISSING : is_member_too_many(at);
        if (only != NULL || !fits || depth_below(d, at) != !missing) {
            return NULL;
        }
        only = at;
    }
    return only;
}

static bool gather_own(const struct diagnosis *d, bool missing, struct text *ret_names)
{
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct branch *branch = &d->branches[i];
        if (branch->out) {
            continue;
        }
        const struct schema_finding *own = only_own(d, branch, missing);
        if (own == NULL) {
            return false;
        }
        bool known = false;
        for (size_t k = 0; k < count; k++) {
            known |= strcmp(names[k], own->member) == 0;
        }
        if (known) {
            continue;
        }
        if (count < NAMES_MAX) {
            text_printf(ret_names, "%s`%s`", count > 0 ? ", " : "", own->member);
            if (missing && branch->titled) {
                text_printf(ret_names, " (%s)", branch->title);
            }
            names[count++] = own->member;
        } else {
            text_append(ret_names, ", ...");
            break;
        }
    }
    return count > 1;
}

static bool report_member_missing(struct diagnosis *d)
{
    CLEANUP(text_free) struct text names = {0};

    if (!gather_own(d, true, &names)) {
        return false;
    }
    bool one = strcmp(d->of->keyword, "oneOf") == 0;
    schema_note(d->x, SCHEMA_FAULT_VARIANT, d->of->keyword, d->value, "needs %s of %s", one ? "exactly one" : "one",
                text_string(&names));
    return true;
}

static bool report_member_too_many(struct diagnosis *d)
{
    CLEANUP(text_free) struct text names = {0};

    if (!gather_own(d, false, &names)) {
        return false;
    }
    struct schema_finding *finding = schema_note(d->x, SCHEMA_FAULT_VARIANT, d->of->keyword, d->value,
                                                 "may have only one of %s", text_string(&names));
    if (finding != NULL) {
        finding->fix = "remove all but one of them";
    }
    return true;
}

static void report_nearest(struct diagnosis *d)
{
    CLEANUP(text_free) struct text causes = {0};
    size_t shown = 0;

    for (size_t i = 0; i < d->count && shown < NEAREST_SHOWN; i++) {
        const struct branch *branch = &d->branches[i];
        if (branch->out) {
            continue;
        }
        text_printf(&causes, "%s%s: ", shown++ > 0 ? "; " : "", branch->title);
        size_t said = 0;
        for (const struct schema_finding *at = branch->found.first; at != NULL && said < CAUSES_SHOWN; at = at->next) {
            const char *where = at->kind == SCHEMA_FAULT_UNKNOWN ? "" : below(d, at);
            text_printf(&causes, "%s%s%s%s", said++ > 0 ? ", " : "", where, *where != '\0' ? " " : "", at->message);
        }
    }
    schema_note(d->x, SCHEMA_FAULT_VARIANT, d->of->keyword, d->value, "fits none of %zu alternatives; nearest %s %s",
                d->count, shown == 1 ? "is" : "are", text_string(&causes));
}

static const struct branch *first_left(const struct diagnosis *d)
{
    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out) {
            return &d->branches[i];
        }
    }
    return NULL;
}

static struct schema_findings find_common(struct diagnosis *d)
{
    struct schema_findings common = {0};
    const struct branch *first = first_left(d);

    for (const struct schema_finding *at = first != NULL ? first->found.first : NULL; at != NULL; at = at->next) {
        if (is_common(d, at)) {
            struct schema_finding *copy = text_arena_alloc(&d->x->arena, sizeof(*copy));
            *copy = *at;
            schema_findings_add(&common, copy);
        }
    }
    return common;
}

/* Each of them has faults of its own besides those that all have. */
static bool have_more_than(const struct diagnosis *d, size_t common)
{
    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out && d->branches[i].found.count <= common) {
            return false;
        }
    }
    return true;
}

static void report_tie(struct diagnosis *d)
{
    struct schema_findings common = find_common(d);

    if (report_member_missing(d) || report_member_too_many(d)) {
        for (const struct schema_finding *at = common.first; at != NULL; at = at->next) {
            add_copy(d, at, NULL);
        }
    } else {
        for (const struct schema_finding *at = common.first; at != NULL; at = at->next) {
            add_copy(d, at, NULL);
        }
        if (have_more_than(d, common.count)) {
            report_nearest(d);
        }
    }
}

void schema_diagnose(struct schema_explanation *x, const struct schema_branches *branches, const json_t *value)
{
    struct diagnosis d = {.x = x, .of = branches, .value = value, .base = x->instance.size};

    d.count = branches->count < BRANCHES_MAX ? branches->count : BRANCHES_MAX;
    explain_branches(&d);
    unsigned types = drop_other_types(&d);
    if (count_left(&d) == 0) {
        schema_note(x, SCHEMA_FAULT_VARIANT, branches->keyword, value, "fits none of %zu alternatives", d.count);
        return;
    }
    if (types != 0) {
        schema_note_type(x, types, value);
        return;
    }
    if (is_strange_object(&d)) {
        report_strange_object(&d);
        return;
    }
    if (weigh_choices(&d)) {
        return;
    }
    struct schema_findings common = find_common(&d);
    keep_least(&d, false);
    weigh_costs(&d);
    keep_least(&d, true);
    if (count_left(&d) == 1) {
        report_winner(&d, first_left(&d), &common);
    } else {
        report_tie(&d);
    }
}

/* Members that some of the fitting alternatives demand and others do not: to keep one of them decides. */
static size_t deciding_members(const struct schema_branches *branches, const json_t *value, const bool *fits,
                               const char *names[NAMES_MAX])
{
    const char *name;
    json_t *member;
    size_t count = 0;

    json_object_foreach ((json_t *)value, name, member) {
        size_t demanding = 0;
        size_t fitting = 0;
        for (size_t i = 0; i < branches->count; i++) {
            fitting += fits[i];
            demanding += fits[i] && schema_requires_member(branches->schemas[i], name);
        }
        if (demanding > 0 && demanding < fitting && count < NAMES_MAX) {
            names[count++] = name;
        }
    }
    return count;
}

void schema_diagnose_several(struct schema_explanation *x, const struct schema_branches *branches, const json_t *value,
                             const bool *fits)
{
    CLEANUP(text_free) struct text titles = {0};
    CLEANUP(text_free) struct text deciding = {0};
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < branches->count; i++) {
        const char *title = fits[i] ? schema_known_title(branches->schemas[i]) : NULL;
        if (!fits[i] || count++ >= NAMES_MAX) {
            continue;
        }
        text_append(&titles, count > 1 ? ", " : "");
        if (title != NULL) {
            text_append(&titles, title);
        } else {
            text_printf(&titles, "alternative %zu", i + 1);
        }
    }
    struct schema_finding *finding =
        schema_note(x, SCHEMA_FAULT_VARIANT, branches->keyword, value,
                    "fits %zu alternatives at once (%s), exactly one is allowed", count, text_string(&titles));
    size_t members = deciding_members(branches, value, fits, names);
    if (finding != NULL && members > 1) {
        schema_names_print(&deciding, names, members);
        finding->fix = schema_explain_text(x, "keep only one of %s", text_string(&deciding));
    }
}
