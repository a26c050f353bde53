/* Trees to text. Recursion is bounded by the depth that the reader lets in. */
#include "json/json_number.h"
#include "json/json_text.h"

#include <string.h>

static char short_escape(char c)
{
    static const char letters[256] = {
        ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

    return letters[(unsigned char)c];
}

/*
 * One character that may need more than copying; returns the bytes it took. What steers a terminal means the same as
 * \uXXXX to every reader of JSON and does nothing on a screen.
 */
static size_t print_character(struct text *out, const char *bytes, size_t size)
{
    struct text_character c = text_decode(bytes, size);
    char escape = short_escape(*bytes);

    if (c.broken) {
        text_append_utf8(out, bytes, c.size);
    } else if (escape != '\0') {
        text_append_size(out, (const char[]){'\\', escape}, 2);
    } else if (text_steers_terminal(c.code)) {
        text_printf(out, "\\u%04x", (unsigned)c.code);
    } else {
        text_append_size(out, bytes, c.size);
    }
    return c.size;
}

/* What is copied as it is, a run at a time: that makes the printer fast. */
static bool is_plain(char c)
{
    static const bool plain[256] = {[' ' ... '"' - 1] = true, ['"' + 1 ... '\\' - 1] = true, ['\\' + 1 ... '~'] = true};

    return plain[(unsigned char)c];
}

void json_print_string(struct text *out, const char *bytes, size_t size)
{
    size_t at = 0;

    text_append_char(out, '"');
    while (at < size) {
        size_t start = at;
        while (at < size && is_plain(bytes[at])) {
            at++;
        }
        text_append_size(out, bytes + start, at - start);
        if (at < size) {
            at += print_character(out, bytes + at, size - at);
        }
    }
    text_append_char(out, '"');
}

static void print_integer(struct text *out, json_int_t number)
{
    char digits[24];
    size_t at = sizeof(digits);
    /* In unsigned arithmetic, as the least integer has no positive counterpart. */
    unsigned long long rest = number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    text_append_size(out, digits + at, sizeof(digits) - at);
}

static void print_real(struct text *out, double number)
{
    char digits[JSON_NUMBER_MAX];

    text_append_size(out, digits, json_number_print(number, digits));
}

static void new_line(struct text *out, enum json_print style, size_t depth)
{
    if (style == JSON_PRINT_INDENT) {
        text_append_char(out, '\n');
        text_append_repeat(out, ' ', depth * JSON_PRINT_INDENT);
    }
}

static void print(struct text *out, const json_t *value, enum json_print style, size_t depth);

static void print_array(struct text *out, const json_t *array, enum json_print style, size_t depth)
{
    size_t size = json_array_size(array);

    text_append_char(out, '[');
    for (size_t i = 0; i < size; i++) {
        if (i > 0) {
            text_append_char(out, ',');
        }
        new_line(out, style, depth + 1);
        print(out, json_array_get(array, i), style, depth + 1);
    }
    if (size > 0) {
        new_line(out, style, depth);
    }
    text_append_char(out, ']');
}

static void print_object(struct text *out, const json_t *object, enum json_print style, size_t depth)
{
    json_t *members = (json_t *)object; /* jansson's iterators take no const; they change nothing */
    bool first = true;

    text_append_char(out, '{');
    for (void *i = json_object_iter(members); i != NULL; i = json_object_iter_next(members, i)) {
        if (!first) {
            text_append_char(out, ',');
        }
        first = false;
        new_line(out, style, depth + 1);
        json_print_string(out, json_object_iter_key(i), json_object_iter_key_len(i));
        text_append_size(out, ": ", style == JSON_PRINT_INDENT ? 2 : 1);
        print(out, json_object_iter_value(i), style, depth + 1);
    }
    if (!first) {
        new_line(out, style, depth);
    }
    text_append_char(out, '}');
}

static void print(struct text *out, const json_t *value, enum json_print style, size_t depth)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        print_object(out, value, style, depth);
        break;
    case JSON_ARRAY:
        print_array(out, value, style, depth);
        break;
    case JSON_STRING:
        json_print_string(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        print_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        print_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
        text_append(out, "true");
        break;
    case JSON_FALSE:
        text_append(out, "false");
        break;
    case JSON_NULL:
        text_append(out, "null");
        break;
    }
}

void json_print(struct text *out, const json_t *value, enum json_print style)
{
    print(out, value, style, 0);
}
