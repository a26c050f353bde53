/* Audits: their counts, and of the newest ones of each scope the findings. */
#include <stdlib.h>
#include <string.h>

#include "history/history_db.h"
#include "mem/mem.h"

/* By their numbers in the file: add at the end only. */
static const char *const severities[] = {"info", "low", "medium", "high", "critical"};
static const char *const results[] = {"fail", "excepted", "cannot_tell"};
enum {
    SEVERITIES = sizeof(severities) / sizeof(severities[0]),
    RESULTS = sizeof(results) / sizeof(results[0]),
};

static int number_of(const char *word, const char *const words[], int count)
{
    int i = 0;

    while (i < count && !text_equal(words[i], word)) {
        i++;
    }
    return i;
}

/* The word with the number; NULL: a damaged file may hold anything. */
static const char *word_at(sqlite3_stmt *statement, int column, const char *const words[], int count)
{
    int64_t number = sqlite3_column_int64(statement, column);

    return number >= 0 && number < count ? words[number] : NULL;
}

/* --- writing ------------------------------------------------------------------------------------------ */

static bool select_number(struct history *history, const char *sql, const char *types, const char *a, const char *b,
                          const char *c, int64_t *ret_number, struct err *e)
{
    CLEANUP(history_finalize) sqlite3_stmt *statement = history_prepare(history, sql, e);

    if (statement == NULL) {
        return false;
    }
    history_bind(statement, types, a, b, c);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW) {
        return code == SQLITE_DONE ? history_damaged(history, e, "a scope of audits is missing")
                                   : history_fault(history, e);
    }
    *ret_number = sqlite3_column_int64(statement, 0);
    return true;
}

static bool add_scope(struct history *history, const struct history_scope *scope, int64_t *ret_number, struct err *e)
{
    return history_change(history, e, "INSERT OR IGNORE INTO audit_scope (account, apis, selection) VALUES (?, ?, ?)",
                          "sss", scope->account, scope->apis, scope->selection) &&
           select_number(history, "SELECT number FROM audit_scope WHERE account = ? AND apis = ? AND selection = ?",
                         "sss", scope->account, scope->apis, scope->selection, ret_number, e);
}

static bool insert_audit(struct history *history, const struct history_audit *audit, int64_t scope, int64_t *ret_number,
                         struct err *e)
{
    bool added = history_change(
        history, e,
        "INSERT INTO audit (scope, id, started_at, ended_at, policy, policy_digest, as_of, complete, missing,"
        " exit_status, counts, version, actor, new_findings, fixed_findings)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, -1), nullif(?, -1))",
        "IssssssisisssII", scope, audit->id, audit->started_at, audit->ended_at, audit->policy, audit->policy_digest,
        audit->as_of, audit->complete, audit->missing, audit->exit_status, audit->counts, audit->version, audit->actor,
        audit->new_findings, audit->fixed_findings);

    *ret_number = sqlite3_last_insert_rowid(history->db);
    return added;
}

static bool bind_fingerprint(sqlite3_stmt *statement, int position, const struct history_finding *finding)
{
    return sqlite3_bind_blob(statement, position, finding->fingerprint, HISTORY_FINGERPRINT_SIZE, SQLITE_STATIC) ==
           SQLITE_OK;
}

/* What the finding is about, unless an earlier audit has added it; the name may have changed since. */
static bool add_subject(struct history *history, sqlite3_stmt *statement, int64_t scope,
                        const struct history_finding *finding, struct err *e)
{
    const char *const texts[] = {finding->rule, finding->kind, finding->region,
                                 finding->id,   finding->name, finding->crn};

    bool bound = sqlite3_bind_int64(statement, 1, scope) == SQLITE_OK && bind_fingerprint(statement, 2, finding);
    for (int i = 0; bound && i < (int)(sizeof(texts) / sizeof(texts[0])); i++) {
        bound = sqlite3_bind_text(statement, i + 3, texts[i], -1, SQLITE_STATIC) == SQLITE_OK;
    }
    return (bound || history_fault(history, e)) && history_run_once(history, statement, e);
}

static bool add_finding(struct history *history, sqlite3_stmt *statement, int64_t scope, int64_t audit,
                        const struct history_finding *finding, struct err *e)
{
    bool bound = sqlite3_bind_int64(statement, 1, audit) == SQLITE_OK &&
                 sqlite3_bind_int64(statement, 2, scope) == SQLITE_OK && bind_fingerprint(statement, 3, finding) &&
                 sqlite3_bind_int(statement, 4, number_of(finding->severity, severities, SEVERITIES)) == SQLITE_OK &&
                 sqlite3_bind_int(statement, 5, number_of(finding->result, results, RESULTS)) == SQLITE_OK;

    return (bound || history_fault(history, e)) && history_run_once(history, statement, e);
}

