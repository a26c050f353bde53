/* audit_options: what the command line of `vpcmeta audit` says: what to look for, and the words that say it again. */
#ifndef VPCMETA_AUDIT_OPTIONS_H
#define VPCMETA_AUDIT_OPTIONS_H

#include "audit/audit.h"
#include "audit_files.h"
#include "audit_past.h"
#include "policy_read.h"

struct audit_opts {
    struct selector_opts select;
    struct policy_opts policy;
    struct opt_int max_hop_limit;
    struct opt_list rules, excluded;
    struct opt_enum severity, fail_on;
    struct audit_past_opts past;
    struct audit_files_opts files;
    bool strict, details, list_rules;
};
extern const struct opt_spec audit_opt[];

/* Names what cannot be together, and the checks. ERR_USAGE. */
bool audit_options_terms(const struct audit_opts *opts, struct audit_terms *ret, struct err *e)
    __attribute__((warn_unused_result));

/* What is to be read beyond the records, as bits of enum policy_reading_part. */
unsigned audit_options_parts(const struct audit_terms *terms);

/* Options that a command of the report repeats. */
struct audit_options {
    struct audit_option *items;
    size_t count, capacity;
    size_t selectors; /* the first ones, which choose by name or place */
    size_t shared;    /* the first ones, which `apply` has as well */
};
void audit_options_collect(const struct audit_opts *opts, struct text_arena *memory, struct audit_options *ret);

/* Whether one of the options reads standard input, which no command that repeats it can read again. */
bool audit_options_read_input(const struct audit_option options[], size_t count);
void audit_options_free(struct audit_options *options); /* for CLEANUP */

#endif
