/* Stacked bars and columns as inline SVG, with their values in words. */
#include "render/render_html_chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "render/render_html_page.h"

/* In the units of the SVG, which are pixels at its usual size. */
enum {
    WIDTH = 360,
    ROW = 32,
    BAR_TOP = 16,
    BAR = 9,
    LETTER = 6,
    LABEL = 40,
    COLUMN_TOP = 18,
    COLUMN_ROOM = 110,
    COLUMN_HEIGHT = COLUMN_TOP + COLUMN_ROOM + 20,
    COLUMN_GAP = 3,
    COLUMN_MOST = 46,
};

/* By series: what is drawn on its colour in a square of six, so that colour is not all that tells them apart. */
static const char *const patterns[RENDER_HTML_SERIES] = {
    NULL,
    "<path class=\"s-paper\" d=\"M-1 1L1-1M0 6L6 0M5 7L7 5\"/>",
    "<circle class=\"f-paper\" cx=\"3\" cy=\"3\" r=\"1.4\"/>",
    "<path class=\"s-paper\" d=\"M0 3H6\"/>",
    "<path class=\"s-paper\" d=\"M3 0V6\"/>",
};

struct render_html_chart_row *render_html_chart_add(struct render_html_chart *chart, const char *label)
{
    struct render_html_chart_row *row = mem_list_add(chart);

    row->label = mem_copy(label);
    return row;
}

void render_html_chart_free(struct render_html_chart *chart)
{
    for (size_t i = 0; i < chart->count; i++) {
        free(chart->items[i].label);
    }
    free(chart->items);
    chart->items = NULL;
    chart->count = chart->capacity = 0;
}

void render_html_number(struct text *out, size_t number)
{
    char digits[32];
    size_t size = (size_t)snprintf(digits, sizeof(digits), "%zu", number);

    for (size_t i = 0; i < size; i++) {
        text_append(out, i > 0 && (size - i) % 3 == 0 ? "," : "");
        text_append_char(out, digits[i]);
    }
}

void render_html_count_of(struct text *out, size_t number, const char *one, const char *many)
{
    render_html_number(out, number);
    text_printf(out, " %s", number == 1 ? one : many);
}

static size_t row_total(const struct render_html_chart *chart, const struct render_html_chart_row *row)
{
    size_t total = 0;

    for (size_t i = 0; i < chart->series_count; i++) {
        total += row->values[i];
    }
    return total;
}

static size_t largest(const struct render_html_chart *chart)
{
    size_t most = 1;

    for (size_t i = 0; i < chart->count; i++) {
        size_t total = row_total(chart, &chart->items[i]);
        most = total > most ? total : most;
    }
    return most;
}

/* "120 https, 3 http"; the bare number where there is one series. */
static void append_values(const struct render_html_chart *chart, const struct render_html_chart_row *row,
                          struct text *out)
{
    const char *separator = "";

    for (size_t i = 0; i < chart->series_count; i++) {
        if (row->values[i] > 0) {
            text_append(out, separator);
            render_html_number(out, row->values[i]);
            if (chart->series_count > 1) {
                text_printf(out, " %s", chart->series[i].name);
            }
            separator = ", ";
        }
    }
    text_append(out, *separator == '\0' ? "0" : "");
}

static void append_patterns(const struct render_html_chart *chart, struct text *out)
{
    text_append(out, "<defs>");
    for (size_t i = 1; i < chart->series_count; i++) {
        text_printf(out, "<pattern id=\"%s-%zu\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">%s</pattern>",
                    chart->id, i, patterns[i]);
    }
    text_append(out, "</defs>\n");
}

/* Title, description with all values, patterns. */
static void begin_svg(const struct render_html_chart *chart, size_t height, struct text *out)
{
    CLEANUP(text_free) struct text described = {0};

    for (size_t i = 0; i < chart->count; i++) {
        text_printf(&described, "%s%s: ", i > 0 ? "; " : "", chart->items[i].label);
        append_values(chart, &chart->items[i], &described);
    }
    text_printf(out,
                "<figure>\n<figcaption id=\"%s-c\">%s</figcaption>\n"
                "<svg viewBox=\"0 0 %d %zu\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">%s</title>"
                "<desc id=\"%s-d\">",
                chart->id, chart->title, WIDTH, height, chart->id, chart->id, chart->id, chart->title, chart->id);
    render_html_attribute(out, text_string(&described));
    text_append(out, "</desc>");
    append_patterns(chart, out);
}

