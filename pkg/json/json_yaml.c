/* YAML through libyaml's parser: events become a tree of values and one of their places. */
#include "json/json_yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "mem/mem.h"
#include "json/json_places.h"

enum { NAME_SHOWN_MAX = 200 };

/* What an anchor stands for. */
struct anchor {
    json_t *value; /* borrowed from the tree; NULL: not finished, an alias would hold itself */
    struct json_places_node *node;
};

struct reader {
    yaml_parser_t yaml;
    const char *text; /* for the place of a byte */
    const char *name;
    json_t *faults;
    struct json_places *places;
    struct mem_map anchors; /* struct anchor, in the arena of the places */
    size_t values;          /* read and repeated by aliases so far */
    json_t *kept;           /* values of keys that were refused: anchors may lead to them */
    struct err *e;
};

static struct json_place place_of(yaml_mark_t mark)
{
    return (struct json_place){.line = mark.line + 1, .column = mark.column + 1};
}

static bool fail(struct reader *reader, yaml_mark_t mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct reader *reader, yaml_mark_t mark, const char *format, ...)
{
    CLEANUP(text_free) struct text message = {0};
    size_t size = strlen(reader->name);
    bool cut = size > NAME_SHOWN_MAX;
    va_list args;

    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    err_set(reader->e, ERR_INVALID, "%s", text_string(&message));
    return err_at(reader->e, "%s%s:%zu:%zu", cut ? "..." : "",
                  cut ? reader->name + size - NAME_SHOWN_MAX : reader->name, mark.line + 1, mark.column + 1);
}

static void note(struct reader *reader, yaml_mark_t mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void note(struct reader *reader, yaml_mark_t mark, const char *format, ...)
{
    CLEANUP(text_free) struct text message = {0};
    struct json_place place = place_of(mark);
    va_list args;

    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    json_array_append_new(reader->faults, json_build("{s:I, s:I, s:s}", "line", (json_int_t)place.line, "column",
                                                     (json_int_t)place.column, "message", text_string(&message)));
}

/* --- scalars ------------------------------------------------------------------------------------------ */

/* Digits of a decimal number: "0", or without a zero in front. */
static size_t integer_size(const char *word)
{
    size_t sign = word[0] == '-';
    size_t digits = strspn(word + sign, "0123456789");

    return digits == 0 || (digits > 1 && word[sign] == '0') ? 0 : sign + digits;
}

/* Of a plain scalar; what YAML 1.1 and 1.2 read differently stays a string. */
static json_t *resolve(const char *word, size_t size)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    size_t whole = integer_size(word);
    json_t *number = NULL;

    if (strlen(word) != size) {
        return json_build_string_n(word, size);
    }
    if (text_is_one_of(word, nulls)) {
        return json_null();
    }
    if (text_is_one_of(word, trues) || text_is_one_of(word, falses)) {
        return json_boolean(text_is_one_of(word, trues));
    }
    const char *rest = word + whole;
    size_t fraction = rest[0] == '.' ? strspn(rest + 1, "0123456789") : 0;
    if (whole > 0 && strcmp(word, "-0") != 0 && (rest[0] == '\0' || (fraction > 0 && rest[1 + fraction] == '\0'))) {
        number = json_loadb(word, size, JSON_DECODE_ANY, NULL);
    }
    return number != NULL ? number : json_build_string_n(word, size);
}

/* --- events ------------------------------------------------------------------------------------------- */

static bool explain_problem(struct reader *reader)
{
    const yaml_parser_t *yaml = &reader->yaml;
    const char *problem = yaml->problem != NULL ? yaml->problem : "it cannot be read";
    yaml_mark_t at = yaml->problem_mark;

    if (yaml->error == YAML_MEMORY_ERROR) {
        mem_out_of_memory();
    }
    if (strstr(problem, "cannot start any token") != NULL || strstr(problem, "found a tab") != NULL) {
        const char *begin = (const char *)yaml->buffer.pointer;
        if (begin != NULL && begin < (const char *)yaml->buffer.last && *begin == '\t') {
            return fail(reader, at, "this is not YAML: a tab; indent with blanks");
        }
        return fail(reader, at,
                    "this is not YAML: no value begins with this character; write the value in quotes if it is text");
    }
    if (yaml->error == YAML_READER_ERROR) { /* it has an offset, and no mark */
        for (const char *c = reader->text; c < reader->text + yaml->problem_offset; c++) {
            at.column = *c == '\n' ? 0 : at.column + (((unsigned char)*c & 0xC0U) != 0x80U);
            at.line += *c == '\n';
        }
        return fail(reader, at, "this is not YAML: %s; remove it, or write it as \\xNN in double quotes", problem);
    }
    if (strstr(problem, "undefined alias") != NULL) {
        return fail(reader, at, "this alias has no anchor before it; write text that begins with * in quotes");
    }
    if (yaml->context != NULL && yaml->context_mark.line != at.line) {
        return fail(reader, at, "this is not YAML: %s (%s that begins in line %zu)", problem, yaml->context,
                    yaml->context_mark.line + 1);
    }
    return fail(reader, at, "this is not YAML: %s%s%s%s", problem, yaml->context != NULL ? " (" : "",
                yaml->context != NULL ? yaml->context : "", yaml->context != NULL ? ")" : "");
}

