/*
 * audit_files: the files of `vpcmeta audit --report FORMAT=FILE`. What can be known to go wrong with them is known
 * before any request; each appears whole or not at all.
 */
#ifndef VPCMETA_AUDIT_FILES_H
#define VPCMETA_AUDIT_FILES_H

#include "app.h"
#include "render/render_report.h"

/* Of the audit's own. */
struct audit_files_opts {
    struct opt_list reports; /* FORMAT=FILE */
    bool junit_passes;
};
extern const struct opt_group audit_files_group;

struct audit_file {
    enum report_format format;
    bool report; /* by --report, which `option` names; the other is that of --write-expected */
    const char *option;
    const char *word;         /* as it was given */
    const char *path;         /* "-": standard output */
    char *real;               /* of the file, without links; NULL: of none that stays */
    struct fsio_draft *draft; /* NULL: standard output */
};

struct audit_files {
    struct audit_file *items;
    size_t count, capacity;
    struct audit_file expected; /* of --write-expected; its draft is NULL without */
    bool on_output;             /* one of them takes the place of the findings on standard output */
    bool junit_passes;
};

/* The other files of the command, which none of these may replace. */
struct audit_inputs {
    const char *const *reads; /* `count` of them; entries may be NULL */
    size_t count;
    const char *expect;         /* of --expect: only --write-expected may replace it; NULL: none */
    const char *write_expected; /* the file of --write-expected; NULL: none */
};

/*
 * Begins the files, that of --write-expected included. ERR_USAGE for a word that is no FORMAT=FILE and for a file that
 * cannot be written or is another one than those that --write-expected writes.
 */
bool audit_files_open(const struct app *app, const struct audit_files_opts *opts, const struct audit_inputs *inputs,
                      struct audit_files *ret, struct err *e) __attribute__((warn_unused_result));

/*
 * Writes and publishes them: REPORT_JSON by `json`. One that fails does not keep the others from being written; the
 * first error is kept.
 */
struct audit_files_json {
    bool (*write)(const void *context, FILE *out, struct err *e);
    const void *context;
};
bool audit_files_write(struct app *app, const struct audit_files *files, const struct report *report,
                       const struct audit_files_json *json, struct err *e) __attribute__((warn_unused_result));

void audit_files_close(struct audit_files *files); /* for CLEANUP */

#endif
