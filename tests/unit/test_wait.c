/* What a command waits for, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wait/wait.h"

static void times_are_written_one_way(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {{-5, "0 s"},
                {1, "1 s"},
                {27000, "27 s"},
                {59000, "59 s"},
                {59001, "1 min 0 s"},
                {100000, "1 min 40 s"},
                {599000, "9 min 59 s"},
                {600000, "10 min"},
                {720001, "13 min"},
                {3600000, "1 h 0 min"},
                {17580000, "4 h 53 min"}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        wait_append_time(&out, rows[i].ms);
        assert_string_equal(text_string(&out), rows[i].text);
    }
}

static void each_reason_has_words(void **state)
{
    static const struct {
        struct wait wait;
        const char *text;
    } rows[] = {
        {{.reason = WAIT_NOTHING}, ""},
        {{.reason = WAIT_RATE_LIMIT, .left_ms = 27000}, "rate limited: next try in 27 s"},
        {{.reason = WAIT_CONNECTION, .host = "h", .attempt = 3, .attempts = 6, .left_ms = 400},
         "no connection (try 3 of 6): h"},
        {{.reason = WAIT_NO_ANSWER, .host = "h", .attempt = 2, .attempts = 6, .left_ms = 4000},
         "no answer (try 2 of 6): h, next try in 4 s"},
        {{.reason = WAIT_SERVER_ERROR, .host = "h", .status = 503, .attempt = 2, .attempts = 6, .left_ms = -1},
         "h answers 503 (try 2 of 6)"},
        {{.reason = WAIT_TOKEN, .host = "iam.cloud.ibm.com", .past_ms = 3999},
         "waiting for a token of iam.cloud.ibm.com, 3 s"},
        {{.reason = WAIT_ANSWER, .host = "h", .past_ms = 60000}, "waiting for h, 1 min 0 s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        wait_describe(&rows[i].wait, &out);
        assert_string_equal(text_string(&out), rows[i].text);
    }
}

static void steps_are_counted_right_for_one(void **state)
{
    const struct wait_work many = {.step = {[WAIT_CREATING] = 2,
                                            [WAIT_MOVING] = 1,
                                            [WAIT_DELETING_MEMBERS] = 3,
                                            [WAIT_HEALING] = 1,
                                            [WAIT_SETTLING] = 1},
                                   .step_total = {[WAIT_DELETING_MEMBERS] = 12}};
    CLEANUP(text_free) struct text out = {0};
    CLEANUP(text_free) struct text json = {0};

    (void)state;
    wait_describe_steps(&many, &out);
    assert_string_equal(text_string(&out),
                        "creating 2 templates, moving 1 group, deleting members 3 of 12, waiting for "
                        "1 group to be healthy, waiting for the status of 1 server");
    wait_append_steps_json(&many, &json);
    assert_string_equal(text_string(&json), "{\"creating\":2,\"moving\":1,\"deleting_members\":3,"
                                            "\"deleting_members_total\":12,\"healing\":1,\"settling\":1}");
}

static void reads_are_named_while_they_last(void **state)
{
    struct wait_work work = {0};
    CLEANUP(text_free) struct text out = {0};
    size_t done = 0;
    size_t total = 0;

    (void)state;
    wait_read_begun(&work, "instances", true);
    wait_read_begun(&work, "volumes", false);
    wait_read_begun(&work, "volumes", false);
    wait_read_begun(&work, "images", false);
    wait_describe_reads(&work, &out);
    assert_string_equal(text_string(&out), "reading instances, volumes and images");
    assert_null(wait_reads_list(&work));
    assert_false(wait_reads_count(&work, &done, &total)); /* the list's numbers count */
    wait_read_ended(&work, "instances", true);
    wait_read_ended(&work, "images", false);
    text_clear(&out);
    wait_describe_reads(&work, &out);
    assert_string_equal(text_string(&out), "reading volumes");
    assert_true(wait_reads_count(&work, &done, &total));
    assert_int_equal(done, 1);
    assert_int_equal(total, 3);
    wait_reads_over(&work);
    wait_read_begun(&work, "VPCs", true);
    assert_string_equal(wait_reads_list(&work), "VPCs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_one_way),
        cmocka_unit_test(each_reason_has_words),
        cmocka_unit_test(steps_are_counted_right_for_one),
        cmocka_unit_test(reads_are_named_while_they_last),
    };

    return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