static bool next(struct reader *reader, yaml_event_t *ret)
{
    return yaml_parser_parse(&reader->yaml, ret) != 0 || explain_problem(reader);
}

/* Counts what was read or repeated. */
static bool count(struct reader *reader, size_t values, yaml_mark_t mark)
{
    reader->values += values;
    return reader->values <= JSON_YAML_VALUES_MAX ||
           fail(reader, mark, "more than %d values, with those that aliases repeat", JSON_YAML_VALUES_MAX);
}

/* One value with its place. The value is a new reference. */
struct read {
    json_t *value;
    struct json_places_node *node;
};

static bool read_value(struct reader *reader, const yaml_event_t *event, size_t depth, struct read *ret);

static void refuse_tag(struct reader *reader, const yaml_char_t *tag, yaml_mark_t mark)
{
    static const char standard[] = "tag:yaml.org,2002:";
    const char *word = (const char *)tag;
    bool known = word != NULL && text_begins(word, standard);

    if (word != NULL) {
        note(reader, mark, "the tag %s%s is refused; write the value without it", known ? "!!" : "",
             known ? word + strlen(standard) : word);
    }
}

static struct anchor *begin_anchor(struct reader *reader, const yaml_char_t *name)
{
    if (name == NULL) {
        return NULL;
    }
    struct anchor *anchor = text_arena_alloc(&reader->places->memory, sizeof(*anchor));
    mem_map_put(&reader->anchors, (const char *)name, anchor);
    return anchor;
}

static void end_anchor(struct anchor *anchor, const struct read *read)
{
    if (anchor != NULL) {
        *anchor = (struct anchor){.value = read->value, .node = read->node};
    }
}

static bool read_alias(struct reader *reader, const yaml_event_t *event, struct read *ret)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = mem_map_get(&reader->anchors, name);

    if (anchor == NULL) {
        return fail(reader, event->start_mark,
                    "the alias *%s has no anchor before it; write text that begins with * in "
                    "quotes",
                    name);
    }
    if (anchor->value == NULL) {
        return fail(reader, event->start_mark, "the alias *%s stands inside its own anchor", name);
    }
    *ret = (struct read){.value = json_incref(anchor->value), .node = anchor->node};
    return count(reader, anchor->node->values, event->start_mark);
}

static void release_read(struct read *read)
{
    json_decref(read->value);
}

static bool read_items(struct reader *reader, size_t depth, struct read *into)
{
    for (;;) {
        CLEANUP(yaml_event_delete) yaml_event_t event = {0};
        CLEANUP(release_read) struct read item = {0};
        if (!next(reader, &event)) {
            return false;
        }
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            return true;
        }
        if (!read_value(reader, &event, depth, &item)) {
            return false;
        }
        json_array_append(into->value, item.value);
        json_places_adopt(reader->places, into->node, NULL, item.node->at, item.node);
    }
}

/* The name of a member: the text of a scalar, whatever its style. */
static bool read_key(struct reader *reader, const yaml_event_t *event, struct text *ret_name)
{
    if (event->type == YAML_ALIAS_EVENT) {
        return fail(reader, event->start_mark, "a key is an alias; write the key itself");
    }
    if (event->type != YAML_SCALAR_EVENT) {
        return fail(reader, event->start_mark, "a key is a list or an object; write a word");
    }
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL) {
        return fail(reader, event->start_mark, "a key holds a NUL character");
    }
    refuse_tag(reader, event->data.scalar.tag, event->start_mark);
    begin_anchor(reader, event->data.scalar.anchor);
    text_append_size(ret_name, (const char *)event->data.scalar.value, event->data.scalar.length);
    return true;
}

static const struct json_places_child *member_of(const struct json_places_node *node, const char *name)
{
    for (size_t i = 0; i < node->count; i++) {
        if (strcmp(node->children[i].name, name) == 0) {
            return &node->children[i];
        }
    }
    return NULL;
}

static void add_member(struct reader *reader, struct read *into, const yaml_event_t *key, const char *name,
                       const struct read *member)
{
    const struct json_places_child *earlier =
        json_object_get(into->value, name) != NULL ? member_of(into->node, name) : NULL;
    bool merge = strcmp(name, "<<") == 0 && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    if (merge || earlier != NULL) {
        json_array_append(reader->kept, member->value);
    }
    if (merge) {
        note(reader, key->start_mark,
             "the merge key << is refused; write the keys out, or repeat a whole value with "
             "an alias");
    } else if (earlier != NULL) {
        note(reader, key->start_mark, "the key `%s` is given twice, first at %zu:%zu; remove one", name,
             earlier->at.line, earlier->at.column);
    } else {
        json_object_set(into->value, name, member->value);
        json_places_adopt(reader->places, into->node, name, place_of(key->start_mark), member->node);
    }
}

