/* The window by a table of events, and what headers say of a limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/http_answer.h"
#include "http/http_window.h"

enum what { ANSWERS, IDLE_ANSWERS, REFUSAL };

/* `count` times the same, a round trip of `latency_ms` each, then the size that is wanted. */
struct event {
    enum what what;
    enum http_window_class class;
    unsigned count;
    int latency_ms;
    unsigned least, most;
};

static void play(const struct event events[], size_t count)
{
    struct http_window window;
    int64_t now_ms = 1000;

    http_window_begin(&window);
    for (size_t i = 0; i < count; i++) {
        for (unsigned n = 0; n < events[i].count; n++) {
            now_ms++; /* answers come one a millisecond */
            if (events[i].what == REFUSAL) {
                http_window_refused(&window);
            } else {
                http_window_answered(&window, events[i].class, now_ms - events[i].latency_ms, now_ms,
                                     events[i].what == ANSWERS);
            }
        }
        if (http_window_size(&window) < events[i].least || http_window_size(&window) > events[i].most) {
            fail_msg("event %zu: %u is not in %u..%u", i, http_window_size(&window), events[i].least, events[i].most);
        }
    }
}
#define PLAY(...)                                            \
    do {                                                     \
        static const struct event events_[] = {__VA_ARGS__}; \
        play(events_, sizeof(events_) / sizeof(events_[0])); \
    } while (0)

static void it_grows_gently_and_ever_more_slowly_up_to_its_most(void **state)
{
    (void)state;
    PLAY({ANSWERS, 0, 20, 30, 9, 13}, {ANSWERS, 0, 400, 30, 64, 70}, {ANSWERS, 0, 1000, 30, 90, 110},
         {ANSWERS, 0, 20000, 30, HTTP_WINDOW_AUTO_MAX, HTTP_WINDOW_AUTO_MAX});
}

static void it_does_not_grow_while_it_is_not_used_up(void **state)
{
    (void)state;
    PLAY({IDLE_ANSWERS, 0, 1000, 30, HTTP_WINDOW_START, HTTP_WINDOW_START});
}

static void answers_that_get_slow_make_it_fall_once_a_round_trip(void **state)
{
    (void)state;
    PLAY({ANSWERS, 0, 400, 30, 64, 70}, {ANSWERS, 0, 30, 200, 40, 60}, {ANSWERS, 0, 600, 200, 15, 45});
}

static void it_recovers_by_one_a_round_trip_after_a_setback(void **state)
{
    (void)state;
    PLAY({ANSWERS, 0, 400, 30, 64, 70}, {ANSWERS, 0, 200, 200, 20, 60}, {ANSWERS, 0, 200, 30, 20, 60},
         {ANSWERS, 0, 400, 30, 25, 64});
}

static void writes_that_take_longer_than_reads_are_no_trouble(void **state)
{
    (void)state;
    PLAY({ANSWERS, HTTP_WINDOW_READ, 400, 30, 64, 70}, {ANSWERS, HTTP_WINDOW_WRITE, 400, 300, 70, 90});
}

static void a_few_milliseconds_are_no_sign(void **state)
{
    (void)state;
    PLAY({ANSWERS, 0, 400, 1, 64, 70}, {ANSWERS, 0, 400, 5, 70, 90});
}

static void only_the_first_refusal_makes_it_smaller(void **state)
{
    (void)state;
    PLAY({ANSWERS, 0, 200, 30, 35, 50}, {REFUSAL, 0, 50, 0, 21, 30}, {ANSWERS, 0, 50, 30, 22, 32});
}

static void a_refusal_for_something_else_lets_the_beginning_go_on(void **state)
{
    struct http_window window;

    (void)state;
    http_window_begin(&window);
    http_window_refused(&window);
    http_window_cleared(&window);
    for (int64_t now_ms = 1001; now_ms <= 1100; now_ms++) {
        http_window_answered(&window, HTTP_WINDOW_READ, now_ms - 1, now_ms, true);
    }
    assert_in_range(http_window_size(&window), 24, 26);
}

