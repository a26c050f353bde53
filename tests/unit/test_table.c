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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_keep_value_state_and_style),
        cmocka_unit_test(columns_are_found_by_name_and_heading),
        cmocka_unit_test(a_row_costs_its_cells_and_its_own_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
