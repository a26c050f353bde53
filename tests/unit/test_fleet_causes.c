/* Causes: which reasons are the same, what a group says, and in which order groups come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fleet/fleet_causes.h"

#define ID_1 "0717_11111111-aaaa-4bbb-8ccc-000000000001"
#define ID_2 "0717_22222222-aaaa-4bbb-8ccc-000000000002"

static void reasons_are_alike_but_for_what_differs_between_servers(void **state)
{
    static const struct {
        const char *left, *right; /* of web-alpha (ID_1) and web-beta (ID_2) */
        bool alike;
    } rows[] = {
        {"400 bad_field: no [trace 1, request 2]", "400 bad_field: no [trace 7, request 8]", true},
        {"400 bad_field: no [request 2]", "400 bad_field: no", true},
        {"400 bad_field: no [trace a]", "400 bad_field: yes [trace a]", false},
        {"web-alpha is gone", "web-beta is gone", true},
        {"a web-alphabet is gone", "a web-betabet is gone", false},
        {"404 not_found: no instance " ID_1 " (parameter id \"" ID_1 "\")",
         "404 not_found: no instance " ID_2 " (parameter id \"" ID_2 "\")", true},
        {"404 Not Found (GET http://h/v1/instances/" ID_1 ")", "404 Not Found (GET http://h/v1/instances/" ID_2 ")",
         true},
        {"no answer from 10.0.0.7 port 443 (5 attempts)", "no answer from 10.0.0.8 port 443 (4 attempts)", true},
        {"hop limit 1 -> 7 by somebody", "hop limit 3 -> 64 by somebody", true},
        {"502 \"Bad Gateway\" (a web page)", "502 \"Gateway of zone 3\" (a web page)", true},
        {"status failed", "status stopping", false},
        {"an open \"quote", "an open \"end", true},
        {"", "", true},
        {"value [in brackets]", "value [in braces]", false},
        {"n\xc3\xb6 1", "n\xc3\xb6 2", true},
    };
    static const struct resource resources[] = {{.id = ID_1, .name = "web-alpha"}, {.id = ID_2, .name = "web-beta"}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct plan_item items[] = {{.resource = &resources[0]}, {.resource = &resources[1]}};
        struct fleet_result results[] = {{.item = &items[0], .outcome = FLEET_FAILED, .reason = rows[i].left},
                                         {.item = &items[1], .outcome = FLEET_FAILED, .reason = rows[i].right}};
        const struct fleet_run run = {.results = results, .count = 2};
        CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};
        fleet_causes_find(&run, &causes);
        if ((causes.count == 1) != rows[i].alike) {
            fail_msg("row %zu: %s | %s", i, rows[i].left, rows[i].right);
        }
    }
}

/* Results whose names are a, b, c, ... */
static struct fleet_run run_of(struct fleet_result *results, size_t count)
{
    static struct resource resources[16];
    static struct plan_item items[16];
    static char names[16][2];

    for (size_t i = 0; i < count; i++) {
        names[i][0] = (char)('a' + (int)i);
        resources[i] = (struct resource){.name = names[i], .id = "r"};
        items[i] = (struct plan_item){.resource = &resources[i]};
        results[i].item = &items[i];
    }
    return (struct fleet_run){.results = results, .count = count};
}

static void groups_have_a_code_a_message_a_count_and_an_example(void **state)
{
    struct fleet_result results[] = {
        {.outcome = FLEET_CHANGED, .http_status = 200},
        {.outcome = FLEET_FAILED,
         .http_status = 400,
         .reason = "400 bad_field: wrong [trace 1, request 2]",
         .request_id = "req-b"},
        {.outcome = FLEET_UNCHANGED},
        {.outcome = FLEET_FAILED, .http_status = 400, .reason = "400 bad_field: wrong [trace 3, request 4]"},
        {.outcome = FLEET_FAILED, .http_status = 409, .reason = "reading it: 409 conflict_field-2 [request 4]"},
        {.outcome = FLEET_FAILED, .http_status = 502, .reason = "502 \"Bad Gateway\" (a web page)"},
        {.outcome = FLEET_FAILED, .http_status = 404, .reason = "404 Not Found (GET http://h/)"},
        {.outcome = FLEET_UNKNOWN, .http_status = 0, .reason = "no answer"},
    };
    static const struct {
        const char *code, *message, *example;
        size_t count;
    } wanted[] = {
        {"bad_field", "400 bad_field: wrong", "b", 2},
        {"conflict_field-2", "reading it: 409 conflict_field-2", "e", 1},
        {"", "502 \"Bad Gateway\" (a web page)", "f", 1},
        {"", "404 Not Found (GET http://h/)", "g", 1},
        {"", "no answer", "h", 1},
    };
    struct fleet_run run = run_of(results, sizeof(results) / sizeof(results[0]));
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};

    (void)state;
    fleet_causes_find(&run, &causes);
    assert_int_equal(causes.count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < causes.count; i++) {
        assert_string_equal(causes.items[i].code, wanted[i].code);
        assert_string_equal(causes.items[i].message, wanted[i].message);
        assert_string_equal(causes.items[i].example->item->resource->name, wanted[i].example);
        assert_int_equal(causes.items[i].count, wanted[i].count);
    }
    assert_string_equal(causes.items[0].example->request_id, "req-b");
}

static void loud_ones_come_first_then_failures_then_what_was_skipped_bigger_first(void **state)
{
    struct fleet_result results[] = {
        {.outcome = FLEET_SKIPPED, .reason = "s390x"},
        {.outcome = FLEET_SKIPPED, .reason = "s390x"},
        {.outcome = FLEET_SKIPPED, .reason = "s390x"},
        {.outcome = FLEET_FAILED, .reason = "one"},
        {.outcome = FLEET_UNKNOWN, .reason = "two"},
        {.outcome = FLEET_UNKNOWN, .reason = "two"},
        {.outcome = FLEET_FAILED, .reason = "it does not start", .down = "stopped"},
        {.outcome = FLEET_FAILED, .reason = "two"}, /* as an unknown one, but it is none */
        {.outcome = FLEET_FAILED, .reason = NULL},
    };
    static const char *const wanted[] = {"it does not start", "two", "one", "two", "", "s390x"};
    struct fleet_run run = run_of(results, sizeof(results) / sizeof(results[0]));
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};

    (void)state;
    fleet_causes_find(&run, &causes);
    assert_int_equal(causes.count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < causes.count; i++) {
        assert_string_equal(causes.items[i].message, wanted[i]);
    }
    assert_int_equal(causes.items[1].outcome, FLEET_UNKNOWN);
}

static void a_run_without_trouble_has_no_causes(void **state)
{
    struct fleet_run run = {0};
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};

    (void)state;
    fleet_causes_find(&run, &causes);
    assert_int_equal(causes.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_are_alike_but_for_what_differs_between_servers),
        cmocka_unit_test(groups_have_a_code_a_message_a_count_and_an_example),
        cmocka_unit_test(loud_ones_come_first_then_failures_then_what_was_skipped_bigger_first),
        cmocka_unit_test(a_run_without_trouble_has_no_causes),
    };

    return cmocka_run_group_tests_name("fleet_causes", tests, NULL, NULL);
}
