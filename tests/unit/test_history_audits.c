/* Audits in the history: whole or not at all, small, and beside each other. */
#include "history/history.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder_fixture.h"

static struct history *open_history(void **state)
{
    struct err e = ERR_INIT;
    struct history *history = history_open(in(state, "state/history.db"), clock_system(), &e);

    assert_string_equal(e.message, "");
    assert_non_null(history);
    return history;
}

static const struct history_scope whole = {"a/1", "[\"us-south https://u/v1\"]", "[]"};
static const struct history_scope narrow = {"a/1", "[\"us-south https://u/v1\"]", "[\"--vpc\",\"prod\"]"};

static struct history_audit audit_of(const char *id, const struct history_scope *scope, bool complete)
{
    return (struct history_audit){.id = id,
                                  .started_at = "2026-11-01T00:00:00Z",
                                  .ended_at = "2026-11-01T00:00:09Z",
                                  .scope = *scope,
                                  .policy = "baseline",
                                  .policy_digest = "sha256:00",
                                  .as_of = "2026-11-01",
                                  .complete = complete,
                                  .missing = complete ? "[]" : "[\"instances of eu-de\"]",
                                  .exit_status = complete ? 3 : 5,
                                  .counts = "{\"total\":2}",
                                  .version = "1.2",
                                  .actor = "{\"name\":\"Ann\"}"};
}

static struct history_finding finding_of(unsigned number, const char *result)
{
    struct history_finding finding = {.rule = "hop-limit",
                                      .kind = "instance",
                                      .region = "us-south",
                                      .id = "i-1",
                                      .name = "web-1",
                                      .crn = "crn:1",
                                      .severity = "medium",
                                      .result = result};

    /* spread as digests are */
    for (size_t i = 0; i < sizeof(number); i++) {
        finding.fingerprint[i] = (unsigned char)(number * 2654435761U >> (8 * i));
    }
    memcpy(finding.fingerprint + 8, &number, sizeof(number));
    return finding;
}

/* Adds an audit whose findings are named by letters: "abC": a and b fail, c is excepted. */
static void add(struct history *history, const char *id, const struct history_scope *scope, bool complete,
                const char *letters)
{
    struct history_audit audit = audit_of(id, scope, complete);
    struct history_finding findings[32];
    struct err e = ERR_INIT;
    size_t count = 0;

    for (const char *c = letters; *c != '\0'; c++) {
        findings[count++] = finding_of((unsigned char)*c | 0x20U, *c >= 'a' ? "fail" : "excepted");
    }
    assert_true(history_add_audit(history, &audit, findings, count, &e));
}

static void list(struct history *history, struct history_audits *ret)
{
    struct err e = ERR_INIT;

    assert_true(history_list_audits(history, ret, &e));
}

static size_t count_findings(struct history *history, int64_t audit)
{
    CLEANUP(history_findings_free) struct history_findings findings = {0};
    struct err e = ERR_INIT;

    assert_true(history_list_findings(history, audit, &findings, &e));
    return findings.count;
}

/* Runs a script of Python's sqlite3 module over the file. */
static void execute(void **state, const char *script)
{
    CLEANUP(text_free) struct text command = {0};

    text_printf(&command, "python3 -c 'import sqlite3; sqlite3.connect(\"%s\").executescript(%s)'",
                in(state, "state/history.db"), script);
    assert_int_equal(system(text_string(&command)), 0);
}

/* --- tests ------------------------------------------------------------------------------------------ */

