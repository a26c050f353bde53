/*
 * audit_past: an audit and the history: what it is compared with (--since, --expect), and that it is stored. One value
 * of it goes through the life of an audit:
 *     audit_past_begin      before any request
 *     audit_past_aim        once the scope is known, before anything is read
 *     audit_past_compare    once everything is judged
 *     audit_past_store      once the exit status is known
 */
#ifndef VPCMETA_AUDIT_PAST_H
#define VPCMETA_AUDIT_PAST_H

#include "audit_expect.h"
#include "audit_scope.h"
#include "audit_since.h"
#include "audit_trend.h"
#include "clock/clock.h"

struct audit_past_opts {
    const char *since, *expect, *write_expected;
    bool fail_on_new, no_store;
};
extern const struct opt_group audit_past_group;

/* Zero-initialised: nothing. Freed with audit_past_free. */
struct audit_past {
    const struct audit_past_opts *opts;
    char started_at[CLOCK_STAMP_SIZE], ended_at[CLOCK_STAMP_SIZE]; /* RFC 3339 */
    struct text account, apis, selection, policy_digest;
    struct history_scope scope; /* leads into these */
    const char *policy;         /* name of the policy */
    char as_of[CLOCK_STAMP_SIZE];
    struct audit_since since;
    struct audit_expect expect;
    int64_t new_findings, fixed_findings; /* for `audit trend`; HISTORY_NO_COUNT: nothing to compare with */
    struct audit_trend_points points;     /* earlier audits of the scope, for charts of reports */
    char id[HISTORY_ID_SIZE];             /* of this audit; "": it is not stored */
};

bool audit_past_begin(const struct app *app, const struct audit_past_opts *opts, struct audit_past *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Refuses a --since that names an audit of another scope. */
bool audit_past_aim(struct audit_past *past, const struct inventory_scope *scope, const struct audit_choice *choice,
                    struct err *e) __attribute__((warn_unused_result));

/* `effect` of the selection and `missing` of the inventory. Sets the baseline of the audit. ERR_USAGE, ERR_IO. */
bool audit_past_compare(struct app *app, struct audit_past *past, struct audit *audit,
                        const struct inventory_effect *effect, const struct text *missing, struct err *e)
    __attribute__((warn_unused_result));

/* Appends ", 2 of them not expected" to the number of findings; nothing without --expect and --fail-on-new. */
void audit_past_append_reason(const struct audit_past *past, const struct audit *audit, struct text *out);

/* Adds `since` to the summary, and `fixed` and `expected` to the head. */
void audit_past_add_json(const struct audit_past *past, const struct audit *audit, json_t *head, json_t *summary);

/* Appends what --since and --expect say, in lines of at most `columns` (0: any width); nothing without them. */
void audit_past_describe(const struct audit_past *past, const struct audit *audit, unsigned columns, struct text *out);

/*
 * Sets the exit status of the audit, stores it and publishes the file of --write-expected (NULL: none). A history that
 * cannot be written is a warning, and an audit whose selectors leave nothing is not stored. ERR_IO for the file.
 */
bool audit_past_store(const struct app *app, struct audit_past *past, const struct audit *audit,
                      const struct inventory_effect *effect, const struct text *missing, struct fsio_draft *expected,
                      int *ret_status, struct err *e) __attribute__((warn_unused_result));

void audit_past_free(struct audit_past *past); /* for CLEANUP */

#endif
