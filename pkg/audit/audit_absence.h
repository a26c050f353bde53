/*
 * audit_absence: whether a finding of somewhere else (of an earlier audit, of a list of expected ones) that this audit
 * has not is gone, and why. The one place that decides it: --since, `audit trend`, --expect, --write-expected and the
 * reports all ask here. Nothing is called fixed that was not read, selected and judged this time.
 */
#ifndef AUDIT_AUDIT_ABSENCE_H
#define AUDIT_AUDIT_ABSENCE_H

#include "audit/audit.h"
#include "inventory/inventory.h"
#include "mem/mem.h"

enum audit_absence {
    AUDIT_FIXED,           /* the check was made, and the resource does not fail it */
    AUDIT_DELETED,         /* the resource does not exist any more */
    AUDIT_ABSENCE_UNKNOWN, /* it was not read, selected or judged */
    AUDIT_PRESENT,         /* it is a finding of this audit, open or excepted */
};
extern const char *const audit_absence_names[]; /* "fixed", "deleted", "unknown", "present" */

/* What a finding is about; NULL: not known. A name alone stands for every resource that has it. */
struct audit_trace {
    const char *check;           /* its id */
    const char *kind, *region;   /* of the resource; the region is that of the CRN where it is not known */
    const char *id, *crn, *name; /* the first of them that is known counts */
    const char *policy_digest;   /* of the policy that it was found by; NULL: taken for the same */
    bool same_selection;         /* it was found by the selectors of this audit */
};

/* What an audit has read, by resource. Zero-initialised: none. Borrows the audit and the effect. */
struct audit_reach {
    const struct audit *audit;
    const struct inventory_effect *effect;
    struct mem_map by_id, by_crn, by_name; /* index in the list `selected` + 1 */
    size_t *same_name;                     /* of each: the one before it with its name, + 1; 0: none */
};
void audit_reach_make(const struct audit *audit, const struct inventory_effect *effect, struct audit_reach *ret);
void audit_reach_free(struct audit_reach *reach); /* for CLEANUP */

enum audit_absence audit_explain_absence(const struct audit_reach *reach, const struct audit_trace *trace);

#endif
