/* history_db: the database behind a history. Private to the room, and the only includer of <sqlite3.h>. */
#ifndef HISTORY_HISTORY_DB_H
#define HISTORY_HISTORY_DB_H

#include <sqlite3.h>

#include "history/history.h"

struct history {
    char *path;
    const struct clock *clock;
    sqlite3 *db;
    struct fsio_lock *runs; /* the locks of runs that this history began or took over; NULL: none */
    sqlite3_stmt *journal, *conclude, *reopen, *restart; /* made at their first use: those that run once a step */
};

/* Sets the error of the last call, with the file's name. Always returns false. */
bool history_fault(const struct history *history, struct err *e);

/* ERR_IO: the file holds what this program cannot have written, and what can be done about it. Always returns false. */
bool history_damaged(const struct history *history, struct err *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs statements that give no rows. */
bool history_execute(struct history *history, const char *sql, struct err *e);

/* A new statement; NULL with e set. */
sqlite3_stmt *history_prepare(struct history *history, const char *sql, struct err *e);
void history_finalize(sqlite3_stmt **statement); /* for CLEANUP */

/* Runs a statement without rows to its end and makes it ready for the next time. */
bool history_run_once(struct history *history, sqlite3_stmt *statement, struct err *e);

/*
 * Binds the parameters, one for each letter: s (const char * that outlives the statement's run; NULL is null), i (int),
 * I (int64_t).
 */
void history_bind(sqlite3_stmt *statement, const char *types, ...);
/* Prepares, binds and runs a statement that is needed once. */
bool history_change(struct history *history, struct err *e, const char *sql, const char *types, ...);
/* Ends the transaction: kept when all went well, else as if it had not begun. Returns whether it was kept. */
bool history_end_transaction(struct history *history, bool fine, struct err *e);

/* The words of the file for stages and states, in the order of their enums. */
extern const char *const history_stage_words[3], *const history_state_words[3];

/* A column as text, copied; NULL when it is null. */
const char *history_text_at(sqlite3_stmt *statement, int column, struct text_arena *memory);

/* An invocation of a run begins, or the last one ends, in the transaction that is open; all of them are read. */
bool history_add_invocation(struct history *history, int64_t number, const struct history_invocation *invocation,
                            const char *now, struct err *e);
bool history_end_invocation(struct history *history, int64_t number, const char *now, int exit_status, struct err *e);
bool history_read_invocations(struct history *history, struct history_run *run, struct text_arena *memory,
                              struct err *e);

/* Appends what a step says of a restart, in the transaction that is open (history_restarts.c). */
bool history_add_restart(struct history *history, int64_t number, const struct history_step *step, struct err *e);
/* Leaves out what is superseded by later facts, in the transaction that is open. */
bool history_compact_restarts(struct history *history, struct err *e);

/* Takes the lock of a run. ERR_LOCKED when it is in progress, ERR_IO. */
bool history_lock_run(struct history *history, int64_t number, struct err *e);
bool history_is_run_locked(const struct history *history, int64_t number);

#endif
