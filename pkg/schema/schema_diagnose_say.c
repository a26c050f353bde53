/* What is said about alternatives once it is known which are the nearest. */
#include <string.h>

#include "schema/diagnose.h"

enum { NEAREST_SHOWN = 3, CAUSES_SHOWN = 2 };

/* --- what they have in common ------------------------------------------------------------------ */

static const struct schema_branch *first_left(const struct schema_diagnosis *d)
{
    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out) {
            return &d->branches[i];
        }
    }
    return NULL;
}

/* Two findings have one cause: the same place, and the same member where one is missing. */
static bool is_same_cause(const struct schema_finding *a, const struct schema_finding *b)
{
    bool missing = a->kind == SCHEMA_FAULT_MISSING;

    return strcmp(a->instance, b->instance) == 0 && missing == (b->kind == SCHEMA_FAULT_MISSING) &&
           (a->kind == SCHEMA_FAULT_UNKNOWN) == (b->kind == SCHEMA_FAULT_UNKNOWN) &&
           (!missing || strcmp(a->member, b->member) == 0);
}

static bool has_cause(const struct schema_branch *branch, const struct schema_finding *cause)
{
    for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
        if (is_same_cause(at, cause)) {
            return true;
        }
    }
    return false;
}

/* In every alternative that was not ruled out by type. */
static bool is_common(const struct schema_diagnosis *d, const struct schema_finding *cause)
{
    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out && !has_cause(&d->branches[i], cause)) {
            return false;
        }
    }
    return true;
}

static void add_copy(struct schema_diagnosis *d, const struct schema_finding *finding, const char *variant)
{
    if (d->x->found.count == SCHEMA_FINDINGS_MAX) {
        d->x->more++;
        return;
    }
    struct schema_finding *copy = text_arena_alloc(&d->x->arena, sizeof(*copy));

    *copy = *finding;
    if (copy->variant == NULL) {
        copy->variant = variant;
    }
    schema_findings_add(&d->x->found, copy);
}

/* --- verdicts ---------------------------------------------------------------------------------- */

/* A member that this alternative does not know but another one does is not misspelt: it is out of place. */
static void say_whose(struct schema_diagnosis *d, const struct schema_branch *winner, struct schema_finding *finding)
{
    if (finding->kind != SCHEMA_FAULT_UNKNOWN || finding->needed || schema_diagnose_depth(d, finding) != 1) {
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        const struct schema_branch *branch = &d->branches[i];
        if (branch != winner && branch->titled && schema_knows_member(branch->schema, finding->member)) {
            finding->fix = schema_explain_text(d->x, "remove it; it belongs to %s", branch->title);
            return;
        }
    }
}

void schema_diagnose_say_winner(struct schema_diagnosis *d, const struct schema_findings *common)
{
    const struct schema_branch *winner = first_left(d);
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
static const struct schema_finding *only_own(const struct schema_diagnosis *d, const struct schema_branch *branch,
                                             bool missing)
{
    const struct schema_finding *only = NULL;

    for (const struct schema_finding *at = branch->found.first; at != NULL; at = at->next) {
        if (is_common(d, at)) {
            continue;
        }
        bool fits = missing ? at->kind == SCHEMA_FAULT_MISSING : is_member_too_many(at);
        if (only != NULL || !fits || schema_diagnose_depth(d, at) != !missing) {
            return NULL;
        }
        only = at;
    }
    return only;
}

static bool gather_own(const struct schema_diagnosis *d, bool missing, struct text *ret_names)
{
    const char *names[SCHEMA_DIAGNOSE_NAMES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct schema_branch *branch = &d->branches[i];
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
        if (count < SCHEMA_DIAGNOSE_NAMES_MAX) {
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

static bool report_member_missing(struct schema_diagnosis *d)
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

static bool report_member_too_many(struct schema_diagnosis *d)
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

static void report_nearest(struct schema_diagnosis *d)
{
    CLEANUP(text_free) struct text causes = {0};
    size_t shown = 0;

    for (size_t i = 0; i < d->count && shown < NEAREST_SHOWN; i++) {
        const struct schema_branch *branch = &d->branches[i];
        if (branch->out) {
            continue;
        }
        text_printf(&causes, "%s%s: ", shown++ > 0 ? "; " : "", branch->title);
        size_t said = 0;
        for (const struct schema_finding *at = branch->found.first; at != NULL && said < CAUSES_SHOWN; at = at->next) {
            const char *where = at->kind == SCHEMA_FAULT_UNKNOWN ? "" : schema_diagnose_below(d, at);
            text_printf(&causes, "%s%s%s%s", said++ > 0 ? ", " : "", where, *where != '\0' ? " " : "", at->message);
        }
    }
    schema_note(d->x, SCHEMA_FAULT_VARIANT, d->of->keyword, d->value, "fits none of %zu alternatives; nearest %s %s",
                d->count, shown == 1 ? "is" : "are", text_string(&causes));
}

struct schema_findings schema_diagnose_common(struct schema_diagnosis *d)
{
    struct schema_findings common = {0};
    const struct schema_branch *first = first_left(d);

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
static bool have_more_than(const struct schema_diagnosis *d, size_t common)
{
    for (size_t i = 0; i < d->count; i++) {
        if (!d->branches[i].out && d->branches[i].found.count <= common) {
            return false;
        }
    }
    return true;
}

void schema_diagnose_say_tie(struct schema_diagnosis *d)
{
    struct schema_findings common = schema_diagnose_common(d);

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

void schema_diagnose_say_strange(struct schema_diagnosis *d)
{
    enum { KNOWN_MAX = 64 };
    const char *names[KNOWN_MAX];
    CLEANUP(text_free) struct text others = {0};
    CLEANUP(text_free) struct text known = {0};
    CLEANUP(text_free) struct text shown = {0};
    unsigned types = 0;
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        const struct schema_branch *branch = &d->branches[i];
        types |= branch->out ? schema_diagnose_types(d, branch) : 0;
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

/* Members that some of the fitting alternatives demand and others do not: to keep one of them decides. */
static size_t deciding_members(const struct schema_branches *branches, const json_t *value, const bool *fits,
                               const char *names[SCHEMA_DIAGNOSE_NAMES_MAX])
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
        if (demanding > 0 && demanding < fitting && count < SCHEMA_DIAGNOSE_NAMES_MAX) {
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
    const char *names[SCHEMA_DIAGNOSE_NAMES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < branches->count; i++) {
        const char *title = fits[i] ? schema_known_title(branches->schemas[i]) : NULL;
        if (!fits[i] || count++ >= SCHEMA_DIAGNOSE_NAMES_MAX) {
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
