/* The file: opened and brought up to date. */
#include "history/history.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "history/history_db.h"
#include "mem/mem.h"

enum { BUSY_WAIT_MS = 10 * 1000 };

/*
 * One entry a version of the layout; a file with user_version N has had the first N. Never change one: add.
 * A CHECK with IN (...) would build a table of the words for every row that is written: two thirds of its cost.
 * An index in the order of ids, which are random, would have most of its pages written again with every group of steps.
 */
static const char *const migrations[] = {
    "CREATE TABLE run ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id TEXT NOT NULL UNIQUE,"
    " started_at TEXT NOT NULL,"
    " ended_at TEXT,"
    " command TEXT NOT NULL,"
    " arguments TEXT NOT NULL,"
    " place TEXT NOT NULL,"
    " wanted TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('done', 'interrupted', 'running')),"
    " process INTEGER NOT NULL,"
    " process_began INTEGER NOT NULL,"
    " summary TEXT);"
    "CREATE TABLE step ("
    " run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,"
    " ordinal INTEGER NOT NULL,"
    " stage TEXT NOT NULL CHECK (stage = 'planned' OR stage = 'intended' OR stage = 'final'),"
    " kind TEXT NOT NULL,"
    " region TEXT,"
    " id TEXT,"
    " name TEXT,"
    " crn TEXT,"
    " before TEXT NOT NULL,"
    " wanted TEXT NOT NULL,"
    " after TEXT,"
    " etag TEXT,"
    " attempts INTEGER NOT NULL DEFAULT 0,"
    " outcome TEXT,"
    " reason TEXT,"
    " request_id TEXT,"
    " http_status INTEGER NOT NULL DEFAULT 0,"
    " restart_needed INTEGER NOT NULL DEFAULT 0,"
    " intended_at TEXT,"
    " concluded_at TEXT,"
    " PRIMARY KEY (run, ordinal)) WITHOUT ROWID;",
    "ALTER TABLE step ADD COLUMN action TEXT NOT NULL DEFAULT 'set';"
    "ALTER TABLE step ADD COLUMN phase TEXT;"
    "ALTER TABLE step ADD COLUMN body TEXT;"
    "UPDATE step SET action = 'create' WHERE (SELECT command FROM run WHERE number = step.run) LIKE '% create';",
    "ALTER TABLE step ADD COLUMN needs INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE step ADD COLUMN restart_done INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX step_restart_needed ON step (id) WHERE restart_needed = 1;"
    "CREATE INDEX step_restart_done ON step (id) WHERE restart_done = 1;",
    ("DROP INDEX step_restart_needed; DROP INDEX step_restart_done;"
     "CREATE INDEX step_restart ON step (run) WHERE restart_needed = 1 OR restart_done = 1;"),
    /* places "ACCOUNT API, ACCOUNT API" become rows; processes go: a lock decides what is in progress */
    ("CREATE TABLE run_place ("
     " run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,"
     " account TEXT NOT NULL,"
     " api TEXT NOT NULL,"
     " PRIMARY KEY (run, account, api)) WITHOUT ROWID;"
     "WITH RECURSIVE part (run, place, rest) AS ("
     " SELECT number, NULL, place || ', ' FROM run"
     " UNION ALL SELECT run, substr(rest, 1, instr(rest, ', ') - 1), substr(rest, instr(rest, ', ') + 2)"
     "  FROM part WHERE rest <> '')"
     "INSERT OR IGNORE INTO run_place SELECT run, substr(place, 1, instr(place, ' ') - 1),"
     " substr(place, instr(place, ' ') + 1) FROM part WHERE instr(place, ' ') > 0;"
     "ALTER TABLE run DROP COLUMN place;"
     "ALTER TABLE run DROP COLUMN process;"
     "ALTER TABLE run DROP COLUMN process_began;"
     "ALTER TABLE run ADD COLUMN holder TEXT;"),
    /*
     * What is known of restarts gets rows of its own, the later ones count. A step was at one of the places of its run;
     * where it turned the service off, or on while the server was stopped, only its texts say so.
     */
    ("CREATE TABLE restart ("
     " number INTEGER PRIMARY KEY,"
     " account TEXT NOT NULL,"
     " api TEXT NOT NULL,"
     " id TEXT NOT NULL,"
     " state INTEGER NOT NULL,"
     " run INTEGER NOT NULL);"
     "INSERT INTO restart (account, api, id, state, run)"
     " SELECT p.account, p.api, s.id,"
     "  CASE WHEN s.restart_needed = 1 THEN 1 WHEN s.after LIKE '%\"enabled\":true%' THEN 2 ELSE 3 END, s.run"
     "  FROM step s JOIN run_place p ON p.run = s.run"
     "  WHERE s.stage = 'final' AND s.id IS NOT NULL AND (s.restart_needed = 1 OR s.restart_done = 1 OR"
     "   (s.kind = 'instance' AND s.action = 'set' AND s.outcome = 'changed'"
     "    AND s.before LIKE '%\"enabled\":false%' AND s.after LIKE '%\"enabled\":true%'))"
     "  ORDER BY s.concluded_at, s.run, s.ordinal;"
     "DROP INDEX step_restart;"),
    /* who worked on a run, and where it was, for those who look back */
    ("CREATE TABLE invocation ("
     " run INTEGER NOT NULL REFERENCES run (number) ON DELETE CASCADE,"
     " number INTEGER NOT NULL,"
     " started_at TEXT NOT NULL,"
     " ended_at TEXT,"
     " command TEXT NOT NULL,"
     " arguments TEXT NOT NULL,"
     " actor TEXT,"
     " version TEXT,"
     " exit_status INTEGER,"
     " PRIMARY KEY (run, number)) WITHOUT ROWID;"
     "ALTER TABLE run ADD COLUMN regions TEXT;"
     "UPDATE run SET regions ="
     " (SELECT group_concat(DISTINCT s.region) FROM step s WHERE s.run = run.number AND s.region <> '');"),
    /*
     * The first row of a run is of who began it, also where the program of that time kept none: those who resumed such
     * a run, with a command that no run has, move up. The process that works on a run gets columns of its own.
     */
    ("UPDATE invocation SET number = -number WHERE NOT EXISTS (SELECT 1 FROM run r JOIN invocation i ON i.run = "
     "r.number"
     " WHERE r.number = invocation.run AND i.command = r.command);"
     "UPDATE invocation SET number = 1 - number WHERE number < 0;"
     "INSERT INTO invocation (run, number, started_at, ended_at, command, arguments)"
     " SELECT number, 1, started_at,"
     "  CASE WHEN NOT EXISTS (SELECT 1 FROM invocation i WHERE i.run = run.number) THEN ended_at END,"
     "  command, arguments FROM run"
     "  WHERE NOT EXISTS (SELECT 1 FROM invocation i WHERE i.run = run.number AND i.number = 1);"
     "ALTER TABLE run ADD COLUMN host TEXT;"
     "ALTER TABLE run ADD COLUMN process INTEGER NOT NULL DEFAULT 0;"),
    /*
     * Audits. What a finding is about is kept once for all audits of a scope, so that a finding of one audit is a few
     * bytes; `detailed` is 0 where only the counts are left.
     */
    ("CREATE TABLE audit_scope ("
     " number INTEGER PRIMARY KEY,"
     " account TEXT NOT NULL,"
     " apis TEXT NOT NULL,"
     " selection TEXT NOT NULL,"
     " UNIQUE (account, apis, selection));"
     "CREATE TABLE audit ("
     " number INTEGER PRIMARY KEY AUTOINCREMENT,"
     " scope INTEGER NOT NULL REFERENCES audit_scope (number),"
     " id TEXT NOT NULL UNIQUE,"
     " started_at TEXT NOT NULL,"
     " ended_at TEXT NOT NULL,"
     " policy TEXT NOT NULL,"
     " policy_digest TEXT NOT NULL,"
     " as_of TEXT NOT NULL,"
     " complete INTEGER NOT NULL,"
     " missing TEXT NOT NULL,"
     " exit_status INTEGER NOT NULL,"
     " counts TEXT NOT NULL,"
     " version TEXT NOT NULL,"
     " actor TEXT,"
     " new_findings INTEGER,"
     " fixed_findings INTEGER,"
     " detailed INTEGER NOT NULL DEFAULT 1);"
     "CREATE INDEX audit_of_scope ON audit (scope, number);"
     "CREATE TABLE audit_subject ("
     " number INTEGER PRIMARY KEY,"
     " scope INTEGER NOT NULL REFERENCES audit_scope (number),"
     " fingerprint BLOB NOT NULL,"
     " rule TEXT NOT NULL,"
     " kind TEXT NOT NULL,"
     " region TEXT,"
     " id TEXT,"
     " name TEXT,"
     " crn TEXT,"
     " UNIQUE (scope, fingerprint));"
     "CREATE TABLE audit_finding ("
     " audit INTEGER NOT NULL,"
     " subject INTEGER NOT NULL,"
     " severity INTEGER NOT NULL,"
     " result INTEGER NOT NULL,"
     " PRIMARY KEY (audit, subject)) WITHOUT ROWID;"),
};
enum { VERSION = sizeof(migrations) / sizeof(migrations[0]) };

