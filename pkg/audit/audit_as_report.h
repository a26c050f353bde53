/* audit_as_report: an audit as the formats of reports take it (render/render_report.h). */
#ifndef AUDIT_AUDIT_AS_REPORT_H
#define AUDIT_AUDIT_AS_REPORT_H

#include "audit/audit.h"
#include "render/render_report.h"

/* A finding of the audit that this one is compared with, which is not found any more. Strings are borrowed. */
struct audit_gone {
    const char *check, *severity; /* id; name */
    const char *kind, *region, *id, *name, *crn;
    const unsigned char *fingerprint; /* 32 bytes */
    bool deleted;                     /* the resource does not exist any more */
};

struct audit_as_report {
    struct report report; /* the caller adds who made it, when, where and what came of it */
    const struct audit *audit;
    struct report_check checks[AUDIT_CHECKS];
    size_t numbers[AUDIT_CHECKS];   /* in `checks`, by enum audit_check_number */
    const struct audit_gone **gone; /* those whose check is reported */
    size_t gone_count;
    struct report_part *missing;
    char *missing_lines;
    struct text message, fix, fingerprint; /* of the last finding */
};

/*
 * Checks are those that the audit reports; `missing` are the lines of the inventory; `gone` are `gone_count` findings,
 * which are reported as fixed. All is borrowed, and `ret` must stay where it is as long as its report is used. Freed
 * with audit_as_report_free.
 */
void audit_as_report(const struct audit *audit, const struct text *missing, const struct audit_gone gone[],
                     size_t gone_count, struct audit_as_report *ret);
void audit_as_report_free(struct audit_as_report *as); /* for CLEANUP */

#endif
