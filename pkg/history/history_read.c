/* Looking back: lists, and one run with its steps. */
#include <assert.h>
#include <string.h>

#include "history/history_db.h"

enum { MATCHES_SHOWN = 5 };

#define RUN_COLUMNS \
    "number, id, started_at, ended_at, command, arguments, place, wanted, summary, state, process, process_began"

static const char *string_at(sqlite3_stmt *statement, int column, struct text_arena *memory)
{
    const char *bytes = (const char *)sqlite3_column_text(statement, column);

    return bytes != NULL ? text_arena_copy(memory, bytes, (size_t)sqlite3_column_bytes(statement, column)) : NULL;
}

/* What the file calls running is interrupted when its process is gone. */
static enum history_state state_of(sqlite3_stmt *statement)
{
    const char *word = (const char *)sqlite3_column_text(statement, 9);
    int64_t began = sqlite3_column_int64(statement, 11);

    if (strcmp(word, "running") == 0) {
        return history_process_began(sqlite3_column_int64(statement, 10)) == began ? HISTORY_RUNNING
                                                                                   : HISTORY_INTERRUPTED;
    }
    return strcmp(word, "done") == 0 ? HISTORY_DONE : HISTORY_INTERRUPTED;
}

static struct history_run read_run(sqlite3_stmt *statement, struct text_arena *memory)
{
    return (struct history_run){
        .number = sqlite3_column_int64(statement, 0),
        .id = string_at(statement, 1, memory),
        .started_at = string_at(statement, 2, memory),
        .ended_at = string_at(statement, 3, memory),
        .command = string_at(statement, 4, memory),
        .arguments = string_at(statement, 5, memory),
        .place = string_at(statement, 6, memory),
        .wanted = string_at(statement, 7, memory),
        .summary = string_at(statement, 8, memory),
        .state = state_of(statement),
        .process = sqlite3_column_int64(statement, 10),
    };
}

static bool count_rows(struct history *history, const char *sql, int64_t number, size_t *ret_count, struct err *e)
{
    CLEANUP(history_finalize) sqlite3_stmt *statement = history_prepare(history, sql, e);

    if (statement == NULL) {
        return false;
    }
    if (sqlite3_bind_parameter_count(statement) > 0) {
        sqlite3_bind_int64(statement, 1, number);
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        return history_fault(history, e);
    }
    *ret_count = (size_t)sqlite3_column_int64(statement, 0);
    return true;
}

bool history_list_runs(struct history *history, struct history_runs *ret, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(history, "SELECT " RUN_COLUMNS " FROM run ORDER BY number DESC", e);
    struct history_runs runs = {0};
    size_t room = 0;
    int code = SQLITE_DONE;

    *ret = runs;
    if (statement == NULL || !count_rows(history, "SELECT count(*) FROM run", 0, &room, e)) {
        return false;
    }
    runs.items = text_arena_alloc(&runs.memory, (room + 1) * sizeof(*runs.items));
    /* a run that another process has begun since the count is left out */
    while (runs.count < room && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        runs.items[runs.count++] = read_run(statement, &runs.memory);
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        history_runs_free(&runs);
        return history_fault(history, e);
    }
    *ret = runs;
    return true;
}

void history_runs_free(struct history_runs *runs)
{
    text_arena_free(&runs->memory);
    *runs = (struct history_runs){0};
}

/* --- one run ---------------------------------------------------------------------------------------- */

static bool not_found(struct history *history, const char *word, struct err *e)
{
    size_t count = 0;

    if (!count_rows(history, "SELECT count(*) FROM run", 0, &count, e)) {
        return false;
    }
    return count == 0 ? err_set(e, ERR_NOT_FOUND, "there is no run \"%s\": no run is recorded yet", word)
                      : err_set(e, ERR_NOT_FOUND, "there is no run \"%s\" (vpcmeta runs list shows them)", word);
}

static bool ambiguous(sqlite3_stmt *statement, const char *word, const char *first, struct err *e)
{
    CLEANUP(text_free) struct text ids = {0};
    int count = 1;

    text_append(&ids, first);
    do {
        if (count++ < MATCHES_SHOWN) {
            text_printf(&ids, ", %s", (const char *)sqlite3_column_text(statement, 1));
        }
    } while (sqlite3_step(statement) == SQLITE_ROW);
    return err_set(e, ERR_NOT_FOUND, "\"%s\" begins the ids of %d runs (%s%s): give more of it", word, count,
                   text_string(&ids), count > MATCHES_SHOWN ? ", ..." : "");
}

