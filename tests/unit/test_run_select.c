/* Room run without a server: what a recorded run is loaded as, and which of its steps are resumed, retried, rolled back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "folder_fixture.h"
#include "run/run.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { STEPS_MAX = 8 };

static const struct history_place place = {"a/1", "https://u/v1"};

/* A run of instances named "s0", "s1", ... as the history has it; outcomes NULL are not final, then `journaled` counts. */
struct step_row {
    const char *outcome;
    bool journaled;
    size_t depends_on;
    const char *action; /* NULL: "set" */
    bool without_id;
    unsigned attempts;
};

static struct history_step step_of(const struct step_row *row, size_t ordinal, char names[][16])
{
    bool sets = row->action == NULL || strcmp(row->action, "set") == 0;

    snprintf(names[ordinal], 16, "s%zu", ordinal);
    return (struct history_step){
        .ordinal = ordinal,
        .action = row->action != NULL ? row->action : "set",
        .kind = "instance",
        .region = "eu-de",
        .id = row->without_id ? NULL : names[ordinal],
        .name = names[ordinal],
        .crn = "crn:v1:x:y:is:z:a/1::instance:i",
        .depends_on = row->depends_on,
        .before = sets ? "{\"enabled\":false,\"protocol\":\"http\",\"response_hop_limit\":1}" : "{}",
        .wanted = "{\"enabled\":true}",
        .body = strcmp(row->action != NULL ? row->action : "", "create") == 0 ? "{\"b\":1}" : NULL};
}

static void write_run(struct history *history, const char *id, const char *wanted, const struct step_row rows[],
                      size_t count)
{
    char names[STEPS_MAX][16];
    struct history_step steps[STEPS_MAX];
    struct history_run run = {.id = id,
                              .command = "instance set",
                              .arguments = "[]",
                              .places = &place,
                              .place_count = 1,
                              .wanted = wanted,
                              .holder = {.description = "instance set, process 7"}};
    struct err e = ERR_INIT;
    int64_t number;

    assert_true(count <= STEPS_MAX);
    for (size_t i = 0; i < count; i++) {
        steps[i] = step_of(&rows[i], i, names);
    }
    assert_true(history_begin(history, &run, steps, count, &number, &e));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].outcome == NULL && !rows[i].journaled) {
            continue;
        }
        steps[i].after = "{\"enabled\":true,\"protocol\":\"http\",\"response_hop_limit\":1}";
        steps[i].outcome = rows[i].outcome;
        steps[i].attempts = rows[i].attempts;
        bool final = rows[i].outcome != NULL;
        assert_true(history_record(history, number, &steps[i], !final, &steps[i], final, &e));
    }
    assert_true(history_conclude(history, number, "{}", 0, &e));
}

static struct history *open_history(void **state)
{
    struct err e = ERR_INIT;
    struct history *history = history_open(in(state, "state/history.db"), clock_system(), &e);

    assert_non_null(history);
    return history;
}

/* Writes the run, closes the history, and loads it from another one, as another process would. */
static void write_and_load(void **state, const char *wanted, const struct step_row rows[], size_t count,
                           struct run_record *ret)
{
    struct err e = ERR_INIT;
    struct history *writer = open_history(state);

    write_run(writer, "r-1", wanted, rows, count);
    history_close(writer);
    HISTORY_CLEANUP struct history *reader = open_history(state);
    bool loaded = run_load(reader, "last", ret, &e);
    assert_string_equal(e.message, "");
    assert_true(loaded);
}

/* --- loading ------------------------------------------------------------------------------------------ */

