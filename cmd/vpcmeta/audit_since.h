/* audit_since: an audit beside an earlier one of the history: what is new, unchanged and fixed. */
#ifndef VPCMETA_AUDIT_SINCE_H
#define VPCMETA_AUDIT_SINCE_H

#include "app.h"
#include "audit/audit_absence.h"
#include "audit/audit_baseline.h"
#include "history/history.h"

/* An earlier finding that is gone. */
struct audit_fixed {
    const struct history_finding *finding;
    enum audit_absence absence; /* AUDIT_FIXED or AUDIT_DELETED */
};

/* Zero-initialised: without --since. Freed with audit_since_free. */
struct audit_since {
    const char *word; /* of --since; NULL: there is none, and all that follows is empty */
    struct history *history;
    struct history_audits audits;
    const struct history_audit *base;        /* that it is compared with; NULL: there is none, everything is new */
    struct history_findings findings;        /* of the base */
    enum audit_baseline *marks;              /* of each finding of the audit */
    size_t new_findings, unchanged, unknown; /* of those that fail, as everywhere where findings are counted */
    struct audit_fixed *fixed;
    size_t fixed_count;
};

/*
 * Before any request: reads the history, and refuses what can name no audit: `last`, the beginning of an id that no
 * other audit has, a date, a date with time or an age ("7d"). ERR_USAGE, ERR_IO.
 */
bool audit_since_open(const char *word, struct audit_since *ret, struct err *e) __attribute__((warn_unused_result));

/* Before anything is read: refuses what audit_since_choose will refuse, as far as the scope is known by then. */
bool audit_since_check(struct audit_since *since, const struct history_scope *scope, struct err *e)
    __attribute__((warn_unused_result));

/*
 * Chooses the audit to compare one of this scope and policy with. Says so where there is none for `last`, and warns
 * where the policy is another one. ERR_USAGE where the one that was named has another scope or is not there; ERR_IO.
 */
bool audit_since_choose(const struct app *app, struct audit_since *since, const struct history_scope *scope,
                        const char *policy, const char *policy_digest, struct err *e)
    __attribute__((warn_unused_result));

/*
 * The same for the counts that `audit trend` shows: the last complete audit of the scope, with a policy of the same
 * name. Where there is none, or its findings are not kept, there is no base.
 */
void audit_since_choose_last(struct audit_since *since, const struct history_scope *scope, const char *policy);

/* Fills in marks, counts and what is fixed; `effect` of the selection names the parts that could not be read. */
void audit_since_compare(struct audit_since *since, const struct audit *audit, const struct inventory_effect *effect);

/* New references: {"audit","started_at","new","unchanged","fixed","unknown"}, and the list of what is fixed. */
json_t *audit_since_summary(const struct audit_since *since);
json_t *audit_since_fixed(const struct audit_since *since);

/* Appends "Since audit ID, 2026-11-01 10:00 (3d ago): 3 new, 80 unchanged, 2 fixed", and a line each for the first. */
void audit_since_describe(const struct audit_since *since, const struct audit *audit, struct text *out);

void audit_since_free(struct audit_since *since); /* for CLEANUP */

#endif