/* A step whose request is about to leave is called "intended" in the file. */
const char *const history_stage_words[] = {"planned", "intended", "final"};
const char *const history_state_words[] = {"done", "interrupted", "running"};

const char *history_state_name(enum history_state state)
{
    return history_state_words[state];
}

bool history_damaged(const struct history *history, struct err *e, const char *format, ...)
{
    CLEANUP(text_free) struct text what = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&what, format, args);
    va_end(args);
    return err_set(e, ERR_IO,
                   "the history %s is damaged: %s. Move it and the files beside it (-wal, -shm) away to begin another "
                   "one; the runs in it can then not be resumed or rolled back, and pending restarts are forgotten",
                   history->path, text_string(&what));
}

bool history_fault(const struct history *history, struct err *e)
{
    switch (sqlite3_errcode(history->db)) {
    case SQLITE_FULL:
        return err_set(e, ERR_IO, "the history %s cannot be written: no space left on the device", history->path);
    case SQLITE_READONLY:
        return err_set(e, ERR_IO, "the history %s cannot be written: it is read-only", history->path);
    case SQLITE_BUSY:
        return err_set(e, ERR_IO, "the history %s stays busy: another program holds it", history->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* a table or a column is missing */
        return history_damaged(history, e, "%s", sqlite3_errmsg(history->db));
    default:
        return err_set(e, ERR_IO, "the history %s cannot be used: %s", history->path, sqlite3_errmsg(history->db));
    }
}

bool history_execute(struct history *history, const char *sql, struct err *e)
{
    return sqlite3_exec(history->db, sql, NULL, NULL, NULL) == SQLITE_OK || history_fault(history, e);
}

sqlite3_stmt *history_prepare(struct history *history, const char *sql, struct err *e)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(history->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        history_fault(history, e);
    }
    return statement;
}

