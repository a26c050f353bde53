/* What runs did is on disk before they do it, and can be read back whatever happened. */
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

/* A clock that stands where the test puts it. */
struct still {
    struct clock clock;
    int64_t now_s;
};

static int64_t still_wall_s(const struct clock *self)
{
    return ((const struct still *)self)->now_s;
}

static struct still still_at(int64_t now_s)
{
    return (struct still){.clock = {.wall_s = still_wall_s}, .now_s = now_s};
}

static struct history *open_history(void **state)
{
    struct err e = ERR_INIT;
    struct history *history = history_open(in(state, "state/history.db"), clock_system(), &e);

    assert_string_equal(e.message, "");
    assert_non_null(history);
    return history;
}

static const struct history_step two_steps[] = {
    {.ordinal = 0,
     .action = "create",
     .body = "{\"name\":\"web-0\"}",
     .kind = "instance",
     .region = "us-south",
     .id = "i-0",
     .name = "web-0",
     .before = "{\"a\":0}",
     .wanted = "{\"a\":1}"},
    {.ordinal = 1,
     .stage = HISTORY_FINAL,
     .action = "set",
     .depends_on = 1,
     .kind = "instance",
     .id = "i-1",
     .name = "web-1",
     .before = "{\"a\":1}",
     .wanted = "{}",
     .after = "{\"a\":1}",
     .outcome = "unchanged"},
};

static const struct history_invocation begun_by = {.actor = "{\"name\":\"Ann\"}", .version = "1.2"};
static const struct history_invocation resumed = {
    .command = "runs resume", .arguments = "[\"runs\"]", .actor = "{\"name\":\"Bob\"}", .version = "1.3"};

static const struct history_holder reader_holder = {"reader", "build-7", 8}, second_holder = {"second", NULL, 0};

static const struct history_place place_u = {"a/1", "https://u/v1"}, place_v = {"a/1", "https://v/v1"};

static struct history_locks *lock(const struct history *history, const struct history_place *place, const char *who)
{
    struct history_place places[] = {*place};
    struct err e = ERR_INIT;
    struct history_locks *locks = history_lock(history, places, 1, who, &e);

    assert_string_equal(e.message, "");
    assert_non_null(locks);
    return locks;
}

static void locks_release(struct history_locks **locks)
{
    history_unlock(*locks);
}

static int64_t begin_at(struct history *history, const char *id, const struct history_place *place)
{
    struct err e = ERR_INIT;
    int64_t number = 0;
    struct history_run run = {.id = id,
                              .command = "instance set",
                              .arguments = "[\"--all\"]",
                              .places = place,
                              .place_count = 1,
                              .wanted = "{}",
                              .invocations = &begun_by,
                              .invocation_count = 1,
                              .holder = {.description = "set, process 7"}};

    assert_true(history_begin(history, &run, two_steps, 2, &number, &e));
    assert_true(number > 0);
    return number;
}

static int64_t begin(struct history *history, const char *id)
{
    return begin_at(history, id, &place_u);
}

static void load(struct history *history, const char *word, struct history_entry *ret)
{
    struct err e = ERR_INIT;

    assert_true(history_load(history, word, ret, &e));
}

/* --- tests ------------------------------------------------------------------------------------------ */

