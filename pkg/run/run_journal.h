/* run_journal: what a run leaves in the history: its plan before it begins, each step before it is sent and after. */
#ifndef RUN_RUN_JOURNAL_H
#define RUN_RUN_JOURNAL_H

#include "run/run.h"

/* The run that is being recorded, with the locks of the places where it works. Zero-initialised: none. */
struct run_journal {
    struct history *history; /* NULL: the run changes nothing and is not recorded */
    struct history_locks *locks;
    int64_t number;
    char id[HISTORY_ID_SIZE];
    const struct plan *plan;
    const struct history_step *const
        *steps; /* of the items of the plan, when it is resumed; NULL: numbered as they are */
};

/* Locks the places of the plan and writes it down, or takes over the run that is resumed. Errors as run_execute. */
bool run_journal_begin(const struct run_request *request, struct run_journal *ret, struct err *e)
    __attribute__((warn_unused_result));

/* For fleet_options; borrows the journal. */
struct fleet_journal run_journal_of_fleet(struct run_journal *journal);

/*
 * The run has ended, with an exit status as of history_conclude; *ret_error says why that could not be recorded, if it
 * could not.
 */
void run_journal_end(struct run_journal *journal, const struct fleet_run *run, int exit_status, struct err *ret_error);
void run_journal_close(struct run_journal *journal); /* gives back the locks; for CLEANUP */

/* The place of a resource: its account, kept in `memory`, and its API. */
struct history_place run_place_of(const struct resource *resource, struct text_arena *memory);

/* What a run was asked for, as the history keeps it (run_json.c). */
json_t *run_wanted_json(const struct run_request *request);

/* Reads it into the record: bodies, restarts, policy. ERR_INVALID. */
bool run_wanted_read(struct run_record *record, json_t **ret_body, json_t **ret_identity, struct err *e)
    __attribute__((warn_unused_result));

#endif
