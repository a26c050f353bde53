/* Room fleet: what is sent and recorded when the journal works and when it fails; the exit status of a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fleet/fleet.h"
#include "fleet/fleet_prefetch.h"
#include "http_fixture.h"

enum { SERVERS = 60, WINDOW = 4, NEVER = 1000 };

/* Both ends of a run: the servers as the API has them, and what the journal was told. */
struct service {
    bool enabled[SERVERS];
    unsigned patches, unrecorded; /* changes that came; those that the journal did not have before */
    unsigned reads, bound;        /* GETs; changes that were bound to an ETag */
    unsigned reads_at_begin;      /* GETs before the run began */
    bool prefetch, touch;         /* servers are read before the run; then another writer touches all of them */
    bool touched;                 /* that has happened: other ETags */
    unsigned stale;               /* changes with an ETag from before */
    enum plan_guard guard;
    bool lose[SERVERS]; /* the answer to the first change of it, after it took effect */
    bool ignore;        /* changes are answered with the state from before */
    bool journaled[SERVERS], concluded[SERVERS];
    unsigned records, fail_at; /* calls of the journal; the one from which on it fails */
    bool fail_at_end;          /* it fails where nothing is about to leave */
};

static unsigned number_of(const char *id)
{
    return (unsigned)strtoul(strstr(id, "0717_") + strlen("0717_"), NULL, 10);
}

static enum afterwards answer_instance(struct loopback *server, const struct heard *heard, struct text *answer)
{
    struct service *service = server->context;
    unsigned number = number_of(heard->path);
    CLEANUP(text_free) struct text body = {0};

    if (strcmp(heard->method, "PATCH") == 0) {
        if (service->touched && strstr(heard->head, "W/\"1\"") != NULL) {
            service->stale++;
            loopback_json(answer, 412, "", "{\"errors\":[{\"code\":\"precondition_failed\",\"message\":\"stale\"}]}");
            return KEEP_OPEN;
        }
        service->patches++;
        service->unrecorded += !service->journaled[number];
        service->bound += strcasestr(heard->head, "if-match:") != NULL;
        service->enabled[number] = !service->ignore;
        if (service->lose[number]) {
            return RESET;
        }
    } else {
        service->reads++;
    }
    text_printf(
        &body,
        "{\"id\":\"0717_%u\",\"name\":\"web-%u\",\"crn\":\"crn:v1:x:0717_%u\",\"status\":\"running\","
        "\"lifecycle_state\":\"stable\",\"zone\":{\"name\":\"eu-de-1\"},\"vpc\":{\"id\":\"r010-1\",\"name\":\"prod\"},"
        "\"vcpu\":{\"architecture\":\"amd64\"},\"metadata_service\":{\"enabled\":%s,\"protocol\":\"http\","
        "\"response_hop_limit\":1}}",
        number, number, number, service->enabled[number] ? "true" : "false");
    loopback_json(answer, 200, service->touched ? "ETag: W/\"2\"\r\n" : "ETag: W/\"1\"\r\n", text_string(&body));
    return KEEP_OPEN;
}

static bool record(void *context, const struct fleet_result *const starting[], size_t starting_count,
                   const struct fleet_result *const concluded[], size_t concluded_count, struct err *e)
{
    struct service *service = context;

    if (++service->records >= service->fail_at || (service->fail_at_end && starting_count == 0)) {
        return err_set(e, ERR_IO, "the disk is full");
    }
    for (size_t i = 0; i < starting_count; i++) {
        service->journaled[number_of(starting[i]->item->resource->id)] = true;
    }
    for (size_t i = 0; i < concluded_count; i++) {
        service->concluded[number_of(concluded[i]->item->resource->id)] = true;
    }
    return true;
}

static struct resource_list *fleet_of_servers(void)
{
    struct resource_list *list = resource_list_create();