static void a_run_is_read_back_as_it_was_written(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_entry_free) struct history_entry entry = {0};
    struct err e = ERR_INIT;
    int64_t number = begin(history, "20260101-1");
    struct history_step step = {.ordinal = 0, .before = "{\"a\":2}", .etag = "W/\"7\"", .phase = "stop"};

    assert_true(history_record(history, number, &step, 1, NULL, 0, &e));
    load(history, "20260101-1", &entry);
    assert_int_equal(entry.run.state, HISTORY_RUNNING);
    assert_string_equal(entry.run.holder.description, "set, process 7");
    assert_int_equal(entry.run.place_count, 1);
    assert_string_equal(entry.run.places[0].account, "a/1");
    assert_string_equal(entry.run.places[0].api, "https://u/v1");
    assert_string_equal(entry.run.arguments, "[\"--all\"]");
    assert_string_equal(entry.run.regions, "us-south");
    assert_int_equal(entry.run.invocation_count, 1);
    assert_string_equal(entry.run.invocations[0].command, "instance set");
    assert_string_equal(entry.run.invocations[0].arguments, "[\"--all\"]");
    assert_string_equal(entry.run.invocations[0].actor, "{\"name\":\"Ann\"}");
    assert_string_equal(entry.run.invocations[0].version, "1.2");
    assert_string_equal(entry.run.invocations[0].started_at, entry.run.started_at);
    assert_null(entry.run.invocations[0].ended_at);
    assert_int_equal(entry.run.invocations[0].exit_status, HISTORY_NO_STATUS);
    assert_int_equal(entry.count, 2);
    assert_int_equal(entry.steps[0].stage, HISTORY_JOURNALED);
    assert_string_equal(entry.steps[0].before, "{\"a\":2}");
    assert_string_equal(entry.steps[0].etag, "W/\"7\"");
    assert_string_equal(entry.steps[0].phase, "stop");
    assert_string_equal(entry.steps[0].action, "create");
    assert_string_equal(entry.steps[0].body, "{\"name\":\"web-0\"}");
    assert_int_equal(entry.steps[0].depends_on, 0);
    assert_int_equal(entry.steps[1].depends_on, 1);
    assert_null(entry.steps[0].outcome);
    assert_int_equal(entry.steps[1].stage, HISTORY_FINAL);
    assert_string_equal(entry.steps[1].outcome, "unchanged");
    history_entry_free(&entry);

    step = (struct history_step){.ordinal = 0,
                                 .before = "{\"a\":2}",
                                 .after = "{\"a\":1}",
                                 .attempts = 3,
                                 .outcome = "changed",
                                 .request_id = "r-1",
                                 .http_status = 200,
                                 .region = "eu-de",
                                 .restart_needed = true};
    assert_true(history_record(history, number, NULL, 0, &step, 1, &e));
    assert_true(history_conclude(history, number, "{\"changed\":1}", 5, &e));
    load(history, "last", &entry);
    assert_int_equal(entry.run.state, HISTORY_DONE);
    assert_string_equal(entry.run.summary, "{\"changed\":1}");
    assert_non_null(entry.run.ended_at);
    assert_string_equal(entry.run.regions, "eu-de"); /* as it is known by now */
    assert_string_equal(entry.run.invocations[0].ended_at, entry.run.ended_at);
    assert_int_equal(entry.run.invocations[0].exit_status, 5);
    assert_int_equal(entry.steps[0].stage, HISTORY_FINAL);
    assert_string_equal(entry.steps[0].after, "{\"a\":1}");
    assert_int_equal(entry.steps[0].attempts, 3);
    assert_int_equal(entry.steps[0].http_status, 200);
    assert_true(entry.steps[0].restart_needed);
    assert_string_equal(entry.steps[0].id, "i-0");
}

/* One run with one final step about a server, which is in the first place. */
static void add_run(struct history *history, const char *run_id, const struct history_place *places, size_t place_count,
                    const char *id, enum history_restart restart)
{
    struct err e = ERR_INIT;
    int64_t number = 0;
    struct history_run run = {
        .id = run_id, .command = "x", .arguments = "[]", .places = places, .place_count = place_count, .wanted = "{}"};
    struct history_step step = {.action = "set", .kind = "instance", .id = id, .before = "{}", .wanted = "{}"};

    assert_true(history_begin(history, &run, &step, 1, &number, &e));
    step.outcome = "changed";
    step.after = "{}";
    step.restart = restart;
    step.place = places[0];
    assert_true(history_record(history, number, NULL, 0, &step, 1, &e));
    assert_true(history_conclude(history, number, "{}", 0, &e));
}

/* "ID ID ": those whose restart is pending, then "| ID ": those that need none. */
static void expect_restarts(struct history *history, const struct history_place *place, const char *ids)
{
    CLEANUP(history_restarts_free) struct history_restarts found = {0};
    CLEANUP(text_free) struct text pending = {0}, none = {0};
    struct err e = ERR_INIT;

    assert_true(history_list_restarts(history, place, &found, &e));
    for (size_t i = 0; i < found.count; i++) {
        assert_int_equal(history_restarts_get(&found, found.items[i].id), found.items[i].restart);
        text_printf(found.items[i].restart == HISTORY_RESTART_PENDING ? &pending : &none, "%s",
                    found.items[i].restart == HISTORY_RESTART_UNKNOWN ? "" : found.items[i].id);
        text_append(found.items[i].restart == HISTORY_RESTART_PENDING ? &pending : &none,
                    found.items[i].restart == HISTORY_RESTART_UNKNOWN ? "" : " ");
    }
    text_printf(&pending, "| %s", text_string(&none));
    assert_string_equal(text_string(&pending), ids);
}