struct box {
    size_t x, y, width, height;
};

static void append_segment(const struct render_html_chart *chart, size_t series, struct box box, struct text *out)
{
    text_printf(out, "<rect class=\"bar %s\" x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\"/>",
                chart->series[series].fill, box.x, box.y, box.width, box.height);
    if (series > 0) {
        text_printf(out, "<rect fill=\"url(#%s-%zu)\" x=\"%zu\" y=\"%zu\" width=\"%zu\" height=\"%zu\"/>", chart->id,
                    series, box.x, box.y, box.width, box.height);
    }
}

static bool is_drawn(const struct render_html_chart *chart, size_t series)
{
    for (size_t i = 0; i < chart->count; i++) {
        if (chart->items[i].values[series] > 0) {
            return true;
        }
    }
    return false;
}

/* The series that are drawn. */
static void append_key(const struct render_html_chart *chart, struct text *out)
{
    if (chart->series_count < 2) {
        return;
    }
    text_append(out, "<ul class=\"key\">");
    for (size_t i = 0; i < chart->series_count; i++) {
        if (!is_drawn(chart, i)) {
            continue;
        }
        text_append(out, "<li><svg viewBox=\"0 0 18 12\" aria-hidden=\"true\">");
        append_segment(chart, i, (struct box){0, 0, 18, 12}, out);
        text_printf(out, "</svg>%s</li>", chart->series[i].name);
    }
    text_append(out, "</ul>\n");
}

static void append_numbers(const struct render_html_chart *chart, struct text *out)
{
    text_printf(out,
                "<details><summary>Numbers<span class=\"visually-hidden\"> of: %s</span></summary><div "
                "class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th>",
                chart->title, chart->rows_title);
    for (size_t i = 0; i < chart->series_count; i++) {
        text_printf(out, "<th scope=\"col\" class=\"number\">%s</th>", chart->series[i].name);
    }
    text_append(out, "</tr></thead><tbody>\n");
    for (size_t row = 0; row < chart->count; row++) {
        text_append(out, "<tr>");
        render_html_element(out, "th scope=\"row\"", chart->items[row].label);
        for (size_t i = 0; i < chart->series_count; i++) {
            text_append(out, "<td class=\"number\">");
            render_html_number(out, chart->items[row].values[i]);
            text_append(out, "</td>");
        }
        text_append(out, "</tr>\n");
    }
    text_append(out, "</tbody></table></div></details>\n");
}

static void end_svg(const struct render_html_chart *chart, struct text *out)
{
    text_append(out, "</svg>\n");
    append_key(chart, out);
    if (chart->note != NULL) {
        render_html_element(out, "p class=\"quiet\"", chart->note);
    }
    append_numbers(chart, out);
    text_append(out, "</figure>\n");
}

/* A label as the text of an SVG, shortened; returns its columns. */
static size_t append_label(const char *label, size_t most, struct text *out)
{
    CLEANUP(text_free) struct text shown = {0};

    text_append_short(&shown, label, strlen(label), most);
    render_html_attribute(out, text_string(&shown));
    return text_width(text_string(&shown), shown.size);
}

