/*
 * render_view: the columns of a table that are to be shown, the formats, and the buffer that they write to. For the
 * files of room render only.
 */
#ifndef RENDER_RENDER_VIEW_H
#define RENDER_RENDER_VIEW_H

#include "render/render.h"

/* Formats append to `text`; render_flush_some hands it on when it has grown. */
struct render_output {
    FILE *file;
    const struct secrets *secrets; /* taken out of what is written; NULL: none */
    struct render_json_style json; /* of `text`, when it is JSON */
    struct text text;
};

/* Writes what has gathered if that is worth a write. False: the error is set. */
bool render_flush_some(struct render_output *output, struct err *e);

/* Writes the rest and flushes the FILE. */
bool render_finish(struct render_output *output, struct err *e);

/* Frees the buffer. For CLEANUP. */
void render_output_free(struct render_output *output);

struct render_view {
    const struct table *table;
    size_t *columns; /* numbers in the table, in the order wanted */
    size_t count;
};

static inline const struct table_column *render_column(const struct render_view *view, size_t index)
{
    return table_column(view->table, view->columns[index]);
}

static inline const struct table_cell *render_cell(const struct render_view *view, size_t row, size_t index)
{
    return table_cell(view->table, row, view->columns[index]);
}

/* Appends a cell of any type but strings in the one way that JSON, YAML, CSV and text share. */
void render_append_scalar(struct text *out, enum table_type type, const struct table_cell *cell);

/* Appends a cell as text shows it, on one line and harmless; "-" without a value. And the heading of a column. */
void render_append_cell(struct text *out, enum table_type type, const struct table_cell *cell);
void render_append_title(struct text *out, const struct table_column *column);

/* The escape sequence of a style; NULL: none. */
const char *render_color(enum table_style style);

#define RENDER_HEADING SIZE_MAX /* in place of a row's number: the line of headings */

/* Sets the text to a cell of that row, or to the heading. Returns its escape sequence; NULL: none. */
const char *render_show(const struct render_view *view, size_t row, size_t index, struct text *shown);

/* Appends it between the sequence and its end, where there is both. */
void render_append_colored(struct text *out, const struct text *shown, const char *color);

/* The widths of the columns: of the widest cell, the heading included unless options leave it out. */
void render_measure(const struct render_view *view, const struct render_options *options, size_t *ret_width);

/* The columns of CSV: those of the table, and behind them the members that they declare. Returns their number. */
size_t render_csv_columns(const struct table_column *columns, size_t count, struct table_column **ret);

/* The table with such columns, which outlive it. */
struct table *render_csv_table(const struct table *table, const struct table_column *columns, size_t count);

/* The error for a field of this option that is none of `count` names. `titles` may be NULL: other names of the same. */
bool render_unknown_field(const char *option, const char *field, const char *const names[], const char *const titles[],
                          size_t count, struct err *e);

/* The output of these options. */
struct render_output render_begin(const struct render_options *options, FILE *file);

/* One function a format. The output is finished by the caller. */
bool render_text_rows(const struct render_view *view, const struct render_options *options,
                      struct render_output *output, struct err *e);
bool render_blocks(const struct render_view *view, const struct render_options *options, struct render_output *output,
                   struct err *e); /* text: each row as lines of heading and value */
/* Whether the columns of TABLE_STACKED do not fit beside the others, and the rows then. */
bool render_is_stacked(const struct render_view *view, const struct render_options *options);
bool render_stacked_rows(const struct render_view *view, const struct render_options *options,
                         struct render_output *output, struct err *e);
bool render_json_rows(const struct render_view *view, const struct render_envelope *envelope,
                      struct render_output *output, struct err *e);
bool render_jsonl_rows(const struct render_view *view, struct render_output *output, struct err *e);
bool render_csv_rows(const struct render_view *view, const struct render_options *options, struct render_output *output,
                     struct err *e);
bool render_yaml_rows(const struct render_view *view, const struct render_envelope *envelope,
                      struct render_output *output, struct err *e);

bool render_yaml_document(const json_t *document, struct render_output *output, struct err *e);

/* Appends one CSV field of text, quoted and made harmless where that is needed. */
void render_csv_string(struct text *out, const char *bytes, size_t size);

#endif
