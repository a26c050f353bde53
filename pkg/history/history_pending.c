/* Who still needs a restart, by all that runs left behind. */
#include "history/history_db.h"

/*
 * Pending is what was needed last no earlier than it was done last. Seconds are coarse: of two steps in one second the
 * one of the later run is the later one. The numbers of runs get leading zeros to be compared as text.
 */
static const char query[] =
    "SELECT id FROM"
    " (SELECT s.id, s.restart_needed AS needed, s.restart_done AS done,"
    "   s.concluded_at || printf('%020d', s.run) AS moment"
    "  FROM step s JOIN run r ON r.number = s.run"
    "  WHERE (s.restart_needed = 1 OR s.restart_done = 1) AND s.stage = 'final'"
    "  AND instr(', ' || r.place || ', ', ', ' || ?1 || ', ') > 0)"
    " GROUP BY id"
    " HAVING max(CASE WHEN needed THEN moment END) >= ifnull(max(CASE WHEN done THEN moment END), '')"
    " ORDER BY id";

static void append(struct history_ids *ids, size_t *room, sqlite3_stmt *statement)
{
    const char *id = (const char *)sqlite3_column_text(statement, 0);

    if (ids->count == *room) {
        const char **larger;
        *room = *room > 0 ? 2 * *room : 64;
        larger = text_arena_alloc(&ids->memory, *room * sizeof(*larger));
        for (size_t i = 0; i < ids->count; i++) {
            larger[i] = ids->items[i];
        }
        ids->items = larger;
    }
    ids->items[ids->count++] = text_arena_copy(&ids->memory, id, (size_t)sqlite3_column_bytes(statement, 0));
}

bool history_list_pending(struct history *history, const char *place, struct history_ids *ret, struct err *e)
{
    CLEANUP(history_finalize) sqlite3_stmt *statement = history_prepare(history, query, e);
    struct history_ids ids = {0};
    size_t room = 0;
    int code = SQLITE_DONE;

    if (statement == NULL) {
        return false;
    }
    history_bind(statement, 1, place);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        append(&ids, &room, statement);
    }
    if (code != SQLITE_DONE) {
        history_ids_free(&ids);
        return history_fault(history, e);
    }
    *ret = ids;
    return true;
}

void history_ids_free(struct history_ids *ids)
{
    text_arena_free(&ids->memory);
    *ids = (struct history_ids){0};
}
