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

static bool is_type_fault(const struct diagnosis *d, const struct branch *branch)
{
    const struct schema_finding *first = branch->found.first;

    return first != NULL && first->next == NULL && first->kind == SCHEMA_FAULT_TYPE && *below(d, first) == '\0';
}

static void explain_branches(struct diagnosis *d)
{
    struct schema_findings outer = d->x->found;
    size_t more = d->x->more;

    d->branches = schema_arena_alloc(&d->x->arena, d->count * sizeof(*d->branches));
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
        const struct branch *branch = &d->branches[i];
        if (!branch->out && is_type_fault(d, branch)) {
            types |= branch->found.first->types;
        } else if (!branch->out) {
            all = false;
        }
    }
    for (size_t i = 0; i < d->count && !all; i++) {
        d->branches[i].out |= is_type_fault(d, &d->branches[i]);
    }
    return all ? types : 0;
}

/* --- const and enum ---------------------------------------------------------------------------- */

static void add_choices(json_t *into, const struct schema_rule *rule)
{
    const json_t *choice;

    for (size_t i = 0; (choice = schema_choice_at(rule, i)) != NULL; i++) {
        bool known = false;
        for (size_t k = 0; k < json_array_size(into) && !known; k++) {
            known = json_same(json_array_get(into, k), choice);
        }
        if (!known) {
            json_array_append(into, (json_t *)choice);
        }
    }
}

/* One member of the value: which alternatives does it speak against? True when it speaks against all. */
static bool weigh_member(struct diagnosis *d, const char *name, const json_t *member, json_t *choices)
{
    size_t accepting = 0;
    size_t refusing = 0;
    size_t silent = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct schema_rule *rule = d->branches[i].out ? NULL : schema_member_choices(d->branches[i].schema, name);
        if (rule == NULL) {
            silent += !d->branches[i].out;
        } else if (schema_choice_allows(rule, member)) {
            accepting++;
        } else {
            refusing++;
            add_choices(choices, rule);
        }
    }
    if (accepting == 0) {
        return refusing > 0 && silent == 0;
    }
    for (size_t i = 0; i < d->count; i++) {
        const struct schema_rule *rule = d->branches[i].out ? NULL : schema_member_choices(d->branches[i].schema, name);
        d->branches[i].refused += rule != NULL && !schema_choice_allows(rule, member);
    }
    return false;
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
    size_t depth = depth_below(d, finding);

    if (depth > 1 || (depth == 1 && finding->kind == SCHEMA_FAULT_VALUE)) {
        return 2;
    }
    switch (finding->kind) {
    case SCHEMA_FAULT_MISSING:
        return depth == 0 ? (finding->suggestion != NULL ? 3 : 4) : 2;
    case SCHEMA_FAULT_UNKNOWN:
        return finding->suggestion != NULL ? 2 : 4;
    case SCHEMA_FAULT_FORBIDDEN:
        return 4;
    case SCHEMA_FAULT_VARIANT:
    case SCHEMA_FAULT_CHOICE:
        return depth == 0 ? 4 : 3;
    case SCHEMA_FAULT_TYPE:
        return depth == 0 ? 8 : 3;
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
    struct schema_finding *copy = schema_arena_alloc(&d->x->arena, sizeof(*copy));

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

/* The findings of a branch that the others do not share: exactly one of the kind at this level? */
static const struct schema_finding *only_own(const struct diagnosis *d, const struct branch *branch,
                                             enum schema_fault_kind kind)
{
    const struct schema_finding *only = NULL;

    for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
        if (is_common(d, at)) {
            continue;
        }
        if (only != NULL || at->kind != kind || depth_below(d, at) != (kind == SCHEMA_FAULT_UNKNOWN)) {
            return NULL;
        }
        only = at;
    }
    return only;
}

static bool gather_own(const struct diagnosis *d, enum schema_fault_kind kind, struct text *ret_names, bool titles)
{
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct branch *branch = &d->branches[i];
        if (branch->out) {
            continue;
        }
        const struct schema_finding *own = only_own(d, branch, kind);
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
            if (titles && branch->titled) {
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

    if (!gather_own(d, SCHEMA_FAULT_MISSING, &names, true)) {
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

    if (!gather_own(d, SCHEMA_FAULT_UNKNOWN, &names, false)) {
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
            struct schema_finding *copy = schema_arena_alloc(&d->x->arena, sizeof(*copy));
            *copy = *at;
            schema_findings_add(&common, copy);
        }
    }
    return common;
}

static void report_tie(struct diagnosis *d)
{
    struct schema_findings common = find_common(d);

    if (report_member_missing(d) || report_member_too_many(d)) {
        for (const struct schema_finding *at = common.first; at != NULL; at = at->next) {
            add_copy(d, at, NULL);
        }
    } else if (common.count > 0) {
        for (const struct schema_finding *at = common.first; at != NULL; at = at->next) {
            add_copy(d, at, NULL);
        }
    } else {
        report_nearest(d);
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

void schema_diagnose_several(struct schema_explanation *x, const struct schema_branches *branches, const json_t *value,
                             const bool *fits)
{
    CLEANUP(text_free) struct text titles = {0};
    size_t count = 0;

    for (size_t i = 0; i < branches->count; i++) {
        if (!fits[i]) {
            continue;
        }
        const char *title = schema_known_title(branches->schemas[i]);
        if (count++ < NAMES_MAX) {
            text_append(&titles, count > 1 ? ", " : "");
            title != NULL ? text_append(&titles, title) : text_printf(&titles, "alternative %zu", i + 1);
        }
    }
    schema_note(x, SCHEMA_FAULT_VARIANT, branches->keyword, value,
                "fits %zu alternatives at once (%s); exactly one is allowed", count, text_string(&titles));
}
