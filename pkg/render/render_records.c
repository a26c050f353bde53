/* A few rows, each as lines of field and value: what people read when they ask for single things. */
#include "render/render_view.h"

static json_t *cell_value(enum table_type type, const struct table_cell *cell)
{
    if (cell->state != TABLE_VALUE) {
        return json_null();
    }
    switch (type) {
    case TABLE_STRING:
    case TABLE_TIME:
        return json_build_string_n(cell->string, cell->size);
    case TABLE_INT:
        return json_integer(cell->integer);
    case TABLE_BOOL:
        return json_boolean(cell->boolean);
    case TABLE_JSON:
        return json_loadb(cell->string, cell->size, JSON_DECODE_ANY, NULL);
    }
    return json_null();
}

static json_t *row_value(const struct table *table, size_t row)
{
    json_t *object = json_object();

    for (size_t i = 0; i < table_column_count(table); i++) {
        const struct table_cell *cell = table_cell(table, row, i);
        if (cell->state != TABLE_ABSENT) {
            json_object_set_new(object, table_column(table, i)->name, cell_value(table_column(table, i)->type, cell));
        }
    }
    return object;
}

bool render_records(const struct table *table, const struct render_envelope *envelope,
                    const struct render_options *options, FILE *out, struct err *e)
{
    if (options->format != RENDER_TABLE) {
        return render_table(table, envelope, options, out, e);
    }
    for (size_t row = 0; row < table_row_count(table); row++) {
        JSON_CLEANUP json_t *object = row_value(table, row);
        if ((row > 0 && !render_text("\n", 1, out, e)) || !render_document(object, options, out, e)) {
            return false;
        }
    }
    return true;
}
