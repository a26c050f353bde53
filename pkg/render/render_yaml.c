/* YAML through libyaml's emitter. Strings that YAML 1.1 or 1.2 would read as something else are quoted. */
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "render/render_view.h"

struct emitter {
    yaml_emitter_t yaml;
    struct render_output *output;
};

/*
 * libyaml hands over whole characters. It escapes control characters itself, but not the bidirectional overrides:
 * those can stand in double-quoted strings only (is_plain), where \uNNNN is their escape.
 */
static int take_bytes(void *data, unsigned char *bytes, size_t size)
{
    struct text *out = &((struct emitter *)data)->output->text;
    const char *next = (const char *)bytes;

    for (size_t left = size; left > 0;) {
        struct text_character c = text_decode(next, left);
        if (c.code >= 0x80 && !c.broken && text_steers_terminal(c.code)) {
            text_printf(out, "\\u%04X", (unsigned)c.code);
        } else {
            text_append_size(out, next, c.size);
        }
        next += c.size;
        left -= c.size;
    }
    return 1;
}

/* Takes the event over. */
static bool emit(struct emitter *emitter, int made, yaml_event_t *event, struct err *e)
{
    if (!made || !yaml_emitter_emit(&emitter->yaml, event)) {
        return err_set(e, ERR_FAILED, "cannot write YAML: %s",
                       emitter->yaml.problem ? emitter->yaml.problem : "out of memory");
    }
    return true;
}

static bool emit_scalar(struct emitter *emitter, const char *bytes, size_t size, yaml_scalar_style_t style,
                        struct err *e)
{
    yaml_event_t event;
    int made = size > INT32_MAX ? 0
                                : yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)bytes,
                                                               (int)size, 1, 1, style);
    return emit(emitter, made, &event, e);
}

/*
 * Plain only what cannot be anything but a string in any schema: it begins with a letter, has nothing but letters,
 * digits, "_", "-", "." and "/", and is none of YAML 1.1's words.
 */
static bool is_plain(const char *bytes, size_t size)
{
    static const char *const words[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};

    if (size == 0 || strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", bytes[0]) == NULL) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        char c = bytes[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c != '\0' && strchr("_-./", c) != NULL))) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == size && strncasecmp(words[i], bytes, size) == 0) {
            return false;
        }
    }
    return true;
}

static bool emit_string(struct emitter *emitter, const char *bytes, size_t size, struct err *e)
{
    if (is_plain(bytes, size)) {
        return emit_scalar(emitter, bytes, size, YAML_PLAIN_SCALAR_STYLE, e);
    }
    CLEANUP(text_free) struct text valid = {0};
    text_append_utf8(&valid, bytes, size); /* libyaml refuses what is not UTF-8 */
    return emit_scalar(emitter, text_string(&valid), valid.size, YAML_DOUBLE_QUOTED_SCALAR_STYLE, e);
}

static bool begin_mapping(struct emitter *emitter, struct err *e)
{
    yaml_event_t event;

    return emit(emitter, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE), &event,
                e);
}

static bool end_mapping(struct emitter *emitter, struct err *e)
{
    yaml_event_t event;

    return emit(emitter, yaml_mapping_end_event_initialize(&event), &event, e);
}

static bool begin_sequence(struct emitter *emitter, struct err *e)
{
    yaml_event_t event;

    return emit(emitter, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE), &event,
                e);
}

static bool end_sequence(struct emitter *emitter, struct err *e)
{
    yaml_event_t event;

    return emit(emitter, yaml_sequence_end_event_initialize(&event), &event, e);
}

static bool emit_value(struct emitter *emitter, const json_t *value, struct err *e);

static bool emit_members(struct emitter *emitter, const json_t *object, struct err *e)
{
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)object, name, member) {
        if (!emit_string(emitter, name, strlen(name), e) || !emit_value(emitter, member, e)) {
            return false;
        }
    }
    return true;
}

static bool emit_array(struct emitter *emitter, const json_t *array, struct err *e)
{
    size_t index;
    json_t *item;

    if (!begin_sequence(emitter, e)) {
        return false;
    }
    json_array_foreach (array, index, item) {
        if (!emit_value(emitter, item, e)) {
            return false;
        }
    }
    return end_sequence(emitter, e);
}

