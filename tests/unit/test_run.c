/* Room run with a server: recorded before it is sent, executed, cut off, resumed, retried, rolled back. */
#include "run_fixture.h"

#include <sys/resource.h>

/* --- hooks that note when they were called ------------------------------------------------------------- */

struct noted {
    const struct service *service;
    void **state;
    char order[64]; /* "confirm begin result result ..." in one letter each */
    bool refuses;
    size_t runs_at_confirm, runs_at_begin;
};

static void note(struct noted *noted, char what)
{
    size_t size = strlen(noted->order);

    if (size + 1 < sizeof(noted->order)) {
        noted->order[size] = what;
    }
}

static bool note_confirm(void *context, struct err *e)
{
    struct noted *noted = context;

    note(noted, 'c');
    noted->runs_at_confirm = count_runs(noted->state);
    assert_int_equal(noted->service->total, 0);
    return !noted->refuses || err_set(e, ERR_FAILED, "not confirmed");
}

static void note_begin(void *context)
{
    struct noted *noted = context;

    note(noted, 'b');
    noted->runs_at_begin = count_runs(noted->state);
    assert_int_equal(noted->service->total, 0);
}

static void note_result(const struct fleet_result *result, const struct fleet_summary *summary, void *context)
{
    (void)result, (void)summary;
    note(context, 'r');
}

/* --- a new run ---------------------------------------------------------------------------------------- */

static void a_run_is_confirmed_then_recorded_then_sent(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    CLEANUP(run_result_free) struct run_result result = {0};
    CLEANUP(run_record_free) struct run_record record = {0};
    struct noted noted = {.service = &service, .state = state};
    struct err e = ERR_INIT;

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    const struct run_hooks hooks = {
        .confirm = note_confirm, .begin = note_begin, .progress = note_result, .context = &noted};
    assert_true(run_execute(&enabling.request, &hooks, &result, &e));
    assert_string_equal(noted.order, "cbrrrrrrrrrrrr");
    assert_int_equal(noted.runs_at_confirm, 0);
    assert_int_equal(noted.runs_at_begin, 1);
    assert_int_equal(result.stopped.code, ERR_NONE);
    assert_int_equal(result.unrecorded.code, ERR_NONE);
    assert_int_equal(result.run.summary.counts[FLEET_CHANGED], SERVERS);
    assert_int_equal(count_enabled(&service), SERVERS);
    load(state, &record);
    assert_string_equal(record.entry.run.id, result.id);
    assert_int_equal(record.entry.run.state, HISTORY_DONE);
    assert_string_equal(record.entry.run.command, "instance set");
    assert_string_equal(record.entry.run.wanted, "{\"enabled\":true}");
    assert_string_equal(record.entry.run.summary,
                        "{\"selected\":12,\"changed\":12,\"unchanged\":0,\"skipped\":0,\"failed\":0,\"unknown\":0}");
    /* what URLs may hold of secrets is not written down */
    assert_string_equal(record.entry.run.arguments,
                        "[\"instance\",\"set\",\"--endpoint\",\"https://REDACTED@h/v1?REDACTED\"]");
    assert_string_equal(record.entry.run.places[0].account, "a/7");
    assert_non_null(strstr(record.entry.run.places[0].api, "http://127.0.0.1:"));
    for (size_t i = 0; i < record.results.count; i++) {
        assert_int_equal(record.results.results[i].outcome, FLEET_CHANGED);
        assert_false(record.results.results[i].before.enabled);
        assert_true(record.results.results[i].after.enabled);
        assert_true(record.results.results[i].restart_needed);
    }
    place_close(&place);
}

static void without_confirmation_nothing_is_recorded_or_sent(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    struct noted noted = {.service = &service, .state = state, .refuses = true};
    struct run_result result = {0};
    struct err e = ERR_INIT;

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    const struct run_hooks hooks = {.confirm = note_confirm, .begin = note_begin, .context = &noted};
    assert_false(run_execute(&enabling.request, &hooks, &result, &e));
    assert_string_equal(noted.order, "c");
    assert_string_equal(e.message, "not confirmed");
    assert_int_equal(count_runs(state), 0);
    assert_int_equal(place.server.requests, 0);
    place_close(&place);
}