static void every_state_of_a_step_is_loaded_as_what_is_known_of_it(void **state)
{
    static const struct {
        const char *stage; /* as in the file */
        const char *id, *name, *outcome, *reason;
        int restart_done, enabled_after;
        enum fleet_outcome loaded;
        const char *loaded_reason; /* NULL: none */
        bool restarted;
    } rows[] = {
        {"planned", "i", "n", NULL, NULL, 0, 0, FLEET_SKIPPED, "not started when the run ended", false},
        {"planned", NULL, "n", NULL, NULL, 0, 0, FLEET_SKIPPED, "not started when the run ended", false},
        {"intended", "i", "n", NULL, NULL, 0, 0, FLEET_UNKNOWN,
         "the run ended before its answer: vpcmeta runs resume row-2 settles it", false},
        {"intended", NULL, "n", NULL, NULL, 0, 0, FLEET_UNKNOWN,
         "the run ended before its answer: vpcmeta runs resume row-3 settles it", false},
        {"intended", NULL, NULL, NULL, NULL, 0, 0, FLEET_UNKNOWN, FLEET_MAYBE_CREATED, false},
        {"final", "i", "n", "changed", NULL, 0, 1, FLEET_CHANGED, NULL, false},
        {"final", "i", "n", "changed", NULL, 1, 1, FLEET_CHANGED, NULL, true},
        {"final", "i", "n", "changed", NULL, 1, 0, FLEET_CHANGED, NULL, false}, /* it is off: no restart is needed */
        {"final", "i", "n", "unchanged", "already set", 0, 0, FLEET_UNCHANGED, "already set", false},
        {"final", "i", "n", "skipped", "it is s390x", 0, 0, FLEET_SKIPPED, "it is s390x", false},
        {"final", "i", "n", "failed", "400 bad", 1, 1, FLEET_FAILED, "400 bad", false},
        {"final", "i", "n", "unknown", "no answer", 0, 0, FLEET_UNKNOWN, "no answer", false},
        {"final", "i", "n", "a newer word", NULL, 0, 0, FLEET_UNKNOWN, NULL, false},
        {"final", "i", "n", NULL, NULL, 0, 0, FLEET_UNKNOWN, NULL, false},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        HISTORY_CLEANUP struct history *history = open_history(state);
        CLEANUP(run_record_free) struct run_record record = {0};
        struct history_run run = {.id = "r", .command = "c", .arguments = "[]", .wanted = "{}"};
        struct history_step step = {.action = "set",
                                    .kind = "instance",
                                    .id = rows[i].id,
                                    .name = rows[i].name,
                                    .before = "{\"enabled\":false}",
                                    .wanted = "{\"enabled\":true}"};
        struct err e = ERR_INIT;
        char id[16];
        int64_t number;

        snprintf(id, sizeof(id), "row-%zu", i);
        run.id = id;
        assert_true(history_begin(history, &run, &step, 1, &number, &e));
        step.outcome = rows[i].outcome;
        step.reason = rows[i].reason;
        step.restart_done = rows[i].restart_done;
        step.attempts = 2;
        step.http_status = 202;
        step.request_id = "req-1";
        step.after = rows[i].enabled_after ? "{\"enabled\":true}" : "{\"enabled\":false}";
        bool final = strcmp(rows[i].stage, "final") == 0;
        bool journaled = strcmp(rows[i].stage, "intended") == 0;
        assert_true(history_record(history, number, &step, journaled, &step, final, &e));
        assert_true(run_load(history, id, &record, &e));
        const struct fleet_result *result = &record.results.results[0];
        assert_int_equal(result->outcome, rows[i].loaded);
        if (rows[i].loaded_reason == NULL) {
            assert_null(result->reason);
        } else {
            assert_string_equal(result->reason, rows[i].loaded_reason);
        }
        assert_int_equal(result->restarted, rows[i].restarted);
        assert_int_equal(record.results.summary.selected, 1);
        assert_int_equal(record.results.summary.counts[rows[i].loaded], 1);
        assert_int_equal(record.results.summary.not_started, !final);
        assert_false(result->before.enabled);
        assert_int_equal(record.plan.items[0].wanted->given, RESOURCE_ENABLED);
        if (final) {
            assert_int_equal(result->attempts, 2);
            assert_int_equal(result->http_status, 202);
            assert_string_equal(result->request_id, "req-1");
            assert_int_equal(result->after.enabled, rows[i].enabled_after);
        }
    }
}

