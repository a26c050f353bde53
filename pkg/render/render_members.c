/* Members of JSON values as columns of their own, for CSV: spreadsheets take no JSON apart. */
#include <string.h>

#include "mem/mem.h"
#include "render/render_view.h"

/* A part of a column's members: those that are late, or the others. */
struct part {
    const struct table_member *members;
    size_t count;
};

static struct part part_of(const struct table_column *column, bool late)
{
    size_t count = 0;

    while (column->members != NULL && column->members[count].name != NULL) {
        count++;
    }
    size_t first = column->late_members > 0 && column->late_members < count ? column->late_members : count;
    return late ? (struct part){column->members + first, count - first} : (struct part){column->members, first};
}

/* Puts the columns of the members of that part from `next` on and returns the index behind them. */
static size_t append_part(struct table_column *to, size_t next, const struct table_column *columns, size_t count,
                          bool late)
{
    for (size_t i = 0; i < count; i++) {
        struct part part = part_of(&columns[i], late);
        for (size_t j = 0; j < part.count; j++) {
            to[next++] = (struct table_column){.name = part.members[j].name, .type = part.members[j].type};
        }
    }
    return next;
}

size_t render_csv_columns(const struct table_column *columns, size_t count, struct table_column **ret)
{
    size_t all = count;

    for (size_t i = 0; i < count; i++) {
        all += part_of(&columns[i], false).count + part_of(&columns[i], true).count;
    }
    *ret = mem_array(all, sizeof(**ret));
    memcpy(*ret, columns, count * sizeof(**ret));
    return append_part(*ret, append_part(*ret, count, columns, count, false), columns, count, true);
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

/* Fills the columns of those members from `next` on with what the cell holds and returns the one behind them. */
static size_t set_members(struct table *table, size_t next, struct part part, const struct table_cell *cell)
{
    JSON_CLEANUP json_t *value = part.count > 0 && cell->state == TABLE_VALUE
                                     ? json_loadb(cell->string, cell->size, JSON_DECODE_ANY, NULL)
                                     : NULL;

    for (size_t i = 0; i < part.count; i++) {
        CLEANUP(text_free) struct text pointer = {0};
        text_printf(&pointer, "/%s", part.members[i].path);
        set_member(table, next++, part.members[i].type, value != NULL ? json_at(value, text_string(&pointer)) : NULL);
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
            table_copy_cell(whole, i, table_cell(table, row, i));
        }
        for (int late = 0; late < 2; late++) {
            for (size_t i = 0; i < own; i++) {
                next = set_members(whole, next, part_of(&columns[i], late == 1), table_cell(table, row, i));
            }
        }
    }
    return whole;
}