static void what_is_known_of_restarts_is_what_was_recorded_last(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    /* parts of a place are other places, whatever they begin or end with */
    const struct history_place others[] = {{"a/1", "https://u/v"},
                                           {"a/1", "https://u/v12"},
                                           {"a", "https://u/v1"},
                                           {"/1", "https://u/v1"},
                                           {"a/12", "https://u/v1"},
                                           {"", ""},
                                           {"a/1", "https://u/v1, a/1 https://v/v1"}};

    expect_restarts(history, &place_u, "| ");
    add_run(history, "1", &place_u, 1, "i-1", HISTORY_RESTART_PENDING);
    add_run(history, "2", &place_u, 1, "i-2", HISTORY_RESTART_PENDING);
    add_run(history, "3", &place_v, 1, "i-3", HISTORY_RESTART_PENDING);
    expect_restarts(history, &place_u, "i-1 i-2 | ");
    expect_restarts(history, &place_v, "i-3 | ");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        expect_restarts(history, &others[i], "| ");
    }
    /* a step that says nothing about restarts changes nothing */
    add_run(history, "4", &place_u, 1, "i-1", HISTORY_RESTART_UNSAID);
    expect_restarts(history, &place_u, "i-1 i-2 | ");
    /* the same id elsewhere is another server */
    add_run(history, "5", &place_v, 1, "i-1", HISTORY_RESTART_NONE);
    expect_restarts(history, &place_u, "i-1 i-2 | ");
    add_run(history, "6", &place_u, 1, "i-1", HISTORY_RESTART_NONE);
    expect_restarts(history, &place_u, "i-2 | i-1 ");
    add_run(history, "7", &place_u, 1, "i-1", HISTORY_RESTART_PENDING);
    expect_restarts(history, &place_u, "i-1 i-2 | ");
    add_run(history, "8", &place_u, 1, "i-2", HISTORY_RESTART_UNKNOWN);
    expect_restarts(history, &place_u, "i-1 | ");
    for (int i = 0; i < 200; i++) {
        char id[24];
        char run[24];
        snprintf(id, sizeof(id), "j-%03d", 199 - i);
        snprintf(run, sizeof(run), "many-%d", i);
        add_run(history, run, &others[0], 1, id, HISTORY_RESTART_PENDING);
    }
    CLEANUP(history_restarts_free) struct history_restarts found = {0};
    struct err e = ERR_INIT;
    assert_true(history_list_restarts(history, &others[0], &found, &e));
    assert_int_equal(found.count, 200);
    assert_string_equal(found.items[199].id, "j-199");
}

static void forgetting_runs_forgets_nothing_of_restarts(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    CLEANUP(history_ids_free) struct history_ids pending = {0};
    struct err e = ERR_INIT;
    int64_t numbers[4];

    add_run(history, "1", &place_u, 1, "i-1", HISTORY_RESTART_NONE);
    add_run(history, "2", &place_u, 1, "i-1", HISTORY_RESTART_PENDING);
    add_run(history, "3", &place_u, 1, "i-2", HISTORY_RESTART_NONE);
    add_run(history, "4", &place_u, 1, "i-3", HISTORY_RESTART_UNKNOWN);
    assert_true(history_list_pending_runs(history, &pending, &e));
    assert_int_equal(pending.count, 1);
    assert_true(history_ids_have(&pending, "2"));
    assert_true(history_list_runs(history, &runs, &e));
    assert_int_equal(runs.count, 4);
    for (size_t i = 0; i < runs.count; i++) {
        numbers[i] = runs.items[i].number;
    }
    assert_true(history_forget(history, numbers, runs.count, &e));
    expect_restarts(history, &place_u, "i-1 | i-2 ");
    /* seen stopped outside of a run: only what was pending is over */
    const char *const seen[] = {"i-1", "i-3", "i-4"};
    assert_true(history_end_restarts(history, &place_u, seen, 3, &e));
    expect_restarts(history, &place_u, "| i-1 i-2 ");
}

static void folder_and_files_are_private(void **state)
{
    static const char *const names[] = {"state", "state/history.db", "state/history.db-wal", "state/history.db-shm"};
    mode_t old = umask(0);
    HISTORY_CLEANUP struct history *history = open_history(state);
    struct stat status;

    begin(history, "1");
    umask(old);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(stat(in(state, names[i]), &status), 0);
        assert_int_equal(status.st_mode & 0777, i == 0 ? 0700 : 0600);
    }
}

static void looking_back_makes_nothing_and_finds_nothing(void **state)
{
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    struct err e = ERR_INIT;

    {
        HISTORY_CLEANUP struct history *history = history_open_past(in(state, "state/history.db"), clock_system(), &e);
        assert_non_null(history);
        assert_true(history_list_runs(history, &runs, &e));
        assert_int_equal(runs.count, 0);
        history_runs_free(&runs);
    }
    assert_int_not_equal(access(in(state, "state"), F_OK), 0);
    {
        HISTORY_CLEANUP struct history *history = open_history(state);
        begin(history, "1");
    }
    HISTORY_CLEANUP struct history *again = history_open_past(in(state, "state/history.db"), clock_system(), &e);
    assert_true(history_list_runs(again, &runs, &e));
    assert_int_equal(runs.count, 1);
}

