/* Records for people: each row as a block of lines, the heading that the list has and the value. */
#include "mem/mem.h"
#include "render/render_view.h"

enum { GAP = 2 };

/* What has no value is shown where the list has a column for it, and left out where it has none. */
static bool is_shown(const struct render_view *view, size_t row, size_t index)
{
    return render_cell(view, row, index)->state == TABLE_VALUE || (render_column(view, index)->flags & TABLE_WIDE) == 0;
}

static size_t widest_title(const struct render_view *view)
{
    size_t widest = 0;

    for (size_t i = 0; i < view->count; i++) {
        CLEANUP(text_free) struct text title = {0};
        render_append_title(&title, render_column(view, i));
        size_t width = text_width(text_string(&title), title.size);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void append_field(const struct render_view *view, size_t row, size_t index, size_t width,
                         const struct render_options *options, struct text *out)
{
    const struct table_column *column = render_column(view, index);
    const struct table_cell *cell = render_cell(view, row, index);
    const char *color = options->color ? render_color((enum table_style)cell->style) : NULL;
    CLEANUP(text_free) struct text title = {0};
    CLEANUP(text_free) struct text value = {0};

    render_append_title(&title, column);
    render_append_cell(&value, column->type, cell);
    text_printf(out, "%s%s%s", options->color ? "\033[1m" : "", text_string(&title), options->color ? "\033[0m" : "");
    if (value.size > 0) {
        text_append_repeat(out, ' ', width - text_width(text_string(&title), title.size) + GAP);
    }
    text_append(out, color != NULL && value.size > 0 ? color : "");
    text_append_wrapped(out, text_string(&value), options->program, width + GAP, width + GAP,
                        (column->flags & TABLE_FIXED) != 0 ? 0 : options->columns);
    text_append(out, color != NULL && value.size > 0 ? "\033[0m" : "");
    text_append_char(out, '\n');
}

bool render_blocks(const struct render_view *view, const struct render_options *options, struct render_output *output,
                   struct err *e)
{
    size_t width = widest_title(view);

    for (size_t row = 0; row < table_row_count(view->table); row++) {
        if (row > 0) {
            text_append_char(&output->text, '\n');
        }
        for (size_t i = 0; i < view->count; i++) {
            if (is_shown(view, row, i)) {
                append_field(view, row, i, width, options, &output->text);
            }
        }
        if (!render_flush_some(output, e)) {
            return false;
        }
    }
    return true;
}
