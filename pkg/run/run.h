/*
 * run: the life of a run: recorded before its first request, executed, later loaded, resumed, retried or rolled back.
 *
 * Every command that writes ends here: options -> plan -> preview or run_execute -> report. Nothing is printed, asked
 * or read from the environment: what people see and answer goes through the hooks.
 *
 * Promises:
 *   - No request that changes anything leaves before the history has it. A history that fails ends the run.
 *   - A run holds the locks of its places (account and API), so that no two runs change servers in one place at a time.
 *   - A run that was cut off at any moment can be resumed: what the history calls planned was never sent, what it calls
 *     journaled may have been and is compared with the resource as it is now.
 *   - A run is resumed or rolled back only through the APIs that it used: ids are unique, but an API can be a test's.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "fleet/fleet.h"
#include "history/history.h"
#include "inventory/inventory.h"

/* --- recorded runs ------------------------------------------------------------------------------------ */

/* A run as the history has it. All pointers lead into it. Free with run_record_free. */
struct run_record {
    struct history_entry entry;
    struct resource_list *list; /* a resource for each step, with its settings from before */
    struct plan plan;           /* an item for each step; verdicts are not set */
    struct fleet_run results;   /* of the steps so far; summary.not_started counts those that are not final */
    bool restarts;              /* it restarts servers, in this way: */
    struct fleet_restarts restart;
    enum plan_conflict_policy policy; /* of its changes: a rollback respects every change since, unless it was forced */
};

/*
 * Reads the run called `word` as history_load finds it. A step that was not started is `skipped`, one whose answer did
 * not come is `unknown`. Errors: those of history_load; ERR_FAILED for a run of a newer program; ERR_INVALID for texts
 * that are no JSON.
 */
bool run_load(struct history *history, const char *word, struct run_record *ret, struct err *e)
    __attribute__((warn_unused_result));
void run_record_free(struct run_record *record); /* zero-initialised values allowed; for CLEANUP */

/* Refuses an API that the run did not use; "": none is named, which is accepted. ERR_USAGE. */
bool run_check_api(const struct run_record *record, const char *api, struct err *e) __attribute__((warn_unused_result));

/*
 * Refuses to work on a run with a credential of another account, in which none of its servers are. `account` is that of
 * the credential; "": not known, which is accepted. ERR_USAGE.
 */
bool run_check_account(const struct run_record *record, const char *account, struct err *e)
    __attribute__((warn_unused_result));

/* --- resume, retry, rollback: pure choices ------------------------------------------------------------ */

/* Steps of a recorded run that are carried out again. Borrows from the record. Free with run_resumption_free. */
struct run_resumption {
    const struct run_record *record;
    struct resource_list *list;        /* their resources */
    const struct history_step **steps; /* of the plan's items */
    struct plan plan;
    size_t count; /* items that are to be carried out; the others are there because these depend on them */
};

/*
 * The steps that are not final, without those that are blocked (fleet_is_blocked), and those whose outcome is unknown.
 * ERR_LOCKED while the run is in progress.
 */
bool run_resume(const struct run_record *record, struct run_resumption *ret, struct err *e)
    __attribute__((warn_unused_result));

/*
 * The steps that failed, those whose outcome is unknown, and the steps that depend on them and were not started. What
 * was tried before is done whatever others have changed since; what is started for the first time has the policy of
 * the run. ERR_LOCKED as above.
 */
bool run_retry(const struct run_record *record, bool failed, bool unknown, struct run_resumption *ret, struct err *e)
    __attribute__((warn_unused_result));
void run_resumption_free(struct run_resumption *resumption); /* zero-initialised values allowed; for CLEANUP */

/*
 * The plan that takes back what the run did (plan_rollback.h), or did to the resources that `words` name by name, id or
 * CRN where there are any. Records are appended to `list`; the plan borrows from both. Errors: ERR_NOT_FOUND for a word
 * that the run had nothing to do with, ERR_LOCKED as above.
 */
bool run_rollback(const struct run_record *record, const char *const words[], size_t count, bool force,
                  struct resource_list *list, struct plan *ret, struct err *e) __attribute__((warn_unused_result));

/*
 * Reads what it takes to create again the templates that the plan deletes, so that their deletion can be rolled back as
 * well. Sends requests only where there are such. The plan owns the bodies.
 */
bool run_read_deleted(const struct inventory_scope *scope, struct plan *plan, struct err *e)
    __attribute__((warn_unused_result));

/* --- execution ---------------------------------------------------------------------------------------- */

/* What to preview or execute. All borrowed until the result is freed. */
struct run_request {
    const char *command;      /* "instance set" */
    const char *const *words; /* of its command line; what they may hold of secrets is not recorded */
    size_t word_count;
    const struct secrets *secrets; /* of the process; NULL: none */
    const char *actor;             /* JSON object: who gave it, and */
    const char *version;           /* of the program; NULL: not to be recorded, both */
    const char *history;           /* path of its file, which is made when missing, not by a preview */

