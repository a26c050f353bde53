/*
 * render_html_chart: stacked bars and columns as inline SVG that needs no script, with everything in words as well:
 * a title, a description with every value, a key, and a table of the numbers. Series differ by colour and by pattern.
 */
#ifndef RENDER_RENDER_HTML_CHART_H
#define RENDER_RENDER_HTML_CHART_H

#include "text/text.h"

enum { RENDER_HTML_SERIES = 5 };

struct render_html_series {
    const char *name; /* "https" */
    const char *fill; /* a class "f-..." of page.css */
};

struct render_html_chart_row {
    char *label; /* owned */
    size_t values[RENDER_HTML_SERIES];
};

struct render_html_chart {
    const char *id, *title;
    const char *rows_title; /* of the labels: "Region" */
    const char *note;       /* what is not shown, NULL: nothing */
    const struct render_html_series *series;
    size_t series_count;
    struct render_html_chart_row *items;
    size_t count, capacity;
};

/* Adds an empty row and returns it; valid until the next call. */
struct render_html_chart_row *render_html_chart_add(struct render_html_chart *chart, const char *label);

/* Append the figure: a bar a row, or a column a row. */
void render_html_chart_bars(const struct render_html_chart *chart, struct text *out);
void render_html_chart_columns(const struct render_html_chart *chart, struct text *out);

/* For CLEANUP. */
void render_html_chart_free(struct render_html_chart *chart);

/* Appends "20,000". */
void render_html_number(struct text *out, size_t number);

/* Appends "20,000 resources", the words of one or of many. */
void render_html_count_of(struct text *out, size_t number, const char *one, const char *many);

#endif
