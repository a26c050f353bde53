/*
 * verbs: what the nouns have in common. cmd_<noun>.c declares the commands of a noun by the macros below; the kind is the
 * command's subject. Nothing here knows which kind it works on but by its descriptor.
 */
#ifndef VPCMETA_VERBS_H
#define VPCMETA_VERBS_H

#include "app.h"
#include "fleet/fleet.h"
#include "history/history.h"
#include "resource/resource_columns.h"
#include "selection.h"

struct create_opts {
    const char *source; /* the template to build on */
    struct creation_opts creation;
    struct metadata_opts metadata;
    struct profile_opts profile;
    struct write_opts write;
};
/* Without a template, with --template, with --source-template. */
extern const struct opt_spec create_opt[], create_from_template_opt[], create_from_source_opt[];
#define VERB_CREATE(kind, options)                                                                     \
    .opts = options, .opts_size = sizeof(struct create_opts), .flags = CMD_WRITES, .run = verb_create, \
    .subject = &(kind)
int verb_create(struct app *app, const struct cli_call *call, struct err *e);

struct restart_opts {
    struct selector_opts select;
    bool always;
    struct downtime_opts downtime;
    struct write_opts write;
};
extern const struct opt_spec restart_opt[];
#define VERB_RESTART(kind)                                                                          \
    .arguments = "[NAME|ID|CRN...]", .opts = restart_opt, .opts_size = sizeof(struct restart_opts), \
    .flags = CMD_WRITES, .max_args = CMD_ANY_ARGS, .run = verb_restart, .subject = &(kind)
int verb_restart(struct app *app, const struct cli_call *call, struct err *e);

struct set_opts {
    struct selector_opts select;
    struct metadata_opts metadata;
    struct profile_opts profile; /* only to refuse it with the way out */
    struct opt_enum restart;     /* never, needed */
    struct downtime_opts downtime;
    struct write_opts write;
};
extern const struct opt_spec set_opt[];
#define VERB_SET(kind)                                                                                           \
    .arguments = "[NAME|ID|CRN...]", .opts = set_opt, .opts_size = sizeof(struct set_opts), .flags = CMD_WRITES, \
    .max_args = CMD_ANY_ARGS, .run = verb_set, .subject = &(kind)
int verb_set(struct app *app, const struct cli_call *call, struct err *e);

struct replace_opts {
    struct selector_opts select;
    struct metadata_opts metadata;
    struct profile_opts profile;
    const char *name, *suffix;
    bool update_groups, delete_old;
    struct roll_opts roll;
    struct write_opts write;
};
extern const struct opt_spec replace_opt[];
#define VERB_REPLACE(kind)                                                                          \
    .arguments = "[NAME|ID|CRN...]", .opts = replace_opt, .opts_size = sizeof(struct replace_opts), \
    .flags = CMD_WRITES, .max_args = CMD_ANY_ARGS, .run = verb_replace, .subject = &(kind)
int verb_replace(struct app *app, const struct cli_call *call, struct err *e);

struct resume_opts {
    struct write_opts write;
};
extern const struct opt_spec resume_opt[];
int verb_runs_resume(struct app *app, const struct cli_call *call, struct err *e);

struct retry_opts {
    bool failed, unknown;
    struct write_opts write;
};
extern const struct opt_spec retry_opt[];
int verb_runs_retry(struct app *app, const struct cli_call *call, struct err *e);

struct rollback_opts {
    bool force;
    struct write_opts write;
};
extern const struct opt_spec rollback_opt[];
int verb_runs_rollback(struct app *app, const struct cli_call *call, struct err *e);

/* --- pieces that verbs share ------------------------------------------------------------------------ */

/*
 * Prints what became of a run in the wanted format; of a dry run what would become of it, marked as such. `run_id` is
 * made by verb_run_id.
 */
bool verb_print_results(struct app *app, const struct fleet_run *run, const char *run_id, bool dry_run, struct err *e)
    __attribute__((warn_unused_result));
extern const struct table_column verb_result_columns[];
extern const size_t verb_result_columns_count;