static void an_audit_is_read_back_as_it_was_added(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_audits_free) struct history_audits audits = {0};
    CLEANUP(history_findings_free) struct history_findings findings = {0};
    struct err e = ERR_INIT;

    add(history, "20261101-1", &whole, true, "a");
    add(history, "20261101-2", &narrow, false, "B");
    list(history, &audits);
    assert_int_equal(audits.count, 2);
    const struct history_audit *audit = &audits.items[0];
    assert_string_equal(audit->id, "20261101-2");
    assert_string_equal(audit->started_at, "2026-11-01T00:00:00Z");
    assert_string_equal(audit->ended_at, "2026-11-01T00:00:09Z");
    assert_string_equal(audit->scope.account, "a/1");
    assert_string_equal(audit->scope.apis, "[\"us-south https://u/v1\"]");
    assert_string_equal(audit->scope.selection, "[\"--vpc\",\"prod\"]");
    assert_string_equal(audit->policy, "baseline");
    assert_string_equal(audit->policy_digest, "sha256:00");
    assert_string_equal(audit->as_of, "2026-11-01");
    assert_false(audit->complete);
    assert_string_equal(audit->missing, "[\"instances of eu-de\"]");
    assert_int_equal(audit->exit_status, 5);
    assert_string_equal(audit->counts, "{\"total\":2}");
    assert_string_equal(audit->version, "1.2");
    assert_string_equal(audit->actor, "{\"name\":\"Ann\"}");
    assert_true(audit->detailed);
    assert_true(audits.items[1].complete);
    assert_true(history_list_findings(history, audit->number, &findings, &e));
    assert_int_equal(findings.count, 1);
    struct history_finding expected = finding_of('b', "excepted");
    assert_memory_equal(findings.items[0].fingerprint, expected.fingerprint, HISTORY_FINGERPRINT_SIZE);
    assert_string_equal(findings.items[0].rule, "hop-limit");
    assert_string_equal(findings.items[0].kind, "instance");
    assert_string_equal(findings.items[0].region, "us-south");
    assert_string_equal(findings.items[0].id, "i-1");
    assert_string_equal(findings.items[0].name, "web-1");
    assert_string_equal(findings.items[0].crn, "crn:1");
    assert_string_equal(findings.items[0].severity, "medium");
    assert_string_equal(findings.items[0].result, "excepted");
}

static void counts_of_new_and_fixed_findings_are_kept_with_the_audit(void **state)
{
    static const int64_t rows[][2] = {{HISTORY_NO_COUNT, HISTORY_NO_COUNT}, {0, 0}, {3, HISTORY_NO_COUNT}, {1, 7}};
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_audits_free) struct history_audits audits = {0};
    const size_t count = sizeof(rows) / sizeof(rows[0]);
    struct err e = ERR_INIT;

    for (size_t i = 0; i < count; i++) {
        struct history_audit audit = audit_of(i == 0 ? "0" : i == 1 ? "1" : i == 2 ? "2" : "3", &whole, true);
        audit.new_findings = rows[i][0];
        audit.fixed_findings = rows[i][1];
        assert_true(history_add_audit(history, &audit, NULL, 0, &e));
    }
    list(history, &audits);
    for (size_t i = 0; i < count; i++) {
        const struct history_audit *audit = &audits.items[count - 1 - i];
        assert_int_equal(audit->new_findings, rows[i][0]);
        assert_int_equal(audit->fixed_findings, rows[i][1]);
    }
}

static size_t count_rows(void **state, const char *table)
{
    CLEANUP(text_free) struct text command = {0};
    size_t count = 0;

    text_printf(&command, "python3 -c 'import sqlite3; print(sqlite3.connect(\"%s\").execute(\"%s\").fetchone()[0])'",
                in(state, "state/history.db"), table);
    FILE *output = popen(text_string(&command), "r");
    assert_int_equal(fscanf(output, "%zu", &count), 1);
    assert_int_equal(pclose(output), 0);
    return count;
}

/* Of older audits only the counts stay, and nothing that their findings alone were about. */
static void findings_of_the_newest_audits_are_kept(void **state)
{
    enum { OLDER = 3 };
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_audits_free) struct history_audits audits = {0};

    add(history, "old-1", &whole, true, "abz");
    add(history, "other", &narrow, true, "az");
    add(history, "old-2", &whole, true, "ab");
    add(history, "old-3", &whole, false, "ay");
    for (int i = 0; i < HISTORY_AUDITS_DETAILED; i++) {
        char id[24];
        snprintf(id, sizeof(id), "new-%02d", i);
        add(history, id, &whole, false, "ac");
    }
    list(history, &audits);
    assert_int_equal(audits.count, OLDER + 1 + HISTORY_AUDITS_DETAILED);
    for (size_t i = 0; i < audits.count; i++) {
        const struct history_audit *audit = &audits.items[i];
        bool kept = strncmp(audit->id, "old", 3) != 0 || strcmp(audit->id, "old-2") == 0; /* the last complete one */
        assert_int_equal(audit->detailed, kept);
        assert_int_equal(count_findings(history, audit->number), kept ? 2 : 0);
        assert_string_equal(audit->counts, "{\"total\":2}");
    }
    /* a, b, c of the whole; a, z of the narrow scope; neither z nor y of the whole */
    assert_int_equal(count_rows(state, "select count(*) from audit_subject"), 5);
}