    for (unsigned i = 0; i < SERVERS; i++) {
        struct resource *resource = resource_list_append(list, &resource_instance, "eu-de");
        char id[32];
        snprintf(id, sizeof(id), "0717_%u", i);
        resource->id = resource->name = resource_list_keep(list, id);
        resource->crn = "crn:v1:x";
        resource->status = "running";
        resource->lifecycle_state = "stable";
        resource->architecture = "amd64";
        resource->settings =
            (struct resource_settings){.given = RESOURCE_METADATA_SETTINGS, .protocol = "http", .hop_limit = 1};
    }
    return list;
}

/* What came of enabling all of them. */
struct outcome {
    struct resource_list *list;
    struct plan plan;
    struct fleet_run run;
    struct fleet_prefetch *prefetch;
    struct err error;
    bool whole;
};

static struct outcome enable_all(struct service *service)
{
    static const struct resource_settings wanted = {.given = RESOURCE_ENABLED, .enabled = true};
    struct outcome outcome = {.list = fleet_of_servers(), .error = ERR_INIT};
    struct fleet_journal journal = {.record = record, .context = service};
    struct answer_parser *parser = answer_parser_create();
    struct http *http = open_session(NULL);
    struct loopback server;

    loopback_start(&server, answer_instance, service);
    struct vpc *region = vpc_create(http, parser, "eu-de", url_of(&server, "/v1"), VPC_API_VERSION);
    for (size_t i = 0; i < resource_list_count(outcome.list); i++) {
        resource_list_at(outcome.list, i)->api = region;
    }
    plan_make(outcome.list, &wanted, &outcome.plan);
    for (size_t i = 0; i < outcome.plan.count; i++) {
        outcome.plan.items[i].guard = service->guard;
    }
    outcome.prefetch = service->prefetch ? fleet_prefetch_create(http, WINDOW) : NULL;
    for (size_t i = resource_list_count(outcome.list); service->prefetch && i-- > 0;) {
        fleet_prefetch_add(outcome.prefetch, resource_list_at(outcome.list, i));
        fleet_prefetch_add(outcome.prefetch, resource_list_at(outcome.list, i)); /* listed again */
    }
    assert_true(http_run(http, &outcome.error));
    service->reads_at_begin = service->reads;
    service->touched = service->touch;
    outcome.whole = fleet_execute(&outcome.plan,
                                  &(struct fleet_options){.http = http,
                                                          .regions = &region,
                                                          .region_count = 1,
                                                          .concurrency = WINDOW,
                                                          .prefetch = outcome.prefetch,
                                                          .journal = &journal},
                                  outcome.list, &outcome.run, &outcome.error);
    vpc_destroy(region);
    http_destroy(http);
    loopback_stop(&server);
    answer_parser_destroy(parser);
    return outcome;
}

static void outcome_free(struct outcome *outcome)
{
    fleet_run_free(&outcome->run);
    fleet_prefetch_destroy(outcome->prefetch);
    plan_free(&outcome->plan);
    resource_list_destroy(outcome->list);
}

static unsigned count(const bool flags[SERVERS])
{
    unsigned sum = 0;

    for (unsigned i = 0; i < SERVERS; i++) {
        sum += flags[i];
    }
    return sum;
}

/* changed: as wanted and recorded before it was sent; skipped: untouched, and the reason names the history. */
static void expect_truth(const struct service *service, const struct fleet_run *run)
{
    assert_int_equal(service->unrecorded, 0);
    assert_int_equal(run->count, SERVERS);
    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        unsigned number = number_of(result->item->resource->id);
        assert_true(result->outcome == FLEET_CHANGED || result->outcome == FLEET_SKIPPED);
        assert_int_equal(result->outcome == FLEET_CHANGED, service->enabled[number]);
        if (result->outcome == FLEET_SKIPPED) {
            assert_string_equal(result->reason, "not started: the history could not be written");
        }
    }
    assert_int_equal(run->summary.counts[FLEET_CHANGED] + run->summary.counts[FLEET_SKIPPED], SERVERS);
}

static void the_journal_has_every_change_before_it_is_sent_and_its_end_after(void **state)
{
    struct service service = {.fail_at = NEVER};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_true(outcome.whole);
    expect_truth(&service, &outcome.run);
    assert_int_equal(service.patches, SERVERS);
    assert_int_equal(count(service.concluded), SERVERS);
    /* groups, not one by one */
    assert_true(service.records <= SERVERS / 2);
}

