/* CSV after RFC 4180 with the line ends of Unix, safe to open in a spreadsheet. */
#include <string.h>

#include "render/render_view.h"

/* Line breaks and tabs may stand in a quoted field; everything else that steers a terminal is escaped. */
static void append_field_text(struct text *out, const char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t plain = 0;
        while (done + plain < size && memchr("\r\n\t\"", bytes[done + plain], 4) == NULL) {
            plain++;
        }
        text_append_safe(out, bytes + done, plain);
        done += plain;
        if (done < size) {
            text_append(out, bytes[done] == '"' ? "\"" : "");
            text_append_char(out, bytes[done++]);
        }
    }
}

/* Whether a spreadsheet may take the cell for a formula: OWASP's list, and its signs in their full width. */
static bool is_formula(const char *bytes, size_t size)
{
    static const char wide[][4] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    bool formula = size > 0 && memchr("=+-@\t\r\n", bytes[0], 8) != NULL;

    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]) && size >= 3; i++) {
        formula = formula || memcmp(bytes, wide[i], 3) == 0;
    }
    return formula;
}

void render_csv_string(struct text *out, const char *bytes, size_t size)
{
    bool formula = is_formula(bytes, size);
    bool quote = false;

    for (size_t i = 0; i < size && !quote; i++) {
        quote = memchr(",\"\r\n\t", bytes[i], 5) != NULL;
    }
    quote = quote || (size > 0 && (bytes[0] == ' ' || bytes[size - 1] == ' '));
    text_append(out, quote ? "\"" : "");
    text_append(out, formula ? "'" : "");
    append_field_text(out, bytes, size);
    text_append(out, quote ? "\"" : "");
}

static void append_row(struct text *out, const struct render_view *view, size_t row)
{
    for (size_t i = 0; i < view->count; i++) {
        enum table_type type = render_column(view, i)->type;
        const struct table_cell *cell = render_cell(view, row, i);
        text_append(out, i > 0 ? "," : "");
        if (cell->state != TABLE_VALUE) {
            continue;
        }
        if (type == TABLE_STRING || type == TABLE_TIME || type == TABLE_JSON) {
            render_csv_string(out, cell->string, cell->size);
        } else {
            render_append_scalar(out, type, cell);
        }
    }
    text_append_char(out, '\n');
}

bool render_csv_rows(const struct render_view *view, const struct render_options *options, struct render_output *output,
                     struct err *e)
{
    for (size_t i = 0; i < view->count && !options->no_headers; i++) {
        text_append(&output->text, i > 0 ? "," : "");
        render_csv_string(&output->text, render_column(view, i)->name, strlen(render_column(view, i)->name));
    }
    if (!options->no_headers) {
        text_append_char(&output->text, '\n');
    }
    for (size_t row = 0; row < table_row_count(view->table); row++) {
        append_row(&output->text, view, row);
        if (!render_flush_some(output, e)) {
            return false;
        }
    }
    return true;
}