static bool add_findings(struct history *history, int64_t scope, int64_t audit, const struct history_finding *findings,
                         size_t count, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *subject =
        history_prepare(history,
                        "INSERT INTO audit_subject (scope, fingerprint, rule, kind, region, id, name, crn)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scope, fingerprint)"
                        " DO UPDATE SET name = excluded.name WHERE name IS NOT excluded.name",
                        e);
    CLEANUP(history_finalize)
    sqlite3_stmt *finding =
        history_prepare(history,
                        "INSERT OR IGNORE INTO audit_finding (audit, subject, severity, result)"
                        " SELECT ?1, number, ?4, ?5 FROM audit_subject WHERE scope = ?2 AND fingerprint = ?3",
                        e);
    bool fine = subject != NULL && finding != NULL;

    for (size_t i = 0; fine && i < count; i++) {
        fine = add_subject(history, subject, scope, &findings[i], e) &&
               add_finding(history, finding, scope, audit, &findings[i], e);
    }
    return fine;
}

/* What no finding is about any more. */
static bool drop_subjects(struct history *history, int64_t scope, struct err *e)
{
    return history_change(history, e,
                          "DELETE FROM audit_subject WHERE scope = ? AND NOT EXISTS (SELECT 1 FROM audit a"
                          " JOIN audit_finding f ON f.audit = a.number"
                          " WHERE a.scope = audit_subject.scope AND a.detailed = 1"
                          " AND f.subject = audit_subject.number)",
                          "I", scope);
}

/* Findings of older audits are dropped, but never those of the newest complete one, which others are compared with. */
static bool drop_old_findings(struct history *history, int64_t scope, struct err *e)
{
#define OLD                                                                      \
    "scope = ?1 AND detailed = 1 AND number NOT IN"                              \
    " (SELECT number FROM audit WHERE scope = ?1 ORDER BY number DESC LIMIT ?2)" \
    " AND number IS NOT (SELECT max(number) FROM audit WHERE scope = ?1 AND complete = 1)"
    if (!history_change(history, e, "DELETE FROM audit_finding WHERE audit IN (SELECT number FROM audit WHERE " OLD ")",
                        "Ii", scope, HISTORY_AUDITS_DETAILED) ||
        !history_change(history, e, "UPDATE audit SET detailed = 0 WHERE " OLD, "Ii", scope, HISTORY_AUDITS_DETAILED)) {
        return false;
    }
#undef OLD
    return sqlite3_changes(history->db) == 0 || drop_subjects(history, scope, e);
}

static bool add_audit(struct history *history, const struct history_audit *audit,
                      const struct history_finding *findings, size_t count, struct err *e)
{
    int64_t scope = 0;
    int64_t number = 0;

    return add_scope(history, &audit->scope, &scope, e) && insert_audit(history, audit, scope, &number, e) &&
           add_findings(history, scope, number, findings, count, e) && drop_old_findings(history, scope, e);
}

bool history_add_audit(struct history *history, const struct history_audit *audit,
                       const struct history_finding *findings, size_t count, struct err *e)
{
    return history_execute(history, "BEGIN IMMEDIATE", e) &&
           history_end_transaction(history, add_audit(history, audit, findings, count, e), e);
}

static bool forget_audit(struct history *history, int64_t number, struct err *e)
{
    return history_change(history, e, "DELETE FROM audit_finding WHERE audit = ?", "I", number) &&
           history_change(history, e, "DELETE FROM audit WHERE number = ?", "I", number);
}

/* Scopes without audits go as well, with what their findings were about. */
static bool drop_scopes(struct history *history, struct err *e)
{
    return history_execute(history,
                           "DELETE FROM audit_subject WHERE NOT EXISTS (SELECT 1 FROM audit a"
                           " JOIN audit_finding f ON f.audit = a.number"
                           " WHERE a.scope = audit_subject.scope AND f.subject = audit_subject.number);"
                           "DELETE FROM audit_scope WHERE NOT EXISTS"
                           " (SELECT 1 FROM audit a WHERE a.scope = audit_scope.number);",
                           e);
}

bool history_forget_audits(struct history *history, const int64_t numbers[], size_t count, struct err *e)
{
    if (!history_execute(history, "BEGIN IMMEDIATE", e)) {
        return false;
    }
    bool fine = true;
    for (size_t i = 0; fine && i < count; i++) {
        fine = forget_audit(history, numbers[i], e);
    }
    return history_end_transaction(history, fine && drop_scopes(history, e), e);
}

/* --- reading ------------------------------------------------------------------------------------------ */

static int64_t count_at(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? HISTORY_NO_COUNT
                                                                 : sqlite3_column_int64(statement, column);
}

