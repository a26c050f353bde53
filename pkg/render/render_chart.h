/*
 * render_chart: rows with a bar of plain characters behind their cells, for people. A bar has a letter for each part,
 * so that it can be read without colours; a part that counts anything has a column of the bar at least, as far as there
 * are columns. Pure: appends lines.
 */
#ifndef RENDER_RENDER_CHART_H
#define RENDER_RENDER_CHART_H

#include "table/table.h"

/* A part of every bar. */
struct render_chart_part {
    char letter;
    enum table_style style; /* where colours are on */
};

struct render_chart_column {
    const char *title;
    bool right;    /* aligned to the right, as numbers are */
    bool optional; /* left out where the bars would be shorter than RENDER_CHART_LEAST */
};
enum { RENDER_CHART_LEAST = 16, RENDER_CHART_MOST = 60 }; /* columns of the longest bar */

struct render_chart_row {
    const char *const *cells; /* one for each column; printed as they are */
    const size_t *counts;     /* one for each part */
    const char *above;        /* a line of its own before the row; NULL: none */
};

struct render_chart {
    const struct render_chart_column *columns;
    size_t column_count;
    const struct render_chart_part *parts;
    size_t part_count;
    const struct render_chart_row *rows;
    size_t row_count;
};

/* Appends headings and rows in lines of at most `width` columns, as far as the cells allow. */
void render_append_chart(struct text *out, const struct render_chart *chart, size_t width, bool color);

#endif
