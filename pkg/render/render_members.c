/* Members of JSON values as columns of their own, for CSV: spreadsheets take no JSON apart. */
#include <string.h>

#include "mem/mem.h"
#include "render/render_view.h"

size_t render_csv_columns(const struct table_column *columns, size_t count, struct table_column **ret)
{
    size_t all = count;

    for (size_t i = 0; i < count; i++) {
        for (const struct table_member *member = columns[i].members; member != NULL && member->name != NULL; member++) {
            all++;
        }
    }
    *ret = mem_array(all, sizeof(**ret));
    for (size_t i = 0; i < count; i++) {
        (*ret)[i] = columns[i];
    }
    all = count;
    for (size_t i = 0; i < count; i++) {
        for (const struct table_member *member = columns[i].members; member != NULL && member->name != NULL; member++) {
            (*ret)[all++] = (struct table_column){.name = member->name, .type = member->type};
        }
    }
    return all;
}

/* A value of another type than the column's leaves the cell empty. */
static void set_member(struct table *table, size_t column, enum table_type type, const json_t *value)
{
    if (type == TABLE_BOOL && json_is_boolean(value)) {
        table_set_bool(table, column, json_is_true(value));
    } else if (type == TABLE_INT && json_is_integer(value)) {
        table_set_int(table, column, json_integer_value(value));
    } else if (type == TABLE_STRING && json_is_string(value)) {
        table_set_string(table, column, json_string_value(value));
    }
}

/* Fills the columns of the members from `next` on and returns the one behind them. */
static size_t set_members(struct table *table, size_t next, const struct table_member *members,
                          const struct table_cell *cell)
{
    JSON_CLEANUP json_t *value = members != NULL && cell->state == TABLE_VALUE
                                     ? json_loadb(cell->string, cell->size, JSON_DECODE_ANY, NULL)
                                     : NULL;

    for (; members != NULL && members->name != NULL; members++) {
        CLEANUP(text_free) struct text pointer = {0};
        text_printf(&pointer, "/%s", members->path);
        set_member(table, next++, members->type, value != NULL ? json_at(value, text_string(&pointer)) : NULL);
    }
    return next;
}

struct table *render_csv_table(const struct table *table, const struct table_column *columns, size_t count)
{
    size_t own = table_column_count(table);
    struct table *whole = table_create(columns, count);

    for (size_t row = 0; row < table_row_count(table); row++) {
        size_t next = own;
        table_add_row(whole);
        for (size_t i = 0; i < own; i++) {
            const struct table_cell *cell = table_cell(table, row, i);
            table_copy_cell(whole, i, cell);
            next = set_members(whole, next, columns[i].members, cell);
        }
    }
    return whole;
}
