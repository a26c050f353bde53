/* Progress: the line that people see, at every width, its rate, and the line of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/render_progress.h"

static const struct render_progress busy = {
    .done = 412, .total = 1000, .in_flight = 32, .changed = 409, .failed = 3, .retries = 5, .rate = 98.2};

static void the_line_says_what_fits_and_what_is_worth_knowing(void **state)
{
    static const struct render_progress rows[] = {
        {.done = 412, .total = 1000, .in_flight = 32, .failed = 3, .retries = 5, .rate = 98.2},
        {.done = 0, .total = 7},
        {.what = "reading", .done = 200, .total = 10000, .in_flight = 4, .rate = 4000},
        {.what = "reading", .done = 3},
        {.done = 7, .total = 7, .in_flight = 0, .retries = 1, .rate = 2.34},
        {.done = 1, .total = 1000, .in_flight = 2, .rate = 5},
        {.done = 1, .total = 100000, .in_flight = 2, .rate = 5},
        {.done = 1, .total = 40, .in_flight = 1, .failed = 2, .rate = 5, .token_refusals = 4},
    };
    static const struct {
        size_t row, columns;
        const char *line;
    } wanted[] = {
        {0, 100, "412/1000  98/s  32 in flight  3 failed  5 retries  6 s left"},
        {0, 59, "412/1000  98/s  32 in flight  3 failed  5 retries  6 s left"},
        {0, 58, "412/1000  98/s  32 in flight  3 failed  6 s left"},
        {0, 40, "412/1000  98/s  3 failed  6 s left"},
        {0, 30, "412/1000  3 failed  6 s left"},
        {0, 20, "412/1000  3 failed"},
        {0, 10, "412/1000"},
        {0, 5, ""},
        {0, 0, ""},
        {1, 80, "0/7  0 in flight"},
        {2, 80, "reading  200/10000  4000/s  4 in flight  3 s left"},
        {3, 80, "reading  3  0 in flight"},
        {4, 80, "7/7  2.3/s  0 in flight  1 retry  0 s left"},
        {5, 80, "1/1000  5.0/s  2 in flight  4 min left"},
        {6, 80, "1/100000  5.0/s  2 in flight  5 h 33 min left"},
        {7, 80, "waiting for a token to be accepted, try 5  1/40  2 failed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        CLEANUP(text_free) struct text line = {0};
        render_progress_line(&line, &rows[wanted[i].row], wanted[i].columns);
        assert_string_equal(text_string(&line), wanted[i].line);
    }
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (size_t columns = 0; columns < 120; columns++) {
        CLEANUP(text_free) struct text line = {0};
        render_progress_line(&line, &busy, columns);
        assert_true(line.size <= columns);
    }
}

/* The time that is left is not known. */
static bool ends_in_null(const struct render_progress *progress)
{
    CLEANUP(text_free) struct text line = {0};

    render_progress_json(&line, progress);
    return strstr(text_string(&line), "\"seconds_left\":null}") != NULL;
}

static void the_rate_is_that_of_the_last_seconds(void **state)
{
    struct render_progress progress = {.total = 100000};

    (void)state;
    render_progress_tick(&progress, 50); /* too early to say */
    assert_true(progress.rate == 0);
    assert_true(ends_in_null(&progress));
    for (int64_t now = 100; now <= 10000; now += 100) {
        progress.done += 10;
        render_progress_tick(&progress, now);
    }
    assert_true(progress.rate > 98 && progress.rate < 102);
    assert_int_equal(progress.elapsed_ms, 10000);
    for (int64_t now = 10100; now <= 25000; now += 100) {
        progress.done += 1;
        render_progress_tick(&progress, now);
    }
    assert_true(progress.rate > 9.9 && progress.rate < 12);
    for (int64_t now = 25100; now <= 70000; now += 100) {
        render_progress_tick(&progress, now);
    }
    assert_true(ends_in_null(&progress)); /* it stands still */
}

static void json_has_every_member(void **state)
{
    struct render_progress still = busy;
    CLEANUP(text_free) struct text line = {0};

    (void)state;
    render_progress_json(&line, &busy);
    assert_string_equal(text_string(&line),
                        "{\"event\":\"progress\",\"done\":412,\"total\":1000,\"in_flight\":32,\"changed\":409,"
                        "\"failed\":3,\"retries\":5,\"rate\":98.2,\"seconds_left\":6}");
    still.rate = 0;
    text_clear(&line);
    render_progress_json(&line, &still);
    assert_non_null(strstr(text_string(&line), "\"seconds_left\":null}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_says_what_fits_and_what_is_worth_knowing),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(the_rate_is_that_of_the_last_seconds),
        cmocka_unit_test(json_has_every_member),
    };

    return cmocka_run_group_tests_name("render_progress", tests, NULL, NULL);
}
