/*
 * diagnose: the alternatives of one oneOf or anyOf, explained one by one; private to the diagnosis.
 */
#ifndef SCHEMA_DIAGNOSE_H
#define SCHEMA_DIAGNOSE_H

#include "schema/explain.h"

enum { SCHEMA_DIAGNOSE_NAMES_MAX = 8 }; /* in one message */

struct schema_branch {
    const struct schema *schema;
    const char *title; /* for people; never NULL */
    bool titled;
    struct schema_findings found;
    bool out;     /* cannot have been meant */
    long refused; /* members whose const or enum says that it is another one */
    long cost;
};

struct schema_diagnosis {
    struct schema_explanation *x;
    const struct schema_branches *of;
    const json_t *value;
    struct schema_branch *branches;
    size_t count;
    size_t base; /* bytes of the JSON pointer of the value */
};

/* Where the finding is, seen from the value: "", "/member" or deeper; the number of steps to there. */
const char *schema_diagnose_below(const struct schema_diagnosis *d, const struct schema_finding *finding);
size_t schema_diagnose_depth(const struct schema_diagnosis *d, const struct schema_finding *finding);

/* The alternatives that are not out. */
size_t schema_diagnose_left(const struct schema_diagnosis *d);

/* The JSON types that an alternative takes when it has refused this value for its type; 0 when it has not. */
unsigned schema_diagnose_types(const struct schema_diagnosis *d, const struct schema_branch *branch);

/* Counts for each alternative the members whose const or enum speaks against it. True when a member's value is
 * allowed by none, and that is said. */
bool schema_diagnose_choices(struct schema_diagnosis *d);

/* What is wrong with each alternative that is not out. */
struct schema_findings schema_diagnose_common(struct schema_diagnosis *d);

/* What is said in the end: of the only one left, with what is common to all first; of several; of an object that
 * is strange to those that take objects. */
void schema_diagnose_say_winner(struct schema_diagnosis *d, const struct schema_findings *common);
void schema_diagnose_say_tie(struct schema_diagnosis *d);
void schema_diagnose_say_strange(struct schema_diagnosis *d);

#endif