static void a_fixed_one_stays(void **state)
{
    struct http_window window;

    (void)state;
    http_window_fix(&window, 7);
    http_window_answered(&window, HTTP_WINDOW_READ, 1000, 2000, true);
    http_window_refused(&window);
    assert_int_equal(http_window_size(&window), 7);
}

/* --- headers ------------------------------------------------------------------------------------- */

static void limits_are_read_from_headers(void **state)
{
    static const struct {
        const char *limit, *remaining, *reset;
        struct http_quota_told told;
    } rows[] = {
        {"100", "42", "1700000007", {100, 42, 7000}},
        {"100", "42", "30", {100, 42, 30000}},
        {"100", "42", "1699999999", {100, 42, -1}},
        {"100", "0", NULL, {100, 0, -1}},
        {NULL, "5", "many", {-1, 5, -1}},
        {"100", NULL, "1700000007", {-1, -1, -1}},
        {"-1", "1.5", "", {-1, -1, -1}},
        {"99999999999999999999999", "1", "0", {INT64_MAX / 1000, 1, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *const names[] = {"X-RateLimit-Limit", "x-ratelimit-remaining", "X-RATELIMIT-RESET"};
        const char *const values[] = {rows[i].limit, rows[i].remaining, rows[i].reset};
        CLEANUP(http_headers_free) struct http_headers headers = {0};
        for (size_t n = 0; n < 3; n++) {
            CLEANUP(text_free) struct text line = {0};
            if (values[n] != NULL) {
                text_printf(&line, "%s: %s\r\n", names[n], values[n]);
                http_headers_line(&headers, text_string(&line), line.size);
            }
        }
        struct http_quota_told told = http_headers_quota(&headers, 1700000000);
        assert_int_equal(told.limit, rows[i].told.limit);
        assert_int_equal(told.remaining, rows[i].told.remaining);
        assert_int_equal(told.reset_ms, rows[i].told.reset_ms);
    }
}

static void an_hourly_limit_holds_nothing_back_until_nothing_remains(void **state)
{
    struct http_quota quota = {0};

    (void)state;
    assert_int_equal(http_quota_note(&quota, &(struct http_quota_told){5000, 3, 60000}, false, 1, 1000), 0);
    assert_true(http_quota_limit(&quota) == 0);
    assert_int_equal(http_quota_note(&quota, &(struct http_quota_told){5000, 0, 60000}, false, 1, 1010), 60000);
    /* nobody waits an hour: the server's 429 says what it means */
    assert_int_equal(http_quota_note(&quota, &(struct http_quota_told){5000, 0, 3600000}, false, 1, 1020), 0);
}

static void numbers_that_are_not_true_are_not_believed(void **state)
{
    struct http_quota quota = {0};
    struct http_quota_told told = {1000, 900, 1000};

    (void)state;
    (void)http_quota_note(&quota, &told, false, 10, 1000);
    assert_true(http_quota_limit(&quota) > 0);
    (void)http_quota_note(&quota, &told, true, 10, 1100);
    assert_true(http_quota_limit(&quota) == 0);
    (void)http_quota_note(&quota, &told, false, 10, 1200);
    assert_true(http_quota_limit(&quota) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_gently_and_ever_more_slowly_up_to_its_most),
        cmocka_unit_test(it_does_not_grow_while_it_is_not_used_up),
        cmocka_unit_test(answers_that_get_slow_make_it_fall_once_a_round_trip),
        cmocka_unit_test(it_recovers_by_one_a_round_trip_after_a_setback),
        cmocka_unit_test(writes_that_take_longer_than_reads_are_no_trouble),
        cmocka_unit_test(a_few_milliseconds_are_no_sign),
        cmocka_unit_test(only_the_first_refusal_makes_it_smaller),
        cmocka_unit_test(a_refusal_for_something_else_lets_the_beginning_go_on),
        cmocka_unit_test(a_fixed_one_stays),
        cmocka_unit_test(limits_are_read_from_headers),
        cmocka_unit_test(an_hourly_limit_holds_nothing_back_until_nothing_remains),
        cmocka_unit_test(numbers_that_are_not_true_are_not_believed),
    };

    return cmocka_run_group_tests_name("http_window", tests, NULL, NULL);
}