static bool read_members(struct reader *reader, size_t depth, struct read *into)
{
    for (;;) {
        CLEANUP(yaml_event_delete) yaml_event_t key = {0};
        CLEANUP(yaml_event_delete) yaml_event_t event = {0};
        CLEANUP(text_free) struct text name = {0};
        CLEANUP(release_read) struct read member = {0};
        if (!next(reader, &key)) {
            return false;
        }
        if (key.type == YAML_MAPPING_END_EVENT) {
            return true;
        }
        if (!read_key(reader, &key, &name) || !next(reader, &event) || !read_value(reader, &event, depth, &member)) {
            return false;
        }
        add_member(reader, into, &key, text_string(&name), &member);
    }
}

static bool read_collection(struct reader *reader, const yaml_event_t *event, size_t depth, struct read *into)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;

    if (depth == JSON_YAML_DEPTH_MAX) {
        return fail(reader, event->start_mark, "nested deeper than %d levels", JSON_YAML_DEPTH_MAX);
    }
    refuse_tag(reader, list ? event->data.sequence_start.tag : event->data.mapping_start.tag, event->start_mark);
    struct anchor *anchor =
        begin_anchor(reader, list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor);
    into->value = list ? json_array() : json_object();
    if (!(list ? read_items(reader, depth + 1, into) : read_members(reader, depth + 1, into))) {
        return false;
    }
    end_anchor(anchor, into);
    return true;
}

static void read_scalar(struct reader *reader, const yaml_event_t *event, struct read *ret)
{
    const char *bytes = (const char *)event->data.scalar.value;
    size_t size = event->data.scalar.length;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

    refuse_tag(reader, event->data.scalar.tag, event->start_mark);
    ret->value = plain ? resolve(bytes, size) : json_build_string_n(bytes, size);
    end_anchor(begin_anchor(reader, event->data.scalar.anchor), ret);
}

static bool read_value(struct reader *reader, const yaml_event_t *event, size_t depth, struct read *ret)
{
    if (event->type == YAML_ALIAS_EVENT) {
        return read_alias(reader, event, ret);
    }
    ret->node = json_places_add(reader->places, place_of(event->start_mark));
    if (!count(reader, 1, event->start_mark)) {
        return false;
    }
    if (event->type != YAML_SCALAR_EVENT) {
        return read_collection(reader, event, depth, ret);
    }
    read_scalar(reader, event, ret);
    return true;
}

/* --- documents ---------------------------------------------------------------------------------------- */

/* The one document of the stream. */
static bool read_document(struct reader *reader, struct read *ret)
{
    CLEANUP(yaml_event_delete) yaml_event_t start = {0}, first = {0}, root = {0}, end = {0}, last = {0};

    if (!next(reader, &start) || !next(reader, &first)) {
        return false;
    }
    if (first.type == YAML_STREAM_END_EVENT) {
        ret->node = json_places_add(reader->places, (struct json_place){1, 1});
        ret->value = json_null();
        return true;
    }
    if (!next(reader, &root) || !read_value(reader, &root, 0, ret) || !next(reader, &end) || !next(reader, &last)) {
        return false;
    }
    return last.type == YAML_STREAM_END_EVENT ||
           fail(reader, last.start_mark, "a second document begins here; a file holds one, so remove the line ---");
}

bool json_parse_yaml(const char *text, size_t size, const char *name, struct json_document *ret, json_t *faults,
                     struct err *e)
{
    struct reader reader = {.text = text, .name = name, .faults = faults, .e = e};
    CLEANUP(release_read) struct read root = {0};

    if (size > JSON_YAML_SIZE_MAX) {
        err_set(e, ERR_INVALID, "the document has more than %d MiB", JSON_YAML_SIZE_MAX >> 20);
        return err_at(e, "%s", name);
    }
    if (!yaml_parser_initialize(&reader.yaml)) {
        mem_out_of_memory();
    }
    yaml_parser_set_encoding(&reader.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.yaml, (const unsigned char *)text, size);
    reader.places = mem_alloc(sizeof(*reader.places));
    reader.kept = json_array();
    bool good = read_document(&reader, &root);
    yaml_parser_delete(&reader.yaml);
    mem_map_free(&reader.anchors);
    json_decref(reader.kept);
    if (!good) {
        json_places_destroy(reader.places);
        return false;
    }
    CLEANUP(text_free) struct text copy = {0};
    text_append_size(&copy, text, size);
    reader.places->root = root.node;
    *ret = (struct json_document){.root = json_incref(root.value), .size = size, .name = mem_copy(name)};
    ret->places = reader.places;
    ret->text = text_take(&copy);
    return true;
}