static void append_bar(const struct render_html_chart *chart, size_t index, size_t most, struct text *out)
{
    CLEANUP(text_free) struct text values = {0};
    const struct render_html_chart_row *row = &chart->items[index];
    size_t top = index * ROW, total = row_total(chart, row), before = 0;

    text_printf(out, "<text x=\"0\" y=\"%zu\">", top + BAR_TOP - 5);
    size_t columns = append_label(row->label, LABEL, out);
    append_values(chart, row, &values);
    if ((columns + values.size + 2) * LETTER > WIDTH) {
        text_clear(&values);
        render_html_number(&values, total);
    }
    text_printf(out, "</text><text class=\"end quiet\" x=\"%d\" y=\"%zu\">%s</text>", WIDTH, top + BAR_TOP - 5,
                text_string(&values));
    for (size_t i = 0; i < chart->series_count; i++) {
        size_t from = before * WIDTH / most, to = (before + row->values[i]) * WIDTH / most;
        if (row->values[i] > 0) {
            to = to < from + 3 ? from + 3 : to;
            append_segment(chart, i, (struct box){from, top + BAR_TOP, to - from, BAR}, out);
        }
        before += row->values[i];
    }
    text_append_char(out, '\n');
}

/* Whether there is nothing to draw, which then stands in words. */
static bool append_nothing(const struct render_html_chart *chart, struct text *out)
{
    for (size_t i = 0; i < chart->count; i++) {
        if (row_total(chart, &chart->items[i]) > 0) {
            return false;
        }
    }
    text_printf(out, "<figure>\n<figcaption>%s</figcaption>\n<p class=\"quiet\">none</p>\n</figure>\n", chart->title);
    return true;
}

void render_html_chart_bars(const struct render_html_chart *chart, struct text *out)
{
    size_t most = largest(chart);

    if (append_nothing(chart, out)) {
        return;
    }
    begin_svg(chart, chart->count * ROW, out);
    for (size_t i = 0; i < chart->count; i++) {
        append_bar(chart, i, most, out);
    }
    end_svg(chart, out);
}

/* Where there are many columns, only the first and the last have words. */
static void append_column(const struct render_html_chart *chart, size_t index, size_t most, struct text *out)
{
    const struct render_html_chart_row *row = &chart->items[index];
    size_t step = WIDTH / chart->count, width = step > COLUMN_MOST ? COLUMN_MOST : step;
    size_t x = index * WIDTH / chart->count + (step - width) / 2, before = 0;
    bool first = index == 0, last = index + 1 == chart->count, few = chart->count <= 10;
    bool wide = strlen(row->label) * LETTER > step;

    for (size_t i = 0; i < chart->series_count; i++) {
        size_t from = before * COLUMN_ROOM / most, to = (before + row->values[i]) * COLUMN_ROOM / most;
        if (row->values[i] > 0) {
            to = to < from + 2 ? from + 2 : to;
            size_t gap = width > 2 * COLUMN_GAP ? COLUMN_GAP : 1;
            append_segment(
                chart, i,
                (struct box){x + gap / 2, COLUMN_TOP + COLUMN_ROOM - to, width > gap ? width - gap : 1, to - from},
                out);
        }
        before += row->values[i];
    }
    if (few || first || last) {
        size_t height = before * COLUMN_ROOM / most, center = x + width / 2;
        const char *place = wide && first ? "" : wide && last ? "end" : "middle";
        size_t at = wide && first ? 0 : wide && last ? WIDTH : center;
        text_printf(out, "<text class=\"%s\" x=\"%zu\" y=\"%zu\">", few ? "middle" : place, few ? center : at,
                    COLUMN_TOP + COLUMN_ROOM - height - 5);
        render_html_number(out, before);
        text_append(out, "</text>");
        if (!wide || first || last) {
            text_printf(out, "<text class=\"quiet %s\" x=\"%zu\" y=\"%d\">", place, at, COLUMN_HEIGHT - 5);
            append_label(row->label, LABEL, out);
            text_append(out, "</text>");
        }
    }
    text_append_char(out, '\n');
}

void render_html_chart_columns(const struct render_html_chart *chart, struct text *out)
{
    size_t most = largest(chart);

    if (append_nothing(chart, out)) {
        return;
    }
    begin_svg(chart, COLUMN_HEIGHT, out);
    for (size_t i = 0; i < chart->count; i++) {
        append_column(chart, i, most, out);
    }
    text_printf(out, "<path class=\"axis\" d=\"M0 %dH%d\"/>", COLUMN_TOP + COLUMN_ROOM, WIDTH);
    end_svg(chart, out);
}
