/* Tables for people. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "render/render_view.h"

enum {
    GAP = 2,          /* between columns */
    LEAST_USUAL = 12, /* columns that a column without a word on it keeps */
    LEAST_FIXED = 8,  /* columns that are kept for values that are never cut; longer ones end their line */
    COMFORTABLE = 24, /* columns that a column has before others are left out for its sake */
    NAME_USUAL = 32,  /* columns of names that are longer than the terminal allows in one line, before others go */
};

struct layout {
    const struct render_view *view;
    const struct render_options *options;
    size_t *width;     /* of each column of the view; SIZE_MAX: left out */
    size_t name_limit; /* no name takes more room when it is decided what is left out; SIZE_MAX: no limit */
};

/* Such a column has lines of its own, and no heading. */
static bool stands_below(const struct layout *layout, const struct table_column *column)
{
    return (column->flags & TABLE_BELOW) != 0 && layout->options->columns > 0 && layout->options->fields_count == 0;
}

static size_t least(const struct table_column *column)
{
    return column->least ? column->least : LEAST_USUAL;
}

static bool is_fixed(const struct layout *layout, size_t index)
{
    return (render_column(layout->view, index)->flags & TABLE_FIXED) != 0;
}

/* The width of a column when those whose values may be cut are no wider than `limit`, nor narrower than their least. */
static size_t limited(const struct layout *layout, size_t index, size_t limit)
{
    size_t width = layout->width[index];
    size_t most = least(render_column(layout->view, index));

    most = limit > most ? limit : most;
    if (is_fixed(layout, index)) {
        most = render_column(layout->view, index)->rank == 0 ? layout->name_limit : SIZE_MAX;
    }
    return width > most ? most : width;
}

/* The width of the table within that limit. */
static size_t total(const struct layout *layout, size_t limit)
{
    size_t sum = 0;

    for (size_t i = 0; i < layout->view->count; i++) {
        if (layout->width[i] != SIZE_MAX) {
            sum += limited(layout, i, limit) + (sum > 0 ? GAP : 0);
        }
    }
    return sum;
}

/* Leaves out the column of the highest rank, the last of several; false when every column has to stay. */
static bool leave_one_out(struct layout *layout)
{
    size_t worst = SIZE_MAX;
    unsigned rank = 0;

    for (size_t i = 0; i < layout->view->count; i++) {
        unsigned own = render_column(layout->view, i)->rank;
        if (layout->width[i] != SIZE_MAX && own > 0 && own >= rank) {
            worst = i;
            rank = own;
        }
    }
    if (worst == SIZE_MAX) {
        return false;
    }
    layout->width[worst] = SIZE_MAX;
    return true;
}

/*
 * A long name drives other columns out as far as that makes its row one line. Where it cannot, the row is broken and
 * there is room for the others.
 */
static void leave_out(struct layout *layout)
{
    size_t count = layout->view->count;
    CLEANUP(text_free_pointer) size_t *whole = mem_array(count, sizeof(*whole));
    const size_t limits[] = {SIZE_MAX, NAME_USUAL};
    size_t columns = layout->options->columns;

    memcpy(whole, layout->width, count * sizeof(*whole));
    for (size_t i = 0; i < 2 && layout->options->fields_count == 0; i++) {
        memcpy(layout->width, whole, count * sizeof(*whole));
        layout->name_limit = limits[i];
        while (total(layout, COMFORTABLE) > columns && leave_one_out(layout)) {
        }
        if (total(layout, COMFORTABLE) <= columns) {
            break;
        }
    }
    layout->name_limit = SIZE_MAX;
}

/*
 * Takes `excess` from the columns of names and ids, the widest first: a value that is wider than its column ends its
 * line. Takes nothing where that would not be enough.
 */
static void break_rows(struct layout *layout, size_t excess)
{
    size_t spare = 0;

    for (size_t i = 0; i < layout->view->count; i++) {
        bool wide = layout->width[i] != SIZE_MAX && is_fixed(layout, i) && layout->width[i] > LEAST_FIXED;
        spare += wide ? layout->width[i] - LEAST_FIXED : 0;
    }
    while (spare >= excess && excess > 0) {
        size_t widest = SIZE_MAX;
        for (size_t i = 0; i < layout->view->count; i++) {
            bool wide = layout->width[i] != SIZE_MAX && is_fixed(layout, i);
            widest = wide && (widest == SIZE_MAX || layout->width[i] > layout->width[widest]) ? i : widest;
        }
        size_t part = layout->width[widest] - LEAST_FIXED;
        part = part < excess ? part : excess;
        layout->width[widest] -= part;
        spare -= part;
        excess -= part;
    }
}

/*
 * Columns of high rank go first, then what may be cut gives way, the widest first: all of them down to the same limit.
 * At last the columns of names and ids give way, which are never cut.
 */
static void fit(struct layout *layout)
{
    size_t columns = layout->options->columns;
    size_t limit = columns;

    if (columns == 0) {
        return;
    }
    for (size_t i = 0; i < layout->view->count; i++) {
        if (stands_below(layout, render_column(layout->view, i))) {
            layout->width[i] = SIZE_MAX;
        }
    }
    leave_out(layout);
    while (limit > 0 && total(layout, limit) > columns) {
        limit--;
    }
    size_t width = total(layout, limit);
    break_rows(layout, width > columns ? width - columns : 0);
    for (size_t i = 0; i < layout->view->count; i++) {
        if (layout->width[i] != SIZE_MAX) {
            layout->width[i] = limited(layout, i, limit);
        }
    }
}

