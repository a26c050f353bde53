/* The message about the alternatives of oneOf or anyOf once it is known which are the nearest. */
#include <string.h>

#include "schema/diagnose/schema_alternatives.h"

enum { NAMES_SHOWN_MAX = 8, NEAREST_SHOWN_MAX = 3, CAUSES_SHOWN_MAX = 2 };

const char *schema_alternatives_below(const struct schema_alternatives *a, const struct schema_finding *finding)
{
    return finding->instance + a->base;
}

size_t schema_alternatives_depth(const struct schema_alternatives *a, const struct schema_finding *finding)
{
    size_t depth = 0;

    for (const char *at = schema_alternatives_below(a, finding); *at != '\0'; at++) {
        depth += *at == '/';
    }
    return depth;
}

size_t schema_alternatives_left(const struct schema_alternatives *a)
{
    size_t left = 0;

    for (size_t i = 0; i < a->count; i++) {
        left += !a->list[i].out;
    }
    return left;
}

unsigned schema_alternative_types(const struct schema_alternatives *a, const struct schema_alternative *one)
{
    const struct schema_finding *only = one->found.first;
    unsigned types = 0;
    size_t i;
    json_t *choice;

    if (only == NULL || only->next != NULL || *schema_alternatives_below(a, only) != '\0') {
        return 0;
    }
    if (only->kind == SCHEMA_FAULT_TYPE) {
        return only->types;
    }
    json_array_foreach (only->choices, i, choice) {
        types |= schema_type_of(choice);
    }
    return (types & schema_type_of(a->value)) == 0 ? types : 0;
}

/* --- what they have in common ------------------------------------------------------------------ */

static const struct schema_alternative *first_left(const struct schema_alternatives *a)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!a->list[i].out) {
            return &a->list[i];
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

static bool has_cause(const struct schema_alternative *one, const struct schema_finding *cause)
{
    for (const struct schema_finding *at = one->found.first; at != NULL; at = at->next) {
        if (is_same_cause(at, cause)) {
            return true;
        }
    }
    return false;
}

/* In every alternative that was not ruled out by type. */
static bool is_common(const struct schema_alternatives *a, const struct schema_finding *cause)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!a->list[i].out && !has_cause(&a->list[i], cause)) {
            return false;
        }
    }
    return true;
}

static void add_copy(struct schema_alternatives *a, const struct schema_finding *finding, const char *variant)
{
    if (a->x->found.count == SCHEMA_FINDINGS_MAX) {
        a->x->more++;
        return;
    }
    struct schema_finding *copy = text_arena_alloc(&a->x->arena, sizeof(*copy));

    *copy = *finding;
    if (copy->variant == NULL) {
        copy->variant = variant;
    }
    schema_findings_add(&a->x->found, copy);
}

/* --- messages ---------------------------------------------------------------------------------- */

/* A member that this alternative does not know but another one does is not misspelt: it is out of place. */
static void fix_misplaced(struct schema_alternatives *a, const struct schema_alternative *winner,
                          struct schema_finding *finding)
{
    if (finding->kind != SCHEMA_FAULT_UNKNOWN || finding->needed || finding->remedied ||
        schema_alternatives_depth(a, finding) != 1) {
        return;
    }
    for (size_t i = 0; i < a->count; i++) {
        const struct schema_alternative *one = &a->list[i];
        if (one != winner && one->titled && schema_knows_member(one->schema, finding->member)) {
            finding->fix = schema_explain_text(a->x, "remove it; it belongs to %s", one->title);
            return;
        }
    }
}

void schema_alternatives_note_winner(struct schema_alternatives *a, const struct schema_findings *common)
{
    const struct schema_alternative *winner = first_left(a);
    const char *variant = winner->titled ? winner->title : NULL;

    for (const struct schema_finding *at = common->first; at != NULL; at = at->next) {
        for (const struct schema_finding *own = winner->found.first; own != NULL; own = own->next) {
            if (is_same_cause(at, own)) {
                add_copy(a, own, variant);
            }
        }
    }
    for (struct schema_finding *at = winner->found.first; at != NULL; at = at->next) {
        bool is_shared = false;
        for (const struct schema_finding *shared = common->first; shared != NULL; shared = shared->next) {
            is_shared |= is_same_cause(shared, at);
        }
        if (!is_shared) {
            fix_misplaced(a, winner, at);
            add_copy(a, at, variant);
        }
    }
}

