/* Everything that changes the history: one transaction a function. */
#include <stdio.h>
#include <time.h>

#include "history/history_db.h"

static void stamp(const struct history *history, int64_t offset_s, char now[CLOCK_STAMP_SIZE])
{
    clock_stamp(clock_wall_s(history->clock) + offset_s, now);
}

bool history_make_id(const struct clock *clock, char id[HISTORY_ID_SIZE], struct err *e)
{
    time_t now = (time_t)clock_wall_s(clock);
    struct tm parts;
    unsigned random = 0;

    if (!fsio_random(&random, sizeof(random), e)) {
        return false;
    }
    gmtime_r(&now, &parts);
    size_t size = strftime(id, HISTORY_ID_SIZE, "%Y%m%d-%H%M%S", &parts);
    snprintf(id + size, HISTORY_ID_SIZE - size, "-%06x", random & 0xffffffU);
    return true;
}

/* --- a run begins ----------------------------------------------------------------------------------- */

static bool insert_run(struct history *history, const struct history_run *run, const char *now, int64_t *ret_number,
                       struct err *e)
{
    if (!history_change(history, e,
                        "INSERT INTO run (id, started_at, command, arguments, wanted, holder, host, process, state)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running')",
                        "sssssssI", run->id, now, run->command, run->arguments, run->wanted, run->holder.description,
                        run->holder.host, run->holder.process)) {
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
        history_bind(statement, "Iss", number, run->places[i].account, run->places[i].api);
        fine = history_run_once(history, statement, e);
    }
    return fine;
}

static void bind_step(sqlite3_stmt *statement, int64_t number, const struct history_step *step)
{
    bool final = step->stage == HISTORY_FINAL;

    history_bind(statement, "IIsssssssssssssI", number, (int64_t)step->ordinal,
                 history_stage_words[final ? HISTORY_FINAL : HISTORY_PLANNED], step->kind, step->region, step->id,
                 step->name, step->crn, step->before, step->wanted, final ? step->after : NULL,
                 final ? step->outcome : NULL, final ? step->reason : NULL, step->action, step->body,
                 (int64_t)step->depends_on);
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
        bind_step(statement, number, &steps[i]);
        fine = history_run_once(history, statement, e);
    }
    return fine;
}

/* The regions of the steps, which those that are created learn only when they are there. */
static bool update_regions(struct history *history, int64_t number, struct err *e)
{
    return history_change(history, e,
                          "UPDATE run SET regions ="
                          " (SELECT group_concat(DISTINCT region) FROM step WHERE run = ?1 AND region <> '')"
                          " WHERE number = ?1",
                          "I", number);
}

static bool insert_invocation(struct history *history, const struct history_run *run, int64_t number, const char *now,
                              struct err *e)
{
    struct history_invocation first = {0};

    if (run->invocation_count == 0) {
        return true;
    }
    first = run->invocations[0];
    first.command = run->command;
    first.arguments = run->arguments;
    return history_add_invocation(history, number, &first, now, e);
}