static bool read_audit(struct history *history, sqlite3_stmt *statement, struct text_arena *memory,
                       struct history_audit *ret, struct err *e)
{
    *ret = (struct history_audit){
        .number = sqlite3_column_int64(statement, 0),
        .id = history_text_at(statement, 1, memory),
        .started_at = history_text_at(statement, 2, memory),
        .ended_at = history_text_at(statement, 3, memory),
        .scope = {.account = history_text_at(statement, 4, memory),
                  .apis = history_text_at(statement, 5, memory),
                  .selection = history_text_at(statement, 6, memory)},
        .policy = history_text_at(statement, 7, memory),
        .policy_digest = history_text_at(statement, 8, memory),
        .as_of = history_text_at(statement, 9, memory),
        .complete = sqlite3_column_int(statement, 10) != 0,
        .missing = history_text_at(statement, 11, memory),
        .exit_status = sqlite3_column_int(statement, 12),
        .counts = history_text_at(statement, 13, memory),
        .version = history_text_at(statement, 14, memory),
        .actor = history_text_at(statement, 15, memory),
        .new_findings = count_at(statement, 16),
        .fixed_findings = count_at(statement, 17),
        .detailed = sqlite3_column_int(statement, 18) != 0,
    };
    const char *const needed[] = {ret->id,         ret->started_at,      ret->ended_at, ret->scope.account,
                                  ret->scope.apis, ret->policy,          ret->missing,  ret->counts,
                                  ret->version,    ret->scope.selection, ret->as_of,    ret->policy_digest};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (needed[i] == NULL) {
            return history_damaged(history, e, "audit %lld lacks a column", (long long)ret->number);
        }
    }
    return true;
}

static bool list_audits(struct history *history, struct history_audits *ret, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history,
                        "SELECT a.number, id, started_at, ended_at, account, apis, selection, policy, policy_digest,"
                        " as_of, complete, missing, exit_status, counts, version, actor, new_findings, fixed_findings,"
                        " detailed FROM audit a LEFT JOIN audit_scope s ON s.number = a.scope ORDER BY a.number DESC",
                        e);
    bool fine = statement != NULL;
    int code = SQLITE_DONE;

    while (fine && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        fine = read_audit(history, statement, &ret->memory, mem_list_add(ret), e);
    }
    return fine && (code == SQLITE_DONE || history_fault(history, e));
}

bool history_list_audits(struct history *history, struct history_audits *ret, struct err *e)
{
    *ret = (struct history_audits){0};
    bool fine = list_audits(history, ret, e);
    if (!fine) {
        history_audits_free(ret);
    }
    return fine;
}

void history_audits_free(struct history_audits *audits)
{
    free(audits->items);
    text_arena_free(&audits->memory);
    *audits = (struct history_audits){0};
}

static bool read_finding(struct history *history, sqlite3_stmt *statement, struct text_arena *memory,
                         struct history_finding *ret, struct err *e)
{
    const void *fingerprint = sqlite3_column_blob(statement, 0);

    *ret = (struct history_finding){
        .rule = history_text_at(statement, 1, memory),
        .kind = history_text_at(statement, 2, memory),
        .region = history_text_at(statement, 3, memory),
        .id = history_text_at(statement, 4, memory),
        .name = history_text_at(statement, 5, memory),
        .crn = history_text_at(statement, 6, memory),
        .severity = word_at(statement, 7, severities, SEVERITIES),
        .result = word_at(statement, 8, results, RESULTS),
    };
    if (fingerprint == NULL || sqlite3_column_bytes(statement, 0) != HISTORY_FINGERPRINT_SIZE || ret->rule == NULL ||
        ret->kind == NULL || ret->severity == NULL || ret->result == NULL) {
        return history_damaged(history, e, "a finding of an audit lacks a column");
    }
    memcpy(ret->fingerprint, fingerprint, HISTORY_FINGERPRINT_SIZE);
    return true;
}

static bool list_findings(struct history *history, int64_t audit, struct history_findings *ret, struct err *e)
{
    CLEANUP(history_finalize)
    sqlite3_stmt *statement =
        history_prepare(history,
                        "SELECT fingerprint, rule, kind, region, id, name, crn, severity, result FROM audit_finding"
                        " LEFT JOIN audit_subject ON number = subject WHERE audit = ?",
                        e);
    bool fine = statement != NULL;
    int code = SQLITE_DONE;

    if (fine) {
        history_bind(statement, "I", audit);
    }
    while (fine && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        fine = read_finding(history, statement, &ret->memory, mem_list_add(ret), e);
    }
    return fine && (code == SQLITE_DONE || history_fault(history, e));
}

bool history_list_findings(struct history *history, int64_t audit, struct history_findings *ret, struct err *e)
{
    *ret = (struct history_findings){0};
    bool fine = list_findings(history, audit, ret, e);
    if (!fine) {
        history_findings_free(ret);
    }
    return fine;
}

void history_findings_free(struct history_findings *findings)
{
    free(findings->items);
    text_arena_free(&findings->memory);
    *findings = (struct history_findings){0};
}
