/* A policy file as a tree with places: YAML or JSON, checked against its schema, its faults in their order. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fsio/fsio.h"
#include "mem/mem.h"
#include "policy/policy_parts.h"
#include "schema/schema_catalog.h"
#include "json/json_yaml.h"

/* --- places ------------------------------------------------------------------------------------------ */

size_t policy_enter(struct policy_reader *reader, const char *member)
{
    size_t size = reader->pointer.size;

    json_pointer_push(&reader->pointer, member);
    return size;
}

size_t policy_enter_item(struct policy_reader *reader, size_t index)
{
    size_t size = reader->pointer.size;

    json_pointer_push_index(&reader->pointer, index);
    return size;
}

void policy_leave(struct policy_reader *reader, size_t size)
{
    reader->pointer.size = size;
    reader->pointer.data[size] = '\0';
}

struct policy_place policy_place_here(struct policy_reader *reader)
{
    struct json_place place;

    json_locate(&reader->document, text_string(&reader->pointer), &place);
    return (struct policy_place){place.line, place.column};
}

/* --- faults ------------------------------------------------------------------------------------------ */

static void add_fault(struct policy_reader *reader, struct json_place place, const char *pointer, const char *message)
{
    json_array_append_new(reader->faults,
                          json_build("{s:s, s:I, s:I, s:s, s:s}", "file", reader->file, "line", (json_int_t)place.line,
                                     "column", (json_int_t)place.column, "pointer", pointer, "message", message));
}

/* Whether so many faults are noted that another one is only counted: a file may have a million of them. */
static bool is_full(struct policy_reader *reader)
{
    bool full = json_array_size(reader->faults) >= POLICY_FAULTS_KEPT;

    reader->more += full;
    return full;
}