bool history_begin(struct history *history, const struct history_run *run, const struct history_step *steps,
                   size_t count, int64_t *ret_number, struct err *e)
{
    char now[CLOCK_STAMP_SIZE];
    int64_t number = 0;

    if (!history_execute(history, "BEGIN IMMEDIATE", e)) {
        return false;
    }
    stamp(history, 0, now);
    /* the lock comes before anybody can see the run */
    bool fine = insert_run(history, run, now, &number, e) && history_lock_run(history, number, e) &&
                insert_places(history, number, run, e) && insert_steps(history, number, steps, count, e) &&
                update_regions(history, number, e) && insert_invocation(history, run, number, now, e);
    if (!history_end_transaction(history, fine, e)) {
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

static bool mark_taken_over(struct history *history, int64_t number, const struct history_holder *holder,
                            const struct history_invocation *invocation, struct err *e)
{
    char now[CLOCK_STAMP_SIZE];

    stamp(history, 0, now);
    return history_change(history, e,
                          "UPDATE run SET state = 'running', ended_at = NULL, holder = ?, host = ?, process = ?"
                          " WHERE number = ?",
                          "ssII", holder->description, holder->host, holder->process, number) &&
           history_add_invocation(history, number, invocation, now, e);
}

bool history_take_over(struct history *history, const struct history_entry *entry, const struct history_holder *holder,
                       const struct history_invocation *invocation, struct err *e)
{
    int64_t number = entry->run.number;

    return (history_lock_run(history, number, e) && check_unchanged(history, entry, e) &&
            history_execute(history, "BEGIN IMMEDIATE", e) &&
            history_end_transaction(history, mark_taken_over(history, number, holder, invocation, e), e)) ||
           err_wrap(e, "run %s", entry->run.id);
}

/* --- steps ------------------------------------------------------------------------------------------ */

static bool prepare_steps(struct history *history, struct err *e)
{
    if (history->journal == NULL) {
        history->journal =
            history_prepare(history,
                            "UPDATE step SET stage = 'intended', before = ?, etag = ?, intended_at = ?, phase = ?"
                            " WHERE run = ? AND ordinal = ?",
                            e);
    }
    if (history->conclude == NULL) {
        history->conclude = history_prepare(
            history,
            "UPDATE step SET stage = 'final', before = ?, after = ?, concluded_at = ?, attempts = ?, outcome = ?,"
            " reason = ?, request_id = ?, http_status = ?, restart_needed = ?, restart_done = ?, id = ifnull(?, id),"
            " crn = ifnull(?, crn), region = ifnull(nullif(?, ''), region) WHERE run = ? AND ordinal = ?",
            e);
    }
    if (history->reopen == NULL) {
        history->reopen = history_prepare(history,
                                          "UPDATE step SET stage = 'planned', intended_at = NULL, phase = NULL"
                                          " WHERE run = ? AND ordinal = ? AND stage = 'intended'",
                                          e);
    }
    return history->journal != NULL && history->conclude != NULL && history->reopen != NULL;
}

static bool record_restart(struct history *history, int64_t number, const struct history_step *step, struct err *e)
{
    return step->restart == HISTORY_RESTART_UNSAID || history_add_restart(history, number, step, e);
}

static bool journal(struct history *history, int64_t number, const struct history_step *step, const char *now,
                    struct err *e)
{
    history_bind(history->journal, "ssssII", step->before, step->etag, now, step->phase, number,
                 (int64_t)step->ordinal);
    return history_run_once(history, history->journal, e) && record_restart(history, number, step, e);
}

static bool conclude(struct history *history, int64_t number, const struct history_step *step, const char *now,
                     struct err *e)
{
    if (step->not_started) {
        history_bind(history->reopen, "II", number, (int64_t)step->ordinal);
        return history_run_once(history, history->reopen, e) && record_restart(history, number, step, e);
    }
    history_bind(history->conclude, "sssIsssiiisssII", step->before, step->after, now, (int64_t)step->attempts,
                 step->outcome, step->reason, step->request_id, step->http_status, step->restart_needed,
                 step->restart_done, step->id, step->crn, step->region, number, (int64_t)step->ordinal);
    return history_run_once(history, history->conclude, e) && record_restart(history, number, step, e);
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
    return history_end_transaction(history, fine, e);
}

/* --- a run ends ------------------------------------------------------------------------------------- */

bool history_conclude(struct history *history, int64_t number, const char *summary, int exit_status, struct err *e)
{
    /* blocked: steps that depend, directly or not, on one that failed or was skipped; resuming reaches none of them */
    static const char update[] =
        "WITH RECURSIVE waiting(step, number) AS ("
        " SELECT ordinal, needs FROM step WHERE run = ?3 AND stage = 'planned' AND needs > 0"
        " UNION ALL SELECT waiting.step, step.needs FROM waiting JOIN step"
        " ON step.run = ?3 AND step.ordinal = waiting.number - 1 WHERE step.stage = 'planned' AND step.needs > 0),"
        " blocked(step) AS (SELECT waiting.step FROM waiting JOIN step ON step.run = ?3"
        " AND step.ordinal = waiting.number - 1 WHERE step.stage = 'final' AND step.outcome IN ('failed', 'skipped'))"
        " UPDATE run SET ended_at = ?1, summary = ?2, state ="
        " CASE WHEN EXISTS (SELECT 1 FROM step WHERE run = ?3 AND stage <> 'final'"
        " AND ordinal NOT IN (SELECT step FROM blocked)) THEN 'interrupted' ELSE 'done' END"
        " WHERE number = ?3";
    char now[CLOCK_STAMP_SIZE];

    if (!history_execute(history, "BEGIN IMMEDIATE", e)) {
        return false;
    }
    stamp(history, 0, now);
    return history_end_transaction(history,
                                   history_change(history, e, update, "ssI", now, summary, number) &&
                                       update_regions(history, number, e) &&
                                       history_end_invocation(history, number, now, exit_status, e),
                                   e);
}

/* Steps go with their runs (ON DELETE CASCADE). */
static bool delete_runs(struct history *history, const int64_t numbers[], size_t count, struct err *e)
{
    struct history_runs runs;
    bool fine = history_list_runs(history, &runs, e);
    size_t next = 0;

    for (size_t i = 0; fine && i < runs.count; i++) {
        while (next < count && numbers[next] > runs.items[i].number) {
            next++;
        }
        if (next < count && numbers[next] == runs.items[i].number && runs.items[i].state != HISTORY_RUNNING) {
            fine = history_change(history, e, "DELETE FROM run WHERE number = ?", "I", numbers[next]);
        }
    }
    history_runs_free(&runs);
    return fine;
}

bool history_forget(struct history *history, const int64_t numbers[], size_t count, struct err *e)
{
    return history_execute(history, "BEGIN IMMEDIATE", e) &&
           history_end_transaction(history,
                                   delete_runs(history, numbers, count, e) && history_compact_restarts(history, e), e);
}