static void audits_that_are_forgotten_leave_nothing(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_audits_free) struct history_audits audits = {0};
    struct err e = ERR_INIT;

    add(history, "1", &whole, true, "ab");
    add(history, "2", &narrow, true, "cd");
    add(history, "3", &whole, true, "a");
    list(history, &audits);
    const int64_t numbers[] = {audits.items[1].number, audits.items[2].number};
    history_audits_free(&audits);
    assert_true(history_forget_audits(history, numbers, 2, &e));
    list(history, &audits);
    assert_int_equal(audits.count, 1);
    assert_string_equal(audits.items[0].id, "3");
    assert_int_equal(count_findings(history, audits.items[0].number), 1);
    assert_int_equal(count_rows(state, "select count(*) from audit_subject"), 1);
    assert_int_equal(count_rows(state, "select count(*) from audit_scope"), 1);
}

enum { MANY = 20000 };

static struct history_finding *many_findings(void)
{
    struct history_finding *findings = calloc(MANY, sizeof(*findings));

    assert_non_null(findings);
    for (unsigned i = 0; i < MANY; i++) {
        findings[i] = finding_of(i, "fail");
    }
    return findings;
}

/* A finding that an earlier audit had costs a few bytes, so that a fleet can be audited every hour. */
static void many_findings_stay_small(void **state)
{
    enum { AUDITS = 10 };
    HISTORY_CLEANUP struct history *history = open_history(state);
    struct history_finding *findings = many_findings();
    struct err e = ERR_INIT;

    for (int i = 0; i < AUDITS; i++) {
        char id[8];
        snprintf(id, sizeof(id), "%d", i);
        struct history_audit audit = audit_of(id, &whole, true);
        assert_true(history_add_audit(history, &audit, findings, MANY, &e));
    }
    free(findings);
    size_t pages = count_rows(state, "select page_count * page_size from pragma_page_count, pragma_page_size");
    assert_in_range(pages, MANY, MANY * (100 + AUDITS * 20));
}

/* Killed at any moment: every audit that is there has all of its findings. */
static void an_audit_is_there_whole_or_not_at_all(void **state)
{
    CLEANUP(history_audits_free) struct history_audits audits = {0};
    struct history_finding *findings = many_findings();
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err e = ERR_INIT;
        struct history *history = history_open(in(state, "state/history.db"), clock_system(), &e);
        for (int i = 0; history != NULL && i < 100; i++) {
            char id[8];
            snprintf(id, sizeof(id), "%d", i);
            struct history_audit audit = audit_of(id, &whole, true);
            if (!history_add_audit(history, &audit, findings, MANY, &e) || write(ends[1], "x", 1) != 1) {
                _exit(1);
            }
        }
        _exit(0);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    usleep(30000); /* in the middle of the next one */
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    free(findings);
    HISTORY_CLEANUP struct history *history = open_history(state);
    list(history, &audits);
    assert_true(audits.count >= 1);
    for (size_t i = 0; i < audits.count; i++) {
        assert_int_equal(count_findings(history, audits.items[i].number), MANY);
    }
    add(history, "next", &whole, true, "a");
    close(ends[0]);
    close(ends[1]);
}

/* Several programs add audits while a run is in progress and holds its lock. */
static void audits_wait_for_no_run(void **state)
{
    enum { PROGRAMS = 4, EACH = 10 };
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_audits_free) struct history_audits audits = {0};
    struct history_place place = {"a/1", "https://u/v1"};
    struct history_run run = {
        .id = "r", .command = "c", .arguments = "[]", .places = &place, .place_count = 1, .wanted = "{}"};
    const struct history_step step = {.action = "set", .kind = "instance", .before = "{}", .wanted = "{}"};
    struct err e = ERR_INIT;
    int64_t number;
    int status;

    struct history_locks *locks = history_lock(history, &place, 1, "set", &e);
    assert_non_null(locks);
    assert_true(history_begin(history, &run, &step, 1, &number, &e));
    for (int program = 0; program < PROGRAMS; program++) {
        if (fork() == 0) {
            struct history *own = history_open(in(state, "state/history.db"), clock_system(), &e);
            bool fine = own != NULL;
            for (int i = 0; fine && i < EACH; i++) {
                char id[16];
                snprintf(id, sizeof(id), "%d-%d", program, i);
                struct history_audit audit = audit_of(id, &whole, true);
                struct history_finding finding = finding_of((unsigned)i, "fail");
                fine = history_add_audit(own, &audit, &finding, 1, &e);
            }
            _exit(fine ? 0 : 1);
        }
    }
    for (int program = 0; program < PROGRAMS; program++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    list(history, &audits);
    assert_int_equal(audits.count, PROGRAMS * EACH);
    history_unlock(locks);
}