void history_finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

const char *history_text_at(sqlite3_stmt *statement, int column, struct text_arena *memory)
{
    const char *bytes = (const char *)sqlite3_column_text(statement, column);

    return bytes != NULL ? text_arena_copy(memory, bytes, (size_t)sqlite3_column_bytes(statement, column)) : NULL;
}

bool history_run_once(struct history *history, sqlite3_stmt *statement, struct err *e)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE || history_fault(history, e);

    sqlite3_reset(statement);
    return done;
}

static void bind_all(sqlite3_stmt *statement, const char *types, va_list args)
{
    assert(strlen(types) == (size_t)sqlite3_bind_parameter_count(statement));
    for (int i = 0; types[i] != '\0'; i++) {
        int code = types[i] == 's' ? sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1, SQLITE_STATIC)
                   : types[i] == 'I' ? sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t))
                                     : sqlite3_bind_int(statement, i + 1, va_arg(args, int));
        if (code == SQLITE_NOMEM) {
            mem_out_of_memory();
        }
    }
}

void history_bind(sqlite3_stmt *statement, const char *types, ...)
{
    va_list args;

    va_start(args, types);
    bind_all(statement, types, args);
    va_end(args);
}

bool history_change(struct history *history, struct err *e, const char *sql, const char *types, ...)
{
    CLEANUP(history_finalize) sqlite3_stmt *statement = history_prepare(history, sql, e);
    va_list args;

    if (statement == NULL) {
        return false;
    }
    va_start(args, types);
    bind_all(statement, types, args);
    va_end(args);
    return history_run_once(history, statement, e);
}

bool history_end_transaction(struct history *history, bool fine, struct err *e)
{
    struct err ignored = ERR_INIT;

    if (fine && history_execute(history, "COMMIT", e)) {
        return true;
    }
    (void)history_execute(history, "ROLLBACK", &ignored);
    return false;
}

/* --- opening ---------------------------------------------------------------------------------------- */

static bool read_version(struct history *history, int *ret_version, struct err *e)
{
    CLEANUP(history_finalize) sqlite3_stmt *statement = history_prepare(history, "PRAGMA user_version", e);

    if (statement == NULL || sqlite3_step(statement) != SQLITE_ROW) {
        return history_fault(history, e);
    }
    *ret_version = sqlite3_column_int(statement, 0);
    return true;
}