static void what_creations_share_is_kept_once_and_given_to_each(void **state)
{
    static const struct step_row rows[] = {{.outcome = "changed", .action = "create"},
                                           {.outcome = NULL, .action = "create"}};
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(run_record_free) struct run_record record = {0};
    char names[STEPS_MAX][16];
    struct history_step steps[] = {step_of(&rows[0], 0, names), step_of(&rows[1], 1, names)};
    struct history_run run = {.id = "r",
                              .command = "c",
                              .arguments = "[]",
                              .wanted = "{\"enabled\":true,\"body\":{\"zone\":\"z\"},\"identity\":{\"zone\":\"z\"}}"};
    struct err e = ERR_INIT;
    int64_t number;

    steps[1].body = NULL;
    assert_true(history_begin(history, &run, steps, 2, &number, &e));
    assert_true(run_load(history, "r", &record, &e));
    const struct plan_item *own = &record.plan.items[0], *shared = &record.plan.items[1];
    assert_int_equal(json_integer_value(json_object_get(own->create.body, "b")), 1);
    assert_null(own->create.identity);
    assert_string_equal(json_string_value(json_object_get(shared->create.body, "zone")), "z");
    assert_string_equal(json_string_value(json_object_get(shared->create.identity, "zone")), "z");
    assert_ptr_equal(shared->create.record, shared->resource);
}

static void a_run_that_cannot_be_read_says_why(void **state)
{
    static const struct {
        const char *kind, *action, *wanted_of_run, *before;
        enum err_code code;
        const char *message;
    } rows[] = {
        {"toaster", "set", "{}", "{}", ERR_FAILED, "this version does not know set of toaster"},
        {"instance", "launch", "{}", "{}", ERR_FAILED, "launch"},
        {"instance", "set", "{", "{}", ERR_INVALID, "run row-2"},
        {"instance", "set", "{}", "no JSON", ERR_INVALID, "run row-3"},
    };
    HISTORY_CLEANUP struct history *history = open_history(state);

    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(run_record_free) struct run_record record = {0};
        char id[16];
        struct history_run run = {.id = id, .command = "c", .arguments = "[]", .wanted = rows[i].wanted_of_run};
        struct history_step step = {
            .action = rows[i].action, .kind = rows[i].kind, .id = "i", .before = rows[i].before, .wanted = "{}"};
        struct err e = ERR_INIT;
        int64_t number;

        snprintf(id, sizeof(id), "row-%zu", i);
        assert_true(history_begin(history, &run, &step, 1, &number, &e));
        assert_false(run_load(history, id, &record, &e));
        assert_int_equal(e.code, rows[i].code);
        assert_non_null(strstr(e.message, rows[i].message));
        assert_null(record.list);
    }
}

static void what_a_run_was_asked_for_decides_how_it_is_resumed(void **state)
{
    static const struct {
        const char *wanted;
        bool restarts;
        unsigned max_unavailable;
        bool percent, force_stop;
        enum plan_conflict_policy policy;
    } rows[] = {
        {"{}", false, 0, false, false, PLAN_CONFLICT_STRICT_TOUCHED},
        {"{\"enabled\":true,\"restart\":{\"max_unavailable\":3,\"percent\":true,\"stop_timeout_ms\":1000,"
         "\"force_stop\":true}}",
         true, 3, true, true, PLAN_CONFLICT_STRICT_TOUCHED},
        {"{\"rollback\":\"r-0\",\"force\":false}", false, 0, false, false, PLAN_CONFLICT_STRICT_ALL},
        {"{\"rollback\":\"r-0\",\"force\":true}", false, 0, false, false, PLAN_CONFLICT_IGNORE},
    };
    static const struct step_row steps[] = {{.outcome = NULL}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(run_record_free) struct run_record record = {0};
        struct err e = ERR_INIT;
        {
            HISTORY_CLEANUP struct history *history = open_history(state);
            char id[16];
            snprintf(id, sizeof(id), "row-%zu", i);
            write_run(history, id, rows[i].wanted, steps, 1);
        }
        HISTORY_CLEANUP struct history *history = open_history(state);
        assert_true(run_load(history, "last", &record, &e));
        assert_int_equal(record.restarts, rows[i].restarts);
        assert_int_equal(record.restart.max_unavailable.value, rows[i].max_unavailable);
        assert_int_equal(record.restart.max_unavailable.percent, rows[i].percent);
        assert_int_equal(record.restart.force_stop, rows[i].force_stop);
        assert_int_equal(record.policy, rows[i].policy);
        CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
        assert_true(run_resume(&record, &resumption, &e));
        struct run_request request = {0};
        run_request_resume(&request, &resumption);
        assert_int_equal(request.restart != NULL, rows[i].restarts);
        assert_int_equal(request.plan->items[0].conflict_policy, rows[i].policy);
    }
}

