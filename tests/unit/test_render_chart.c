/* Charts: bars whose parts add up, and columns that give way to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/render_chart.h"

static const struct render_chart_part parts[] = {{'H', TABLE_BAD}, {'M', TABLE_WARN}, {'l', TABLE_PLAIN}};

static void a_bar_is_as_long_as_its_share_and_shows_every_part(void **state)
{
    static const struct {
        size_t counts[3], most, width;
        const char *bar;
    } rows[] = {
        {{10, 0, 0}, 10, 10, "HHHHHHHHHH"},
        {{5, 0, 0}, 10, 10, "HHHHH"},
        {{0, 0, 0}, 10, 10, ""},
        {{0, 0, 0}, 0, 10, ""},
        {{3, 3, 4}, 10, 10, "HHHMMMllll"},
        {{0, 2, 0}, 10, 10, "MM"},
        {{1, 0, 0}, 20000, 10, "H"},              /* never nothing */
        {{20000, 1, 1}, 20002, 10, "HHHHHHHHMl"}, /* nor less than all parts */
        {{1, 1, 20000}, 20002, 10, "HMllllllll"},
        {{1, 1, 1}, 3, 2, "Hl"}, /* no room for all of them */
        {{1, 1, 1}, 3, 0, ""},
        {{1, 1, 1}, 3, 4, "HMMl"}, /* ends are rounded */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text lines = {0};
        CLEANUP(text_free) struct text expected = {0};
        const size_t whole[] = {rows[i].most, 0, 0};
        const struct render_chart_row both[] = {{NULL, whole, "whole"}, {NULL, rows[i].counts, "bar"}};
        const struct render_chart chart = {.parts = parts, .part_count = 3, .rows = both, .row_count = 2};
        render_append_chart(&lines, &chart, rows[i].width, false);
        text_printf(&expected, "bar\n%s\n", rows[i].bar);
        if (strstr(text_string(&lines), text_string(&expected)) == NULL) {
            fail_msg("row %zu: %s", i, text_string(&lines));
        }
    }
}

static void columns_that_are_optional_give_way_to_the_bars(void **state)
{
    static const struct render_chart_column columns[] = {
        {"STARTED", false, false}, {"OPEN", true, false}, {"HIGH", true, true}};
    static const char *const first[] = {"11-01", "20000", "5"}, *const second[] = {"11-02", "4", "-"};
    static const size_t counts[][3] = {{2, 0, 2}, {0, 1, 0}};
    static const struct render_chart_row rows[] = {{first, counts[0], NULL}, {second, counts[1], "policy changed"}};
    static const struct render_chart chart = {columns, 3, parts, 3, rows, 2};
    static const struct {
        size_t width;
        const char *lines;
    } cases[] = {
        {38, "STARTED   OPEN  HIGH\n"
             "11-01    20000     5  HHHHHHHHllllllll\n"
             "policy changed\n"
             "11-02        4     -  MMMM\n"},
        {37, "STARTED   OPEN\n"
             "11-01    20000  HHHHHHHHHHHllllllllll\n"
             "policy changed\n"
             "11-02        4  MMMMM\n"},
        {16, "STARTED   OPEN\n"
             "11-01    20000\n"
             "policy changed\n"
             "11-02        4\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text lines = {0};
        render_append_chart(&lines, &chart, cases[i].width, false);
        assert_string_equal(text_string(&lines), cases[i].lines);
    }
}

static void colours_stand_around_parts_and_headings(void **state)
{
    static const struct render_chart_column columns[] = {{"DAY", false, false}};
    static const char *const cells[] = {"1"};
    static const size_t counts[] = {1, 1, 1};
    static const struct render_chart_row row = {cells, counts, NULL};
    const struct render_chart chart = {columns, 1, parts, 3, &row, 1};
    CLEANUP(text_free) struct text lines = {0};

    (void)state;
    render_append_chart(&lines, &chart, 8, true);
    assert_string_equal(text_string(&lines), "\033[1mDAY\033[0m\n1    \033[31mH\033[0m\033[33mM\033[0ml\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_is_as_long_as_its_share_and_shows_every_part),
        cmocka_unit_test(columns_that_are_optional_give_way_to_the_bars),
        cmocka_unit_test(colours_stand_around_parts_and_headings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
