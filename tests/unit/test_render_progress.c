/* Progress: the line that people see, at every width, its rate, and the line of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/render_progress.h"

static const struct render_progress busy = {.done = 412,
                                            .total = 1000,
                                            .in_flight = 32,
                                            .changed = 409,
                                            .failed = 3,
                                            .retries = 5,
                                            .rate = 98.2,
                                            .elapsed_ms = 4200,
                                            .first_ms = 100,
                                            .last_done = 412,
                                            .last_ms = 4200};

static void the_line_says_what_fits_and_what_is_worth_knowing(void **state)
{
    static const struct render_progress rows[] = {
        {.done = 412,
         .total = 1000,
         .in_flight = 32,
         .failed = 3,
         .retries = 5,
         .rate = 98.2,
         .elapsed_ms = 4200,
         .last_done = 412,
         .last_ms = 4200,
         .first_ms = 100},
        {.done = 0, .total = 7},
        {.reads = true, .done = 200, .total = 10000, .in_flight = 4, .rate = 4000},
        {.reads = true, .done = 3},
        {.done = 7, .total = 7, .in_flight = 0, .retries = 1, .rate = 2.34},
        {.reads = true, .in_flight = 1, .work = {.reads = {{.what = "volumes", .pending = 1}}, .read_count = 1}},
        {.reads = true,
         .done = 12,
         .total = 40,
         .in_flight = 4,
         .work = {.reads = {{.what = "VPCs"}, {.what = "volumes", .pending = 1}, {.what = "images", .pending = 3}},
                  .read_count = 3}},
        {.done = 1,
         .total = 40,
         .in_flight = 1,
         .failed = 2,
         .rate = 5,
         .wait = {.reason = WAIT_TOKEN_REFUSED, .attempt = 5}},
        {.done = 2, .total = 40, .work = {.step = {[WAIT_STOPPING] = 15, [WAIT_STARTING] = 3}}},
        {.done = 2, .total = 40, .in_flight = 5, .wait = {.reason = WAIT_RATE_LIMIT, .left_ms = 26400}},
        {.done = 0,
         .total = 5,
         .in_flight = 5,
         .wait = {.reason = WAIT_ANSWER, .host = "eu-de.iaas.cloud.ibm.com", .past_ms = 12900}},
        {.reads = true,
         .done = 700,
         .total = 1400,
         .in_flight = 1,
         .work = {.reads = {{.what = "instances", .listed = true, .pending = 1}}, .read_count = 1}},
        {.done = 2,
         .total = 40,
         .wait = {.reason = WAIT_OUTAGE, .what = "no connection to h\xc3\xb6st", .left_ms = 5000}},
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
        {2, 80, "reading  200/10000  4000/s  4 in flight"},
        {3, 80, "reading  3"},
        {4, 80, "7/7  2.3/s  0 in flight  1 retry  0 s left"},
        {5, 80, "reading volumes  1 in flight"},
        {6, 80, "reading volumes and images  12/40  4 in flight"},
        {7, 80, "waiting for a token to be accepted, try 5  1/40  2 failed"},
        {8, 80, "2/40  15 stopping, 3 starting"},
        {9, 80, "rate limited: next try in 27 s  2/40"},
        {10, 80, "0/5  5 in flight  waiting for eu-de.iaas.cloud.ibm.com, 12 s"},
        {11, 80, "reading  700/1400 instances  1 in flight"},
        {12, 51, "no connection to h\xc3\xb6st: trying again, 5 s left  2/40"},
        {12, 50, "2/40"},
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

static void the_width_is_counted_in_columns(void **state)
{
    struct render_progress waiting = busy;
    CLEANUP(text_free) struct text wide = {0};
    CLEANUP(text_free) struct text line = {0};

    (void)state;
    waiting.wait = (struct wait){.reason = WAIT_OUTAGE, .host = "h", .what = "b\xc3\xbc\xc3\xbc\xc3\xbc", .left_ms = 1};
    render_progress_line(&wide, &waiting, 200);
    render_progress_line(&line, &waiting, (unsigned)text_width(text_string(&wide), wide.size));
    assert_string_equal(text_string(&line), text_string(&wide));
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
    assert_false(ends_in_null(&progress));
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

/* A run whose results come so many at a time, with so much time between them. */
static void the_time_that_is_left_is_said_when_it_is_known(void **state)
{
    static const struct {
        size_t batch, batches;
        int64_t every_ms, idle_ms;
        const char *left;
    } rows[] = {
        {1, 2, 4000, 0, "null}"}, /* two of many say nothing of the rest */
        {1, 9, 4000, 0, "null}"},     {1, 10, 4000, 0, "360}"},
        {10, 1, 4000, 1600, "null}"}, /* neither does a single batch, */
        {10, 2, 4000, 0, "32}"},      {10, 2, 4000, 3000, "29}"},
        {10, 2, 4000, 9000, "null}"}, /* or a batch that is late */
        {1, 10, 100, 0, "9}"},        {1, 20, 100, 0, "8}"},
        {1, 20, 100, 6000, "null}"}, /* the rate has changed */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct render_progress progress = {.total = 100};
        CLEANUP(text_free) struct text line = {0};
        int64_t end_ms = (int64_t)rows[i].batches * rows[i].every_ms + rows[i].idle_ms;
        for (int64_t now = 100; now <= end_ms; now += 100) {
            bool due = now % rows[i].every_ms == 0 && progress.done < rows[i].batch * rows[i].batches;
            progress.done += due ? rows[i].batch : 0;
            render_progress_tick(&progress, now);
        }
        render_progress_json(&line, &progress);
        const char *left = strstr(text_string(&line), "\"seconds_left\":") + strlen("\"seconds_left\":");
        if (strcmp(left, rows[i].left) != 0) {
            fail_msg("row %zu: %s", i, left);
        }
    }
}

/* A list that begins when others are read counts anew, and the average of those says nothing of it. */
static void nothing_is_foretold_of_a_list_that_has_begun_anew(void **state)
{
    struct render_progress progress = busy;
    CLEANUP(text_free) struct text line = {0};

    (void)state;
    progress.done = 300;
    progress.total = 400;
    render_progress_json(&line, &progress);
    assert_string_equal(strstr(text_string(&line), "\"seconds_left\""), "\"seconds_left\":null}");
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
    still.wait = (struct wait){.reason = WAIT_OUTAGE, .host = "h", .what = "h answers 503", .left_ms = 90000};
    still.work.step[WAIT_STOPPING] = 2;
    text_clear(&line);
    render_progress_json(&line, &still);
    assert_string_equal(
        strstr(text_string(&line), "\"seconds_left\""),
        "\"seconds_left\":null,\"steps\":{\"stopping\":2},\"waiting\":{\"for\":\"outage\",\"message\":"
        "\"h answers 503: trying again, 1 min 30 s left\",\"host\":\"h\",\"seconds\":0,"
        "\"seconds_left\":90},\"outage\":{\"host\":\"h\",\"message\":\"h answers 503\",\"seconds_left\":"
        "90}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_says_what_fits_and_what_is_worth_knowing),
        cmocka_unit_test(the_width_is_counted_in_columns),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(the_rate_is_that_of_the_last_seconds),
        cmocka_unit_test(the_time_that_is_left_is_said_when_it_is_known),
        cmocka_unit_test(nothing_is_foretold_of_a_list_that_has_begun_anew),
        cmocka_unit_test(json_has_every_member),
    };

    return cmocka_run_group_tests_name("render_progress", tests, NULL, NULL);
}