/* --- resume and retry --------------------------------------------------------------------------------- */

enum choice { RESUME, RETRY_FAILED, RETRY_UNKNOWN, RETRY_BOTH };

/*
 * "0! 1 2-1": the items are steps 0, 1 and 2; 0 is carried out, 1 is there because another one depends on it, and 2, which
 * depends on the first item, too.
 */
static void describe(struct text *out, const struct run_resumption *resumption)
{
    for (size_t i = 0; i < resumption->plan.count; i++) {
        const struct plan_item *item = &resumption->plan.items[i];
        text_printf(out, "%s%zu%s", i > 0 ? " " : "", resumption->steps[i]->ordinal,
                    item->verdict == PLAN_CHANGE      ? "!"
                    : item->verdict == PLAN_UNCHANGED ? "="
                                                      : "");
        if (item->depends_on != 0) {
            text_printf(out, "-%zu", item->depends_on);
        }
    }
}

static void the_steps_that_are_carried_out_again(void **state)
{
    static const struct {
        struct step_row steps[STEPS_MAX];
        size_t count;
        const char *chosen[4]; /* by enum choice */
    } rows[] = {
        {{{.outcome = "changed"}, {.outcome = "unchanged"}, {.outcome = "skipped"}}, 3, {"", "", "", ""}},
        {{{.outcome = NULL}, {.outcome = NULL, .journaled = true}, {.outcome = "changed"}}, 3, {"0! 1!", "", "", ""}},
        {{{.outcome = "failed"}, {.outcome = "unknown"}, {.outcome = NULL}}, 3, {"1! 2!", "0!", "1!", "0! 1!"}},
        /* a chain: what waited for a step that went wrong follows it */
        {{{.outcome = "changed"},
          {.outcome = "failed", .depends_on = 1},
          {.outcome = NULL, .depends_on = 2},
          {.outcome = NULL, .depends_on = 3}},
         4,
         {"", "0= 1!-1 2!-2 3!-3", "", "0= 1!-1 2!-2 3!-3"}},
        /* two chains, of which one is whole */
        {{{.outcome = "changed"},
          {.outcome = "changed", .depends_on = 1},
          {.outcome = "unknown"},
          {.outcome = NULL, .depends_on = 3}},
         4,
         {"2! 3!-1", "", "2! 3!-1", "2! 3!-1"}},
        {{{.outcome = "failed"}, {.outcome = "skipped", .depends_on = 1}}, 2, {"", "0!", "", "0!"}},
        {{{.outcome = NULL}, {.outcome = NULL, .depends_on = 1}}, 2, {"0! 1!-1", "", "", ""}},
        {{{.outcome = "unchanged"}, {.outcome = NULL, .journaled = true, .depends_on = 1}}, 2, {"0= 1!-1", "", "", ""}},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(run_record_free) struct run_record record = {0};
        struct history *history = open_history(state);
        struct err e = ERR_INIT;
        char id[16];

        snprintf(id, sizeof(id), "row-%zu", i);
        write_run(history, id, "{}", rows[i].steps, rows[i].count);
        assert_true(run_load(history, id, &record, &e));
        for (int choice = RESUME; choice <= RETRY_BOTH; choice++) {
            CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
            CLEANUP(text_free) struct text found = {0};
            size_t selected = 0;
            bool fine = choice == RESUME
                            ? run_resume(&record, &resumption, &e)
                            : run_retry(&record, choice != RETRY_UNKNOWN, choice != RETRY_FAILED, &resumption, &e);
            assert_true(fine);
            describe(&found, &resumption);
            if (strcmp(text_string(&found), rows[i].chosen[choice]) != 0) {
                fail_msg("row %zu, choice %d: %s instead of %s", i, choice, text_string(&found),
                         rows[i].chosen[choice]);
            }
            for (size_t j = 0; j < resumption.plan.count; j++) {
                selected += resumption.plan.items[j].verdict == PLAN_CHANGE;
            }
            assert_int_equal(resumption.count, selected);
        }
        history_close(history);
    }
}

