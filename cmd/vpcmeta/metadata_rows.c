/* Rows of the lists of the metadata API: the columns are the members that the items have. */
#include "metadata_rows.h"

#include <string.h>

#include "resource/resource_metadata.h"

enum { COLUMNS_MAX = 64 };

struct columns {
    struct table_column list[COLUMNS_MAX]; /* names are borrowed from the items */
    bool typed[COLUMNS_MAX];               /* a value other than null was there */
    size_t count;
};

const char *metadata_list_name(const char *path)
{
    for (const struct resource_metadata_path *at = resource_metadata_paths; at->path != NULL; at++) {
        const char *slash = strrchr(at->path, '/');
        size_t size = strlen(path), part = strlen(at->path);
        if (at->list && size > part && path[size - part - 1] == '/' && strcmp(path + size - part, at->path) == 0) {
            return slash != NULL ? slash + 1 : at->path;
        }
    }
    return NULL;
}

bool metadata_wants_rows(const struct app *app, const char *name, const json_t *answer)
{
    const struct global_opts *globals = app->globals;
    bool by_item = globals->fields.count > 0 && json_object_get(answer, globals->fields.items[0]) == NULL;
    bool by_format =
        globals->fields.count == 0 && globals->jq == NULL &&
        (globals->output.value == RENDER_CSV || (globals->output.value == RENDER_TABLE && globals->output.given));

    return name != NULL && json_is_array(json_object_get(answer, name)) &&
           (by_item || by_format || app_arranges_rows(app));
}

static enum table_type type_of(const json_t *value)
{
    return json_is_string(value)    ? TABLE_STRING
           : json_is_integer(value) ? TABLE_INT
           : json_is_boolean(value) ? TABLE_BOOL
                                    : TABLE_JSON;
}

static size_t find_column(const struct columns *columns, const char *name)
{
    size_t i = 0;

    while (i < columns->count && strcmp(columns->list[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* What is long or has members of its own is in text only where it is asked for. */
static unsigned flags_of(const char *name, enum table_type type)
{
    static const char *const long_ones[] = {"crn", "href", "public_key", "fingerprint"};
    unsigned flags = strcmp(name, "name") == 0 || strcmp(name, "id") == 0 ? TABLE_FIXED : 0;

    for (size_t i = 0; i < sizeof(long_ones) / sizeof(long_ones[0]); i++) {
        flags |= strcmp(name, long_ones[i]) == 0 ? TABLE_WIDE : 0;
    }
    return flags | (type == TABLE_JSON ? TABLE_WIDE : 0);
}

static bool add_column(struct columns *columns, const char *name, const json_t *value, struct err *e)
{
    size_t at = find_column(columns, name);

    if (at == COLUMNS_MAX) {
        return err_set(e, ERR_BAD_ANSWER, "the items have more than %d members: print them with -o json", COLUMNS_MAX);
    }
    struct table_column *column = &columns->list[at];
    if (at == columns->count) {
        *column = (struct table_column){.name = name, .type = TABLE_STRING, .rank = (unsigned char)at};
        columns->count++;
    }
    if (!json_is_null(value)) {
        enum table_type type = type_of(value);
        column->type = columns->typed[at] && column->type != type ? TABLE_JSON : type;
        columns->typed[at] = true;
    }
    column->flags = flags_of(name, column->type);
    return true;
}

static bool add_named(struct columns *columns, const json_t *items, const char *name, struct err *e)
{
    bool is_there = json_array_size(items) == 0;
    JSON_CLEANUP json_t *none = json_null();
    const json_t *item;
    size_t index;

    json_array_foreach (items, index, item) {
        is_there = is_there || json_object_get(item, name) != NULL;
    }
    return !is_there || add_column(columns, name, none, e);
}

/* name and id first, then the members in the order of the answer. */
static bool find_columns(const json_t *items, struct columns *ret, struct err *e)
{
    const json_t *item;
    const char *key;
    json_t *value;
    size_t index;

    if (!add_named(ret, items, "name", e) || !add_named(ret, items, "id", e)) {
        return false;
    }
    json_array_foreach (items, index, item) {
        if (!json_is_object(item)) {
            return err_set(e, ERR_BAD_ANSWER, "item %zu of the list is no JSON object", index);
        }
        json_object_foreach ((json_t *)item, key, value) {
            if (!add_column(ret, key, value, e)) {
                return false;
            }
        }
    }
    return true;
}

static void set_cell(struct table *table, size_t column, enum table_type type, const json_t *value)
{
    CLEANUP(text_free) struct text json = {0};

    if (value == NULL) {
        return;
    }
    switch (type) {
    case TABLE_INT:
        table_set_int(table, column, json_integer_value(value));
        break;
    case TABLE_BOOL:
        table_set_bool(table, column, json_is_true(value));
        break;
    case TABLE_JSON:
        json_print(&json, value, JSON_PRINT_COMPACT);
        table_set_json(table, column, text_string(&json), json.size);
        break;
    case TABLE_STRING:
    case TABLE_TIME:
        table_set_string(table, column, json_string_value(value));
        break;
    }
}

static struct table *rows_of(const json_t *items, const struct columns *columns)
{
    struct table *table = table_create(columns->list, columns->count);
    const json_t *item;
    size_t index;

    json_array_foreach (items, index, item) {
        table_add_row(table);
        for (size_t i = 0; i < columns->count; i++) {
            const json_t *value = json_object_get(item, columns->list[i].name);
            if (json_is_null(value)) {
                table_set_null(table, i);
            } else {
                set_cell(table, i, columns->list[i].type, value);
            }
        }
    }
    return table;
}

bool metadata_print_rows(struct app *app, const char *name, const json_t *answer, struct err *e)
{
    const json_t *items = json_object_get(answer, name);
    struct columns columns = {.count = 0};
    JSON_CLEANUP json_t *head = json_copy((json_t *)answer);

    if (!find_columns(items, &columns, e) || !app_check_output(app, columns.list, columns.count, e)) {
        return false;
    }
    TABLE_CLEANUP struct table *table = rows_of(items, &columns);
    json_object_del(head, name);
    return app_print_table(app, table, &(struct render_envelope){.head = head, .items = name}, e);
}