static bool is_member_too_many(const struct schema_finding *finding)
{
    return (finding->kind == SCHEMA_FAULT_UNKNOWN || finding->kind == SCHEMA_FAULT_FORBIDDEN) &&
           finding->member != NULL && finding->suggestion == NULL;
}

/* The finding that the others do not share, when it is exactly one, at this level, a member missing or too many. */
static const struct schema_finding *only_own(const struct schema_alternatives *a, const struct schema_alternative *one,
                                             bool missing)
{
    const struct schema_finding *only = NULL;

    for (const struct schema_finding *at = one->found.first; at != NULL; at = at->next) {
        if (is_common(a, at)) {
            continue;
        }
        bool fits = missing ? at->kind == SCHEMA_FAULT_MISSING : is_member_too_many(at);
        if (only != NULL || !fits || schema_alternatives_depth(a, at) != !missing) {
            return NULL;
        }
        only = at;
    }
    return only;
}

static bool gather_own(const struct schema_alternatives *a, bool missing, struct text *ret_names)
{
    const char *names[NAMES_SHOWN_MAX];
    size_t count = 0;

    for (size_t i = 0; i < a->count; i++) {
        const struct schema_alternative *one = &a->list[i];
        if (one->out) {
            continue;
        }
        const struct schema_finding *own = only_own(a, one, missing);
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
        if (count < NAMES_SHOWN_MAX) {
            text_printf(ret_names, "%s`%s`", count > 0 ? ", " : "", own->member);
            if (missing && one->titled) {
                text_printf(ret_names, " (%s)", one->title);
            }
            names[count++] = own->member;
        } else {
            text_append(ret_names, ", ...");
            break;
        }
    }
    return count > 1;
}

/* True when the alternatives differ by one member each, which is noted. */
static bool report_members(struct schema_alternatives *a, bool missing)
{
    CLEANUP(text_free) struct text names = {0};

    if (!gather_own(a, missing, &names)) {
        return false;
    }
    if (missing) {
        schema_note(a->x, SCHEMA_FAULT_VARIANT, a->keyword, a->value, "needs %s of %s",
                    strcmp(a->keyword, "oneOf") == 0 ? "exactly one" : "one", text_string(&names));
        return true;
    }
    struct schema_finding *finding =
        schema_note(a->x, SCHEMA_FAULT_VARIANT, a->keyword, a->value, "may have only one of %s", text_string(&names));
    finding->fix = "remove all but one of them";
    return true;
}

bool schema_alternatives_only_lacks(const struct schema_alternatives *a, const struct schema_alternative *alternative)
{
    for (const struct schema_finding *at = alternative->found.first; at != NULL; at = at->next) {
        bool lacks = at->kind == SCHEMA_FAULT_MISSING && schema_alternatives_depth(a, at) == 0;
        if (!lacks && !is_common(a, at)) {
            return false;
        }
    }
    return true;
}

/* True when members are all that each of the nearest lacks: what each would need, besides what all need. */
static bool report_ways(struct schema_alternatives *a)
{
    CLEANUP(text_free) struct text ways = {0};

    for (size_t i = 0; i < a->count; i++) {
        const struct schema_alternative *one = &a->list[i];
        size_t lacking = 0;
        if (one->out) {
            continue;
        }
        if (!schema_alternatives_only_lacks(a, one)) {
            return false;
        }
        text_append(&ways, ways.size > 0 ? "; " : "");
        for (const struct schema_finding *at = one->found.first; at != NULL; at = at->next) {
            if (!is_common(a, at)) {
                text_printf(&ways, "%s`%s`", lacking++ > 0 ? ", " : "", at->member);
            }
        }
        text_printf(&ways, " (%s)", one->title);
    }
    schema_note(a->x, SCHEMA_FAULT_VARIANT, a->keyword, a->value, "needs one of these: %s", text_string(&ways));
    return true;
}

static void report_nearest(struct schema_alternatives *a)
{
    CLEANUP(text_free) struct text causes = {0};
    size_t shown = 0;

    for (size_t i = 0; i < a->count && shown < NEAREST_SHOWN_MAX; i++) {
        const struct schema_alternative *one = &a->list[i];
        if (one->out) {
            continue;
        }
        text_printf(&causes, "%s%s: ", shown++ > 0 ? "; " : "", one->title);
        size_t causes_shown = 0;
        for (const struct schema_finding *at = one->found.first; at != NULL && causes_shown < CAUSES_SHOWN_MAX;
             at = at->next) {
            const char *where = at->kind == SCHEMA_FAULT_UNKNOWN ? "" : schema_alternatives_below(a, at);
            text_printf(&causes, "%s%s%s%s", causes_shown++ > 0 ? ", " : "", where, *where != '\0' ? " " : "",
                        at->message);
        }
    }
    schema_note(a->x, SCHEMA_FAULT_VARIANT, a->keyword, a->value, "fits none of %zu alternatives; nearest %s %s",
                a->count, shown == 1 ? "is" : "are", text_string(&causes));
}

