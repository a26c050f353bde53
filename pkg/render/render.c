/* A table or a few records in the wanted format. */
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "render/render_view.h"

const char *const render_format_names[] = {"table", "json", "jsonl", "csv", "yaml", NULL};

static const struct table_column *columns_of(const struct table *table)
{
    return table_column_count(table) > 0 ? table_column(table, 0) : NULL;
}

static bool has_value(const struct table *table, size_t column)
{
    for (size_t row = 0; row < table_row_count(table); row++) {
        if (table_cell(table, row, column)->state == TABLE_VALUE) {
            return true;
        }
    }
    return table_row_count(table) == 0;
}

static bool is_shown_as_text(const struct table *table, size_t column)
{
    unsigned flags = table_column(table, column)->flags;

    return (flags & TABLE_WIDE) == 0 && ((flags & TABLE_SPARSE) == 0 || has_value(table, column));
}

static bool choose_columns(const struct table *table, const struct render_options *options, size_t *columns,
                           size_t *ret_count, struct err *e)
{
    size_t all = table_column_count(table);

    if (options->fields_count > 0) {
        if (!render_check_fields(options, columns_of(table), all, e)) {
            return false;
        }
        for (size_t i = 0; i < options->fields_count; i++) {
            columns[i] = table_find_column(columns_of(table), all, options->fields[i]);
        }
        *ret_count = options->fields_count;
        return true;
    }
    *ret_count = 0;
    for (size_t i = 0; i < all; i++) {
        if (options->format != RENDER_TABLE || is_shown_as_text(table, i)) {
            columns[(*ret_count)++] = i;
        }
    }
    return true;
}

static bool render_rows(const struct render_view *view, const struct render_envelope *envelope,
                        const struct render_options *options, struct render_output *output, struct err *e)
{
    switch (options->format) {
    case RENDER_TABLE:
        return render_is_stacked(view, options) ? render_stacked_rows(view, options, output, e)
                                                : render_text_rows(view, options, output, e);
    case RENDER_JSON:
        return render_json_rows(view, envelope, output, e);
    case RENDER_JSONL:
        return render_jsonl_rows(view, output, e);
    case RENDER_CSV:
        return render_csv_rows(view, options, output, e);
    case RENDER_YAML:
        return render_yaml_rows(view, envelope, output, e);
    }
    return false;
}

static bool write_table(const struct table *table, const struct render_envelope *envelope,
                        const struct render_options *options, FILE *out, struct err *e)
{
    CLEANUP(render_output_free) struct render_output output = render_begin(options, out);
    size_t most = table_column_count(table) + options->fields_count;
    CLEANUP(text_free_pointer) size_t *columns = mem_array(most, sizeof(*columns));
    JSON_CLEANUP json_t *usual = json_build("{s:i, s:b}", "schema_version", 1, "complete", 1);
    struct render_envelope whole = {.head = usual, .items = "items"};
    struct render_view view = {.table = table, .columns = columns};

    if (envelope != NULL) {
        whole.head = envelope->head ? envelope->head : usual;
        whole.items = envelope->items ? envelope->items : "items";
    }
    if (!choose_columns(table, options, columns, &view.count, e)) {
        return false;
    }
    return render_rows(&view, &whole, options, &output, e) && render_finish(&output, e);
}

/* Whether a field is no column of the table: it is a member of one, or it does not exist. */
static bool names_member(const struct render_options *options, const struct table_column *columns, size_t count)
{
    bool member = false;

    for (size_t i = 0; i < options->fields_count; i++) {
        member |= table_find_column(columns, count, options->fields[i]) == SIZE_MAX;
    }
    return member;
}

bool render_table(const struct table *table, const struct render_envelope *envelope,
                  const struct render_options *options, FILE *out, struct err *e)
{
    CLEANUP(text_free_pointer) struct table_column *columns = NULL;
    size_t own = table_column_count(table);

    if (options->format != RENDER_CSV && !names_member(options, columns_of(table), own)) {
        return write_table(table, envelope, options, out, e);
    }
    size_t count = render_csv_columns(columns_of(table), own, &columns);
    if (count == own) {
        return write_table(table, envelope, options, out, e);
    }
    TABLE_CLEANUP struct table *whole = render_csv_table(table, columns, count);
    return write_table(whole, envelope, options, out, e);
}

/* --- records: a few rows, each as lines of heading and value ------------------------------------------ */

bool render_records(const struct table *table, const struct render_envelope *envelope,
                    const struct render_options *options, FILE *out, struct err *e)
{
    CLEANUP(render_output_free) struct render_output output = {.file = out, .secrets = options->secrets};
    size_t most = table_column_count(table) + options->fields_count;
    CLEANUP(text_free_pointer) size_t *columns = mem_array(most, sizeof(*columns));
    struct render_view view = {.table = table, .columns = columns};

    if (options->format != RENDER_TABLE) {
        return render_table(table, envelope, options, out, e);
    }
    if (options->fields_count > 0 && !choose_columns(table, options, columns, &view.count, e)) {
        return false;
    }
    for (size_t i = 0; options->fields_count == 0 && i < table_column_count(table); i++) {
        columns[view.count++] = i;
    }
    return render_blocks(&view, options, &output, e) && render_finish(&output, e);
}