static void a_journal_that_fails_at_once_lets_nothing_be_sent(void **state)
{
    struct service service = {.fail_at = 1};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_false(outcome.whole);
    assert_int_equal(outcome.error.code, ERR_IO);
    assert_non_null(strstr(outcome.error.message, "the disk is full"));
    expect_truth(&service, &outcome.run);
    assert_int_equal(service.patches, 0);
}

static void a_journal_that_fails_in_the_middle_ends_the_run_and_every_result_is_true(void **state)
{
    for (unsigned fail_at = 2; fail_at < 8; fail_at++) {
        struct service service = {.fail_at = fail_at};
        CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);
        (void)state;
        assert_false(outcome.whole);
        assert_int_equal(outcome.error.code, ERR_IO);
        expect_truth(&service, &outcome.run);
        /* on a busy machine few large groups hold every change, and a later failure meets only their ends */
        assert_in_range(service.patches, 1, fail_at == 2 ? SERVERS - 1 : SERVERS);
        assert_int_equal(service.patches, outcome.run.summary.counts[FLEET_CHANGED]);
        /* it is not asked again, neither for more nor for the end of what was under way */
        assert_int_equal(service.records, fail_at);
    }
}

static void a_journal_that_fails_at_the_end_leaves_the_results_as_they_are(void **state)
{
    struct service service = {.fail_at = NEVER, .fail_at_end = true};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_false(outcome.whole);
    assert_int_equal(outcome.error.code, ERR_IO);
    expect_truth(&service, &outcome.run);
    assert_int_equal(outcome.run.summary.counts[FLEET_CHANGED], SERVERS);
    assert_in_range(count(service.concluded), 1, SERVERS - 1);
}

static void a_change_is_bound_to_the_etag_of_a_read_just_before(void **state)
{
    struct service service = {.fail_at = NEVER};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_int_equal(service.reads, SERVERS);
    assert_int_equal(service.bound, SERVERS);
    assert_int_equal(outcome.run.summary.counts[FLEET_CHANGED], SERVERS);
}

static void guarded_by_the_list_nothing_is_read_before_the_change(void **state)
{
    struct service service = {.fail_at = NEVER, .guard = PLAN_GUARD_LIST};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_true(outcome.whole);
    expect_truth(&service, &outcome.run);
    assert_int_equal(service.reads, 0);
    assert_int_equal(service.bound, 0);
    assert_int_equal(service.patches, SERVERS);
    assert_int_equal(outcome.run.summary.counts[FLEET_CHANGED], SERVERS);
    for (size_t i = 0; i < SERVERS; i++) {
        assert_false(outcome.run.results[i].before.enabled);
        assert_true(outcome.run.results[i].after.enabled);
    }
}

static void guarded_by_the_list_a_lost_answer_is_reconciled_by_a_read(void **state)
{
    struct service service = {.fail_at = NEVER, .guard = PLAN_GUARD_LIST, .lose = {[7] = true, [8] = true}};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    expect_truth(&service, &outcome.run);
    assert_int_equal(service.reads, 2);
    assert_int_equal(outcome.run.summary.counts[FLEET_CHANGED], SERVERS);
}

static void guarded_by_the_list_the_answer_is_compared_all_the_same(void **state)
{
    struct service service = {.fail_at = NEVER, .guard = PLAN_GUARD_LIST, .ignore = true};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_int_equal(outcome.run.summary.counts[FLEET_UNKNOWN], SERVERS);
    assert_non_null(strstr(outcome.run.results[0].reason, "does not show it"));
    assert_int_equal(service.reads, 3 * SERVERS); /* it was looked at again before that is said */
}