static void a_plan_without_a_change_is_not_recorded(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    CLEANUP(run_result_free) struct run_result result = {0};

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    for (size_t i = 0; i < enabling.plan.count; i++) {
        enabling.plan.items[i].verdict = PLAN_UNCHANGED;
    }
    execute(&enabling.request, &result);
    assert_int_equal(result.run.summary.counts[FLEET_UNCHANGED], SERVERS);
    assert_int_equal(place.server.requests, 0);
    assert_int_not_equal(access(in(state, "state"), F_OK), 0);
    place_close(&place);
}

static void a_preview_sends_and_records_nothing(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    for (int with_restarts = 0; with_restarts < 2; with_restarts++) {
        CLEANUP(run_result_free) struct run_result result = {0};
        struct fleet_restarts restart = {0};
        enabling.request.restart = with_restarts ? &restart : NULL;
        run_preview(&enabling.request, &result);
        assert_int_equal(result.run.summary.counts[FLEET_CHANGED], SERVERS);
        assert_string_equal(result.id, "");
        assert_int_equal(result.run.results[0].restart_needed, !with_restarts);
        assert_int_equal(result.run.results[0].restarted, with_restarts);
    }
    assert_int_equal(place.server.requests, 0);
    assert_int_not_equal(access(in(state, "state"), F_OK), 0);
    place_close(&place);
}

/* --- a history that fails ------------------------------------------------------------------------------ */

static void a_history_that_cannot_be_made_lets_nothing_be_sent(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    struct run_result result = {0};
    struct err e = ERR_INIT;

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    fclose(fopen(in(state, "state"), "w"));
    assert_false(run_execute(&enabling.request, &(struct run_hooks){0}, &result, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_int_equal(place.server.requests, 0);
    place_close(&place);
}

/* The disk is full from the first recorded change on: a limit on the size of files stands for it. */
static void fill_disk(void *context)
{
    (void)context;
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1, RLIM_INFINITY});
}

static void a_history_that_fails_in_the_middle_ends_the_run_and_with_room_it_is_resumed(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    CLEANUP(run_result_free) struct run_result result = {0};
    CLEANUP(run_result_free) struct run_result resumed = {0};
    struct err e = ERR_INIT;

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    signal(SIGXFSZ, SIG_IGN);
    bool executed = run_execute(&enabling.request, &(struct run_hooks){.begin = fill_disk}, &result, &e);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
    signal(SIGXFSZ, SIG_DFL);
    assert_true(executed);
    assert_int_equal(result.stopped.code, ERR_IO);
    assert_int_equal(result.unrecorded.code, ERR_IO);
    /* no change left without being recorded */
    assert_int_equal(service.total, 0);
    assert_int_equal(result.run.summary.not_started, SERVERS);
    take_up(state, &place, false, &resumed);
    assert_string_equal(resumed.id, result.id);
    assert_int_equal(resumed.run.summary.counts[FLEET_CHANGED], SERVERS);
    assert_int_equal(count_enabled(&service), SERVERS);
    place_close(&place);
}

/* --- a run that was cut off ---------------------------------------------------------------------------- */

static void a_run_that_was_killed_at_any_change_is_resumed_to_the_same_end(void **state)
{
    for (unsigned moment = 1; moment <= SERVERS; moment++) {
        for (int after = 0; after < 2; after++) {
            struct service service = {.kill_at = moment, .kill_after = after};
            struct place place;
            CLEANUP(run_record_free) struct run_record record = {0};
            CLEANUP(run_result_free) struct run_result resumed = {0};
            CLEANUP(run_result_free) struct run_result again = {0};

            place_open(&place, &service);
            cut_off(state, &place, &service, &enable);
            load(state, &record);
            assert_int_equal(record.entry.run.state, HISTORY_INTERRUPTED);
            assert_null(record.entry.run.summary);
            for (size_t i = 0; i < record.entry.count; i++) {
                unsigned number = number_of(record.entry.steps[i].id);
                enum fleet_outcome outcome = record.results.results[i].outcome;
                /* what is not started was never sent, and what is changed was */
                assert_true(outcome != FLEET_SKIPPED || service.patches[number] == 0);
                assert_true(outcome != FLEET_CHANGED || service.enabled[number]);
            }
            take_up(state, &place, false, &resumed);
            assert_int_equal(resumed.stopped.code, ERR_NONE);
            assert_int_equal(resumed.run.count, SERVERS);
            assert_int_equal(resumed.run.summary.counts[FLEET_CHANGED], SERVERS);
            assert_int_equal(count_enabled(&service), SERVERS);
            for (unsigned i = 0; i < SERVERS; i++) {
                assert_int_equal(service.changes[i], 1);
            }
            /* nothing is left to do then */
            unsigned requests = place.server.requests;
            take_up(state, &place, false, &again);
            assert_int_equal(place.server.requests, requests);
            assert_int_equal(again.run.summary.counts[FLEET_CHANGED], SERVERS);
            place_close(&place);
        }
    }
}

