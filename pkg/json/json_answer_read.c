/* Typed members of answers, and the errors about them. */
#include "json/json.h"
#include "json/json_answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Down from the root: at each level the child to take is the last one that does not begin behind the node. */
static void append_pointer(struct answer_node node, struct text *out)
{
    struct answer_node at = {.document = node.document, .index = 1};

    while (node.document != NULL && at.index < node.index) {
        struct answer_cursor taken = {.node = ANSWER_ABSENT_NODE};
        for (struct answer_cursor each = answer_each(at); answer_next(&each) && each.node.index <= node.index;) {
            taken = each;
        }
        if (taken.node.document == NULL) {
            break;
        }
        if (taken.members) {
            json_pointer_push(out, taken.name.data);
        } else {
            json_pointer_push_index(out, taken.position);
        }
        at = taken.node;
    }
}

bool answer_error(struct answer_node node, struct err *e, const char *format, ...)
{
    CLEANUP(text_free) struct text pointer = {0};
    CLEANUP(text_free) struct text message = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    append_pointer(node, &pointer);
    err_set(e, ERR_BAD_ANSWER, "%s", text_string(&message));
    return err_at(e, "answer%s%s", pointer.size > 0 ? ": " : "", text_string(&pointer));
}

/* The value for an error: its kind and, of scalars, the beginning of what it says. */
static void describe(struct answer_node node, struct text *out)
{
    enum { COLUMNS = 40 };
    static const char *const kinds[] = {
        [ANSWER_ABSENT] = "nothing",      [ANSWER_NULL] = "null",        [ANSWER_BOOLEAN] = "",
        [ANSWER_INTEGER] = "the number ", [ANSWER_REAL] = "the number ", [ANSWER_STRING] = "a string ",
        [ANSWER_ARRAY] = "an array",      [ANSWER_OBJECT] = "an object",
    };
    struct answer_scalar value = answer_value(node);

    text_append(out, kinds[value.kind]);
    if (value.kind == ANSWER_STRING) {
        text_append_char(out, '"');
        text_append_short(out, value.string.data, value.string.size, COLUMNS);
        text_append_char(out, '"');
    } else if (value.kind == ANSWER_BOOLEAN || value.kind == ANSWER_INTEGER || value.kind == ANSWER_REAL) {
        answer_print(node, out);
    }
}

static bool wrong_type(struct answer_node node, const char *expected, struct err *e)
{
    CLEANUP(text_free) struct text found = {0};

    describe(node, &found);
    answer_error(node, e, "expected %s, found %s", expected, text_string(&found));
    return false;
}

/* How far a path leads: `node` is the last value that exists, `rest` the steps beyond it. */
struct reached {
    struct answer_node node;
    const char *rest;
};

static struct answer_node item(struct answer_node array, const char *step, size_t size)
{
    char token[24];

    if (size < sizeof(token)) {
        snprintf(token, sizeof(token), "%.*s", (int)size, step);
        for (struct answer_cursor each = answer_each(array); answer_next(&each);) {
            char index[24];
            snprintf(index, sizeof(index), "%zu", each.position);
            if (strcmp(index, token) == 0) {
                return each.node;
            }
        }
    }
    return ANSWER_ABSENT_NODE;
}

static struct reached reach(struct answer_node node, const char *path)
{
    while (*path != '\0') {
        const char *slash = strchrnul(path, '/');
        size_t size = (size_t)(slash - path);
        struct answer_node next =
            answer_kind(node) == ANSWER_ARRAY ? item(node, path, size) : answer_member(node, path, size);
        if (next.document == NULL) {
            break;
        }
        node = next;
        path = *slash == '/' ? slash + 1 : slash;
    }
    return (struct reached){.node = node, .rest = path};
}

bool answer_string_is(struct answer_string string, const char *other)
{
    return string.data != NULL && other != NULL && strlen(other) == string.size &&
           memcmp(other, string.data, string.size) == 0;
}

struct answer_node answer_find(struct answer_node node, const char *path)
{
    struct reached reached = reach(node, path);

    return *reached.rest == '\0' ? reached.node : ANSWER_ABSENT_NODE;
}