/* What may have been sent is compared before it is sent again; what others have changed is minded or not. */
static void what_may_have_been_sent_is_marked_and_conflicts_are_minded(void **state)
{
    static const struct {
        struct step_row step;
        enum choice choice;
        bool journaled;
        enum plan_conflict_policy policy;
    } rows[] = {
        {{.outcome = NULL}, RESUME, false, PLAN_CONFLICT_STRICT_TOUCHED},
        {{.outcome = NULL, .journaled = true}, RESUME, true, PLAN_CONFLICT_STRICT_TOUCHED},
        {{.outcome = "failed"}, RETRY_BOTH, false, PLAN_CONFLICT_IGNORE},
        {{.outcome = "unknown"}, RETRY_BOTH, true, PLAN_CONFLICT_IGNORE},
        /* what has an id was created, whatever failed afterwards */
        {{.outcome = "failed", .action = "create"}, RETRY_BOTH, true, PLAN_CONFLICT_IGNORE},
        {{.outcome = "failed", .action = "create", .without_id = true}, RETRY_BOTH, false, PLAN_CONFLICT_IGNORE},
        {{.outcome = NULL, .action = "create", .without_id = true}, RESUME, false, PLAN_CONFLICT_STRICT_TOUCHED},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(run_record_free) struct run_record record = {0};
        CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
        struct history *history = open_history(state);
        struct err e = ERR_INIT;
        char id[16];

        snprintf(id, sizeof(id), "row-%zu", i);
        write_run(history, id, "{}", &rows[i].step, 1);
        assert_true(run_load(history, id, &record, &e));
        bool fine = rows[i].choice == RESUME ? run_resume(&record, &resumption, &e)
                                             : run_retry(&record, true, true, &resumption, &e);
        assert_true(fine);
        assert_int_equal(resumption.plan.count, 1);
        assert_int_equal(resumption.plan.items[0].journaled, rows[i].journaled);
        assert_int_equal(resumption.plan.items[0].conflict_policy, rows[i].policy);
        history_close(history);
    }
}

/* In a retry, what is started for the first time has the policy of the run, not that of what is tried again. */
static void what_a_retry_starts_for_the_first_time_minds_conflicts(void **state)
{
    static const struct step_row rows[] = {{.outcome = "failed"}, {.outcome = NULL, .depends_on = 1}};
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
    struct err e = ERR_INIT;

    write_and_load(state, "{}", rows, 2, &record);
    assert_true(run_retry(&record, true, true, &resumption, &e));
    assert_int_equal(resumption.plan.items[0].conflict_policy, PLAN_CONFLICT_IGNORE);
    assert_int_equal(resumption.plan.items[1].conflict_policy, PLAN_CONFLICT_STRICT_TOUCHED);
    /* it sets what differs from the state before the run */
    assert_int_equal(resumption.plan.items[0].mask, RESOURCE_ENABLED);
    assert_true(resumption.plan.items[0].after.enabled);
    assert_int_equal(resumption.plan.items[0].after.hop_limit, 1);
}

static void a_run_in_progress_is_left_alone(void **state)
{
    static const struct step_row rows[] = {{.outcome = NULL}};
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct run_resumption resumption = {0};
    struct plan plan = {0};
    struct history_run run = {
        .id = "r", .command = "c", .arguments = "[]", .wanted = "{}", .holder = {.description = "set, process 7"}};
    char names[STEPS_MAX][16];
    struct history_step step = step_of(&rows[0], 0, names);
    struct err e[3] = {ERR_INIT, ERR_INIT, ERR_INIT};
    int64_t number;

    assert_true(history_begin(history, &run, &step, 1, &number, &e[0]));
    assert_true(run_load(history, "r", &record, &e[0]));
    assert_false(run_resume(&record, &resumption, &e[0]));
    assert_false(run_retry(&record, true, true, &resumption, &e[1]));
    assert_false(run_rollback(&record, NULL, 0, true, list, &plan, &e[2]));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(e[i].code, ERR_LOCKED);
        assert_string_equal(e[i].message, "run r is in progress: set, process 7");
    }
}

/* --- rollback ----------------------------------------------------------------------------------------- */

