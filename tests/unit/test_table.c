/* table: cells keep what was put in, and memory stays small. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "table/table.h"

enum { NAME, REGION, HOPS, LOAD, ENABLED, CREATED, DETAILS, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [NAME] = {.name = "name"},
    [REGION] = {.name = "region"},
    [HOPS] = {.name = "hops", .type = TABLE_INT},
    [LOAD] = {.name = "load", .type = TABLE_INT},
    [ENABLED] = {.name = "enabled", .type = TABLE_BOOL},
    [CREATED] = {.name = "created_at", .type = TABLE_TIME},
    [DETAILS] = {.name = "details", .type = TABLE_JSON},
};

static void cells_keep_value_state_and_style(void **state)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);
    char name[] = "web";

    (void)state;
    assert_int_equal(table_add_row(table), 0);
    table_set_string(table, NAME, name);
    name[0] = 'X'; /* strings are copied */
    table_set_string(table, REGION, NULL);
    table_set_int(table, HOPS, INT64_MIN);
    table_set_bool(table, ENABLED, false);
    table_set_style(table, ENABLED, TABLE_BAD);
    table_set_string(table, CREATED, "2026-01-01T00:00:00Z");
    table_set_json(table, DETAILS, "{}", 2);
    assert_string_equal(table_cell(table, 0, NAME)->string, "web");
    assert_int_equal(table_cell(table, 0, REGION)->state, TABLE_NULL);
    assert_true(table_cell(table, 0, HOPS)->integer == INT64_MIN);
    assert_int_equal(table_cell(table, 0, LOAD)->state, TABLE_ABSENT);
    assert_int_equal(table_cell(table, 0, ENABLED)->state, TABLE_VALUE);
    assert_false(table_cell(table, 0, ENABLED)->boolean);
    assert_int_equal(table_cell(table, 0, ENABLED)->style, TABLE_BAD);
    assert_string_equal(table_cell(table, 0, CREATED)->string, "2026-01-01T00:00:00Z");
    assert_int_equal(table_cell(table, 0, DETAILS)->size, 2);
    assert_int_equal(table_row_count(table), 1);
    assert_int_equal(table_column_count(table), COLUMNS);
    assert_ptr_equal(table_column(table, HOPS), &columns[HOPS]);
}

static void columns_are_found_by_name_and_heading(void **state)
{
    static const struct table_column titled[] = {{.name = "name", .type = TABLE_STRING},
                                                 {.name = "default_trusted_profile", .title = "TRUSTED PROFILE"}};

    (void)state;
    assert_int_equal(table_find_column(columns, COLUMNS, "hops"), HOPS);
    assert_true(table_find_column(columns, COLUMNS, "hop") == SIZE_MAX);
    assert_true(table_find_column(NULL, 0, "hops") == SIZE_MAX);
    assert_int_equal(table_find_column(columns, COLUMNS, "HOPS"), HOPS);
    assert_int_equal(table_find_column(titled, 2, "TRUSTED PROFILE"), 1);
    assert_int_equal(table_find_column(titled, 2, "Trusted-profile"), 1);
    assert_int_equal(table_find_column(titled, 2, "default-trusted-profile"), 1);
}

/* 7 cells of 16 bytes and about 16 bytes of name; the region is stored once. */
static void a_row_costs_its_cells_and_its_own_strings(void **state)
{
    enum { ROWS = 10000, MOST = ROWS * (COLUMNS * 16 + 16 + 24) + 512 * 1024 };
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);

    (void)state;
    for (int i = 0; i < ROWS; i++) {
        char name[32];
        snprintf(name, sizeof(name), "server-%06d", i);
        table_add_row(table);
        table_set_string(table, NAME, name);
        table_set_string(table, REGION, "a region whose name is much too long to be stored ten thousand times");
        table_set_int(table, HOPS, i);
    }
    assert_ptr_equal(table_cell(table, 0, REGION)->string, table_cell(table, ROWS - 1, REGION)->string);
    assert_true(mallinfo2().uordblks + mallinfo2().hblkhd - before < MOST);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(table_cell(table, (size_t)i, HOPS)->integer, i);
    }
}

/* --- order -------------------------------------------------------------------------------------------- */

static const char *const sizes[] = {"small", "medium", "large", NULL};
static const struct table_column sorted_columns[] = {
    {.name = "name"},
    {.name = "number", .type = TABLE_INT},
    {.name = "flag", .type = TABLE_BOOL},
    {.name = "size", .words = sizes},
};
enum { SORTED_NAME, SORTED_NUMBER, SORTED_FLAG, SORTED_SIZE, SORTED_COLUMNS };

/* The names of the rows in their order. */
static void append_names(const struct table *table, struct text *out)
{
    for (size_t i = 0; i < table_row_count(table); i++) {
        const struct table_cell *cell = table_cell(table, i, SORTED_NAME);
        text_printf(out, "%s%s", i > 0 ? " " : "", cell->state == TABLE_VALUE ? cell->string : "-");
    }
}