struct schema_findings schema_alternatives_common(struct schema_alternatives *a)
{
    struct schema_findings common = {0};
    const struct schema_alternative *first = first_left(a);

    for (const struct schema_finding *at = first != NULL ? first->found.first : NULL; at != NULL; at = at->next) {
        if (is_common(a, at)) {
            struct schema_finding *copy = text_arena_alloc(&a->x->arena, sizeof(*copy));
            *copy = *at;
            schema_findings_add(&common, copy);
        }
    }
    return common;
}

/* Each of them has faults of its own besides those that all have. */
static bool have_more_than(const struct schema_alternatives *a, size_t common)
{
    for (size_t i = 0; i < a->count; i++) {
        if (!a->list[i].out && a->list[i].found.count <= common) {
            return false;
        }
    }
    return true;
}

void schema_alternatives_note_tie(struct schema_alternatives *a)
{
    struct schema_findings common = schema_alternatives_common(a);
    bool by_member = report_members(a, true) || report_members(a, false);

    for (const struct schema_finding *at = common.first; at != NULL; at = at->next) {
        add_copy(a, at, NULL);
    }
    if (!by_member && have_more_than(a, common.count) && !report_ways(a)) {
        report_nearest(a);
    }
}

void schema_alternatives_note_unknown_object(struct schema_alternatives *a)
{
    enum { KNOWN_MAX = 64 };
    const char *names[KNOWN_MAX];
    CLEANUP(text_free) struct text others = {0}, known = {0}, shown = {0};
    unsigned types = 0;
    size_t count = 0;

    for (size_t i = 0; i < a->count; i++) {
        const struct schema_alternative *one = &a->list[i];
        types |= one->out ? schema_alternative_types(a, one) : 0;
        if (!one->out) {
            count += schema_known_members(one->schema, names + count, KNOWN_MAX - count);
        }
    }
    schema_types_print(&others, types);
    schema_names_print(&known, names, count);
    schema_value_print(&shown, a->value);
    schema_note(a->x, SCHEMA_FAULT_TYPE, a->keyword, a->value, "must be %s or an object%s%s, is %s",
                text_string(&others), count > 0 ? " of " : "", text_string(&known), text_string(&shown));
}

/* Members that some of the fitting alternatives need and others do not: to keep one of them decides. */
static size_t deciding_members(const struct schema_list *list, const json_t *value, const bool *fits,
                               const char *names[NAMES_SHOWN_MAX])
{
    const char *name;
    json_t *member;
    size_t count = 0;

    json_object_foreach ((json_t *)value, name, member) {
        size_t needing = 0;
        size_t fitting = 0;
        for (size_t i = 0; i < list->count; i++) {
            fitting += fits[i];
            needing += fits[i] && schema_requires_member(list->schemas[i], name);
        }
        if (needing > 0 && needing < fitting && count < NAMES_SHOWN_MAX) {
            names[count++] = name;
        }
    }
    return count;
}

void schema_explain_several(struct schema_explanation *x, const struct schema_list_rule *rule, const json_t *value,
                            const bool *fits)
{
    CLEANUP(text_free) struct text titles = {0}, deciding = {0};
    const char *names[NAMES_SHOWN_MAX];
    size_t count = 0;

    for (size_t i = 0; i < rule->list.count; i++) {
        if (!fits[i] || count++ >= NAMES_SHOWN_MAX) {
            continue;
        }
        const char *title = schema_known_title(rule->list.schemas[i]);
        text_append(&titles, count > 1 ? ", " : "");
        if (title != NULL) {
            text_append(&titles, title);
        } else {
            text_printf(&titles, "alternative %zu", i + 1);
        }
    }
    struct schema_finding *finding =
        schema_note(x, SCHEMA_FAULT_VARIANT, rule->rule.keyword, value,
                    "fits %zu alternatives at once (%s), exactly one is allowed", count, text_string(&titles));
    size_t members = deciding_members(&rule->list, value, fits, names);
    if (members > 1) {
        schema_names_print(&deciding, names, members);
        finding->fix = schema_explain_text(x, "keep only one of %s", text_string(&deciding));
    }
}
