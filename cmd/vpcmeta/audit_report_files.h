/* audit_report_files: the files of `vpcmeta audit --report`, of an audit that has ended. */
#ifndef VPCMETA_AUDIT_REPORT_FILES_H
#define VPCMETA_AUDIT_REPORT_FILES_H

#include "audit_report.h"

/*
 * Writes them. `reason` is that of the exit status, "3 findings, 1 of them high"; `head` the object of -o json without
 * its findings. Errors as audit_files_write.
 */
bool audit_report_files(struct app *app, const struct audit_report *report, const char *reason, const json_t *head,
                        struct err *e) __attribute__((warn_unused_result));

#endif