static void strings_are_sorted_as_people_count(void **state)
{
    static const char *const names[] = {"b",
                                        "api-10",
                                        "a",
                                        "api-2",
                                        "api-0003",
                                        "api-02",
                                        NULL,
                                        "api",
                                        "B",
                                        "api-2b",
                                        "api-18446744073709551617",
                                        "api-18446744073709551616"};
    TABLE_CLEANUP struct table *table = table_create(sorted_columns, SORTED_COLUMNS);
    CLEANUP(text_free) struct text up = {0}, down = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        table_add_row(table);
        table_set_string(table, SORTED_NAME, names[i]);
    }
    table_sort(table, &(struct table_order){.column = SORTED_NAME}, 1);
    append_names(table, &up);
    assert_string_equal(text_string(&up), "B a api api-02 api-2 api-2b api-0003 api-10 api-18446744073709551616 "
                                          "api-18446744073709551617 b -");
    table_sort(table, &(struct table_order){.column = SORTED_NAME, .descending = true}, 1);
    append_names(table, &down);
    assert_string_equal(text_string(&down), "b api-18446744073709551617 api-18446744073709551616 api-10 api-0003 "
                                            "api-2b api-2 api-02 api a B -");
}

static void rows_are_sorted_by_type_and_stay_in_place_where_equal(void **state)
{
    static const struct {
        const char *name;
        int number; /* 0: null */
        int flag;   /* 2: absent */
        const char *size;
    } rows[] = {
        {"a", 10, 1, "large"}, {"b", 9, 0, "small"}, {"c", 0, 2, "medium"}, {"d", -3, 0, "odd"}, {"e", 9, 1, NULL}};
    static const struct {
        struct table_order orders[2];
        size_t count;
        const char *names;
    } cases[] = {
        {{{SORTED_NUMBER, false}}, 1, "d b e a c"},
        {{{SORTED_NUMBER, true}}, 1, "a b e d c"},
        {{{SORTED_FLAG, false}}, 1, "b d a e c"},
        {{{SORTED_FLAG, true}}, 1, "a e b d c"},
        {{{SORTED_SIZE, false}}, 1, "b c a d e"},
        {{{SORTED_SIZE, true}}, 1, "d a c b e"},
        {{{SORTED_FLAG, true}, {SORTED_NUMBER, false}}, 2, "e a d b c"},
        {{{0}}, 0, "a b c d e"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        TABLE_CLEANUP struct table *table = table_create(sorted_columns, SORTED_COLUMNS);
        CLEANUP(text_free) struct text names = {0};
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            table_add_row(table);
            table_set_string(table, SORTED_NAME, rows[i].name);
            table_set_string(table, SORTED_SIZE, rows[i].size);
            if (rows[i].number != 0) {
                table_set_int(table, SORTED_NUMBER, rows[i].number);
            } else {
                table_set_null(table, SORTED_NUMBER);
            }
            if (rows[i].flag < 2) {
                table_set_bool(table, SORTED_FLAG, rows[i].flag);
            }
        }
        table_sort(table, cases[k].orders, cases[k].count);
        append_names(table, &names);
        assert_string_equal(text_string(&names), cases[k].names);
        table_cut(table, 2);
        assert_int_equal(table_row_count(table), 2);
        table_cut(table, 9);
        assert_int_equal(table_row_count(table), 2);
    }
}

static void a_string_may_be_sorted_by_another_one(void **state)
{
    static const struct {
        const char *shown, *key;
    } cells[] = {{"5m", "300"}, {"40s", "40"}, {"1h", "3600"}, {"1h", "3601"}, {"1h", NULL}};
    TABLE_CLEANUP struct table *table = table_create(sorted_columns, SORTED_COLUMNS);
    CLEANUP(text_free) struct text names = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        table_add_row(table);
        table_set_string(table, SORTED_NAME, cells[i].shown);
        if (cells[i].key != NULL) {
            table_set_key(table, SORTED_NAME, cells[i].key);
        }
    }
    assert_int_equal(table_cell(table, 3, SORTED_NAME)->size, 2);
    table_sort(table, &(struct table_order){.column = SORTED_NAME}, 1);
    append_names(table, &names);
    assert_string_equal(text_string(&names), "1h 40s 5m 1h 1h");
    assert_false(table_cell(table, 0, SORTED_NAME)->keyed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_string_may_be_sorted_by_another_one),
        cmocka_unit_test(strings_are_sorted_as_people_count),
        cmocka_unit_test(rows_are_sorted_by_type_and_stay_in_place_where_equal),
        cmocka_unit_test(cells_keep_value_state_and_style),
        cmocka_unit_test(columns_are_found_by_name_and_heading),
        cmocka_unit_test(a_row_costs_its_cells_and_its_own_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