static void fault(struct policy_reader *reader, const char *member, bool at_name, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void fault(struct policy_reader *reader, const char *member, bool at_name, const char *format, va_list args)
{
    CLEANUP(text_free) struct text message = {0};
    size_t size = reader->pointer.size;
    struct json_place place;

    if (is_full(reader)) {
        return;
    }
    if (member != NULL) {
        policy_enter(reader, member);
    }
    text_vprintf(&message, format, args);
    const char *pointer = text_string(&reader->pointer);
    if (at_name) {
        json_locate_name(&reader->document, pointer, &place);
    } else {
        json_locate(&reader->document, pointer, &place);
    }
    add_fault(reader, place, pointer, text_string(&message));
    if (member != NULL) {
        policy_leave(reader, size);
    }
}

void policy_fault(struct policy_reader *reader, const char *member, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fault(reader, member, false, format, args);
    va_end(args);
}

void policy_fault_at_name(struct policy_reader *reader, const char *member, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fault(reader, member, true, format, args);
    va_end(args);
}

/* Whether the words about a member that is not known mean `name`, quoted; those behind are what else there is. */
static bool means(const char *words, const char *name)
{
    const char *rest = strstr(words, "also possible here"), *at = strstr(words, name);

    return at != NULL && (rest == NULL || at < rest);
}

bool policy_is_misspelt(const struct policy_reader *reader, const char *member)
{
    size_t size = reader->pointer.size, index;
    CLEANUP(text_free) struct text name = {0};
    json_t *each;

    text_printf(&name, "`%s`", member);
    json_array_foreach (reader->faults, index, each) {
        const char *pointer = json_string_value(json_object_get(each, "pointer"));
        const char *message = json_string_value(json_object_get(each, "message"));
        bool beside = strncmp(pointer, text_string(&reader->pointer), size) == 0 && pointer[size] == '/' &&
                      strchr(pointer + size + 1, '/') == NULL;
        if (beside && strncmp(message, "unknown property", strlen("unknown property")) == 0 &&
            means(message, text_string(&name))) {
            return true;
        }
    }
    return false;
}

bool policy_has_fault(const struct policy_reader *reader)
{
    const char *here = text_string(&reader->pointer);
    size_t index;
    json_t *each;

    json_array_foreach (reader->faults, index, each) {
        const char *pointer = json_string_value(json_object_get(each, "pointer"));
        bool below = strncmp(pointer, here, reader->pointer.size) == 0 &&
                     (pointer[reader->pointer.size] == '/' || pointer[reader->pointer.size] == '\0');
        if (below || pointer[0] == '\0') {
            return true;
        }
    }
    return false;
}

void policy_check_integer(struct policy_reader *reader, const json_t *object, const char *member)
{
    const json_t *value = json_object_get(object, member);
    double number = json_real_value(value);

    /* the schema takes 2.0 for an integer, and refuses 2.5 and what is out of range */
    if (json_is_real(value) && number >= 0 && number <= INT_MAX && number == (int)number) {
        policy_fault(reader, member, "must be an integer, is %.1f; write %.0f", number, number);
    }
}

/* The error of a reader of texts, whose place ends in ":line:column". */
static void take_error(struct policy_reader *reader, const struct err *error)
{
    size_t colons[2] = {0, 0};
    struct json_place place = {1, 1};

    for (size_t i = 0; error->place[i] != '\0'; i++) {
        if (error->place[i] == ':') {
            colons[0] = colons[1];
            colons[1] = i;
        }
    }
    if (colons[0] > 0 && isdigit((unsigned char)error->place[colons[1] + 1])) {
        place.line = strtoul(error->place + colons[0] + 1, NULL, 10);
        place.column = strtoul(error->place + colons[1] + 1, NULL, 10);
    }
    add_fault(reader, place, "", error->message);
}

/* --- the schema -------------------------------------------------------------------------------------- */

enum { INTEGER_DIGITS = 19 }; /* numbers that long are text to the reader of YAML */

static bool ends_with(const char *pointer, const char *end)
{
    size_t size = strlen(pointer), end_size = strlen(end);

    return size >= end_size && strcmp(pointer + size - end_size, end) == 0;
}

static bool is_one_in_any_case(const char *word, const char *const *words)
{
    while (*words != NULL && strcasecmp(*words, word) != 0) {
        words++;
    }
    return *words != NULL;
}

static void append_quoted(struct text *out, const json_t *value)
{
    text_append(out, "; write it in quotes: \"");
    json_print(out, value, JSON_PRINT_COMPACT);
    text_append(out, "\"");
}

/* What to write instead of a value that YAML readers take for different things. */
static void append_remedy_of_type(struct text *out, const struct schema_fault *fault, const json_t *value)
{
    static const char *const yes[] = {"yes", "y", "on", "true", "1", NULL};
    static const char *const no[] = {"no", "n", "off", "false", "0", NULL};
    const char *word = json_string_value(value);
    CLEANUP(text_free) struct text number = {0};
    bool wants_integer = strstr(fault->message, "an integer") != NULL;
    bool wants_string =
        strstr(fault->message, "must be a string") != NULL || strstr(fault->message, "or a string") != NULL;

    if (json_is_null(value)) {
        text_append(out, "; give it a value, or remove it");
    } else if (strstr(fault->message, "must be true or false") != NULL) {
        if (json_is_integer(value)) {
            json_print(&number, value, JSON_PRINT_COMPACT);
            word = text_string(&number);
        }
        bool positive = word != NULL && is_one_in_any_case(word, yes);
        if (positive || (word != NULL && is_one_in_any_case(word, no))) {
            text_printf(out, "; write %s", positive ? "true" : "false");
        }
    } else if (word != NULL && wants_integer && word[strcspn(word, "0123456789")] != '\0') {
        bool huge = strlen(word) >= INTEGER_DIGITS && word[strspn(word, "0123456789")] == '\0';
        text_append(out, huge ? "; the number is too large" : "; write it in decimal digits, without quotes");
    } else if (wants_string && ends_with(fault->instance, "/expires")) {
        text_append(out, "; write YYYY-MM-DD, such as 2027-01-31");
    } else if (wants_string && (json_is_number(value) || json_is_boolean(value))) {
        append_quoted(out, value);
    }
}

/* Words of the API and of other tools for a kind. */
static const struct {
    const char *word, *kind;
} kinds[] = {{"vm", "instance"},
             {"vms", "instance"},
             {"vsi", "instance"},
             {"server", "instance"},
             {"servers", "instance"},
             {"virtual-server", "instance"},
             {"bms", "bare-metal"},
             {"instance_template", "template"},
             {"instance-template", "template"},
             {"instance_group", "group"},
             {"instance-group", "group"}};

static void append_remedy(struct text *out, const struct schema_fault *fault, const json_t *value)
{
    static const char *const filling[] = {"minItems", "minProperties", "minLength"};
    const char *word = json_string_value(value);

    if (strcmp(fault->keyword, "type") == 0) {
        append_remedy_of_type(out, fault, value);
    } else if (strcmp(fault->keyword, "const") == 0) {
        text_append(out, word != NULL ? "; write 1, without quotes" : "; write 1, the version that is read here");
    } else if (strcmp(fault->keyword, "maxItems") == 0) {
        text_append(out, "; a rule takes lists of names and patterns, so that one can stand for many");
    } else if (ends_with(fault->instance, "/allowed")) {
        text_append(out, "; name a profile, or write forbidden: true where none may be used");
    }
    for (size_t i = 0; out->size == 0 && i < sizeof(filling) / sizeof(filling[0]); i++) {
        bool vital = strcmp(fault->instance, "/rules") == 0;
        const char *words = vital ? "; write at least one rule" : "; fill it in, or remove it";
        text_append(out, strcmp(fault->keyword, filling[i]) == 0 ? words : "");
    }
    for (size_t i = 0; word != NULL && strcmp(fault->keyword, "enum") == 0 &&
                       strstr(fault->instance, "/kinds") != NULL && i < sizeof(kinds) / sizeof(kinds[0]);
         i++) {
        if (strcasecmp(kinds[i].word, word) == 0) {
            text_printf(out, "; did you mean \"%s\"?", kinds[i].kind);
        }
    }
}

static void add_schema_fault(struct policy_reader *reader, const struct schema_fault *fault)
{
    CLEANUP(text_free) struct text message = {0}, remedy = {0};
    struct json_place place;

    if (is_full(reader)) {
        return;
    }
    if (strcmp(fault->keyword, "pattern") == 0) { /* the schema has one */
        text_printf(&message, "\"%s\" is not a share; write a number, or a share such as 25%%",
                    json_string_value(json_at(reader->document.root, fault->instance)));
    } else {
        text_append(&message, fault->message);
        append_remedy(&remedy, fault, json_at(reader->document.root, fault->instance));
    }
    if (remedy.size > 0) {
        text_append(&message, text_string(&remedy));
    } else if (fault->fix[0] != '\0') {
        text_printf(&message, "; %s", fault->fix);
    }
    if (fault->at_name) {
        json_locate_name(&reader->document, fault->instance, &place);
    } else {
        json_locate(&reader->document, fault->instance, &place);
    }
    add_fault(reader, place, fault->instance, text_string(&message));
}

/* Whether a member is missing because it is misspelt: that is the fault of the one that is not known. */
static bool is_misspelt(const struct schema_faults *faults, const struct schema_fault *missing)
{
    size_t size = strlen(missing->instance);
    CLEANUP(text_free) struct text name = {0};
    bool misspelt = false;

    text_printf(&name, "`%s`", missing->member != NULL ? missing->member : "");
    for (size_t i = 0; i < faults->count && missing->member != NULL; i++) {
        const struct schema_fault *other = &faults->list[i];
        bool beside = other->at_name && strncmp(other->instance, missing->instance, size) == 0 &&
                      other->instance[size] == '/' && strchr(other->instance + size + 1, '/') == NULL;
        misspelt |= beside && (means(other->fix, text_string(&name)) || means(other->message, text_string(&name)));
    }
    return misspelt;
}

static bool check_schema(struct policy_reader *reader, const char *name, struct err *e)
{
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    const struct schema_entry *entry = schema_catalog_find(reader->terms->schemas, name, e);
    const bool refused = json_array_size(reader->faults) > 0;
    const struct schema *schema = entry ? schema_catalog_compile(reader->terms->schemas, entry, e) : NULL;

    if (schema == NULL) {
        return false;
    }
    schema_explain(schema, reader->document.root, &faults);
    for (size_t i = 0; i < faults.count; i++) {
        const char *keyword = faults.list[i].keyword;
        bool lacks = strcmp(keyword, "minProperties") == 0 || strcmp(keyword, "required") == 0;
        /* what is lacking may be what YAML was refused */
        if (!is_misspelt(&faults, &faults.list[i]) && !(lacks && refused)) {
            add_schema_fault(reader, &faults.list[i]);
        }
    }
    reader->more += faults.more;
    return true;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static bool has_suffix(const char *name, const char *suffix)
{
    size_t size = strlen(name), end = strlen(suffix);

    return size > end && strcasecmp(name + size - end, suffix) == 0;
}

static bool parse_yaml(struct policy_reader *reader, const struct text *text, struct err *e)
{
    JSON_CLEANUP json_t *faults = json_array();
    size_t index;
    json_t *item;

    if (!json_parse_yaml(text_string(text), text->size, reader->file, &reader->document, faults, e)) {
        return false;
    }
    json_array_foreach (faults, index, item) {
        struct json_place place = {(size_t)json_integer_value(json_object_get(item, "line")),
                                   (size_t)json_integer_value(json_object_get(item, "column"))};
        add_fault(reader, place, "", json_string_value(json_object_get(item, "message")));
    }
    return true;
}

/* By the name of the file; where that does not say, what begins as JSON is JSON unless it is YAML only. */
static bool parse(struct policy_reader *reader, const struct text *text, struct err *e)
{
    const char *begin = text_string(text) + strspn(text_string(text), " \t\n");
    bool yaml = has_suffix(reader->file, ".yaml") || has_suffix(reader->file, ".yml");
    bool json = has_suffix(reader->file, ".json");

    if (!json && (yaml || (*begin != '{' && *begin != '['))) {
        return parse_yaml(reader, text, e);
    }
    struct err error = ERR_INIT, ignored = ERR_INIT;
    CLEANUP(text_free) struct text pointer = {0};
    if (json_parse(text_string(text), text->size, reader->file, JSON_READ_STRICT, &reader->document, &error)) {
        if (!json_make_integers(reader->document.root, &pointer)) {
            text_clear(&pointer); /* the schema says what is wrong with it */
        }
        json_index_places(&reader->document);
        return true;
    }
    return (!json && parse_yaml(reader, text, &ignored)) || err_take(e, &error);
}

bool policy_reader_open(struct policy_reader *reader, const char *text, size_t size, const char *schema)
{
    CLEANUP(text_free) struct text copy = {0};
    struct err error = ERR_INIT;

    reader->faults = json_array();
    text_append_size(&copy, text, size <= JSON_YAML_SIZE_MAX ? size : (size_t)JSON_YAML_SIZE_MAX + 1);
    if (!fsio_accept_text(&copy, reader->file, 1, &error) || !parse(reader, &copy, &error)) {
        take_error(reader, &error);
        return false;
    }
    if (json_is_null(reader->document.root)) {
        bool policy = strcmp(schema, "policy") == 0;
        policy_fault(reader, NULL, "the file is empty; 'vpcmeta %s' prints one",
                     policy ? "policy example" : "schema example policy_exceptions");
        return false;
    }
    if (!check_schema(reader, schema, &reader->error)) {
        reader->ended = true;
        return false;
    }
    return true;
}

static int compare_faults(const void *a, const void *b)
{
    static const char *const members[] = {"line", "column"};

    for (size_t i = 0; i < 2; i++) {
        json_int_t first = json_integer_value(json_object_get(*(json_t *const *)a, members[i]));
        json_int_t second = json_integer_value(json_object_get(*(json_t *const *)b, members[i]));
        if (first != second) {
            return first < second ? -1 : 1;
        }
    }
    return 0;
}

static void print_fault(struct text *out, const json_t *fault)
{
    const char *file = json_string_value(json_object_get(fault, "file"));
    const char *pointer = json_string_value(json_object_get(fault, "pointer"));
    const char *message = json_string_value(json_object_get(fault, "message"));

    text_append_safe(out, file, strlen(file));
    text_printf(out, ":%d:%d: ", (int)json_integer_value(json_object_get(fault, "line")),
                (int)json_integer_value(json_object_get(fault, "column")));
    if (pointer[0] != '\0') {
        text_append_safe(out, pointer, strlen(pointer));
        text_append(out, ": ");
    }
    text_append_safe(out, message, strlen(message));
    text_append_char(out, '\n');
}

/* In the order of the places, the same one once; how many there are. */
static size_t report(struct policy_reader *reader, struct text *ret_faults)
{
    size_t count = json_array_size(reader->faults), shown = 0;
    json_t **sorted = mem_array(count, sizeof(json_t *));

    for (size_t i = 0; i < count; i++) {
        sorted[i] = json_array_get(reader->faults, i);
    }
    qsort(sorted, count, sizeof(json_t *), compare_faults);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && json_equal(sorted[i - 1], sorted[i])) {
            continue;
        }
        if (shown++ >= POLICY_FAULTS_MAX) {
            continue;
        }
        print_fault(ret_faults, sorted[i]);
        if (reader->terms->faults != NULL) {
            json_array_append(reader->terms->faults, sorted[i]);
        }
    }
    free(sorted);
    return shown;
}

bool policy_reader_close(struct policy_reader *reader, struct text *ret_faults, struct err *e)
{
    size_t count = report(reader, ret_faults) + reader->more;

    json_document_free(&reader->document);
    text_free(&reader->pointer);
    json_decref(reader->faults);
    if (reader->ended) {
        return err_take(e, &reader->error);
    }
    return count == 0 ||
           err_set(e, ERR_INVALID, "%s has %zu %s%s", reader->file, count, count == 1 ? "fault" : "faults",
                   count > POLICY_FAULTS_MAX ? "; the first 100 are shown" : "");
}
