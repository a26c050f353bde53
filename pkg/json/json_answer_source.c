/* The text of answers: its items, and copies in which strings are replaced. */
#include "json/json_answer_source.h"

#include <string.h>

#include "json/json.h"
#include "json/json_answer_fault.h"

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) != NULL) {
        at++;
    }
    return at;
}

/* From the quote that begins a string to what follows the one that ends it. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++) {
        at += *at == '\\';
    }
    return at < end ? at + 1 : end;
}

static const char *skip_scalar(const char *at, const char *end)
{
    while (at < end && strchr(",:]} \t\r\n", *at) == NULL) {
        at++;
    }
    return at;
}

static const char *skip_value(const char *at, const char *end)
{
    size_t depth = 0;

    if (at < end && *at != '"' && *at != '{' && *at != '[') {
        return skip_scalar(at, end);
    }
    do {
        depth += at < end && (*at == '{' || *at == '[');
        depth -= at < end && depth > 0 && (*at == '}' || *at == ']');
        at = at < end && *at == '"' ? skip_string(at, end) : at + 1;
    } while (at < end && depth > 0);
    return at < end ? at : end;
}

struct answer_source answer_source_items(const char *bytes, size_t size, const char *member)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    const char *end = bytes + size;
    size_t wanted = strlen(member);

    if (size >= 3 && memcmp(bytes, byte_order_mark, 3) == 0) {
        bytes += 3;
    }
    const char *at = skip_blanks(bytes, end);
    if (at == end || *at != '{') {
        return (struct answer_source){0};
    }
    for (at = skip_blanks(at + 1, end); at < end && *at == '"';) {
        const char *name = at + 1;
        at = skip_string(at, end);
        bool found = (size_t)(at - name) == wanted + 1 && memcmp(name, member, wanted) == 0;
        at = skip_blanks(at, end);
        at = skip_blanks(at + (at < end), end); /* the colon */
        if (found) {
            return at < end && *at == '[' ? (struct answer_source){at + 1, end} : (struct answer_source){0};
        }
        at = skip_blanks(skip_value(at, end), end);
        at = skip_blanks(at + (at < end), end); /* the comma */
    }
    return (struct answer_source){0};
}

bool answer_source_next(struct answer_source *source, struct answer_string *ret_item)
{
    const char *at = source->at;

    if (at == NULL) {
        return false;
    }
    at = skip_blanks(at, source->end);
    if (at < source->end && *at == ',') {
        at = skip_blanks(at + 1, source->end);
    }
    if (at == source->end || *at == ']') {
        source->at = NULL;
        return false;
    }
    source->at = skip_value(at, source->end);
    *ret_item = (struct answer_string){.data = at, .size = (size_t)(source->at - at)};
    return true;
}

/* --- copies ------------------------------------------------------------------------------------------- */

static bool is_one_of(const char *const *names, const char *name, size_t size)
{
    for (; names != NULL && *names != NULL; names++) {
        if (strlen(*names) == size && memcmp(*names, name, size) == 0) {
            return true;
        }
    }
    return false;
}

/* The string between the quotes, of which every letter may be written as an escape. A new reference; NULL: none. */
static json_t *decode(const char *quoted, size_t size)
{
    json_t *string = json_loadb(quoted, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    if (!json_is_string(string)) {
        json_decref(string);
        return NULL;
    }
    return string;
}

static bool is_named(const char *const *names, const char *quoted, size_t size)
{
    if (memchr(quoted, '\\', size) == NULL) {
        return is_one_of(names, quoted + 1, size - 2);
    }
    JSON_CLEANUP json_t *name = decode(quoted, size);
    return name != NULL && is_one_of(names, json_string_value(name), json_string_length(name));
}

/* Whether the value is left out: every one but null, and the objects that hold such members of their own. */
static bool is_substituted(const struct answer_substitute *substitute, const char *quoted, size_t size,
                           struct answer_string value)
{
    return is_named(substitute->members, quoted, size) &&
           !(value.size == strlen("null") && memcmp(value.data, "null", value.size) == 0) &&
           !(value.data[0] == '{' && is_named(substitute->containers, quoted, size));
}

/* A member whose value is substituted: what follows both; NULL where `at` is none. */
static const char *copy_member(struct text *out, const char *at, const char *end,
                               const struct answer_substitute *substitute)
{
    const char *behind = skip_string(at, end);
    const char *value = skip_blanks(behind, end);

    if (substitute == NULL || value == end || *value != ':') {
        return NULL;
    }
    value = skip_blanks(value + 1, end);
    const char *behind_value = skip_value(value, end);
    if (value == end || !is_substituted(substitute, at, (size_t)(behind - at),
                                        (struct answer_string){value, (size_t)(behind_value - value)})) {
        return NULL;
    }
    JSON_CLEANUP json_t *string = *value == '"' ? decode(value, (size_t)(behind_value - value)) : NULL;
    text_append_size(out, at, (size_t)(behind - at));
    text_append_char(out, ':');
    substitute->append(out, json_string_value(string), json_string_length(string));
    return behind_value;
}

static void copy(struct text *out, const char *at, const char *end, const struct answer_substitute *substitute)
{
    while ((at = skip_blanks(at, end)) < end) {
        const char *behind = *at == '"' ? copy_member(out, at, end, substitute) : NULL;
        if (behind == NULL) {
            behind = *at == '"' ? skip_string(at, end) : strchr("{}[]:,", *at) != NULL ? at + 1 : skip_scalar(at, end);
            text_append_size(out, at, (size_t)(behind - at));
        }
        at = behind;
    }
}

void answer_source_copy(struct text *out, struct answer_string value, const struct answer_substitute *substitute)
{
    CLEANUP(text_free_secret) struct text repaired = {0};

    if (answer_repair(value.data, value.size, &repaired)) {
        value = (struct answer_string){.data = text_string(&repaired), .size = repaired.size};
    }
    copy(out, value.data, value.data + value.size, substitute);
}
