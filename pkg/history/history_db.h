/* history_db: the database behind a history. Private to the room, and the only includer of <sqlite3.h>. */
#ifndef HISTORY_HISTORY_DB_H
#define HISTORY_HISTORY_DB_H

#include <sqlite3.h>

#include "history/history.h"

struct history {
    char *path;
    const struct clock *clock;
    sqlite3 *db;
    sqlite3_stmt *intend, *conclude; /* made at their first use: the two that run once a step */
};

/* Sets the error of the last call, with the file's name. Always returns false. */
bool history_fault(const struct history *history, struct err *e);

/* Runs statements that give no rows. */
bool history_execute(struct history *history, const char *sql, struct err *e);

/* A new statement; NULL with e set. */
sqlite3_stmt *history_prepare(struct history *history, const char *sql, struct err *e);
void history_finalize(sqlite3_stmt **statement); /* for CLEANUP */

/* Runs a statement without rows to its end and makes it ready for the next time. */
bool history_run_once(struct history *history, sqlite3_stmt *statement, struct err *e);

/* Text that outlives the statement's run; NULL is null. */
void history_bind(sqlite3_stmt *statement, int parameter, const char *string);

/* When the process began, in ticks since the boot, or 0 when there is none: an id alone may be in use again. */
int64_t history_process_began(int64_t process);

#endif
