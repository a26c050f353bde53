/*
 * Tables for people whose rows do not fit on one line: the columns of TABLE_STACKED go into lines below each row, with
 * their headings as words.
 */
#include "mem/mem.h"
#include "render/render_view.h"

enum { GAP = 2, INDENT = 4 };

struct layout {
    const struct render_view *view;
    const struct render_options *options;
    size_t *width;
    bool *below;
};

/* The width of the lines; with `all` as if nothing went below. */
static size_t total(const struct layout *layout, bool all)
{
    size_t sum = 0;

    for (size_t i = 0; i < layout->view->count; i++) {
        if (all || !layout->below[i]) {
            sum += layout->width[i] + (sum > 0 ? GAP : 0);
        }
    }
    return sum;
}

/* What does not fit goes below as well, the last column first; the first one stays. */
static void fit(struct layout *layout)
{
    for (size_t i = layout->view->count; i-- > 1 && total(layout, false) > layout->options->columns;) {
        layout->below[i] = true;
    }
}

static void append_cells(const struct layout *layout, size_t row, struct text *out)
{
    const struct render_view *view = layout->view;
    size_t start = out->size;

    for (size_t i = 0; i < view->count; i++) {
        CLEANUP(text_free) struct text shown = {0};
        if (layout->below[i]) {
            continue;
        }
        const char *color = render_show(view, row, i, &shown);
        text_append_repeat(out, ' ', out->size > start ? GAP : 0);
        render_append_colored(out, &shown, layout->options->color ? color : NULL);
        text_append_repeat(out, ' ', layout->width[i] - text_width(text_string(&shown), shown.size));
    }
    while (out->size > start && out->data[out->size - 1] == ' ') {
        out->size--;
    }
    text_append_char(out, '\n');
}

/* "started 2026-11-28 11:09" */
static void append_fact(const struct layout *layout, size_t row, size_t index, struct text *out)
{
    const struct table_column *column = render_column(layout->view, index);

    render_append_title(out, column);
    for (char *c = out->data; c != NULL && *c != '\0'; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    }
    text_append_char(out, ' ');
    render_append_cell(out, column->type, render_cell(layout->view, row, index));
}

static void append_below(const struct layout *layout, size_t row, struct text *out)
{
    size_t used = 0;

    for (size_t i = 0; i < layout->view->count; i++) {
        const struct table_cell *cell = render_cell(layout->view, row, i);
        bool is_string = render_column(layout->view, i)->type == TABLE_STRING;
        CLEANUP(text_free) struct text fact = {0};
        if (!layout->below[i] || cell->state != TABLE_VALUE || (is_string && cell->size == 0)) {
            continue;
        }
        append_fact(layout, row, i, &fact);
        size_t width = text_width(text_string(&fact), fact.size);
        bool begins = used == 0 || used + GAP + width > layout->options->columns;
        text_append(out, begins && used > 0 ? "\n" : "");
        text_append_repeat(out, ' ', begins ? INDENT : GAP);
        text_append_wrapped(out, text_string(&fact), NULL, INDENT, INDENT, begins ? layout->options->columns : 0);
        used = (begins ? INDENT : used + GAP) + width;
    }
    text_append(out, used > 0 ? "\n" : "");
}

static void layout_free(struct layout *layout)
{
    text_free_pointer(&layout->width);
    text_free_pointer(&layout->below);
}

static struct layout make_layout(const struct render_view *view, const struct render_options *options)
{
    struct layout layout = {.view = view,
                            .options = options,
                            .width = mem_array(view->count, sizeof(*layout.width)),
                            .below = mem_array(view->count, sizeof(*layout.below))};

    render_measure(view, options, layout.width);
    for (size_t i = 0; i < view->count; i++) {
        layout.below[i] = (render_column(view, i)->flags & TABLE_STACKED) != 0;
    }
    return layout;
}

bool render_is_stacked(const struct render_view *view, const struct render_options *options)
{
    bool any = false;

    for (size_t i = 0; i < view->count; i++) {
        any |= (render_column(view, i)->flags & TABLE_STACKED) != 0;
    }
    if (!any || options->columns == 0 || options->fields_count > 0) {
        return false;
    }
    CLEANUP(layout_free) struct layout layout = make_layout(view, options);
    return total(&layout, true) > options->columns;
}

bool render_stacked_rows(const struct render_view *view, const struct render_options *options,
                         struct render_output *output, struct err *e)
{
    CLEANUP(layout_free) struct layout layout = make_layout(view, options);

    fit(&layout);
    if (!options->no_headers && table_row_count(view->table) > 0) {
        append_cells(&layout, RENDER_HEADING, &output->text);
    }
    for (size_t row = 0; row < table_row_count(view->table); row++) {
        append_cells(&layout, row, &output->text);
        append_below(&layout, row, &output->text);
        if (!render_flush_some(output, e)) {
            return false;
        }
    }
    return true;
}
