/* JSON and JSON lines: written by hand, because building a tree of 10,000 rows would cost more than the rows. */
#include <string.h>

#include "render/render_view.h"

static void append_row(struct text *out, const struct render_view *view, size_t row)
{
    bool first = true;

    text_append_char(out, '{');
    for (size_t i = 0; i < view->count; i++) {
        const struct table_column *column = render_column(view, i);
        const struct table_cell *cell = render_cell(view, row, i);
        if (cell->state == TABLE_ABSENT) {
            continue;
        }
        if (!first) {
            text_append_char(out, ',');
        }
        first = false;
        json_print_string(out, column->name, strlen(column->name));
        text_append_char(out, ':');
        if (cell->state == TABLE_NULL) {
            text_append(out, "null");
        } else if (column->type == TABLE_STRING || column->type == TABLE_TIME) {
            json_print_string(out, cell->string, cell->size);
        } else {
            render_append_scalar(out, column->type, cell);
        }
    }
    text_append_char(out, '}');
}

bool render_json_rows(const struct render_view *view, const struct render_envelope *envelope,
                      struct render_output *output, struct err *e)
{
    struct text *out = &output->text;
    size_t rows = table_row_count(view->table);
    const char *name;
    json_t *member;

    text_append_char(out, '{');
    json_object_foreach ((json_t *)envelope->head, name, member) {
        json_print_string(out, name, strlen(name));
        text_append_char(out, ':');
        json_print(out, member, JSON_PRINT_COMPACT);
        text_append_char(out, ',');
    }
    json_print_string(out, envelope->items, strlen(envelope->items));
    text_append(out, ":[");
    for (size_t row = 0; row < rows; row++) {
        text_append(out, row > 0 ? ",\n" : "\n");
        append_row(out, view, row);
        if (!render_flush_some(output, e)) {
            return false;
        }
    }
    text_append(out, rows > 0 ? "\n]}\n" : "]}\n");
    return true;
}

bool render_jsonl_rows(const struct render_view *view, struct render_output *output, struct err *e)
{
    for (size_t row = 0; row < table_row_count(view->table); row++) {
        append_row(&output->text, view, row);
        text_append_char(&output->text, '\n');
        if (!render_flush_some(output, e)) {
            return false;
        }
    }
    return true;
}
