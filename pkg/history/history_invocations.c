/* Who worked on a run, when and with which command line: one row for each start of the program. */
#include "history/history_db.h"

bool history_add_invocation(struct history *history, int64_t number, const struct history_invocation *invocation,
                            const char *now, struct err *e)
{
    return history_change(history, e,
                          "INSERT INTO invocation (run, number, started_at, command, arguments, actor, version)"
                          " VALUES (?1, (SELECT ifnull(max(number), 0) + 1 FROM invocation WHERE run = ?1),"
                          " ?2, ?3, ?4, ?5, ?6)",
                          "Isssss", number, now, invocation->command, invocation->arguments, invocation->actor,
                          invocation->version);
}

bool history_end_invocation(struct history *history, int64_t number, const char *now, int exit_status, struct err *e)
{
    return history_change(history, e,
                          "UPDATE invocation SET ended_at = ?2, exit_status = nullif(?3, -1) WHERE run = ?1"
                          " AND number = (SELECT max(number) FROM invocation WHERE run = ?1)",
                          "Isi", number, now, exit_status);
}

static bool read_invocation(struct history *history, sqlite3_stmt *statement, struct text_arena *memory,
                            struct history_invocation *ret, struct err *e)
{
    bool ended = sqlite3_column_type(statement, 6) != SQLITE_NULL;

    *ret = (struct history_invocation){
        .started_at = history_text_at(statement, 0, memory),
        .ended_at = history_text_at(statement, 1, memory),
        .command = history_text_at(statement, 2, memory),
        .arguments = history_text_at(statement, 3, memory),
        .actor = history_text_at(statement, 4, memory),
        .version = history_text_at(statement, 5, memory),
        .exit_status = ended ? sqlite3_column_int(statement, 6) : HISTORY_NO_STATUS,
    };
    return (ret->started_at != NULL && ret->command != NULL && ret->arguments != NULL) ||
           history_damaged(history, e, "what worked on a run lacks a column");
}

bool history_read_invocations(struct history *history, struct history_run *run, struct text_arena *memory,
                              struct err *e)
{
    enum { MOST = 10000 }; /* a damaged file may have any number of rows */
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history,
                        "SELECT started_at, ended_at, command, arguments, actor, version, exit_status,"
                        " count(*) OVER () FROM invocation WHERE run = ? ORDER BY number",
                        e);
    struct history_invocation *invocations = NULL;
    size_t room = 0;
    int code;

    if (statement == NULL) {
        return false;
    }
    history_bind(statement, "I", run->number);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW && (invocations == NULL || run->invocation_count < room)) {
        if (invocations == NULL) {
            room = (size_t)sqlite3_column_int64(statement, 7);
            room = room < MOST ? room : MOST;
            run->invocations = invocations = text_arena_alloc(memory, room * sizeof(*invocations));
        }
        if (!read_invocation(history, statement, memory, &invocations[run->invocation_count++], e)) {
            return false;
        }
    }
    return code == SQLITE_ROW || code == SQLITE_DONE || history_fault(history, e);
}
