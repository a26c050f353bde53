/* The rows of a table: cells in an arena, strings shared with the row above. */
#include "table/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "table/table_rows.h"
#include "text/text_arena.h"

struct table {
    const struct table_column *columns;
    size_t column_count;
    struct {
        struct table_cell **items; /* each column_count cells, in the arena */
        size_t count, capacity;
    } rows;
    struct text_arena memory;
};

struct table *table_create(const struct table_column *columns, size_t count)
{
    struct table *table = mem_alloc(sizeof(*table));

    table->columns = columns;
    table->column_count = count;
    return table;
}

void table_release(struct table **table)
{
    if (*table != NULL) {
        text_arena_free(&(*table)->memory);
        free((*table)->rows.items);
        free(*table);
    }
    *table = NULL;
}

size_t table_add_row(struct table *table)
{
    *mem_list_add(&table->rows) = text_arena_alloc(&table->memory, table->column_count * sizeof(struct table_cell));
    return table->rows.count - 1;
}

/* The cell to fill, marked as having a value. */
static struct table_cell *fill(struct table *table, size_t column, enum table_type type)
{
    assert(table->rows.count > 0 && column < table->column_count);
    assert(table->columns[column].type == type || (type == TABLE_STRING && table->columns[column].type == TABLE_TIME));
    struct table_cell *cell = &table->rows.items[table->rows.count - 1][column];
    cell->state = TABLE_VALUE;
    return cell;
}

static void set_bytes(struct table *table, size_t column, enum table_type type, const char *bytes, size_t size)
{
    struct table_cell *cell = fill(table, column, type);
    size_t row = table->rows.count - 1;
    const struct table_cell *above = row > 0 ? &table->rows.items[row - 1][column] : NULL;

    if (size > UINT32_MAX - 1) {
        size = UINT32_MAX - 1;
    }
    bool same =
        above != NULL && above->state == TABLE_VALUE && above->size == size && memcmp(above->string, bytes, size) == 0;
    cell->string = same ? above->string : text_arena_copy(&table->memory, bytes, size);
    cell->size = (uint32_t)size;
}

void table_set_string(struct table *table, size_t column, const char *string)
{
    if (string == NULL) {
        table_set_null(table, column);
    } else {
        set_bytes(table, column, TABLE_STRING, string, strlen(string));
    }
}

void table_set_json(struct table *table, size_t column, const char *json, size_t size)
{
    set_bytes(table, column, TABLE_JSON, json, size);
}

void table_set_int(struct table *table, size_t column, int64_t value)
{
    fill(table, column, TABLE_INT)->integer = value;
}

void table_set_bool(struct table *table, size_t column, bool value)
{
    fill(table, column, TABLE_BOOL)->boolean = value;
}

void table_set_null(struct table *table, size_t column)
{
    assert(table->rows.count > 0 && column < table->column_count);
    table->rows.items[table->rows.count - 1][column].state = TABLE_NULL;
}

void table_set_key(struct table *table, size_t column, const char *key)
{
    struct table_cell *cell = &table->rows.items[table->rows.count - 1][column];
    CLEANUP(text_free) struct text both = {0};

    assert(cell->state == TABLE_VALUE && table->columns[column].type == TABLE_STRING);
    text_append_size(&both, cell->string, cell->size);
    text_append_char(&both, '\0');
    text_append(&both, key);
    cell->string = text_arena_copy(&table->memory, text_string(&both), both.size);
    cell->keyed = true;
}

void table_set_style(struct table *table, size_t column, enum table_style style)
{
    assert(table->rows.count > 0 && column < table->column_count);
    table->rows.items[table->rows.count - 1][column].style = (uint8_t)style;
}

void table_cut(struct table *table, size_t count)
{
    table->rows.count = count < table->rows.count ? count : table->rows.count;
}

struct table_cell **table_rows(struct table *table)
{
    return table->rows.items;
}

void table_copy_cell(struct table *table, size_t column, const struct table_cell *cell)
{
    enum table_type type = table->columns[column].type;

    if (cell->state != TABLE_VALUE) {
        table->rows.items[table->rows.count - 1][column].state = cell->state;
    } else if (type == TABLE_INT) {
        table_set_int(table, column, cell->integer);
    } else if (type == TABLE_BOOL) {
        table_set_bool(table, column, cell->boolean);
    } else {
        set_bytes(table, column, type, cell->string, cell->size);
    }
}

size_t table_row_count(const struct table *table)
{
    return table->rows.count;
}

size_t table_column_count(const struct table *table)
{
    return table->column_count;
}

const struct table_column *table_column(const struct table *table, size_t column)
{
    assert(column < table->column_count);
    return &table->columns[column];
}

const struct table_cell *table_cell(const struct table *table, size_t row, size_t column)
{
    assert(row < table->rows.count && column < table->column_count);
    return &table->rows.items[row][column];
}

size_t table_find_column(const struct table_column *columns, size_t count, const char *name)
{
    size_t loose = SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(columns[i].name, name) == 0) {
            return i;
        }
        bool same = text_same_word(columns[i].name, name) ||
                    (columns[i].title != NULL && text_same_word(columns[i].title, name));
        loose = same && loose == SIZE_MAX ? i : loose;
    }
    return loose;
}