/* A part of a cell's text. */
struct slice {
    const char *bytes;
    size_t size;
};

/* Line number `line` of a text that is wrapped between words at `width`; empty behind its end. */
static struct slice wrapped(const struct text *shown, size_t width, size_t line)
{
    struct slice rest = {text_string(shown), shown->size};

    for (;; line--) {
        while (rest.size > 0 && rest.bytes[0] == ' ') {
            rest.bytes++;
            rest.size--;
        }
        size_t most = text_prefix(rest.bytes, rest.size, width);
        size_t end = most;
        while (most < rest.size && end > 0 && rest.bytes[end] != ' ') {
            end--;
        }
        if (end == 0) {
            end = most > 0 ? most : rest.size;
        }
        if (line == 0) {
            return (struct slice){rest.bytes, end};
        }
        rest.bytes += end;
        rest.size -= end;
    }
}

static void append_field(struct text *out, struct slice part, size_t width, bool right, const char *color)
{
    CLEANUP(text_free) struct text cut = {0};

    text_append_short(&cut, part.bytes, part.size, width);
    size_t columns = text_width(text_string(&cut), cut.size);
    size_t blanks = columns < width ? width - columns : 0;
    text_append_repeat(out, ' ', right ? blanks : 0);
    render_append_colored(out, &cut, color);
    text_append_repeat(out, ' ', right ? 0 : blanks);
}

static void trim(struct text *out, size_t start)
{
    while (out->size > start && (out->data[out->size - 1] == ' ' || out->data[out->size - 1] == '\n')) {
        out->size--;
    }
}

/*
 * Appends one line of a row: the first has every cell, further ones only what is left of wrapped cells. Behind a name
 * or id that is wider than its column the row continues below, each cell in its column.
 */
static bool append_line(const struct layout *layout, size_t row, size_t line, struct text *out)
{
    const struct render_view *view = layout->view;
    CLEANUP(text_free) struct text shown = {0};
    size_t start = out->size;
    size_t at = 0; /* the column that is reached */
    bool more = false;

    for (size_t i = 0; i < view->count; i++) {
        const struct table_column *column = render_column(view, i);
        size_t width = layout->width[i];
        if (width == SIZE_MAX) {
            continue;
        }
        const char *color = render_show(view, row, i, &shown);
        color = layout->options->color ? color : NULL;
        bool wraps = (column->flags & TABLE_WRAP) && width > 0;
        bool right = column->type == TABLE_INT || (column->flags & TABLE_RIGHT);
        struct slice part = {text_string(&shown), line == 0 ? shown.size : 0};
        if (wraps) {
            part = wrapped(&shown, width, line);
            more |= wrapped(&shown, width, line + 1).size > 0;
        }
        text_append_repeat(out, ' ', at > 0 ? GAP : 0);
        at += width + (at > 0 ? GAP : 0);
        if ((column->flags & TABLE_FIXED) && part.size > 0 && text_width(part.bytes, part.size) > width) {
            render_append_colored(out, &shown, color);
            text_append_char(out, '\n');
            text_append_repeat(out, ' ', at);
        } else {
            append_field(out, part, width, right, color);
        }
    }
    trim(out, start);
    text_append_char(out, '\n');
    return more;
}

/* The lines of a value that stands below the row. */
static void append_below(const struct layout *layout, const struct table_cell *cell, struct text *out)
{
    const char *color = layout->options->color ? render_color((enum table_style)cell->style) : NULL;

    for (const char *line = cell->state == TABLE_VALUE ? cell->string : ""; line[0] != '\0';) {
        size_t size = strcspn(line, "\n");
        text_append_repeat(out, ' ', TABLE_BELOW_INDENT);
        text_append(out, color != NULL ? color : "");
        text_append_safe(out, line, size);
        text_append(out, color != NULL ? "\033[0m\n" : "\n");
        line += size + (line[size] == '\n');
    }
}

static void append_row(const struct layout *layout, size_t row, struct text *out)
{
    for (size_t line = 0; append_line(layout, row, line, out); line++) {
    }
    for (size_t i = 0; row != RENDER_HEADING && i < layout->view->count; i++) {
        if (stands_below(layout, render_column(layout->view, i))) {
            append_below(layout, render_cell(layout->view, row, i), out);
        }
    }
}

static void name_the_left_out(const struct layout *layout, struct text *names)
{
    for (size_t i = 0; names != NULL && i < layout->view->count; i++) {
        if (layout->width[i] == SIZE_MAX && !stands_below(layout, render_column(layout->view, i))) {
            text_printf(names, "%s%s", names->size ? ", " : "", render_column(layout->view, i)->name);
        }
    }
}

bool render_text_rows(const struct render_view *view, const struct render_options *options,
                      struct render_output *output, struct err *e)
{
    CLEANUP(text_free_pointer) size_t *width = mem_array(view->count, sizeof(*width));
    struct layout layout = {.view = view, .options = options, .width = width, .name_limit = SIZE_MAX};

    if (table_row_count(view->table) == 0) {
        return true; /* headings over nothing say nothing */
    }
    render_measure(view, options, layout.width);
    fit(&layout);
    if (!options->no_headers) {
        append_row(&layout, RENDER_HEADING, &output->text);
    }
    for (size_t row = 0; row < table_row_count(view->table); row++) {
        append_row(&layout, row, &output->text);
        if (!render_flush_some(output, e)) {
            return false;
        }
    }
    name_the_left_out(&layout, options->left_out);
    return true;
}