static void a_place_is_checked_before_it_is_used(void **state)
{
    struct rlimit limit, small = {.rlim_cur = HISTORY_ROOM / 2};
    struct err e = ERR_INIT;

    assert_true(history_check(in(state, "state/history.db"), &e));
    assert_int_not_equal(access(in(state, "state/history.db"), F_OK), 0);
    fclose(fopen(in(state, "file"), "w"));
    assert_false(history_check(in(state, "file/history.db"), &e));
    assert_int_equal(e.code, ERR_IO);
    e = ERR_INIT;
    getrlimit(RLIMIT_FSIZE, &limit);
    small.rlim_max = limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    bool fits = history_check(in(state, "state/history.db"), &e);
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_DFL);
    assert_false(fits);
    assert_non_null(strstr(e.message, "state/history.db cannot be written"));
}

static void a_run_is_found_by_what_names_only_it(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    static const struct {
        const char *word, *found, *error;
    } rows[] = {
        {"2026-ab1", "2026-ab1", NULL},
        {"2026-ab1x", "2026-ab1x", NULL},
        {"2027", "2027-c", NULL},
        {"last", "2027-c", NULL},
        {"2026", NULL, "\"2026\" begins the ids of 2 runs (2026-ab1x, 2026-ab1): give more of it"},
        {"", NULL, "there is no run \"\" (vpcmeta runs list shows them)"},
        {"2026%", NULL, "there is no run \"2026%\" (vpcmeta runs list shows them)"},
        {"_", NULL, "there is no run \"_\" (vpcmeta runs list shows them)"},
    };

    begin(history, "2026-ab1");
    begin(history, "2026-ab1x");
    begin(history, "2027-c");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(history_entry_free) struct history_entry entry = {0};
        struct err e = ERR_INIT;
        assert_int_equal(history_load(history, rows[i].word, &entry, &e), rows[i].found != NULL);
        if (rows[i].found != NULL) {
            assert_string_equal(entry.run.id, rows[i].found);
        } else {
            assert_int_equal(e.code, ERR_NOT_FOUND);
            assert_string_equal(e.message, rows[i].error);
        }
    }
}

