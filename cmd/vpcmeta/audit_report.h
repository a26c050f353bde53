/* audit_report: an audit as a report for people, or as findings for programs. */
#ifndef VPCMETA_AUDIT_REPORT_H
#define VPCMETA_AUDIT_REPORT_H

#include "app.h"
#include "audit/audit.h"

/* The columns of findings, and those of --list-rules. */
extern const struct table_column audit_report_columns[], audit_report_rule_columns[];
extern const size_t audit_report_columns_count, audit_report_rule_columns_count;

/* Prints the audit in the wanted format; `missing` has a line for each part that could not be read. */
bool audit_report_print(struct app *app, const struct audit *audit, const struct text *missing, struct err *e)
    __attribute__((warn_unused_result));

/* Prints the rules. */
bool audit_report_print_rules(struct app *app, struct err *e) __attribute__((warn_unused_result));

#endif