enum { VERB_RUN_ID_SIZE = 32 };
/* "20261120-233059-5f3a9c": when, and a random part. */
void verb_run_id(char run_id[VERB_RUN_ID_SIZE]);

/* --- a change and its record ------------------------------------------------------------------------- */

/* A plan to be carried out. All borrowed. */
struct verb_change {
    const struct inventory_scope *scope;
    const struct write_opts *write;
    const struct fleet_limits *limits;
    const struct plan *plan;
    struct resource_list *list;       /* keeps words of answers */
    const struct resource_kind *kind; /* for sentences */
    const json_t *body; /* of all its creations: kept once, in what was `wanted`; NULL: each keeps its own */
    int64_t began_s;    /* when the run began, if it goes on; 0: now */
    const struct fleet_restarts *restart; /* NULL: nobody is restarted */
};

#define VERB_HISTORY_FILE "history.db"

/* The run that is being recorded, with the locks of the places where it works. Zero-initialised: none. */
struct verb_record {
    struct history *history; /* NULL: the run changes nothing and is not recorded */
    struct history_locks *locks;
    int64_t number;
    char id[VERB_RUN_ID_SIZE];
    const struct plan *plan;
    const struct history_step *const
        *steps; /* of the items of the plan, when it goes on; NULL: numbered as the items */
};

/*
 * The history, made when missing, or only what there is of it; and whether it can be written, which a command that writes
 * asks before its first request. ERR_FAILED where there is no folder for it, ERR_IO.
 */
struct history *verb_history_open(struct err *e) __attribute__((warn_unused_result));
struct history *verb_history_past(struct err *e) __attribute__((warn_unused_result));
bool verb_history_check(struct err *e) __attribute__((warn_unused_result));

/*
 * Locks the places of the change and writes its plan down; `wanted` tells what was asked for. A plan without a change is
 * not recorded. Nothing may be sent when it fails: ERR_LOCKED, ERR_IO.
 */
bool verb_record_begin(struct app *app, const struct verb_change *change, const json_t *wanted, struct verb_record *ret,
                       struct err *e) __attribute__((warn_unused_result));

/*
 * The same for a run that goes on: it becomes this process's. `steps` are those of the plan's items; `ret->history` is
 * open. ERR_USAGE when the session leads to another place than the run's, ERR_LOCKED, ERR_IO.
 */