static bool missing(struct reached reached, struct err *e)
{
    CLEANUP(text_free) struct text pointer = {0};

    append_pointer(reached.node, &pointer);
    err_set(e, ERR_BAD_ANSWER, "%s",
            *reached.rest == '\0' ? "the value is null, but it is required"
                                  : "the member is missing, but it is required");
    err_at(e, "answer: %s%s%s", text_string(&pointer), *reached.rest == '\0' ? "" : "/", reached.rest);
    return false;
}

/*
 * Common to all getters: false with an error, or true with the value, absent when an optional member is. What
 * kind the value has is the getter's business.
 */
static bool take(struct answer_node node, const char *path, enum answer_need need, struct answer_node *ret_value,
                 struct err *e)
{
    struct reached reached = reach(node, path);
    enum answer_kind kind = answer_kind(reached.node);
    bool absent = kind == ANSWER_ABSENT || kind == ANSWER_NULL || *reached.rest != '\0';

    bool no_way = kind == ANSWER_ARRAY ? *reached.rest < '0' || *reached.rest > '9'
                                       : kind >= ANSWER_BOOLEAN && kind <= ANSWER_STRING;

    if (*reached.rest != '\0' && no_way) {
        return wrong_type(reached.node, "an object", e);
    }
    if (absent && need == ANSWER_REQUIRED) {
        return missing(reached, e);
    }
    *ret_value = absent ? ANSWER_ABSENT_NODE : reached.node;
    return true;
}

bool answer_get_string(struct answer_node node, const char *path, enum answer_need need,
                       struct answer_string *ret_value, struct err *e)
{
    struct answer_node found;

    if (!take(node, path, need, &found, e)) {
        return false;
    }
    struct answer_scalar value = answer_value(found);
    if (value.kind == ANSWER_STRING) {
        *ret_value = value.string;
    }
    return value.kind == ANSWER_STRING || value.kind == ANSWER_ABSENT || wrong_type(found, "a string", e);
}

bool answer_get_boolean(struct answer_node node, const char *path, enum answer_need need, bool *ret_value,
                        struct err *e)
{
    struct answer_node found;

    if (!take(node, path, need, &found, e)) {
        return false;
    }
    struct answer_scalar value = answer_value(found);
    if (value.kind == ANSWER_BOOLEAN) {
        *ret_value = value.boolean;
    }
    return value.kind == ANSWER_BOOLEAN || value.kind == ANSWER_ABSENT || wrong_type(found, "true or false", e);
}

bool answer_get_integer(struct answer_node node, const char *path, enum answer_need need, int64_t *ret_value,
                        struct err *e)
{
    struct answer_node found;

    if (!take(node, path, need, &found, e)) {
        return false;
    }
    struct answer_scalar value = answer_value(found);
    static const double exact = 9007199254740992.0; /* 2^53: beyond, a real does not say which integer was meant */
    bool whole = value.kind == ANSWER_REAL && value.real >= -exact && value.real <= exact &&
                 (double)(int64_t)value.real == value.real;
    if (value.kind == ANSWER_INTEGER || whole) {
        *ret_value = whole ? (int64_t)value.real : value.integer;
        return true;
    }
    return value.kind == ANSWER_ABSENT || wrong_type(found, "an integer", e);
}

static bool take_kind(struct answer_node node, const char *path, enum answer_need need, enum answer_kind kind,
                      struct answer_node *ret_value, struct err *e)
{
    struct answer_node found;

    if (!take(node, path, need, &found, e)) {
        return false;
    }
    if (found.document != NULL && answer_kind(found) != kind) {
        return wrong_type(found, kind == ANSWER_ARRAY ? "an array" : "an object", e);
    }
    if (found.document != NULL) {
        *ret_value = found;
    }
    return true;
}

bool answer_get_array(struct answer_node node, const char *path, enum answer_need need, struct answer_node *ret_value,
                      struct err *e)
{
    return take_kind(node, path, need, ANSWER_ARRAY, ret_value, e);
}

bool answer_get_object(struct answer_node node, const char *path, enum answer_need need, struct answer_node *ret_value,
                       struct err *e)
{
    return take_kind(node, path, need, ANSWER_OBJECT, ret_value, e);
}
