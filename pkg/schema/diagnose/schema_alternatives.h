/*
 * schema_alternatives: the alternatives of one oneOf or anyOf, explained one by one.
 */
#ifndef SCHEMA_DIAGNOSE_SCHEMA_ALTERNATIVES_H
#define SCHEMA_DIAGNOSE_SCHEMA_ALTERNATIVES_H

#include "schema/diagnose/schema_explain.h"

struct schema_alternative {
    const struct schema *schema;
    const char *title; /* for people; never NULL */
    bool titled;
    struct schema_findings found;
    bool out;     /* cannot have been meant */
    long refused; /* members whose const or enum says that it is another one */
    long cost;
};

struct schema_alternatives {
    struct schema_explanation *x;
    const char *keyword;
    const json_t *value;
    struct schema_alternative *list;
    size_t count;
    size_t base; /* bytes of the JSON pointer of the value */
};

/* Where the finding is, seen from the value: "", "/member" or deeper; the number of steps to there. */
const char *schema_alternatives_below(const struct schema_alternatives *a, const struct schema_finding *finding);
size_t schema_alternatives_depth(const struct schema_alternatives *a, const struct schema_finding *finding);

/* The number of those that are not out. */
size_t schema_alternatives_left(const struct schema_alternatives *a);

/* The JSON types that an alternative takes when it has refused this value for its type; 0 when it has not. */
unsigned schema_alternative_types(const struct schema_alternatives *a, const struct schema_alternative *alternative);

/* All that is wrong with it, besides what is wrong with every one, is that members of the value itself are missing. */
bool schema_alternatives_only_lacks(const struct schema_alternatives *a, const struct schema_alternative *alternative);

/* What is wrong with each alternative that is not out. */
struct schema_findings schema_alternatives_common(struct schema_alternatives *a);

/* The final message: about the only one left, with what is common to all first; about several; about an object of which
 * the alternatives that take objects know no member. */
void schema_alternatives_note_winner(struct schema_alternatives *a, const struct schema_findings *common);
void schema_alternatives_note_tie(struct schema_alternatives *a);
void schema_alternatives_note_unknown_object(struct schema_alternatives *a);

#endif