bool verb_record_resume(struct app *app, const struct verb_change *change, const struct history_entry *entry,
                        const struct history_step *const *steps, struct verb_record *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Refuses to touch servers elsewhere than where the run was: ids are unique, but an API can be a test's. ERR_USAGE. */
bool verb_record_same_place(const struct verb_change *change, const struct history_run *run, struct err *e)
    __attribute__((warn_unused_result));

/* The place of a resource: its account and the API that has it; the account is kept in `memory`. */
struct history_place verb_record_place(const struct resource *resource, struct text_arena *memory);

/* Appends "ACCOUNT API, ACCOUNT API" of a run. */
void verb_append_places(const struct history_run *run, struct text *out);

/* For fleet_options; borrows the record. */
struct fleet_journal verb_record_journal(struct verb_record *record);

/* The run has ended. A history that cannot take it is only warned about: what was done is done. */
void verb_record_end(const struct app *app, struct verb_record *record, const struct fleet_summary *summary);
void verb_record_close(struct verb_record *record); /* gives back the locks; for CLEANUP */

/* {"selected":...,"changed":...}. New reference. */
json_t *verb_summary_json(const struct fleet_summary *summary);

/*
 * Takes out of the plan what an allowed_use forbids (preflight.h), and warns once about what is not known here.
 * ERR_CANCELLED.
 */
bool verb_change_allow(struct app *app, const struct inventory_scope *scope, struct plan *plan, struct err *e)
    __attribute__((warn_unused_result));

/* Every distinct body that the plan sends is checked once. */
bool verb_change_check(struct app *app, const struct plan *plan, struct err *e) __attribute__((warn_unused_result));

/* What people should know before: https, settings without effect, with -v what is skipped. */
void verb_change_warn(const struct app *app, const struct plan *plan);

/* Asks, unless told not to: how many change how. ERR_FAILED when the answer is no, ERR_USAGE when nobody can be asked. */
bool verb_change_confirm(struct app *app, const struct verb_change *change, struct err *e)
    __attribute__((warn_unused_result));

/* The dry run: prints what would become of the plan. Returns the exit status. */
int verb_change_show(struct app *app, const struct verb_change *change, struct err *e);

/* Carries it out with its progress. False when it was stopped before its end; `ret` is complete either way. */
bool verb_change_run(struct app *app, const struct verb_change *change, struct verb_record *record,
                     struct fleet_run *ret, struct err *e);

/* Refuses a selector that says nothing, unless everything was asked for. ERR_USAGE. */
bool verb_check_selected(const struct resource_kind *kind, bool all, const struct inventory_selector *selector,
                         struct err *e) __attribute__((warn_unused_result));

/* Prints the results and what follows from them; `stopped` is what ended the run, if anything. Returns the exit status. */
int verb_change_report(struct app *app, const struct fleet_run *run, const char *run_id, const struct err *stopped,
                       struct err *e);

/*
 * [{"outcome","code","message","count","example":{"id","name","request_id"}}]: what went wrong or was skipped, by cause
 * (fleet_causes.h). New reference.
 */
json_t *verb_causes_json(const struct fleet_run *run);

/* Records the plan, carries it out and reports; `wanted` tells what was asked for. Returns the exit status. */
int verb_change_carry_out(struct app *app, const struct verb_change *change, const json_t *wanted, struct err *e);

/*
 * What has to be in order before the first request of a command that changes servers: the output, the place of the history
 * (not for a dry run), the session.
 */
bool verb_change_open(struct app *app, const struct write_opts *write, struct inventory_scope *ret_scope, struct err *e)
    __attribute__((warn_unused_result));

/* With the plan at hand: says what people should know before, then shows it (a dry run) or asks and carries it out. */
int verb_change_perform(struct app *app, const struct verb_change *change, const json_t *wanted, struct err *e);

/*
 * What people have to know before the results, and what they read behind them: counts, causes, what to run next, and how
 * to come back to the run, if it was recorded.
 */
void verb_tell_loud(const struct app *app, const struct fleet_run *run);
void verb_tell_summary(const struct app *app, const struct fleet_run *run, const char *run_id);
void verb_tell_run(const struct app *app, const struct fleet_run *run, const char *run_id);

/* --- restarts ---------------------------------------------------------------------------------------- */

/*
 * Whose restart is pending by the history: an array as long as the list, NULL when there is no history (which is not made
 * for the question). Free it. Error: ERR_IO.
 */
bool verb_read_pending(const struct resource_list *list, bool **ret, struct err *e) __attribute__((warn_unused_result));

/* Whether a server whose restart is pending still needs it by what the record says of it now. */
bool verb_needs_restart(const struct resource *record);

/* Whether there is a history to read that from. */
bool verb_has_history(void);

/* How a run restarts, to be kept with it, and read back; false when it restarts nobody. */
json_t *verb_restarts_json(const struct fleet_restarts *restarts);
bool verb_restarts_read(const struct history_run *run, struct fleet_restarts *ret);

/* What people are told: before they agree, and while a run is being ended. */
void verb_restarts_announce(const struct app *app, const struct verb_change *change, const struct plan_counts *counts);
void verb_restarts_drain(size_t down, void *progress);

/* "1 instance", "12 bare metal servers". */
void verb_append_count(struct text *out, size_t count, const struct resource_kind *kind);

/*
 * Checks a body against a schema of the catalog and prints every fault with its place (in `document`, when the body came
 * from a file). ERR_INVALID, or ERR_UNDECIDED, with a summary.
 */
bool verb_check_body(struct app *app, const char *schema_name, const json_t *body, const struct json_document *document,
                     struct err *e) __attribute__((warn_unused_result));

/* The progress of a run; its parts are private to verb_progress.c. */
struct verb_progress {
    struct app *app;
    size_t done;
};
struct verb_progress verb_progress_begin(struct app *app, const struct verb_change *change);
void verb_progress_step(const struct fleet_result *result, const struct fleet_summary *summary, void *context);
void verb_progress_end(const struct verb_progress *progress);

#endif