static void what_others_changed_after_the_cut_is_a_conflict_that_a_retry_overrides(void **state)
{
    static const struct resource_settings five = {.given = RESOURCE_HOP_LIMIT, .hop_limit = 5};
    struct service service = {.kill_at = 4};
    struct place place;
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(run_result_free) struct run_result resumed = {0};
    CLEANUP(run_result_free) struct run_result retried = {0};
    size_t victim = 0;

    place_open(&place, &service);
    cut_off(state, &place, &service, &five);
    load(state, &record);
    /* on a busy machine all steps may have been journaled as sent; only some have arrived */
    while (service.patches[number_of(record.entry.steps[victim].id)] > 0) {
        victim++;
        assert_true(victim < SERVERS);
    }
    unsigned number = number_of(record.entry.steps[victim].id);
    service.hop_limit[number] = 33;
    /* it is about the hop limit: what else others change is no conflict */
    service.enabled[(number + 1) % SERVERS] = true;
    take_up(state, &place, false, &resumed);
    assert_int_equal(resumed.run.summary.counts[FLEET_CHANGED], SERVERS - 1);
    assert_int_equal(resumed.run.results[victim].outcome, FLEET_FAILED);
    assert_int_equal(resumed.run.summary.conflicts, 1);
    assert_int_equal(service.hop_limit[number], 33);
    assert_int_equal(service.patches[number], 0);
    take_up(state, &place, true, &retried);
    assert_int_equal(retried.run.summary.counts[FLEET_CHANGED], SERVERS);
    for (unsigned i = 0; i < SERVERS; i++) {
        assert_int_equal(service.hop_limit[i], 5);
        assert_int_equal(service.changes[i], 1);
    }
    place_close(&place);
}

static void what_failed_is_retried_alone(void **state)
{
    struct service service = {.refuse = 5};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    CLEANUP(run_result_free) struct run_result first = {0};
    CLEANUP(run_result_free) struct run_result retried = {0};
    CLEANUP(run_record_free) struct run_record record = {0};

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    execute(&enabling.request, &first);
    assert_int_equal(first.run.summary.counts[FLEET_FAILED], 1);
    take_up(state, &place, true, &retried);
    assert_string_equal(retried.id, first.id);
    assert_int_equal(service.total, SERVERS + 1);
    assert_int_equal(count_enabled(&service), SERVERS);
    assert_int_equal(retried.run.summary.counts[FLEET_CHANGED], SERVERS);
    assert_int_equal(count_runs(state), 1);
    load(state, &record);
    for (size_t i = 0; i < record.results.count; i++) {
        /* the attempts of both are counted */
        assert_int_equal(record.results.results[i].attempts, service.patches[i]);
    }
    place_close(&place);
}

static void an_unknown_result_is_settled_by_a_retry_without_a_second_change(void **state)
{
    struct service service = {.lose = SERVERS};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    CLEANUP(run_result_free) struct run_result first = {0};
    CLEANUP(run_result_free) struct run_result retried = {0};

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    execute(&enabling.request, &first);
    assert_int_equal(first.run.summary.counts[FLEET_UNKNOWN], 1);
    service.lost = false;
    take_up(state, &place, true, &retried);
    assert_int_equal(retried.run.summary.counts[FLEET_CHANGED], SERVERS);
    assert_int_equal(retried.run.summary.counts[FLEET_UNKNOWN], 0);
    for (unsigned i = 0; i < SERVERS; i++) {
        assert_int_equal(service.changes[i], 1);
    }
    place_close(&place);
}