static bool emit_value(struct emitter *emitter, const json_t *value, struct err *e)
{
    CLEANUP(text_free) struct text printed = {0};

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return begin_mapping(emitter, e) && emit_members(emitter, value, e) && end_mapping(emitter, e);
    case JSON_ARRAY:
        return emit_array(emitter, value, e);
    case JSON_STRING:
        return emit_string(emitter, json_string_value(value), json_string_length(value), e);
    default:
        json_print(&printed, value, JSON_PRINT_COMPACT);
        return emit_scalar(emitter, text_string(&printed), printed.size, YAML_PLAIN_SCALAR_STYLE, e);
    }
}

static bool emit_cell(struct emitter *emitter, enum table_type type, const struct table_cell *cell, struct err *e)
{
    CLEANUP(text_free) struct text printed = {0};

    if (cell->state == TABLE_NULL) {
        return emit_scalar(emitter, "null", 4, YAML_PLAIN_SCALAR_STYLE, e);
    }
    if (type == TABLE_STRING || type == TABLE_TIME) {
        return emit_string(emitter, cell->string, cell->size, e);
    }
    if (type == TABLE_JSON) {
        JSON_CLEANUP json_t *value = json_loadb(cell->string, cell->size, JSON_DECODE_ANY, NULL);
        return value ? emit_value(emitter, value, e) : err_set(e, ERR_FAILED, "a cell is not JSON");
    }
    render_append_scalar(&printed, type, cell);
    return emit_scalar(emitter, text_string(&printed), printed.size, YAML_PLAIN_SCALAR_STYLE, e);
}

static bool emit_row(struct emitter *emitter, const struct render_view *view, size_t row, struct err *e)
{
    if (!begin_mapping(emitter, e)) {
        return false;
    }
    for (size_t i = 0; i < view->count; i++) {
        const struct table_column *column = render_column(view, i);
        const struct table_cell *cell = render_cell(view, row, i);
        if (cell->state != TABLE_ABSENT && (!emit_string(emitter, column->name, strlen(column->name), e) ||
                                            !emit_cell(emitter, column->type, cell, e))) {
            return false;
        }
    }
    return end_mapping(emitter, e) && render_flush_some(emitter->output, e);
}

static bool begin_document(struct emitter *emitter, struct err *e)
{
    yaml_event_t event;

    if (!yaml_emitter_initialize(&emitter->yaml)) {
        return err_set(e, ERR_FAILED, "cannot write YAML: out of memory");
    }
    yaml_emitter_set_output(&emitter->yaml, take_bytes, emitter);
    yaml_emitter_set_unicode(&emitter->yaml, 1);
    yaml_emitter_set_width(&emitter->yaml, -1);
    return emit(emitter, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING), &event, e) &&
           emit(emitter, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1), &event, e);
}

static bool end_document(struct emitter *emitter, struct err *e)
{
    yaml_event_t event;

    return emit(emitter, yaml_document_end_event_initialize(&event, 1), &event, e) &&
           emit(emitter, yaml_stream_end_event_initialize(&event), &event, e);
}

static void emitter_free(struct emitter *emitter)
{
    yaml_emitter_delete(&emitter->yaml);
}

bool render_yaml_rows(const struct render_view *view, const struct render_envelope *envelope,
                      struct render_output *output, struct err *e)
{
    CLEANUP(emitter_free) struct emitter emitter = {.output = output};

    if (!begin_document(&emitter, e) || !begin_mapping(&emitter, e) || !emit_members(&emitter, envelope->head, e) ||
        !emit_string(&emitter, envelope->items, strlen(envelope->items), e) || !begin_sequence(&emitter, e)) {
        return false;
    }
    for (size_t row = 0; row < table_row_count(view->table); row++) {
        if (!emit_row(&emitter, view, row, e)) {
            return false;
        }
    }
    return end_sequence(&emitter, e) && end_mapping(&emitter, e) && end_document(&emitter, e);
}

bool render_yaml_document(const json_t *document, struct render_output *output, struct err *e)
{
    CLEANUP(emitter_free) struct emitter emitter = {.output = output};

    return begin_document(&emitter, e) && emit_value(&emitter, document, e) && end_document(&emitter, e);
}

const char *render_yaml_version(void)
{
    return yaml_get_version_string();
}