static bool find(struct history *history, const char *word, struct history_entry *entry, struct err *e)
{
    bool last = strcmp(word, "last") == 0;
    /* substr, not LIKE: a word of the operator's is no pattern */
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history,
                        last ? "SELECT " RUN_COLUMNS " FROM run ORDER BY number DESC LIMIT 1"
                             : "SELECT " RUN_COLUMNS " FROM run WHERE substr(id, 1, length(?1)) = ?1 AND ?1 <> ''"
                               " ORDER BY id = ?1 DESC, number DESC",
                        e);

    if (statement == NULL) {
        return false;
    }
    if (!last) {
        history_bind(statement, 1, word);
    }
    int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) {
        return not_found(history, word, e);
    }
    if (code != SQLITE_ROW) {
        return history_fault(history, e);
    }
    entry->run = read_run(statement, &entry->memory);
    assert(entry->run.id != NULL); /* NOT NULL in the layout */
    if (strcmp(entry->run.id, word) != 0 && sqlite3_step(statement) == SQLITE_ROW) {
        return ambiguous(statement, word, entry->run.id, e);
    }
    return true;
}

static enum history_stage stage_of(const char *word)
{
    return strcmp(word, "final") == 0      ? HISTORY_FINAL
           : strcmp(word, "intended") == 0 ? HISTORY_INTENDED
                                           : HISTORY_PLANNED;
}

static struct history_step read_step(sqlite3_stmt *statement, struct text_arena *memory)
{
    return (struct history_step){
        .ordinal = (size_t)sqlite3_column_int64(statement, 0),
        .stage = stage_of((const char *)sqlite3_column_text(statement, 1)),
        .kind = string_at(statement, 2, memory),
        .region = string_at(statement, 3, memory),
        .id = string_at(statement, 4, memory),
        .name = string_at(statement, 5, memory),
        .crn = string_at(statement, 6, memory),
        .before = string_at(statement, 7, memory),
        .wanted = string_at(statement, 8, memory),
        .after = string_at(statement, 9, memory),
        .etag = string_at(statement, 10, memory),
        .attempts = (unsigned)sqlite3_column_int64(statement, 11),
        .outcome = string_at(statement, 12, memory),
        .reason = string_at(statement, 13, memory),
        .request_id = string_at(statement, 14, memory),
        .http_status = sqlite3_column_int(statement, 15),
        .restart_needed = sqlite3_column_int(statement, 16) != 0,
        .action = string_at(statement, 17, memory),
        .phase = string_at(statement, 18, memory),
        .body = string_at(statement, 19, memory),
        .needs = (size_t)sqlite3_column_int64(statement, 20),
        .restart_done = sqlite3_column_int(statement, 21) != 0,
    };
}

static bool read_steps(struct history *history, struct history_entry *entry, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(
        history,
        "SELECT ordinal, stage, kind, region, id, name, crn, before, wanted, after, etag, attempts, outcome, reason,"
        " request_id, http_status, restart_needed, action, phase, body, needs, restart_done"
        " FROM step WHERE run = ? ORDER BY ordinal",
        e);
    size_t room = 0;
    int code = SQLITE_DONE;

    if (statement == NULL ||
        !count_rows(history, "SELECT count(*) FROM step WHERE run = ?", entry->run.number, &room, e)) {
        return false;
    }
    entry->steps = text_arena_alloc(&entry->memory, (room + 1) * sizeof(*entry->steps));
    sqlite3_bind_int64(statement, 1, entry->run.number);
    while (entry->count < room && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        entry->steps[entry->count++] = read_step(statement, &entry->memory);
    }
    return code == SQLITE_ROW || code == SQLITE_DONE || history_fault(history, e);
}

bool history_load(struct history *history, const char *word, struct history_entry *ret, struct err *e)
{
    struct history_entry entry = {0};

    /* one transaction, so that run and steps are of the same moment */
    if (!history_execute(history, "BEGIN", e)) {
        return false;
    }
    bool fine = find(history, word, &entry, e) && read_steps(history, &entry, e);
    struct err ignored = ERR_INIT;
    (void)history_execute(history, "COMMIT", &ignored);
    if (!fine) {
        history_entry_free(&entry);
        return false;
    }
    *ret = entry;
    return true;
}

void history_entry_free(struct history_entry *entry)
{
    text_arena_free(&entry->memory);
    *entry = (struct history_entry){0};
}
