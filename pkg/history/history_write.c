/* Everything that changes the history: one transaction a function. */
#include "history/history_db.h"

static void stamp(const struct history *history, int64_t offset_s, char now[CLOCK_STAMP_SIZE])
{
    clock_stamp(clock_wall_s(history->clock) + offset_s, now);
}

/* Ends the transaction: kept when all went well, else as if it had not begun. */
static bool end_transaction(struct history *history, bool fine, struct err *e)
{
    struct err ignored = ERR_INIT;

    if (fine && history_execute(history, "COMMIT", e)) {
        return true;
    }
    (void)history_execute(history, "ROLLBACK", &ignored);
    return false;
}

/* --- a run begins ----------------------------------------------------------------------------------- */

static bool insert_run(struct history *history, const struct history_run *run, int64_t *ret_number, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history,
                        "INSERT INTO run (id, started_at, command, arguments, wanted, holder, state)"
                        " VALUES (?, ?, ?, ?, ?, ?, 'running')",
                        e);
    char now[CLOCK_STAMP_SIZE];

    if (statement == NULL) {
        return false;
    }
    stamp(history, 0, now);
    history_bind(statement, 1, run->id);
    history_bind(statement, 2, now);
    history_bind(statement, 3, run->command);
    history_bind(statement, 4, run->arguments);
    history_bind(statement, 5, run->wanted);
    history_bind(statement, 6, run->holder);
    if (!history_run_once(history, statement, e)) {
        return false;
    }
    *ret_number = sqlite3_last_insert_rowid(history->db);
    return true;
}

static bool insert_places(struct history *history, int64_t number, const struct history_run *run, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(history, "INSERT INTO run_place (run, account, api) VALUES (?, ?, ?)", e);
    bool fine = statement != NULL;

    for (size_t i = 0; fine && i < run->place_count; i++) {
        sqlite3_bind_int64(statement, 1, number);
        history_bind(statement, 2, run->places[i].account);
        history_bind(statement, 3, run->places[i].api);
        fine = history_run_once(history, statement, e);
    }
    return fine;
}

static void bind_step(sqlite3_stmt *statement, const struct history_step *step)
{
    bool final = step->stage == HISTORY_FINAL;

    sqlite3_bind_int64(statement, 2, (sqlite3_int64)step->ordinal);
    history_bind(statement, 3, history_stage_words[final ? HISTORY_FINAL : HISTORY_PLANNED]);
    history_bind(statement, 4, step->kind);
    history_bind(statement, 5, step->region);
    history_bind(statement, 6, step->id);
    history_bind(statement, 7, step->name);
    history_bind(statement, 8, step->crn);
    history_bind(statement, 9, step->before);
    history_bind(statement, 10, step->wanted);
    history_bind(statement, 11, final ? step->after : NULL);
    history_bind(statement, 12, final ? step->outcome : NULL);
    history_bind(statement, 13, final ? step->reason : NULL);
    history_bind(statement, 14, step->action);
    history_bind(statement, 15, step->body);
    sqlite3_bind_int64(statement, 16, (sqlite3_int64)step->depends_on);
}