static void the_steps_that_are_rolled_back(void **state)
{
    static const struct step_row steps[] = {{.outcome = "changed"}, {.outcome = "unchanged"}, {.outcome = "failed"},
                                            {.outcome = "unknown"}, {.outcome = NULL},        {.outcome = "changed"}};
    static const struct {
        const char *words[3];
        size_t count;
        const char *names; /* in the order of the plan: the last one first */
    } rows[] = {
        {{NULL}, 0, "s5 s3 s0 "},
        {{"s0"}, 1, "s0 "},
        {{"s0", "s5"}, 2, "s5 s0 "},
        {{"s3", "s0", "s3"}, 3, "s3 s0 "},
        /* the run had to do with it, but changed nothing there */
        {{"s1"}, 1, ""},
        {{"s2", "s4"}, 2, ""},
        {{"crn:v1:x:y:is:z:a/1::instance:i"}, 1, "s5 s3 s0 "},
    };
    CLEANUP(run_record_free) struct run_record record = {0};

    write_and_load(state, "{}", steps, COUNT(steps), &record);
    for (size_t i = 0; i < COUNT(rows); i++) {
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(plan_free) struct plan plan = {0};
        CLEANUP(text_free) struct text names = {0};
        struct err e = ERR_INIT;

        assert_true(run_rollback(&record, rows[i].words, rows[i].count, false, list, &plan, &e));
        for (size_t j = 0; j < plan.count; j++) {
            text_printf(&names, "%s ", plan.items[j].resource->name);
            assert_int_equal(plan.items[j].conflict_policy, PLAN_CONFLICT_STRICT_ALL);
            assert_int_equal(plan.items[j].wanted->given, RESOURCE_ENABLED);
            assert_false(plan.items[j].wanted->enabled);
        }
        assert_string_equal(text_string(&names), rows[i].names);
    }
}

static void a_word_that_the_run_knows_nothing_of_rolls_back_nothing(void **state)
{
    static const struct step_row steps[] = {{.outcome = "changed"}, {.outcome = "changed"}};
    /* a part of a name is no name */
    static const char *const words[] = {"s", "s00", "s1 ", "", "crn:v1"};
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();

    write_and_load(state, "{}", steps, COUNT(steps), &record);
    for (size_t i = 0; i < COUNT(words); i++) {
        const char *const both[] = {"s0", words[i]};
        struct plan plan = {0};
        struct err e = ERR_INIT;
        assert_false(run_rollback(&record, both, 2, false, list, &plan, &e));
        assert_int_equal(e.code, ERR_NOT_FOUND);
        assert_null(plan.items);
    }
}

static void a_forced_rollback_minds_no_conflict_and_what_was_left_behind_is_taken_back(void **state)
{
    static const struct step_row steps[] = {{.outcome = "changed"}, {.outcome = "failed", .action = "create"}};
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct err e = ERR_INIT;

    write_and_load(state, "{}", steps, COUNT(steps), &record);
    assert_true(run_rollback(&record, NULL, 0, true, list, &plan, &e));
    assert_int_equal(plan.count, 2);
    /* servers are not deleted, which is said */
    assert_int_equal(plan.items[0].action, PLAN_DELETE);
    assert_int_equal(plan.items[0].verdict, PLAN_SKIP);
    assert_int_equal(plan.items[1].action, PLAN_SET);
    assert_int_equal(plan.items[1].conflict_policy, PLAN_CONFLICT_IGNORE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(every_state_of_a_step_is_loaded_as_what_is_known_of_it),
        TEST(what_creations_share_is_kept_once_and_given_to_each),
        TEST(a_run_that_cannot_be_read_says_why),
        TEST(what_a_run_was_asked_for_decides_how_it_is_resumed),
        TEST(the_steps_that_are_carried_out_again),
        TEST(what_may_have_been_sent_is_marked_and_conflicts_are_minded),
        TEST(what_a_retry_starts_for_the_first_time_minds_conflicts),
        TEST(a_run_in_progress_is_left_alone),
        TEST(the_steps_that_are_rolled_back),
        TEST(a_word_that_the_run_knows_nothing_of_rolls_back_nothing),
        TEST(a_forced_rollback_minds_no_conflict_and_what_was_left_behind_is_taken_back),
    };

    return cmocka_run_group_tests_name("run_select", tests, NULL, NULL);
}
