/*
 * audit_baseline: the findings of an audit beside those of an earlier one. Pure. A baseline hides nothing: it says what
 * is new, and what is not there any more and why. Findings are the same where their fingerprints are, which are made of
 * the check and the CRN: a resource that was made again is another one.
 */
#ifndef AUDIT_AUDIT_BASELINE_H
#define AUDIT_AUDIT_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/audit.h"

enum { AUDIT_FINGERPRINT_SIZE = 32 };

/* A finding as another audit can know it. */
struct audit_print {
    unsigned char fingerprint[AUDIT_FINGERPRINT_SIZE];
    enum audit_result result;
};

/*
 * Sets for each finding whether the earlier audit had it, and for each earlier one whether it is gone. One that fails
 * is new unless it failed then: an exception that has expired, or something that could not be read, opens it again.
 */
void audit_compare(const struct audit_print earlier[], size_t earlier_count, const struct audit_print now[],
                   size_t count, enum audit_baseline ret_marks[], bool ret_gone[]);

#endif
