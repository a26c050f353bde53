/* audit_report_files: the files of `vpcmeta audit --report`, of an audit that has ended. */
#ifndef VPCMETA_AUDIT_REPORT_FILES_H
#define VPCMETA_AUDIT_REPORT_FILES_H

#include "audit_report.h"

struct audit_report_words {
    const char *reason; /* of the exit status: "3 findings, 1 of them high" */
    const char *fixes;  /* lines with the commands that fix what was found, of which each fixes a part; may be empty */
    const char *apply;  /* the line of the command that brings everything to what the policy wants; may be empty */
};

/* Writes them. `head` is the object of -o json without its findings. Errors as audit_files_write. */
bool audit_report_files(struct app *app, const struct audit_report *report, const struct audit_report_words *words,
                        const json_t *head, struct err *e) __attribute__((warn_unused_result));

#endif