/* Both have loaded it; the first to come takes it over. */
static void a_run_that_was_resumed_meanwhile_is_not_resumed_twice(void **state)
{
    struct service service = {.kill_at = 4};
    struct place place;
    CLEANUP(run_record_free) struct run_record stale = {0};
    CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
    CLEANUP(run_result_free) struct run_result resumed = {0};
    struct run_result result = {0};
    struct err e = ERR_INIT;
    char path[256];

    place_open(&place, &service);
    cut_off(state, &place, &service, &enable);
    load(state, &stale);
    take_up(state, &place, false, &resumed);
    unsigned requests = place.server.requests;
    assert_true(run_resume(&stale, &resumption, &e));
    snprintf(path, sizeof(path), "%s", in(state, "state/history.db"));
    struct run_request request = {.command = "runs resume", .history = path, .scope = &place.scope};
    run_request_resume(&request, &resumption);
    assert_false(run_execute(&request, &(struct run_hooks){0}, &result, &e));
    assert_int_equal(e.code, ERR_CONFLICT);
    assert_non_null(strstr(e.message, "was resumed meanwhile"));
    assert_int_equal(place.server.requests, requests);
    place_close(&place);
}

/* --- elsewhere ---------------------------------------------------------------------------------------- */

static void a_run_is_resumed_and_rolled_back_only_where_it_was(void **state)
{
    struct service service = {.kill_at = 4};
    struct place place;
    static const struct {
        const char *regions[3], *path;
        const char *message; /* NULL: it is the same place */
    } rows[] = {
        {{"eu-de"}, "/v1", NULL},
        {{""}, "/v1", NULL},
        {{"us-south", "eu-de"}, "/v1", NULL},
        {{"eu-de"}, "/v", "and these options lead to 127.0.0.1"},
        {{"eu-de"}, "/v12", "and these options lead to 127.0.0.1"},
        {{"us-south"}, "/v1", "eu-de"},
        {{"us-south", "jp-tok"}, "/v1", "eu-de"},
    };
    CLEANUP(run_record_free) struct run_record record = {0};

    place_open(&place, &service);
    cut_off(state, &place, &service, &enable);
    load(state, &record);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
        CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
        CLEANUP(plan_free) struct plan plan = {0};
        struct vpc *regions[3];
        size_t count = 0;
        for (; count < 3 && rows[i].regions[count] != NULL; count++) {
            regions[count] = vpc_create(place.http, place.parser, rows[i].regions[count],
                                        url_of(&place.server, rows[i].path), VPC_API_VERSION);
        }
        struct inventory_scope scope = {.http = place.http, .regions = regions, .region_count = count};
        struct err e[2] = {ERR_INIT, ERR_INIT};
        struct run_request resume = {.command = "runs resume", .scope = &scope};
        assert_true(run_resume(&record, &resumption, &e[0]));
        run_request_resume(&resume, &resumption);
        struct run_request rollback = {
            .command = "runs rollback", .scope = &scope, .plan = &plan, .list = list, .rolls_back = &record};
        assert_true(run_rollback(&record, NULL, 0, false, list, &plan, &e[1]));
        bool fine[] = {run_check_places(&resume, &e[0]), run_check_places(&rollback, &e[1])};
        for (size_t j = 0; j < 2; j++) {
            assert_int_equal(fine[j], rows[i].message == NULL);
            assert_int_equal(e[j].code, fine[j] ? ERR_NONE : ERR_USAGE);
            assert_true(fine[j] || strstr(e[j].message, rows[i].message) != NULL);
        }
        for (size_t j = 0; j < count; j++) {
            vpc_destroy(regions[j]);
        }
    }
    place_close(&place);
}

/* --- rollback ----------------------------------------------------------------------------------------- */

static void roll_back(void **state, const struct place *place, bool force, struct run_result *ret)
{
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct err e = ERR_INIT;
    char path[256];

    load(state, &record);
    assert_true(run_rollback(&record, NULL, 0, force, list, &plan, &e));
    snprintf(path, sizeof(path), "%s", in(state, "state/history.db"));
    struct run_request request = {.command = "runs rollback",
                                  .history = path,
                                  .scope = &place->scope,
                                  .concurrency = 3,
                                  .plan = &plan,
                                  .list = list,
                                  .rolls_back = &record,
                                  .force = force};
    assert_true(run_read_deleted(&place->scope, &plan, &e));
    execute(&request, ret);
}

