/* Reading the history: the list of runs, one run with its steps. */
#include <string.h>

#include "history/history_db.h"
#include "mem/mem.h"

enum { MATCHES_SHOWN = 5 };

#define RUN_COLUMNS \
    "number, id, started_at, ended_at, command, arguments, wanted, summary, state, holder, regions, host, process"

/* The position of a word of the file among those of an enum, or -1: a damaged file may hold anything. */
static int position_of(sqlite3_stmt *statement, int column, const char *const words[], int count)
{
    const char *word = (const char *)sqlite3_column_text(statement, column);

    for (int i = 0; i < count; i++) {
        if (text_equal(word, words[i])) {
            return i;
        }
    }
    return -1;
}

static bool read_run(struct history *history, sqlite3_stmt *statement, struct text_arena *memory,
                     struct history_run *ret, struct err *e)
{
    int state = position_of(statement, 8, history_state_words, HISTORY_RUNNING + 1);

    *ret = (struct history_run){
        .number = sqlite3_column_int64(statement, 0),
        .id = history_text_at(statement, 1, memory),
        .started_at = history_text_at(statement, 2, memory),
        .ended_at = history_text_at(statement, 3, memory),
        .command = history_text_at(statement, 4, memory),
        .arguments = history_text_at(statement, 5, memory),
        .wanted = history_text_at(statement, 6, memory),
        .summary = history_text_at(statement, 7, memory),
        .state = state >= 0 ? (enum history_state)state : HISTORY_DONE,
        .holder = {.description = history_text_at(statement, 9, memory),
                   .host = history_text_at(statement, 11, memory),
                   .process = sqlite3_column_int64(statement, 12)},
        .regions = history_text_at(statement, 10, memory),
    };
    if (state < 0 || ret->id == NULL || ret->started_at == NULL || ret->command == NULL || ret->arguments == NULL ||
        ret->wanted == NULL) {
        history_damaged(history, e, "run %lld lacks a column", (long long)ret->number);
        return false;
    }
    return true;
}

static bool count_rows(struct history *history, const char *sql, int64_t number, size_t *ret_count, struct err *e)
{
    CLEANUP(history_finalize) sqlite3_stmt *statement = history_prepare(history, sql, e);

    if (statement == NULL) {
        return false;
    }
    if (sqlite3_bind_parameter_count(statement) > 0) {
        history_bind(statement, "I", number);
    }
    if (sqlite3_step(statement) != SQLITE_ROW) {
        return history_fault(history, e);
    }
    *ret_count = (size_t)sqlite3_column_int64(statement, 0);
    return true;
}

static bool read_places(struct history *history, struct history_run *run, struct text_arena *memory, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history, "SELECT account, api FROM run_place WHERE run = ? ORDER BY account, api", e);
    struct history_place *places;
    size_t room = 0;
    int code = SQLITE_DONE;

    if (statement == NULL ||
        !count_rows(history, "SELECT count(*) FROM run_place WHERE run = ?", run->number, &room, e)) {
        return false;
    }
    run->places = places = text_arena_alloc(memory, (room + 1) * sizeof(*places));
    history_bind(statement, "I", run->number);
    while (run->place_count < room && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct history_place place = {history_text_at(statement, 0, memory), history_text_at(statement, 1, memory)};
        if (place.account == NULL || place.api == NULL) {
            history_damaged(history, e, "run %lld has a place without account or API", (long long)run->number);
            return false;
        }
        places[run->place_count++] = place;
    }
    return code == SQLITE_ROW || code == SQLITE_DONE || history_fault(history, e);
}

/*
 * What the file calls running is in progress while its lock is held; else it was cut off. A run that has ended since
 * it was read gave its lock back after it had recorded its end: *ret_stale is set then, to read it again.
 */
static bool check_running(struct history *history, struct history_run *run, bool *ret_stale, struct err *e)
{
    static const char query[] = "SELECT count(*) FROM run WHERE number = ? AND state = 'running'";
    size_t still = 0;

    if (run->state != HISTORY_RUNNING || history_is_run_locked(history, run->number)) {
        return true;
    }
    run->state = HISTORY_INTERRUPTED;
    bool counted = count_rows(history, query, run->number, &still, e);
    *ret_stale |= counted && still == 0;
    return counted;
}

static bool list_runs(struct history *history, struct history_runs *ret, bool *ret_stale, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(history, "SELECT " RUN_COLUMNS " FROM run ORDER BY number DESC", e);
    size_t room = 0;
    int code = SQLITE_DONE;

    if (statement == NULL || !count_rows(history, "SELECT count(*) FROM run", 0, &room, e)) {
        return false;
    }
    ret->items = text_arena_alloc(&ret->memory, (room + 1) * sizeof(*ret->items));
    /* a run that another process has begun since the count is left out */
    bool fine = true;
    while (fine && ret->count < room && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        fine = read_run(history, statement, &ret->memory, &ret->items[ret->count++], e);
    }
    fine = fine && (code == SQLITE_ROW || code == SQLITE_DONE || history_fault(history, e));
    for (size_t i = 0; fine && i < ret->count; i++) {
        fine = read_places(history, &ret->items[i], &ret->memory, e) &&
               history_read_invocations(history, &ret->items[i], &ret->memory, e) &&
               check_running(history, &ret->items[i], ret_stale, e);
    }
    return fine;
}

