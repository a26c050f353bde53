/* What the formats share: fields by name, scalars, and the buffer in front of the FILE. */
#include "render/render_view.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "mem/mem.h"

bool render_unknown_field(const char *option, const char *field, const char *const names[], const char *const titles[],
                          size_t count, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text all = {0};
    CLEANUP(text_free) struct text meant = {0};

    if (!text_append_nearest(&meant, field, names, count) && titles != NULL) {
        text_append_nearest(&meant, field, titles, count);
    }
    text_append_short(&shown, field, strlen(field), 60);
    for (size_t i = 0; i < count; i++) {
        text_printf(&all, "%s%s", i ? ", " : "", names[i]);
    }
    return err_set(e, ERR_USAGE, "%s %s: there is no such field%s (there are: %s)", option, text_string(&shown),
                   text_string(&meant), text_string(&all));
}

static bool check_field(const char *option, const char *field, const struct table_column *columns, size_t count,
                        struct err *e)
{
    if (table_find_column(columns, count, field) != SIZE_MAX) {
        return true;
    }
    CLEANUP(text_free_pointer) const char **names = mem_array(count, sizeof(*names));
    CLEANUP(text_free_pointer) const char **titles = mem_array(count, sizeof(*titles));
    for (size_t k = 0; k < count; k++) {
        names[k] = columns[k].name;
        titles[k] = columns[k].title;
    }
    return render_unknown_field(option, field, names, titles, count, e);
}

bool render_check_fields(const struct render_options *options, const struct table_column *columns, size_t count,
                         struct err *e)
{
    CLEANUP(text_free_pointer) struct table_column *whole = NULL;
    size_t all = render_csv_columns(columns, count, &whole);

    for (size_t i = 0; i < options->fields_count; i++) {
        if (!check_field("--fields", options->fields[i], whole, all, e)) {
            return false;
        }
    }
    return true;
}

bool render_read_order(const char *word, const struct table_column *columns, size_t count, struct table_order *ret,
                       struct err *e)
{
    CLEANUP(text_free) struct text field = {0};
    const char *colon = strrchr(word, ':');
    size_t size = colon != NULL ? (size_t)(colon - word) : strlen(word);
    bool descending = colon != NULL && strcmp(colon, ":desc") == 0;

    if (colon != NULL && !descending && strcmp(colon, ":asc") != 0) {
        text_append_short(&field, word, strlen(word), 60);
        return err_set(e, ERR_USAGE, "--sort %s: the direction is neither asc nor desc: write --sort FIELD:desc",
                       text_string(&field));
    }
    text_append_size(&field, word, size);
    if (!check_field("--sort", text_string(&field), columns, count, e)) {
        return false;
    }
    *ret = (struct table_order){.column = table_find_column(columns, count, text_string(&field)),
                                .descending = descending};
    return true;
}

void render_append_scalar(struct text *out, enum table_type type, const struct table_cell *cell)
{
    switch (type) {
    case TABLE_INT:
        text_printf(out, "%" PRId64, cell->integer);
        break;
    case TABLE_BOOL:
        text_append(out, cell->boolean ? "true" : "false");
        break;
    case TABLE_STRING:
    case TABLE_TIME:
    case TABLE_JSON:
        text_append_size(out, cell->string, cell->size);
        break;
    }
}

/* --- output -------------------------------------------------------------------------------------------- */

enum { WORTH_A_WRITE = 64 * 1024 };

static bool write_failed(struct err *e)
{
    if (errno == EINTR || errno == ETIMEDOUT) {
        return err_set(e, ERR_CANCELLED, "%s: the reader of the output does not read; what is left was not printed",
                       errno == EINTR ? "interrupted" : "the deadline has passed");
    }
    if (errno != EPIPE) {
        return err_set_errno(e, ERR_IO, "output could not be written");
    }
    err_set(e, ERR_CANCELLED, "the reader of the output is gone");
    e->signal = SIGPIPE;
    return false;
}