static void an_empty_history_has_no_last_run(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_entry_free) struct history_entry entry = {0};
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    struct err e = ERR_INIT;

    assert_true(history_list_runs(history, &runs, &e));
    assert_int_equal(runs.count, 0);
    assert_false(history_load(history, "last", &entry, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    assert_non_null(strstr(e.message, "no run is recorded yet"));
}

/* The child writes a number for each step that is durable; whatever it wrote must be there. */
static void kill_after(void **state, int output, unsigned wait_us)
{
    char byte;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err e = ERR_INIT;
        struct history *history = history_open(in(state, "state/history.db"), clock_system(), &e);
        struct history_run run = {
            .id = "r", .command = "c", .arguments = "[]", .places = &place_u, .place_count = 1, .wanted = "{}"};
        struct history_step steps[500];
        int64_t number;
        for (size_t i = 0; i < 500; i++) {
            steps[i] = (struct history_step){
                .ordinal = i, .action = "set", .kind = "instance", .before = "{}", .wanted = "{}"};
        }
        if (history == NULL || !history_begin(history, &run, steps, 500, &number, &e) || write(ends[1], "x", 1) != 1) {
            _exit(1);
        }
        for (size_t i = 0; i < 500; i++) {
            if (!history_record(history, number, &steps[i], 1, NULL, 0, &e) || write(output, "+", 1) != 1) {
                _exit(1);
            }
        }
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    usleep(wait_us);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
}

static void what_was_journaled_survives_kill_9(void **state)
{
    FILE *written = tmpfile();
    struct stat status;
    CLEANUP(history_entry_free) struct history_entry entry = {0};
    size_t journaled = 0;

    assert_non_null(written);
    kill_after(state, fileno(written), 30000);
    HISTORY_CLEANUP struct history *history = open_history(state);
    load(history, "last", &entry);
    assert_int_equal(entry.run.state, HISTORY_INTERRUPTED);
    for (size_t i = 0; i < entry.count; i++) {
        journaled += entry.steps[i].stage == HISTORY_JOURNALED;
    }
    assert_int_equal(fstat(fileno(written), &status), 0);
    assert_int_equal(entry.count, 500);
    assert_in_range(journaled, (uintmax_t)status.st_size, (uintmax_t)status.st_size + 1);
    fclose(written);
}

static void an_interrupted_run_is_resumed_by_another_process(void **state)
{
    CLEANUP(history_entry_free) struct history_entry entry = {0};
    FILE *written = tmpfile();
    struct err e = ERR_INIT;

    kill_after(state, fileno(written), 1000);
    fclose(written);
    HISTORY_CLEANUP struct history *history = open_history(state);
    load(history, "last", &entry);
    assert_int_equal(entry.run.state, HISTORY_INTERRUPTED);
    assert_true(
        history_take_over(history, &entry, &(struct history_holder){.description = "resume, process 8"}, &resumed, &e));
    history_entry_free(&entry);
    load(history, "last", &entry);
    assert_int_equal(entry.run.state, HISTORY_RUNNING);
    assert_string_equal(entry.run.holder.description, "resume, process 8");
    /* who resumed it is known beside who began it, of whom the older program in this test kept nothing */
    const struct history_invocation *last = &entry.run.invocations[entry.run.invocation_count - 1];
    assert_string_equal(last->command, "runs resume");
    assert_string_equal(last->actor, "{\"name\":\"Bob\"}");
    assert_null(last->ended_at);
}

/* Its lock alone decides, and who resumes it has to get that. */
static void a_run_is_in_progress_while_its_history_is_open(void **state)
{
    struct history *writer = open_history(state);
    HISTORY_CLEANUP struct history *reader = open_history(state);
    HISTORY_CLEANUP struct history *second = open_history(state);
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    CLEANUP(history_entry_free) struct history_entry entry = {0};
    struct history_step step = {.ordinal = 0, .before = "{}"};
    struct err e = ERR_INIT;
    int64_t number;

    begin(writer, "1");
    number = begin_at(writer, "2", &place_v);
    load(reader, "2", &entry);
    assert_int_equal(entry.run.state, HISTORY_RUNNING);
    assert_false(history_take_over(reader, &entry, &reader_holder, &resumed, &e));
    assert_int_equal(e.code, ERR_LOCKED);
    assert_true(history_record(writer, number, &step, 1, NULL, 0, &(struct err){0}));
    history_close(writer);
    assert_true(history_list_runs(reader, &runs, &e));
    assert_int_equal(runs.items[0].state, HISTORY_INTERRUPTED);
    assert_int_equal(runs.items[1].state, HISTORY_INTERRUPTED);
    /* it went on since it was loaded */
    e = ERR_INIT;
    assert_false(history_take_over(second, &entry, &second_holder, &resumed, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_string_equal(e.message, "run 2: it was resumed meanwhile, try again");
    history_entry_free(&entry);
    load(reader, "1", &entry);
    e = ERR_INIT;
    assert_true(history_take_over(reader, &entry, &reader_holder, &resumed, &e));
    /* of two that loaded it at the same time one gets it */
    assert_false(history_take_over(second, &entry, &second_holder, &resumed, &e));
    assert_int_equal(e.code, ERR_LOCKED);
}

static void others_can_read_while_one_writes(void **state)
{
    HISTORY_CLEANUP struct history *writer = open_history(state);
    HISTORY_CLEANUP struct history *reader = open_history(state);
    struct err e = ERR_INIT;
    struct history_step step = {.ordinal = 0, .before = "{}"};
    int64_t number = begin(writer, "r");

    for (int i = 0; i < 20; i++) {
        CLEANUP(history_entry_free) struct history_entry entry = {0};
        CLEANUP(history_runs_free) struct history_runs runs = {0};
        assert_true(history_record(writer, number, &step, 1, NULL, 0, &e));
        load(reader, "r", &entry);
        assert_int_equal(entry.steps[0].stage, HISTORY_JOURNALED);
        assert_true(history_list_runs(reader, &runs, &e));
        assert_int_equal(runs.count, 1);
    }
}

static void runs_are_listed_newest_first_and_forgotten_unless_they_are_running(void **state)
{
    struct still still = still_at(1780000000);
    struct err e = ERR_INIT;
    HISTORY_CLEANUP struct history *history = history_open(in(state, "state/history.db"), &still.clock, &e);
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    int64_t numbers[2];

    numbers[1] = begin(history, "old");
    assert_true(history_conclude(history, numbers[1], "{}", 0, &e));
    numbers[0] = begin(history, "old but running");
    still.now_s += 10;
    assert_true(history_conclude(history, begin(history, "new"), "{}", 0, &e));
    assert_true(history_forget(history, numbers, 2, &e));
    assert_true(history_list_runs(history, &runs, &e));
    assert_int_equal(runs.count, 2);
    assert_string_equal(runs.items[0].id, "new");
    assert_string_equal(runs.items[1].id, "old but running");
}

/* Runs a script on the file of the history. */
static void execute(void **state, const char *script)
{
    CLEANUP(text_free) struct text command = {0};

    text_printf(&command, "python3 -c 'import sqlite3, sys; sqlite3.connect(\"%s\").executescript(%s)'",
                in(state, "state/history.db"), script);
    assert_int_equal(system(text_string(&command)), 0);
}

static void a_history_of_a_newer_program_is_left_alone(void **state)
{
    struct err e = ERR_INIT;

    history_close(open_history(state));
    execute(state, "\"pragma user_version = 99\"");
    assert_null(history_open(in(state, "state/history.db"), clock_system(), &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.message, "was written by a newer vpcmeta (layout 99"));
}

/* A file that 0.1.0 wrote: what it says of runs, places, steps and restarts is still there. */
static void a_history_of_0_1_0_is_brought_up_to_date(void **state)
{
    static const struct {
        const char *id, *command;
        enum history_state state;
        size_t places, steps;
        const char *account, *api; /* of the first place */
    } rows[] = {
#define ACCOUNT "a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b"
#define API     "http://127.0.0.1:18431"
        {"20261128-003756-ca4c50", "instance restart", HISTORY_DONE, 1, 1, ACCOUNT, API "/v1"},
        {"20261128-003756-a8b5fd", "instance set", HISTORY_DONE, 1, 2, ACCOUNT, API "/v1"},
        {"20261128-003740-eb3f14", "instance set", HISTORY_DONE, 1, 2, ACCOUNT, API "/v1"},
        {"20261128-003649-a4b6cf", "instance set", HISTORY_INTERRUPTED, 1, 14, ACCOUNT, API "/v1"},
        {"20261128-003648-d5de0d", "instance create", HISTORY_DONE, 1, 2, HISTORY_NO_ACCOUNT, API "/v1"},
        {"20261128-003648-b4395d", "runs rollback", HISTORY_DONE, 1, 2, ACCOUNT, API "/v1"},
        {"20261128-003647-d1ca82", "template replace", HISTORY_DONE, 1, 2, ACCOUNT, API "/v1"},
        {"20261128-003646-b048bf", "instance set", HISTORY_DONE, 2, 24, ACCOUNT, API "/eu-de/v1"},
    };
    struct err e = ERR_INIT;
    CLEANUP(history_runs_free) struct history_runs runs = {0};

    assert_true(fsio_make_private_folder(in(state, "state"), &e));
    execute(state, "open(\"tests/data/history-layout-5.sql\").read()");
    HISTORY_CLEANUP struct history *history = open_history(state);
    assert_true(history_list_runs(history, &runs, &e));
    assert_int_equal(runs.count, sizeof(rows) / sizeof(rows[0]));
    for (size_t i = 0; i < runs.count; i++) {
        CLEANUP(history_entry_free) struct history_entry entry = {0};
        load(history, rows[i].id, &entry);
        assert_string_equal(runs.items[i].id, rows[i].id);
        assert_string_equal(runs.items[i].command, rows[i].command);
        assert_int_equal(runs.items[i].state, rows[i].state);
        assert_int_equal(entry.run.place_count, rows[i].places);
        assert_string_equal(entry.run.places[0].account, rows[i].account);
        assert_string_equal(entry.run.places[0].api, rows[i].api);
        assert_int_equal(entry.count, rows[i].steps);
        /* the region of what was created was not known then */
        const char *regions = i == 7 ? "eu-de,us-south" : i == 4 ? NULL : "us-south";
        assert_true(text_equal(runs.items[i].regions, regions));
        /* who began it was not recorded then; when, and with which command line, was */
        assert_int_equal(entry.run.invocation_count, 1);
        assert_string_equal(entry.run.invocations[0].command, rows[i].command);
        assert_string_equal(entry.run.invocations[0].started_at, entry.run.started_at);
        assert_true(text_equal(entry.run.invocations[0].ended_at, entry.run.ended_at));
        assert_null(entry.run.invocations[0].actor);
        assert_null(entry.run.invocations[0].version);
        assert_int_equal(entry.run.invocations[0].exit_status, HISTORY_NO_STATUS);
    }
    assert_string_equal(runs.items[7].places[1].api, API "/us-south/v1");
    expect_restarts(history, &(struct history_place){ACCOUNT, API "/v1"},
                    "0717_f993d716-7848-4dde-b4c0-010b1a60a5f1 | 0717_dbe91066-3ef2-43ca-ac34-6ffd7bbb91aa ");
    add_run(history, "new", &place_u, 1, "i-1", HISTORY_RESTART_PENDING);
    expect_restarts(history, &place_u, "i-1 | ");
}

/* Layout 8 kept who resumed a run that an older program had begun as if it had begun it. */
static void who_resumed_a_run_is_never_who_began_it(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_entry_free) struct history_entry entry = {0};

    begin(history, "a");
    begin(history, "b");
    execute(state, "\"update invocation set command = \\\"runs resume\\\", exit_status = 5 where run = 1;"
                   "alter table run drop column host; alter table run drop column process;"
                   "drop table audit_finding; drop table audit_subject; drop table audit; drop table audit_scope;"
                   "pragma user_version = 8\"");
    history_release(&history);
    history = open_history(state);
    load(history, "a", &entry);
    assert_int_equal(entry.run.invocation_count, 2);
    assert_string_equal(entry.run.invocations[0].command, "instance set");
    assert_null(entry.run.invocations[0].actor);
    assert_null(entry.run.invocations[0].ended_at);
    assert_string_equal(entry.run.invocations[1].command, "runs resume");
    assert_string_equal(entry.run.invocations[1].actor, "{\"name\":\"Ann\"}");
    assert_int_equal(entry.run.invocations[1].exit_status, 5);
    history_entry_free(&entry);
    load(history, "b", &entry);
    assert_int_equal(entry.run.invocation_count, 1);
    assert_string_equal(entry.run.invocations[0].actor, "{\"name\":\"Ann\"}");
}

static void completion_changes_nothing_and_waits_for_nothing(void **state)
{
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    struct err e = ERR_INIT;

    assert_null(history_open_as_is(in(state, "state/history.db"), clock_system(), &e));
    assert_int_not_equal(access(in(state, "state"), F_OK), 0);
    {
        HISTORY_CLEANUP struct history *writer = open_history(state);
        begin(writer, "a");
        HISTORY_CLEANUP struct history *reader = history_open_as_is(in(state, "state/history.db"), clock_system(), &e);
        assert_non_null(reader);
        assert_true(history_list_runs(reader, &runs, &e));
        assert_int_equal(runs.count, 1);
    }
    execute(state, "\"pragma user_version = 8\"");
    e = (struct err)ERR_INIT;
    assert_null(history_open_as_is(in(state, "state/history.db"), clock_system(), &e));
    assert_int_equal(e.code, ERR_IO);
}

static void an_empty_file_is_brought_up_to_date_once(void **state)
{
    struct err e = ERR_INIT;

    assert_true(fsio_make_private_folder(in(state, "state"), &e));
    assert_true(fsio_make_private_file(in(state, "state/history.db"), &e));
    HISTORY_CLEANUP struct history *first = open_history(state);
    HISTORY_CLEANUP struct history *second = open_history(state);
    begin(first, "a");
    begin(second, "b");
}

static void a_file_that_is_no_history_is_refused(void **state)
{
    struct err e = ERR_INIT;
    static const char content[] = "this is a shopping list, and it is longer than a header of the database would be; "
                                  "so that it can be told that it is none, it goes on for a while";

    assert_true(fsio_make_private_folder(in(state, "state"), &e));
    assert_true(fsio_replace(in(state, "state/history.db"), content, sizeof(content), &e));
    assert_null(history_open(in(state, "state/history.db"), clock_system(), &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.message, "not a database"));
}

/* Whether the run "a" cannot be listed or loaded; the errors go to `text`. */
static bool is_refused(const char *path, struct text *text)
{
    struct err opening = ERR_INIT, listing = ERR_INIT, loading = ERR_INIT;
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    CLEANUP(history_entry_free) struct history_entry entry = {0};
    HISTORY_CLEANUP struct history *history = history_open(path, clock_system(), &opening);

    text_append(text, opening.message);
    if (history == NULL) {
        return true;
    }
    bool refused = !history_list_runs(history, &runs, &listing);
    refused = !history_load(history, "a", &entry, &loading) || refused;
    text_printf(text, "%s%s", listing.message, loading.message);
    return refused;
}

/* Makes a history with the run "a" and damages it by the script. */
static void damage(void **state, const char *script)
{
    CLEANUP(text_free) struct text expression = {0};
    struct history *history = open_history(state);
    struct err e = ERR_INIT;

    begin(history, "a");
    history_close(history);
    assert_true(fsio_replace(in(state, "state/script"), script, strlen(script), &e));
    text_printf(&expression, "open(\"%s\").read()", in(state, "state/script"));
    execute(state, text_string(&expression));
}

static void a_damaged_file_is_refused_with_what_to_do(void **state)
{
    /* a table without the constraints of the layout, as only a damaged file has it */
#define BARE(table) \
    "create table x as select * from " table "; drop table " table "; alter table x rename to " table ";"
    static const char *const scripts[] = {
        "pragma user_version = -1",
        "pragma user_version = -2147483648",
        BARE("run") "update run set id = null",
        BARE("run") "update run set state = 'unheard of'",
        BARE("run") "update run set state = null",
        BARE("run") "update run set wanted = null",
        BARE("run_place") "update run_place set account = null",
        BARE("step") "update step set stage = null",
        BARE("step") "update step set stage = 'half'",
        BARE("step") "update step set before = null",
        BARE("step") "update step set action = null",
        BARE("step") "update step set kind = null",
        BARE("step") "update step set ordinal = ordinal + 1",
        BARE("step") "update step set ordinal = 4611686018427387904 where ordinal = 1",
        BARE("step") "update step set needs = 9223372036854775807",
        BARE("step") "update step set needs = 2 where ordinal = 1",
        BARE("step") "update step set needs = -1",
        "drop table step",
        "drop table run",
        "alter table run drop column holder",
        "alter table run rename to r; create view run as select * from r",
    };
#undef BARE

    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        CLEANUP(text_free) struct text errors = {0};
        damage(state, scripts[i]);
        if (!is_refused(in(state, "state/history.db"), &errors) ||
            strstr(text_string(&errors), "is damaged: ") == NULL || strstr(text_string(&errors), "Move it") == NULL) {
            fail_msg("%s: %s", scripts[i], text_string(&errors));
        }
        assert_int_equal(unlink(in(state, "state/history.db")), 0);
        (void)unlink(in(state, "state/history.db-wal"));
        (void)unlink(in(state, "state/history.db-shm"));
    }
}

/* A limit on the size of files stands for a full disk: writes beyond it fail. */
static void a_full_disk_fails_before_anything_is_recorded(void **state)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct err e = ERR_INIT;
        signal(SIGXFSZ, SIG_IGN);
        struct history *history = history_open(in(state, "state/history.db"), clock_system(), &e);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){16 * 1024, 16 * 1024});
        struct history_run run = {.id = "r", .command = "c", .arguments = "[]", .wanted = "{}"};
        int64_t number = -1;
        bool begun = history_begin(history, &run, two_steps, 2, &number, &e);
        history_close(history);
        _exit(!begun && number == -1 && e.code == ERR_IO && strstr(e.message, "history.db") != NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void one_place_has_one_writer(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(locks_release) struct history_locks *held = lock(history, &place_u, "set, process 7");
    struct history_place both[] = {place_v, place_u};
    struct err e = ERR_INIT;

    assert_null(history_lock(history, both, 2, "other", &e));
    assert_int_equal(e.code, ERR_LOCKED);
    assert_non_null(strstr(e.message, "set, process 7"));
    /* who does not get all of them keeps none */
    CLEANUP(locks_release) struct history_locks *elsewhere = lock(history, &place_v, "other");
    assert_non_null(held);
    assert_non_null(elsewhere);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_run_is_read_back_as_it_was_written),
        TEST(what_is_known_of_restarts_is_what_was_recorded_last),
        TEST(forgetting_runs_forgets_nothing_of_restarts),
        TEST(folder_and_files_are_private),
        TEST(looking_back_makes_nothing_and_finds_nothing),
        TEST(a_place_is_checked_before_it_is_used),
        TEST(a_run_is_found_by_what_names_only_it),
        TEST(an_empty_history_has_no_last_run),
        TEST(what_was_journaled_survives_kill_9),
        TEST(an_interrupted_run_is_resumed_by_another_process),
        TEST(a_run_is_in_progress_while_its_history_is_open),
        TEST(others_can_read_while_one_writes),
        TEST(runs_are_listed_newest_first_and_forgotten_unless_they_are_running),
        TEST(a_history_of_a_newer_program_is_left_alone),
        TEST(a_history_of_0_1_0_is_brought_up_to_date),
        TEST(who_resumed_a_run_is_never_who_began_it),
        TEST(completion_changes_nothing_and_waits_for_nothing),
        TEST(an_empty_file_is_brought_up_to_date_once),
        TEST(a_file_that_is_no_history_is_refused),
        TEST(a_damaged_file_is_refused_with_what_to_do),
        TEST(a_full_disk_fails_before_anything_is_recorded),
        TEST(one_place_has_one_writer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