static bool apply_migrations(struct history *history, int version, struct err *e)
{
    assert(version >= 0);
    for (; version < VERSION; version++) {
        CLEANUP(text_free) struct text sql = {0};
        text_printf(&sql, "%s PRAGMA user_version = %d;", migrations[version], version + 1);
        if (!history_execute(history, text_string(&sql), e)) {
            return false;
        }
    }
    return true;
}

/* The version is read again inside the transaction: two processes may find the same old file. */
static bool migrate(struct history *history, struct err *e)
{
    int version = 0;

    if (!read_version(history, &version, e)) {
        return false;
    }
    if (version < 0) {
        return history_damaged(history, e, "its layout has the number %d", version);
    }
    if (version > VERSION) {
        return err_set(e, ERR_IO, "the history %s was written by a newer vpcmeta (layout %d, this one knows %d)",
                       history->path, version, VERSION);
    }
    if (version == VERSION) {
        return true;
    }
    return history_execute(history, "BEGIN IMMEDIATE", e) &&
           history_end_transaction(history, read_version(history, &version, e) && apply_migrations(history, version, e),
                                   e);
}

static bool make_folder(const char *path, struct text *ret_folder, struct err *e)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        text_append(ret_folder, ".");
        return true;
    }
    text_append_size(ret_folder, path, (size_t)(slash - path));
    return fsio_make_private_folder(text_string(ret_folder), e);
}

bool history_check(const char *path, struct err *e)
{
    CLEANUP(text_free) struct text folder = {0};
    bool fine = make_folder(path, &folder, e) && fsio_check_room(text_string(&folder), HISTORY_ROOM, e);

    if (fine && access(path, W_OK) != 0 && errno != ENOENT) {
        fine = err_set_errno(e, ERR_IO, "cannot write");
    }
    return fine || err_wrap(e, "the history %s cannot be written", path) ||
           err_advise(e, "Set XDG_STATE_HOME to a folder that you can write");
}

static bool connect(struct history *history, const char *path, int mode, struct err *e)
{
    int flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

    if (sqlite3_open_v2(path, &history->db, flags, NULL) != SQLITE_OK) {
        return history_fault(history, e);
    }
    /* the log is emptied as it grows; doing it at each end would cost every command a few more flushes of the disk */
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    /* the layout has neither: a file that has them was made by another program */
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(history->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return true;
}

static bool open_database(struct history *history, const char *path, struct err *e)
{
    if (!connect(history, path, SQLITE_OPEN_READWRITE, e)) {
        return false;
    }
    sqlite3_busy_timeout(history->db, BUSY_WAIT_MS);
    return history_execute(history, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
                           e) &&
           migrate(history, e);
}

static struct history *create(const char *path, const struct clock *clock)
{
    struct history *history = mem_alloc(sizeof(*history));

    history->path = mem_copy(path);
    history->clock = clock;
    return history;
}

struct history *history_open(const char *path, const struct clock *clock, struct err *e)
{
    CLEANUP(text_free) struct text folder = {0};
    struct history *history = create(path, clock);

    if (!make_folder(path, &folder, e) || !fsio_make_private_file(path, e) || !open_database(history, path, e)) {
        history_close(history);
        return NULL;
    }
    return history;
}

struct history *history_open_past(const char *path, const struct clock *clock, struct err *e)
{
    struct history *history = create(path, clock);
    bool missing = access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);

    if (!open_database(history, missing ? ":memory:" : path, e)) {
        history_close(history);
        return NULL;
    }
    return history;
}

struct history *history_open_as_is(const char *path, const struct clock *clock, struct err *e)
{
    struct history *history = create(path, clock);
    int version = 0;

    if (!connect(history, path, SQLITE_OPEN_READONLY, e) || !read_version(history, &version, e) ||
        (version != VERSION && !err_set(e, ERR_IO, "the history %s has layout %d", path, version))) {
        history_close(history);
        return NULL;
    }
    return history;
}

void history_close(struct history *history)
{
    if (history == NULL) {
        return;
    }
    sqlite3_finalize(history->journal);
    sqlite3_finalize(history->conclude);
    sqlite3_finalize(history->reopen);
    sqlite3_finalize(history->restart);
    sqlite3_close(history->db);
    fsio_lock_close(history->runs);
    free(history->path);
    free(history);
}

void history_release(struct history **history)
{
    history_close(*history);
    *history = NULL;
}
