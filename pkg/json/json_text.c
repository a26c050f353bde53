/* Walking JSON text. */
#include "json/json_text.h"

#include <stdint.h>
#include <string.h>

size_t json_text_space(const char *text, size_t size, size_t at)
{
    while (at < size && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
        at++;
    }
    return at;
}

size_t json_text_string(const char *text, size_t size, size_t at)
{
    for (at++; at < size; at++) {
        if (text[at] == '"') {
            return at + 1;
        }
        if (text[at] == '\\') {
            at++;
        }
    }
    return size;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' ||
           c == '.' || c == '_' || c == '$';
}

size_t json_text_word(const char *text, size_t size, size_t at)
{
    while (at < size && is_word(text[at])) {
        at++;
    }
    return at;
}

size_t json_text_value(const char *text, size_t size, size_t at)
{
    size_t depth = 0;

    do {
        at = json_text_space(text, size, at);
        if (at >= size) {
            break;
        }
        if (text[at] == '"') {
            at = json_text_string(text, size, at);
        } else if (text[at] == '{' || text[at] == '[') {
            depth++;
            at++;
        } else if (text[at] == '}' || text[at] == ']') {
            depth--;
            at++;
        } else if (text[at] == ',' || text[at] == ':') {
            at++;
        } else {
            size_t end = json_text_word(text, size, at);
            at = end > at ? end : at + 1;
        }
    } while (depth > 0);
    return at;
}

bool json_text_is_big_integer(const char *number, size_t size)
{
    bool negative = size > 0 && number[0] == '-';
    const char *digits = number + negative;
    size_t count = size - negative;

    for (size_t i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return false;
        }
    }
    if (count != 19) {
        return count > 19;
    }
    return memcmp(digits, negative ? "9223372036854775808" : "9223372036854775807", 19) > 0;
}

size_t json_text_too_deep(const char *text, size_t size, size_t limit)
{
    size_t depth = 0;

    for (size_t at = 0; at < size;) {
        switch (text[at]) {
        case '"':
            at = json_text_string(text, size, at);
            continue;
        case '{':
        case '[':
            if (++depth > limit) {
                return at;
            }
            break;
        case '}':
        case ']':
            depth--;
            break;
        default:
            break;
        }
        at++;
    }
    return SIZE_MAX;
}

struct json_place json_text_place(const char *text, size_t at)
{
    struct json_place place = {.line = 1, .column = 1};

    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}
