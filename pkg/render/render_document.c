/* Any document: as it is in the formats for programs, a line per leaf in text and CSV. */
#include <stdlib.h>

#include "mem/mem.h"
#include "render/render_view.h"

/* The member that a field names, exactly or as people write it; NULL: there is none. */
static const char *find_member(const json_t *document, const char *field)
{
    const char *key, *loose = NULL;
    json_t *ignored;

    if (json_object_get(document, field) != NULL) {
        return field;
    }
    json_object_foreach ((json_t *)document, key, ignored) {
        loose = loose == NULL && text_same_word(key, field) ? key : loose;
    }
    return loose;
}

/* The members wanted of an object, in their order. New reference; NULL with the error set. */
static json_t *select_members(const json_t *document, const struct render_options *options, struct err *e)
{
    JSON_CLEANUP json_t *selected = json_object();

    for (size_t i = 0; i < options->fields_count; i++) {
        const char *member = find_member(document, options->fields[i]);
        if (member == NULL) {
            size_t count = 0;
            CLEANUP(text_free_pointer) const char **names = mem_array(json_object_size(document), sizeof(*names));
            const char *key;
            json_t *ignored;
            json_object_foreach ((json_t *)document, key, ignored) {
                names[count++] = key;
            }
            render_unknown_field("--fields", options->fields[i], names, NULL, count, e);
            return NULL;
        }
        json_object_set(selected, member, json_object_get(document, member));
    }
    return json_incref(selected);
}

struct leaves {
    struct text path;
    size_t width; /* of the widest path */
    bool csv;
    struct text *out; /* NULL: only measure */
};

static void add_leaf(struct leaves *leaves, const json_t *value)
{
    CLEANUP(text_free) struct text shown = {0};
    size_t width = text_width(text_string(&leaves->path), leaves->path.size);

    leaves->width = width > leaves->width ? width : leaves->width;
    if (leaves->out == NULL) {
        return;
    }
    if (json_is_string(value)) {
        text_append_size(&shown, json_string_value(value), json_string_length(value));
    } else {
        json_print(&shown, value, JSON_PRINT_COMPACT);
    }
    if (leaves->csv) {
        render_csv_string(leaves->out, text_string(&leaves->path), leaves->path.size);
        text_append_char(leaves->out, ',');
        if (json_is_string(value)) {
            render_csv_string(leaves->out, text_string(&shown), shown.size);
        } else {
            text_append(leaves->out, text_string(&shown));
        }
        text_append_char(leaves->out, '\n');
        return;
    }
    text_append_safe(leaves->out, text_string(&leaves->path), leaves->path.size);
    if (leaves->path.size > 0) {
        text_append_repeat(leaves->out, ' ', leaves->width - width + 2);
    }
    text_append_safe(leaves->out, text_string(&shown), shown.size);
    text_append_char(leaves->out, '\n');
}

static void walk(struct leaves *leaves, const json_t *value)
{
    size_t before = leaves->path.size;
    const char *key;
    json_t *member;
    size_t index;

    if (json_is_object(value) && json_object_size(value) > 0) {
        json_object_foreach ((json_t *)value, key, member) {
            text_printf(&leaves->path, "%s%s", before ? "." : "", key);
            walk(leaves, member);
            leaves->path.size = before;
        }
    } else if (json_is_array(value) && json_array_size(value) > 0) {
        json_array_foreach (value, index, member) {
            text_printf(&leaves->path, "[%zu]", index);
            walk(leaves, member);
            leaves->path.size = before;
        }
    } else {
        if (leaves->path.data != NULL) {
            leaves->path.data[before] = '\0';
        }
        add_leaf(leaves, value);
    }
}

static void append_leaves(const json_t *document, const struct render_options *options, struct text *out)
{
    struct leaves leaves = {.csv = options->format == RENDER_CSV};

    walk(&leaves, document);
    leaves.out = out;
    if (leaves.csv && !options->no_headers) {
        text_append(out, "field,value\n");
    }
    walk(&leaves, document);
    text_free(&leaves.path);
}

bool render_document(const json_t *document, const struct render_options *options, FILE *out, struct err *e)
{
    CLEANUP(render_output_free) struct render_output output = render_begin(options, out);
    JSON_CLEANUP json_t *selected = NULL;

    if (options->fields_count > 0 && json_is_object(document)) {
        selected = select_members(document, options, e);
        if (selected == NULL) {
            return false;
        }
        document = selected;
    }
    switch (options->format) {
    case RENDER_TABLE:
    case RENDER_CSV:
        append_leaves(document, options, &output.text);
        break;
    case RENDER_JSON:
    case RENDER_JSONL:
        json_print(&output.text, document, options->format == RENDER_JSON ? JSON_PRINT_INDENT : JSON_PRINT_COMPACT);
        text_append_char(&output.text, '\n');
        break;
    case RENDER_YAML:
        if (!render_yaml_document(document, &output, e)) {
            return false;
        }
        break;
    }
    return render_finish(&output, e);
}
