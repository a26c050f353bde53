/*
 * schema_explain: collecting the faults of a value that has failed its check.
 *
 * schema_explain_schema() goes through the rules of a schema and explains those whose check fails (schema_rules.c);
 * these note findings or continue into subschemas. The alternatives of oneOf and anyOf are explained one by one into
 * lists of their own, from which schema_explain_alternatives() chooses. Findings live in the explanation's arena.
 */
#ifndef SCHEMA_DIAGNOSE_SCHEMA_EXPLAIN_H
#define SCHEMA_DIAGNOSE_SCHEMA_EXPLAIN_H

#include "schema/engine/schema_rules.h"
#include "text/text_arena.h"

enum schema_fault_kind {
    SCHEMA_FAULT_TYPE,      /* of a wrong type */
    SCHEMA_FAULT_CHOICE,    /* breaks const or enum */
    SCHEMA_FAULT_VALUE,     /* out of range, wrong pattern, too long, ... */
    SCHEMA_FAULT_MISSING,   /* lacks `member` */
    SCHEMA_FAULT_UNKNOWN,   /* a member that is not known */
    SCHEMA_FAULT_FORBIDDEN, /* a member that must not be given, alone or beside others */
    SCHEMA_FAULT_VARIANT,   /* fits no alternative, or several */
    SCHEMA_FAULT_LIMIT,     /* undecided */
};

struct schema_finding {
    enum schema_fault_kind kind;
    const char *instance;   /* JSON pointer */
    const char *member;     /* missing or unknown, or NULL */
    const char *suggestion; /* name that may have been meant, or NULL */
    bool at_name;
    const char *keyword;
    const char *path;            /* keyword location */
    const struct schema *schema; /* whose keyword it is */
    const json_t *value;
    const json_t *choices; /* of CHOICE: an array of what may be */
    unsigned types;        /* of TYPE: those that may be */
    bool needed;           /* of UNKNOWN: the suggestion is a missing member */
    bool remedied;         /* of UNKNOWN: the schema itself says what to write instead, so it is not merely newer */
    const char *message, *fix;
    const char *variant; /* title, or NULL */
    struct schema_finding *next;
};

/* Findings of one list; of nested alternatives each level copies those of the level below, so every way in counts. */
enum { SCHEMA_FINDINGS_MAX = 4 * SCHEMA_FAULTS_MAX };

struct schema_findings {
    struct schema_finding *first, *last;
    size_t count;
};

struct schema_explanation {
    struct schema_run run;
    void (*explain_rule)(struct schema_explanation *x, const struct schema_rule *rule, const json_t *value);
    struct text_arena arena;
    struct text instance, path;               /* JSON pointers of the present place */
    const char *name;                         /* of the present member; NULL at the root and in an item */
    const struct schema *schema;              /* whose rules are explained */
    const struct schema_evaluated *evaluated; /* for its unevaluated* */
    struct schema_findings found;
    json_t *kept;                  /* array of values that live as long as the explanation */
    size_t more;                   /* findings dropped */
    struct schema_finding dropped; /* the last of them */
    unsigned long effort;          /* schemas that may still be explained */
};

/* --- schema_findings.c ------------------------------------------------------------------------- */

void schema_findings_add(struct schema_findings *findings, struct schema_finding *finding);

/* A formatted string in the arena. */
const char *schema_explain_text(struct schema_explanation *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends a JSON pointer of the explanation after `size` bytes again. */
void schema_explain_cut(struct text *pointer, size_t size);

/* Notes a finding at the present place; one too many is `dropped` instead. The message is a printf format. */
struct schema_finding *schema_note(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword,
                                   const json_t *value, const char *message, ...) __attribute__((format(printf, 5, 6)));

/* The same about the member `name` of the value at the present place. */
struct schema_finding *schema_note_member(struct schema_explanation *x, enum schema_fault_kind kind,
                                          const char *keyword, const char *name, const json_t *member,
                                          const char *message, ...) __attribute__((format(printf, 6, 7)));

/* The same about an item. */
void schema_note_item(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword, size_t index,
                      const json_t *item, const char *message, ...) __attribute__((format(printf, 6, 7)));

/* --- schema_walk.c ----------------------------------------------------------------------------- */

/* Adds what is wrong with the value; `steps` continues the keyword location: "/$ref", "/properties/name". */
void schema_explain_schema(struct schema_explanation *x, const struct schema *schema, const json_t *value,
                           const char *steps);
void schema_explain_member(struct schema_explanation *x, const struct schema *schema, const char *name,
                           const json_t *value);
void schema_explain_item(struct schema_explanation *x, const struct schema *schema, size_t index, const json_t *value);

/* --- schema_message.c -------------------------------------------------------------------------- */

/* Notes members that the schema does not know, and members that are missing; one of each that look alike become one
 * finding. */
struct schema_members {
    const char **unknown, **missing, **known;
    size_t unknown_count, missing_count, known_count;
    const char *unknown_keyword, *missing_keyword;
};
void schema_note_members(struct schema_explanation *x, const json_t *object, const struct schema_members *members);

/* "must be one of ...", with the nearest as fix. `choices` is an array unless there is one only. */
void schema_note_choice(struct schema_explanation *x, const char *keyword, const json_t *value, const json_t *choices,
                        bool is_const);

/* "must be an integer, is ..." */
void schema_note_type(struct schema_explanation *x, unsigned types, const json_t *value);

/* "`a`, `b` and 3 more" */
void schema_names_print(struct text *out, const char *const *names, size_t count);

/* The value as messages show it, in the arena. */
const char *schema_explain_value(struct schema_explanation *x, const json_t *value);

/* --- schema_knows.c: what a schema, with all that it applies to the same value, says about members --------------- */

/* Names of the members that it declares; at most `room` are written, their number is returned. */
size_t schema_known_members(const struct schema *schema, const char **names, size_t room);
bool schema_knows_member(const struct schema *schema, const char *name);

/* It always needs the member. */
bool schema_requires_member(const struct schema *schema, const char *name);

/* The choices (rule of const or enum) that it always gives the member, or NULL. */
const struct schema_choice_rule *schema_member_choices(const struct schema *schema, const char *name);

/*
 * What a schema of ours says besides the draft's keywords: `x-instead` maps members that it does not have, but that
 * people write (older names, names of other tools, members of another place), to what to do; `x-hint` says what to do
 * about a string that breaks its pattern. NULL when there is none.
 */
const char *schema_instead(const struct schema *schema, const char *member);
const char *schema_hint(const struct schema *schema);

/* Its title, or the one of what it refers to; NULL when there is none. */
const char *schema_known_title(const struct schema *schema);

/* --- schema_alternatives.c --------------------------------------------------------------------- */

/* The alternatives of oneOf or anyOf (`rule`) when none fits, and when several do and only one may. */
void schema_explain_alternatives(struct schema_explanation *x, const struct schema_list_rule *rule,
                                 const json_t *value);
void schema_explain_several(struct schema_explanation *x, const struct schema_list_rule *rule, const json_t *value,
                            const bool *fits);

/* --- schema_rules.c ---------------------------------------------------------------------------- */

/* What is wrong with a value that failed the rule. */
void schema_explain_rule(struct schema_explanation *x, const struct schema_rule *rule, const json_t *value);

#endif