struct render_output render_begin(const struct render_options *options, FILE *file)
{
    bool is_json = options->format == RENDER_JSON || options->format == RENDER_JSONL;
    struct render_output output = {.file = file, .secrets = options->secrets};

    if (is_json) {
        output.json = options->json;
        output.json.indent = options->json.indent && options->format == RENDER_JSON;
    }
    return output;
}

static bool write_text(struct render_output *output, struct err *e)
{
    CLEANUP(text_free) struct text styled = {0};
    struct text *text = &output->text;

    secrets_mask_answer(output->secrets, text->data, text->size);
    if (output->json.indent || output->json.color) {
        render_style_json(&styled, text_string(text), text->size, output->json);
        text = &styled;
    }
    errno = 0;
    if (text->size > 0 && fwrite(text_string(text), 1, text->size, output->file) != text->size) {
        return write_failed(e);
    }
    text_clear(&output->text);
    return true;
}

/* What is indented is written as a whole, because its depth is counted from the beginning. */
bool render_flush_some(struct render_output *output, struct err *e)
{
    return output->text.size < WORTH_A_WRITE || output->json.indent || write_text(output, e);
}

bool render_finish(struct render_output *output, struct err *e)
{
    if (!write_text(output, e)) {
        return false;
    }
    errno = 0;
    return (fflush(output->file) == 0 && !ferror(output->file)) || write_failed(e);
}

void render_output_free(struct render_output *output)
{
    text_free(&output->text);
}

bool render_text(const char *text, size_t size, FILE *out, struct err *e)
{
    CLEANUP(render_output_free) struct render_output output = {.file = out};

    text_append_size(&output.text, text, size);
    return render_finish(&output, e);
}

void render_append_cell(struct text *out, enum table_type type, const struct table_cell *cell)
{
    if (cell->state != TABLE_VALUE) {
        text_append_char(out, '-');
    } else if (type == TABLE_STRING || type == TABLE_TIME || type == TABLE_JSON) {
        text_append_safe(out, cell->string, cell->size);
    } else {
        render_append_scalar(out, type, cell);
    }
}

void render_append_title(struct text *out, const struct table_column *column)
{
    if (column->title != NULL) {
        text_append(out, column->title);
        return;
    }
    for (const char *c = column->name; *c != '\0'; c++) {
        text_append_char(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c == '_' ? ' ' : *c);
    }
}

const char *render_color(enum table_style style)
{
    static const char *const colors[] = {
        [TABLE_GOOD] = "\033[32m", [TABLE_WARN] = "\033[33m", [TABLE_BAD] = "\033[31m",
        [TABLE_DIM] = "\033[2m",   [TABLE_PLAIN] = NULL,
    };

    return colors[style];
}

const char *render_show(const struct render_view *view, size_t row, size_t index, struct text *shown)
{
    const struct table_column *column = render_column(view, index);

    text_clear(shown);
    if (row == RENDER_HEADING) {
        render_append_title(shown, column);
        return "\033[1m";
    }
    const struct table_cell *cell = render_cell(view, row, index);
    render_append_cell(shown, column->type, cell);
    return render_color((enum table_style)cell->style);
}

void render_append_colored(struct text *out, const struct text *shown, const char *color)
{
    bool colored = color != NULL && shown->size > 0;

    text_append(out, colored ? color : "");
    text_append_size(out, text_string(shown), shown->size);
    text_append(out, colored ? "\033[0m" : "");
}

static size_t shown_width(const struct render_view *view, size_t row, size_t index, struct text *shown)
{
    (void)render_show(view, row, index, shown);
    return text_width(text_string(shown), shown->size);
}

void render_measure(const struct render_view *view, const struct render_options *options, size_t *ret_width)
{
    CLEANUP(text_free) struct text shown = {0};

    for (size_t i = 0; i < view->count; i++) {
        ret_width[i] = options->no_headers ? 0 : shown_width(view, RENDER_HEADING, i, &shown);
        for (size_t row = 0; row < table_row_count(view->table); row++) {
            size_t width = shown_width(view, row, i, &shown);
            ret_width[i] = width > ret_width[i] ? width : ret_width[i];
        }
    }
}