/* A run that ends while it is read is read again; rows of a damaged file may contradict each other for ever. */
static bool may_read_again(struct history *history, unsigned *tries, bool *fine, struct err *e)
{
    enum { TRIES_MAX = 100 };

    if (*fine && ++*tries > TRIES_MAX) {
        *fine = history_damaged(history, e, "the state of a run changes each time it is read");
    }
    return *fine;
}

bool history_list_runs(struct history *history, struct history_runs *ret, struct err *e)
{
    unsigned tries = 0;
    bool fine, stale;

    *ret = (struct history_runs){0};
    do {
        history_runs_free(ret);
        stale = false;
        fine = list_runs(history, ret, &stale, e);
    } while (stale && may_read_again(history, &tries, &fine, e));
    if (!fine) {
        history_runs_free(ret);
    }
    return fine;
}

void history_runs_free(struct history_runs *runs)
{
    text_arena_free(&runs->memory);
    *runs = (struct history_runs){0};
}

/* --- one run ---------------------------------------------------------------------------------------- */

static bool not_found(struct history *history, const char *word, struct err *e)
{
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    CLEANUP(text_free) struct text more = {0};

    if (!history_list_runs(history, &runs, e)) {
        return false;
    }
    if (runs.count == 0) {
        return err_set(e, ERR_NOT_FOUND, "there is no run \"%s\": no run is recorded yet", word);
    }
    const char **words = text_arena_alloc(&runs.memory, (runs.count + 1) * sizeof(*words));
    words[0] = "last";
    for (size_t i = 0; i < runs.count; i++) {
        words[i + 1] = runs.items[i].id;
    }
    if (!text_append_nearest(&more, word, words, runs.count + 1)) {
        text_append(&more, " (vpcmeta runs list shows them)");
    }
    return err_set(e, ERR_NOT_FOUND, "there is no run \"%s\"%s", word, text_string(&more));
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
        history_bind(statement, "s", word);
    }
    int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) {
        return not_found(history, word, e);
    }
    if (code != SQLITE_ROW) {
        return history_fault(history, e);
    }
    if (!read_run(history, statement, &entry->memory, &entry->run, e)) {
        return false;
    }
    if (strcmp(entry->run.id, word) != 0 && sqlite3_step(statement) == SQLITE_ROW) {
        return ambiguous(statement, word, entry->run.id, e);
    }
    return true;
}

/* `index`: how many steps of the run were read before. */
static bool read_step(struct history *history, sqlite3_stmt *statement, struct text_arena *memory, size_t index,
                      struct history_step *ret, struct err *e)
{
    int stage = position_of(statement, 1, history_stage_words, HISTORY_FINAL + 1);

    *ret = (struct history_step){
        .ordinal = (size_t)sqlite3_column_int64(statement, 0),
        .stage = stage >= 0 ? (enum history_stage)stage : HISTORY_PLANNED,
        .kind = history_text_at(statement, 2, memory),
        .region = history_text_at(statement, 3, memory),
        .id = history_text_at(statement, 4, memory),
        .name = history_text_at(statement, 5, memory),
        .crn = history_text_at(statement, 6, memory),
        .before = history_text_at(statement, 7, memory),
        .wanted = history_text_at(statement, 8, memory),
        .after = history_text_at(statement, 9, memory),
        .etag = history_text_at(statement, 10, memory),
        .attempts = (unsigned)sqlite3_column_int64(statement, 11),
        .outcome = history_text_at(statement, 12, memory),
        .reason = history_text_at(statement, 13, memory),
        .request_id = history_text_at(statement, 14, memory),
        .http_status = sqlite3_column_int(statement, 15),
        .restart_needed = sqlite3_column_int(statement, 16) != 0,
        .action = history_text_at(statement, 17, memory),
        .phase = history_text_at(statement, 18, memory),
        .body = history_text_at(statement, 19, memory),
        .depends_on = (size_t)sqlite3_column_int64(statement, 20),
        .restart_done = sqlite3_column_int(statement, 21) != 0,
    };
    if (stage < 0 || ret->kind == NULL || ret->action == NULL || ret->before == NULL || ret->wanted == NULL ||
        ret->ordinal != index || ret->depends_on > index) {
        history_damaged(history, e, "step %zu of a run lacks a column, or is out of order", index + 1);
        return false;
    }
    return true;
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
    history_bind(statement, "I", entry->run.number);
    while (entry->count < room && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct history_step *step = &entry->steps[entry->count];
        if (!read_step(history, statement, &entry->memory, entry->count++, step, e)) {
            return false;
        }
    }
    return code == SQLITE_ROW || code == SQLITE_DONE || history_fault(history, e);
}

/* One transaction, so that run and steps are of the same moment. */
static bool load(struct history *history, const char *word, struct history_entry *ret, bool *ret_stale, struct err *e)
{
    struct err ignored = ERR_INIT;

    if (!history_execute(history, "BEGIN", e)) {
        return false;
    }
    bool fine = find(history, word, ret, e) && read_places(history, &ret->run, &ret->memory, e) &&
                history_read_invocations(history, &ret->run, &ret->memory, e) && read_steps(history, ret, e);
    (void)history_execute(history, "COMMIT", &ignored);
    return fine && check_running(history, &ret->run, ret_stale, e);
}

bool history_load(struct history *history, const char *word, struct history_entry *ret, struct err *e)
{
    struct history_entry entry = {0};
    unsigned tries = 0;
    bool fine, stale;

    do {
        history_entry_free(&entry);
        stale = false;
        fine = load(history, word, &entry, &stale, e);
    } while (stale && may_read_again(history, &tries, &fine, e));
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