static void a_rollback_restores_what_was_and_is_a_run_of_its_own(void **state)
{
    for (int force = 0; force < 2; force++) {
        struct service service = {0};
        struct place place;
        CLEANUP(enabling_free) struct enabling enabling;
        CLEANUP(run_result_free) struct run_result first = {0};
        CLEANUP(run_record_free) struct run_record record = {0};
        struct run_result back = {0};

        place_open(&place, &service);
        enabling_make(&enabling, state, &place);
        execute(&enabling.request, &first);
        /* a rollback minds every change since, also of what it does not touch */
        service.hop_limit[3] = 9;
        size_t runs = count_runs(state);
        roll_back(state, &place, force, &back);
        assert_int_equal(count_runs(state), runs + 1);
        assert_string_not_equal(back.id, first.id);
        assert_int_equal(back.run.summary.counts[FLEET_CHANGED], force ? SERVERS : SERVERS - 1);
        assert_int_equal(back.run.summary.conflicts, !force);
        assert_int_equal(count_enabled(&service), !force);
        load(state, &record);
        JSON_CLEANUP json_t *wanted = json_loads(record.entry.run.wanted, 0, NULL);
        assert_string_equal(json_string_value(json_object_get(wanted, "rollback")), first.id);
        assert_int_equal(json_is_true(json_object_get(wanted, "force")), force);
        assert_int_equal(record.policy, force ? PLAN_CONFLICT_IGNORE : PLAN_CONFLICT_STRICT_ALL);
        /* the results borrow from what made them */
        fleet_run_free(&back.run);
        place_close(&place);
    }
}

/* --- pending restarts --------------------------------------------------------------------------------- */

static void a_restart_is_pending_from_enabling_until_it_is_disabled_again(void **state)
{
    struct service service = {0};
    struct place place;
    CLEANUP(enabling_free) struct enabling enabling;
    CLEANUP(run_result_free) struct run_result first = {0};
    struct run_result back = {0};
    struct err e = ERR_INIT;
    enum resource_switch *pending;

    place_open(&place, &service);
    enabling_make(&enabling, state, &place);
    assert_true(run_restarts(enabling.path, enabling.list, &pending, &e));
    assert_int_equal(pending[0], RESOURCE_UNKNOWN);
    free(pending);
    assert_int_not_equal(access(enabling.path, F_OK), 0);
    execute(&enabling.request, &first);
    assert_true(run_restarts(enabling.path, enabling.list, &pending, &e));
    for (size_t i = 0; i < SERVERS; i++) {
        assert_int_equal(pending[i], RESOURCE_ON);
    }
    free(pending);
    /* the same ids in another account, and through another API, are other servers */
    struct vpc *elsewhere =
        vpc_create(place.http, place.parser, "eu-de", url_of(&place.server, "/v12"), VPC_API_VERSION);
    resource_list_at(enabling.list, 1)->crn = "crn:v1:x:public:is:eu-de:a/77::instance:i";
    resource_list_at(enabling.list, 2)->api = elsewhere;
    assert_true(run_restarts(enabling.path, enabling.list, &pending, &e));
    assert_int_equal(pending[0], RESOURCE_ON);
    assert_int_equal(pending[1], RESOURCE_UNKNOWN);
    assert_int_equal(pending[2], RESOURCE_UNKNOWN);
    free(pending);
    roll_back(state, &place, false, &back);
    fleet_run_free(&back.run);
    assert_true(run_restarts(enabling.path, enabling.list, &pending, &e));
    assert_int_equal(pending[0], RESOURCE_UNKNOWN);
    free(pending);
    vpc_destroy(elsewhere);
    place_close(&place);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_run_is_confirmed_then_recorded_then_sent),
        TEST(without_confirmation_nothing_is_recorded_or_sent),
        TEST(a_plan_without_a_change_is_not_recorded),
        TEST(a_preview_sends_and_records_nothing),
        TEST(a_history_that_cannot_be_made_lets_nothing_be_sent),
        TEST(a_history_that_fails_in_the_middle_ends_the_run_and_with_room_it_is_resumed),
        TEST(a_run_that_was_killed_at_any_change_is_resumed_to_the_same_end),
        TEST(what_others_changed_after_the_cut_is_a_conflict_that_a_retry_overrides),
        TEST(what_failed_is_retried_alone),
        TEST(an_unknown_result_is_settled_by_a_retry_without_a_second_change),
        TEST(a_run_that_was_resumed_meanwhile_is_not_resumed_twice),
        TEST(a_run_is_resumed_and_rolled_back_only_where_it_was),
        TEST(a_rollback_restores_what_was_and_is_a_run_of_its_own),
        TEST(a_restart_is_pending_from_enabling_until_it_is_disabled_again),
    };

    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