static bool insert_steps(struct history *history, int64_t number, const struct history_step *steps, size_t count,
                         struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(
        history,
        "INSERT INTO step (run, ordinal, stage, kind, region, id, name, crn, before, wanted, after, outcome, reason,"
        " action, body, needs) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        e);
    bool fine = statement != NULL;

    for (size_t i = 0; fine && i < count; i++) {
        sqlite3_bind_int64(statement, 1, number);
        bind_step(statement, &steps[i]);
        fine = history_run_once(history, statement, e);
    }
    return fine;
}

bool history_begin(struct history *history, const struct history_run *run, const struct history_step *steps,
                   size_t count, int64_t *ret_number, struct err *e)
{
    int64_t number = 0;

    if (!history_execute(history, "BEGIN IMMEDIATE", e)) {
        return false;
    }
    /* the lock comes before anybody can see the run */
    bool fine = insert_run(history, run, &number, e) && history_lock_run(history, number, e) &&
                insert_places(history, number, run, e) && insert_steps(history, number, steps, count, e);
    if (!end_transaction(history, fine, e)) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* Whether the run is as it was loaded. */
static bool check_unchanged(struct history *history, const struct history_entry *entry, struct err *e)
{
    CLEANUP(history_entry_free) struct history_entry now = {0};

    if (!history_load(history, entry->run.id, &now, e)) {
        return false;
    }
    bool same = text_equal(now.run.ended_at, entry->run.ended_at) && now.count == entry->count;
    for (size_t i = 0; same && i < now.count; i++) {
        same = now.steps[i].stage == entry->steps[i].stage && now.steps[i].attempts == entry->steps[i].attempts;
    }
    return same || err_set(e, ERR_CONFLICT, "it was resumed meanwhile, try again");
}

static bool set_running(struct history *history, int64_t number, const char *holder, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history, "UPDATE run SET state = 'running', ended_at = NULL, holder = ?1 WHERE number = ?2", e);

    if (statement == NULL) {
        return false;
    }
    history_bind(statement, 1, holder);
    sqlite3_bind_int64(statement, 2, number);
    return history_run_once(history, statement, e);
}

bool history_take_over(struct history *history, const struct history_entry *entry, const char *holder, struct err *e)
{
    return (history_lock_run(history, entry->run.number, e) && check_unchanged(history, entry, e) &&
            set_running(history, entry->run.number, holder, e)) ||
           err_wrap(e, "run %s", entry->run.id);
}

/* --- steps ------------------------------------------------------------------------------------------ */

static bool prepare_steps(struct history *history, struct err *e)
{
    if (history->journal == NULL) {
        history->journal =
            history_prepare(history,
                            "UPDATE step SET stage = 'intended', before = ?1, etag = ?2, intended_at = ?3,"
                            " phase = ?6 WHERE run = ?4 AND ordinal = ?5",
                            e);
    }
    if (history->conclude == NULL) {
        history->conclude = history_prepare(
            history,
            "UPDATE step SET stage = 'final', before = ?1, after = ?2, concluded_at = ?3, attempts = ?6, outcome = ?7,"
            " reason = ?8, request_id = ?9, http_status = ?10, restart_needed = ?11, id = ifnull(?12, id),"
            " crn = ifnull(?13, crn), restart_done = ?14 WHERE run = ?4 AND ordinal = ?5",
            e);
    }
    return history->journal != NULL && history->conclude != NULL;
}

static bool journal(struct history *history, int64_t number, const struct history_step *step, const char *now,
                    struct err *e)
{
    sqlite3_stmt *statement = history->journal;

    history_bind(statement, 1, step->before);
    history_bind(statement, 2, step->etag);
    history_bind(statement, 3, now);
    sqlite3_bind_int64(statement, 4, number);
    sqlite3_bind_int64(statement, 5, (sqlite3_int64)step->ordinal);
    history_bind(statement, 6, step->phase);
    return history_run_once(history, statement, e);
}

static bool conclude(struct history *history, int64_t number, const struct history_step *step, const char *now,
                     struct err *e)
{
    sqlite3_stmt *statement = history->conclude;

    history_bind(statement, 1, step->before);
    history_bind(statement, 2, step->after);
    history_bind(statement, 3, now);
    sqlite3_bind_int64(statement, 4, number);
    sqlite3_bind_int64(statement, 5, (sqlite3_int64)step->ordinal);
    sqlite3_bind_int64(statement, 6, step->attempts);
    history_bind(statement, 7, step->outcome);
    history_bind(statement, 8, step->reason);
    history_bind(statement, 9, step->request_id);
    sqlite3_bind_int(statement, 10, step->http_status);
    sqlite3_bind_int(statement, 11, step->restart_needed);
    history_bind(statement, 12, step->id);
    history_bind(statement, 13, step->crn);
    sqlite3_bind_int(statement, 14, step->restart_done);
    return history_run_once(history, statement, e);
}

bool history_record(struct history *history, int64_t number, const struct history_step *journaled,
                    size_t journaled_count, const struct history_step *concluded, size_t concluded_count, struct err *e)
{
    char now[CLOCK_STAMP_SIZE];

    if (!prepare_steps(history, e) || !history_execute(history, "BEGIN IMMEDIATE", e)) {
        return false;
    }
    stamp(history, 0, now);
    bool fine = true;
    for (size_t i = 0; fine && i < concluded_count; i++) {
        fine = conclude(history, number, &concluded[i], now, e);
    }
    for (size_t i = 0; fine && i < journaled_count; i++) {
        fine = journal(history, number, &journaled[i], now, e);
    }
    return end_transaction(history, fine, e);
}

/* --- a run ends ------------------------------------------------------------------------------------- */

bool history_conclude(struct history *history, int64_t number, const char *summary, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(
        history,
        "UPDATE run SET ended_at = ?2, summary = ?3, state ="
        " CASE WHEN EXISTS (SELECT 1 FROM step WHERE run = ?1 AND stage <> 'final') THEN 'interrupted' ELSE 'done' END"
        " WHERE number = ?1",
        e);
    char now[CLOCK_STAMP_SIZE];

    if (statement == NULL) {
        return false;
    }
    stamp(history, 0, now);
    sqlite3_bind_int64(statement, 1, number);
    history_bind(statement, 2, now);
    history_bind(statement, 3, summary);
    return history_run_once(history, statement, e);
}

/* Steps go with their runs (ON DELETE CASCADE). */
static bool delete_older(struct history *history, const char *before, size_t *ret_count, struct err *e)
{
    struct history_runs runs;
    bool fine = history_list_runs(history, &runs, e);

    *ret_count = 0;
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(history, "DELETE FROM run WHERE number = ? AND started_at < ?", e);
    fine = fine && statement != NULL;
    for (size_t i = 0; fine && i < runs.count; i++) {
        if (runs.items[i].state == HISTORY_RUNNING) {
            continue;
        }
        sqlite3_bind_int64(statement, 1, runs.items[i].number);
        history_bind(statement, 2, before);
        fine = history_run_once(history, statement, e);
        *ret_count += fine ? (size_t)sqlite3_changes(history->db) : 0;
    }
    history_runs_free(&runs);
    return fine;
}

bool history_prune(struct history *history, unsigned days, size_t *ret_count, struct err *e)
{
    char before[CLOCK_STAMP_SIZE];
    size_t count = 0;

    stamp(history, -(int64_t)days * 24 * 60 * 60, before);
    if (!history_execute(history, "BEGIN IMMEDIATE", e)) {
        return false;
    }
    if (!end_transaction(history, delete_older(history, before, &count, e), e)) {
        return false;
    }
    *ret_count = count;
    return true;
}
