/*
 * audit_missing: parts that could not be read, as reports name them: by what does not change from audit to audit.
 */
#ifndef AUDIT_AUDIT_MISSING_H
#define AUDIT_AUDIT_MISSING_H

#include "audit/audit.h"
#include "render/render_report.h"

/* Fills in the other members of parts that have a line. The names are to be freed. */
void audit_missing_name(const struct audit *audit, struct report_part parts[], size_t count);

#endif
