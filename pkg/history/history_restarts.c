/* What is known of restarts: rows beside the runs, which stay when runs are forgotten. The last row of an id counts. */
#include <stdlib.h>
#include <string.h>

#include "history/history_db.h"
#include "mem/mem.h"

#define LAST_ROWS "SELECT max(number) FROM restart GROUP BY account, api, id"

/* --- writing ----------------------------------------------------------------------------------------- */

bool history_add_restart(struct history *history, int64_t number, const struct history_step *step, struct err *e)
{
    if (history->restart == NULL) {
        history->restart =
            history_prepare(history, "INSERT INTO restart (account, api, id, state, run) VALUES (?, ?, ?, ?, ?)", e);
    }
    if (history->restart == NULL) {
        return false;
    }
    history_bind(history->restart, "sssiI", step->place.account, step->place.api, step->id, (int)step->restart, number);
    return history_run_once(history, history->restart, e);
}

/* Nothing is known of what has no row. */
bool history_compact_restarts(struct history *history, struct err *e)
{
    return history_execute(history, "DELETE FROM restart WHERE number NOT IN (" LAST_ROWS ")", e) &&
           history_execute(history, "DELETE FROM restart WHERE state = 3", e);
}

/* Only what is still pending: a run of another process may have turned the service off since it was read. */
static bool end_restarts(struct history *history, const struct history_place *place, const char *const ids[],
                         size_t count, struct err *e)
{
    CLEANUP(history_restarts_free) struct history_restarts known = {0};
    bool fine = history_list_restarts(history, place, &known, e);

    for (size_t i = 0; fine && i < count; i++) {
        const struct history_step step = {.id = ids[i], .place = *place, .restart = HISTORY_RESTART_NONE};
        if (history_restarts_get(&known, ids[i]) == HISTORY_RESTART_PENDING) {
            fine = history_add_restart(history, 0, &step, e);
        }
    }
    return fine;
}

bool history_end_restarts(struct history *history, const struct history_place *place, const char *const ids[],
                          size_t count, struct err *e)
{
    return history_execute(history, "BEGIN IMMEDIATE", e) &&
           history_end_transaction(history, end_restarts(history, place, ids, count, e), e);
}

/* --- reading ----------------------------------------------------------------------------------------- */

/* The id is in the first column, the state in the second; false: no history has such a row. */
static bool read_item(sqlite3_stmt *statement, struct history_restarts *restarts)
{
    struct history_restart_item item = {.id = history_text_at(statement, 0, &restarts->memory)};
    int64_t state = sqlite3_column_int64(statement, 1);

    if (item.id == NULL || state < HISTORY_RESTART_PENDING || state > HISTORY_RESTART_UNKNOWN) {
        return false;
    }
    item.restart = (enum history_restart)state;
    *mem_list_add(restarts) = item;
    return true;
}

static int compare_items(const void *left, const void *right)
{
    const struct history_restart_item *a = left, *b = right;

    return strcmp(a->id, b->id);
}

bool history_list_restarts(struct history *history, const struct history_place *place, struct history_restarts *ret,
                           struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement = history_prepare(
        history, "SELECT id, state, max(number) FROM restart WHERE account = ? AND api = ? GROUP BY id", e);
    struct history_restarts restarts = {0};
    int code = SQLITE_DONE;
    bool fine = statement != NULL;

    if (fine) {
        history_bind(statement, "ss", place->account, place->api);
    }
    while (fine && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        fine = read_item(statement, &restarts) || history_damaged(history, e, "a restart has no id, or no such state");
    }
    if (!fine || (code != SQLITE_DONE && !history_fault(history, e))) {
        history_restarts_free(&restarts);
        return false;
    }
    if (restarts.count > 0) {
        qsort(restarts.items, restarts.count, sizeof(*restarts.items), compare_items);
    }
    *ret = restarts;
    return true;
}

enum history_restart history_restarts_get(const struct history_restarts *restarts, const char *id)
{
    const struct history_restart_item key = {.id = id};
    const struct history_restart_item *found =
        restarts->count > 0 ? bsearch(&key, restarts->items, restarts->count, sizeof(*restarts->items), compare_items)
                            : NULL;

    return found != NULL ? found->restart : HISTORY_RESTART_UNKNOWN;
}

void history_restarts_free(struct history_restarts *restarts)
{
    free(restarts->items);
    text_arena_free(&restarts->memory);
    *restarts = (struct history_restarts){0};
}

/* --- runs that left some ----------------------------------------------------------------------------- */

bool history_list_pending_runs(struct history *history, struct history_ids *ret, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history,
                        "SELECT DISTINCT r.id FROM restart f JOIN run r ON r.number = f.run"
                        " WHERE f.state = 1 AND f.number IN (" LAST_ROWS ") AND r.id IS NOT NULL ORDER BY r.id",
                        e);
    struct history_ids ids = {0};
    int code = SQLITE_DONE;

    if (statement == NULL) {
        return false;
    }
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        *mem_list_add(&ids) = history_text_at(statement, 0, &ids.memory);
    }
    if (code != SQLITE_DONE) {
        history_ids_free(&ids);
        return history_fault(history, e);
    }
    *ret = ids;
    return true;
}

static int compare_with_id(const void *id, const void *item)
{
    return strcmp(id, *(const char *const *)item);
}

bool history_ids_have(const struct history_ids *ids, const char *id)
{
    return ids->count > 0 && bsearch(id, ids->items, ids->count, sizeof(*ids->items), compare_with_id) != NULL;
}

void history_ids_free(struct history_ids *ids)
{
    free(ids->items);
    text_arena_free(&ids->memory);
    *ids = (struct history_ids){0};
}