    const struct inventory_scope *scope;
    unsigned concurrency, settle_ms;       /* as in fleet_options */
    const struct fleet_limits *limits;     /* NULL: none */
    const struct fleet_restarts *restart;  /* NULL: none */
    const struct fleet_prefetch *prefetch; /* as in fleet_options */

    const struct plan *plan;
    struct resource_list *list;              /* keeps words of answers */
    const struct run_resumption *resumption; /* whose plan, list and restart these are; NULL: a new run */

    /* what was asked for, kept with a new run */
    const struct resource_settings *settings; /* NULL: none */
    json_t *body, *identity;                  /* that its creations share; NULL: each has its own */
    const struct run_record *rolls_back;      /* NULL: it is no rollback */
    bool force;                               /* of a rollback */
    bool strict; /* a change of any setting by others is a conflict, also when the run is resumed */
};

struct run_result;

/* All may be NULL. */
struct run_hooks {
    bool (*confirm)(void *context, struct err *e); /* before anything is recorded; false, with e set, ends it there */
    void (*begin)(void *context);                  /* it is recorded; requests follow */
    fleet_progress_fn *progress;                   /* a result is final */
    void (*draining)(size_t down, size_t in_flight, void *context); /* interrupted: as in fleet_options */
    /* the exit status of the program for this result, which the history keeps */
    int (*exit_status)(const struct run_result *result, void *context);
    void *context; /* of all */
};

/* What became of it. Free with run_result_free. */
struct run_result {
    char id[HISTORY_ID_SIZE];
    struct fleet_run run;     /* of a resumed run: all steps it ever had */
    struct err stopped;       /* why it ended before its end; ERR_NONE when it did not */
    struct err unrecorded;    /* why its end could not be recorded; ERR_NONE when it was */
    struct run_record record; /* that the results of a resumed run borrow from */
};

/* Makes it the request to continue a run: with the plan, list and way to restart of `resumption`. */
void run_request_resume(struct run_request *request, const struct run_resumption *resumption);

/*
 * Finds the APIs of resources that were loaded with a run, and refuses places that an earlier run, which is resumed or
 * rolled back, did not use. ERR_USAGE. For a preview; run_execute does it, too.
 */
bool run_check_places(const struct run_request *request, struct err *e) __attribute__((warn_unused_result));

/*
 * Asks, locks, records, executes and records the end. Returns false only where nothing was sent: ERR_USAGE as
 * run_check_places; ERR_LOCKED; ERR_CONFLICT when the run was resumed by another process since it was loaded; ERR_IO;
 * what the hook says. A plan without a change is not recorded.
 */
bool run_execute(const struct run_request *request, const struct run_hooks *hooks, struct run_result *ret,
                 struct err *e) __attribute__((warn_unused_result));

/* The result as it would be if every change succeeded: what a dry run shows. Nothing is sent or recorded. */
void run_preview(const struct run_request *request, struct run_result *ret);

void run_result_free(struct run_result *result); /* zero-initialised values allowed; for CLEANUP */

/*
 * {"selected":...,"changed":...}: as the history keeps it. Where some of the skipped ones were never sent,
 * "not_started" says how many. New reference.
 */
json_t *run_summary_json(const struct fleet_run *run);

/* --- interrupted runs ---------------------------------------------------------------------------------- */

/* The newest of the runs that were interrupted before they had done with some resources. */
struct run_interrupted {
    size_t runs; /* how many there are; 0: none, and nothing else is set */
    char id[HISTORY_ID_SIZE], command[32];
    int64_t began_s; /* seconds since the epoch; -1: not known */
    size_t steps;    /* of it, about those resources, that would still change something */
};

/*
 * Which runs of the history at `path` were interrupted and have steps about resources of the list that are still to be
 * done: settings that the run was to change, restarts that are pending. Only runs of the account and API of a resource
 * count. Resources without an API are passed over. A history that cannot be read knows of none.
 */
void run_find_interrupted(const char *path, const struct resource_list *list, struct run_interrupted *ret);

/*
 * Which servers of the list an interrupted run may have stopped for a restart, and no run has started since, of those
 * that do not run now: an array as long as the list, freed with free(); NULL: none.
 */
bool *run_find_stopped(const char *path, const struct resource_list *list);

/* --- pending restarts --------------------------------------------------------------------------------- */

/*
 * Whose restart is pending by the history at `path`: on where a run left it, off where the service is known to be
 * complete, unknown where no record says anything, as on the machine of another operator. An array as long as the list,
 * freed with free(). What is pending of a server that is stopped is over, which is recorded. Where there is no history
 * none is made. Error: ERR_IO.
 */
bool run_restarts(const char *path, const struct resource_list *list, enum resource_switch **ret, struct err *e)
    __attribute__((warn_unused_result));

/*
 * Completes restart_needed of results by the history at `path`, where they do not say it themselves, as of servers that
 * were not changed. `earlier` is the run that they were loaded from, else NULL. A history that cannot be read knows
 * nothing.
 */
void run_mark_restarts(const char *path, const struct history_run *earlier, struct fleet_run *run);

#endif