static void servers_that_were_read_before_the_run_are_not_read_again(void **state)
{
    struct service service = {.fail_at = NEVER, .prefetch = true};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_true(outcome.whole);
    expect_truth(&service, &outcome.run);
    /* no more than the run can use at once, each one time */
    assert_int_equal(service.reads_at_begin, 2 * WINDOW);
    assert_int_equal(service.reads, SERVERS);
    assert_int_equal(service.bound, SERVERS);
    assert_int_equal(service.patches, SERVERS);
    assert_int_equal(outcome.run.summary.counts[FLEET_CHANGED], SERVERS);
}

static void what_was_read_before_the_run_is_never_written_over_a_later_change(void **state)
{
    struct service service = {.fail_at = NEVER, .prefetch = true, .touch = true};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    expect_truth(&service, &outcome.run);
    /* their ETags were stale: refused, read again, changed */
    assert_int_equal(service.stale, 2 * WINDOW);
    assert_int_equal(service.reads, SERVERS + 2 * WINDOW);
    assert_int_equal(service.patches, SERVERS);
    assert_int_equal(outcome.run.summary.counts[FLEET_CHANGED], SERVERS);
}

static void without_a_journal_of_it_nothing_that_was_read_before_the_run_is_written(void **state)
{
    struct service service = {.fail_at = 1, .prefetch = true};
    CLEANUP(outcome_free) struct outcome outcome = enable_all(&service);

    (void)state;
    assert_false(outcome.whole);
    expect_truth(&service, &outcome.run);
    assert_int_equal(service.patches, 0);
}

static void a_partly_failed_run_has_an_exit_status_of_its_own(void **state)
{
    static const struct {
        struct fleet_summary summary;
        int status;
    } rows[] = {
        {{.selected = 2, .counts = {[FLEET_CHANGED] = 2}}, 0},
        {{.selected = 2, .counts = {[FLEET_UNCHANGED] = 1, [FLEET_SKIPPED] = 1}}, 0},
        {{.selected = 2, .counts = {[FLEET_CHANGED] = 1, [FLEET_FAILED] = 1}}, 5},
        {{.selected = 2, .counts = {[FLEET_CHANGED] = 1, [FLEET_UNKNOWN] = 1}}, 5},
        {{.selected = 1, .counts = {[FLEET_FAILED] = 1}}, 1},
        {{.selected = 1, .counts = {[FLEET_UNKNOWN] = 1}}, 1},
        {{.selected = 1, .counts = {[FLEET_FAILED] = 1}, .conflicts = 1}, 6},
        {{.selected = 2, .counts = {[FLEET_FAILED] = 2}, .conflicts = 1}, 1},
        {{.selected = 2, .counts = {[FLEET_FAILED] = 2}, .refused = 2}, 4},
        {{.selected = 9, .counts = {[FLEET_FAILED] = 2, [FLEET_CHANGED] = 1}, .not_started = 6, .budget_spent = true},
         7},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(fleet_exit_status(&rows[i].summary), rows[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_journal_has_every_change_before_it_is_sent_and_its_end_after),
        cmocka_unit_test(a_journal_that_fails_at_once_lets_nothing_be_sent),
        cmocka_unit_test(a_journal_that_fails_in_the_middle_ends_the_run_and_every_result_is_true),
        cmocka_unit_test(a_journal_that_fails_at_the_end_leaves_the_results_as_they_are),
        cmocka_unit_test(a_change_is_bound_to_the_etag_of_a_read_just_before),
        cmocka_unit_test(guarded_by_the_list_nothing_is_read_before_the_change),
        cmocka_unit_test(guarded_by_the_list_a_lost_answer_is_reconciled_by_a_read),
        cmocka_unit_test(guarded_by_the_list_the_answer_is_compared_all_the_same),
        cmocka_unit_test(servers_that_were_read_before_the_run_are_not_read_again),
        cmocka_unit_test(what_was_read_before_the_run_is_never_written_over_a_later_change),
        cmocka_unit_test(without_a_journal_of_it_nothing_that_was_read_before_the_run_is_written),
        cmocka_unit_test(a_partly_failed_run_has_an_exit_status_of_its_own),
    };

    return cmocka_run_group_tests_name("fleet", tests, NULL, NULL);
}
