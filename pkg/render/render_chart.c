/* Rows with bars of plain characters. */
#include "render/render_chart.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "render/render_view.h"

enum { GAP = 2 };

/* --- bars --------------------------------------------------------------------------------------------- */

static size_t sum_of(const size_t counts[], size_t count)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += counts[i];
    }
    return sum;
}

static size_t count_used(const size_t counts[], size_t count)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        used += counts[i] > 0;
    }
    return used;
}

/*
 * A bar in which `most`, the greatest sum of all bars, is `width` columns long. The ends of the parts are rounded, not
 * their lengths, which then add up.
 */
static void append_bar(struct text *out, const struct render_chart *chart, const size_t counts[], size_t most,
                       size_t width, bool color)
{
    size_t left = count_used(counts, chart->part_count);
    size_t sum = 0;
    size_t drawn = 0;

    for (size_t i = 0; i < chart->part_count && most > 0; i++) {
        if (counts[i] == 0) {
            continue;
        }
        CLEANUP(text_free) struct text segment = {0};
        sum += counts[i];
        left--;
        size_t end = (size_t)((double)sum * (double)width / (double)most + 0.5);
        size_t last = width > left ? width - left : width; /* those that follow need a column each */
        end = end > drawn ? end : drawn + 1;
        end = end < last ? end : last;
        text_append_repeat(&segment, chart->parts[i].letter, end > drawn ? end - drawn : 0);
        render_append_colored(out, &segment, color ? render_color(chart->parts[i].style) : NULL);
        drawn = end > drawn ? end : drawn;
    }
}

/* --- rows --------------------------------------------------------------------------------------------- */

/* The widths of the columns, 0: left out, and of the bars. */
struct chart_layout {
    size_t *widths;
    size_t bar, most;
};

static size_t width_of(const struct render_chart *chart, size_t column)
{
    size_t width = strlen(chart->columns[column].title);

    for (size_t i = 0; i < chart->row_count; i++) {
        const char *cell = chart->rows[i].cells[column];
        size_t own = text_width(cell, strlen(cell));
        width = own > width ? own : width;
    }
    return width;
}

/* What is left for the bars; `optional`: beside those columns, too. */
static size_t bar_width(const struct render_chart *chart, const size_t widths[], size_t width, bool optional)
{
    size_t used = 0;

    for (size_t i = 0; i < chart->column_count; i++) {
        used += optional || !chart->columns[i].optional ? widths[i] + GAP : 0;
    }
    size_t left = width > used ? width - used : 0;
    return left < RENDER_CHART_MOST ? left : RENDER_CHART_MOST;
}

static void lay_out(const struct render_chart *chart, size_t width, struct chart_layout *ret)
{
    ret->widths = mem_array(chart->column_count, sizeof(*ret->widths));
    ret->most = 0;
    for (size_t i = 0; i < chart->column_count; i++) {
        ret->widths[i] = width_of(chart, i);
    }
    for (size_t i = 0; i < chart->row_count; i++) {
        size_t sum = sum_of(chart->rows[i].counts, chart->part_count);
        ret->most = sum > ret->most ? sum : ret->most;
    }
    ret->bar = bar_width(chart, ret->widths, width, true);
    if (ret->bar >= RENDER_CHART_LEAST) {
        return;
    }
    ret->bar = bar_width(chart, ret->widths, width, false);
    for (size_t i = 0; i < chart->column_count; i++) {
        ret->widths[i] = chart->columns[i].optional ? 0 : ret->widths[i];
    }
}

static void append_cell(struct text *out, const char *cell, size_t width, bool right)
{
    size_t own = text_width(cell, strlen(cell));
    size_t blanks = own < width ? width - own : 0;

    text_append_repeat(out, ' ', right ? blanks : 0);
    text_append(out, cell);
    text_append_repeat(out, ' ', right ? GAP : blanks + GAP);
}

static void trim(struct text *out)
{
    while (out->size > 0 && out->data[out->size - 1] == ' ') {
        out->data[--out->size] = '\0';
    }
}

static void append_headings(struct text *out, const struct render_chart *chart, const struct chart_layout *layout,
                            bool color)
{
    CLEANUP(text_free) struct text line = {0};

    for (size_t i = 0; i < chart->column_count; i++) {
        if (layout->widths[i] > 0) {
            append_cell(&line, chart->columns[i].title, layout->widths[i], chart->columns[i].right);
        }
    }
    trim(&line);
    text_printf(out, "%s%s%s\n", color ? "\033[1m" : "", text_string(&line), color ? "\033[0m" : "");
}

static void append_row(struct text *out, const struct render_chart *chart, const struct chart_layout *layout,
                       const struct render_chart_row *row, bool color)
{
    if (row->above != NULL) {
        text_printf(out, "%s\n", row->above);
    }
    for (size_t i = 0; i < chart->column_count; i++) {
        if (layout->widths[i] > 0) {
            append_cell(out, row->cells[i], layout->widths[i], chart->columns[i].right);
        }
    }
    append_bar(out, chart, row->counts, layout->most, layout->bar, color);
    trim(out);
    text_append_char(out, '\n');
}

void render_append_chart(struct text *out, const struct render_chart *chart, size_t width, bool color)
{
    struct chart_layout layout;

    lay_out(chart, width, &layout);
    append_headings(out, chart, &layout, color);
    for (size_t i = 0; i < chart->row_count; i++) {
        append_row(out, chart, &layout, &chart->rows[i], color);
    }
    free(layout.widths);
}