/* A file of the layout before audits: the run in it is still there, and audits can be added. */
static void an_older_history_takes_audits(void **state)
{
    CLEANUP(history_audits_free) struct history_audits audits = {0};
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    struct err e = ERR_INIT;

    assert_true(fsio_make_private_folder(in(state, "state"), &e));
    execute(state, "open(\"tests/data/history-layout-9.sql\").read()");
    HISTORY_CLEANUP struct history *history = open_history(state);
    assert_true(history_list_runs(history, &runs, &e));
    assert_int_equal(runs.count, 1);
    assert_string_equal(runs.items[0].id, "20261128-181944-11a7f7");
    assert_string_equal(runs.items[0].invocations[0].version, "0.1.0");
    list(history, &audits);
    assert_int_equal(audits.count, 0);
    history_audits_free(&audits);
    add(history, "1", &whole, true, "a");
    list(history, &audits);
    assert_int_equal(audits.count, 1);
}

static void a_full_disk_adds_nothing(void **state)
{
    struct history_finding *findings = many_findings();
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct err e = ERR_INIT;
        signal(SIGXFSZ, SIG_IGN);
        struct history *history = history_open(in(state, "state/history.db"), clock_system(), &e);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){64 * 1024, 64 * 1024});
        struct history_audit audit = audit_of("1", &whole, true);
        bool added = history_add_audit(history, &audit, findings, MANY, &e);
        history_close(history);
        _exit(!added && e.code == ERR_IO && strstr(e.message, "history.db") != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    free(findings);
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_audits_free) struct history_audits audits = {0};
    list(history, &audits);
    assert_int_equal(audits.count, 0);
}

static void a_damaged_audit_is_refused(void **state)
{
    static const char *const scripts[] = {
        "delete from audit_scope",
        "update audit_finding set severity = 9",
        "update audit_finding set result = -1",
        "delete from audit_subject",
        "update audit_subject set fingerprint = zeroblob(31)",
        "drop table audit_finding",
        "alter table audit drop column counts",
    };

    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        CLEANUP(text_free) struct text script = {0};
        CLEANUP(history_audits_free) struct history_audits audits = {0};
        CLEANUP(history_findings_free) struct history_findings findings = {0};
        struct err e = ERR_INIT;
        HISTORY_CLEANUP struct history *history = open_history(state);
        add(history, "1", &whole, true, "a");
        list(history, &audits);
        int64_t number = audits.items[0].number;
        history_audits_free(&audits);
        text_printf(&script, "\"%s\"", scripts[i]);
        history_release(&history);
        execute(state, text_string(&script));
        history = open_history(state);
        bool read = history_list_audits(history, &audits, &e) && history_list_findings(history, number, &findings, &e);
        if (read || e.code != ERR_IO || strstr(e.message, "is damaged: ") == NULL) {
            fail_msg("%s: %s", scripts[i], e.message);
        }
        assert_int_equal(unlink(in(state, "state/history.db")), 0);
        (void)unlink(in(state, "state/history.db-wal"));
        (void)unlink(in(state, "state/history.db-shm"));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(an_audit_is_read_back_as_it_was_added),
        TEST(counts_of_new_and_fixed_findings_are_kept_with_the_audit),
        TEST(findings_of_the_newest_audits_are_kept),
        TEST(audits_that_are_forgotten_leave_nothing),
        TEST(many_findings_stay_small),
        TEST(an_audit_is_there_whole_or_not_at_all),
        TEST(audits_wait_for_no_run),
        TEST(an_older_history_takes_audits),
        TEST(a_full_disk_adds_nothing),
        TEST(a_damaged_audit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
