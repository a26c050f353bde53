/* Escapes of JSON, URLs, HTML and safe texts, and the bytes that they stand for. */
#include "secret/secret_escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "secret/secret_parts.h"

enum {
    HEX = 16,
    ENTITY_DIGITS = 10, /* of a character in HTML */
};

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = secret_fold(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : HEX;
}

/* Reads at least `least` and at most `most` digits; returns how many they are, 0 where they are fewer or too large. */
static size_t read_digits(const char *at, size_t size, int base, size_t least, size_t most, uint32_t *ret_code)
{
    uint32_t code = 0;
    size_t count = 0;

    while (count < most && count < size && digit_value(at[count]) < base && code < 0x110000) {
        code = code * (uint32_t)base + (uint32_t)digit_value(at[count++]);
    }
    if (count < least || code > 0x10ffff) {
        return 0;
    }
    *ret_code = code;
    return count;
}

/* "&#65;", "&#x41;", "&amp;". */
static size_t read_entity(const char *at, size_t size, uint32_t *ret_code)
{
    static const struct {
        const char *name;
        char code;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        size_t length = strlen(entities[i].name);
        if (size >= length && memcmp(at, entities[i].name, length) == 0) {
            *ret_code = (uint32_t)entities[i].code;
            return length;
        }
    }
    if (size < 4 || at[1] != '#') {
        return 0;
    }
    bool hex = at[2] == 'x';
    size_t head = hex ? 3 : 2;
    size_t digits = read_digits(at + head, size - head, hex ? HEX : 10, 1, ENTITY_DIGITS, ret_code);
    return digits > 0 && head + digits < size && at[head + digits] == ';' ? head + digits + 1 : 0;
}

/* What follows a backslash in JSON, and in a text by text_append_safe: \x41, \u{41}. */
static size_t read_backslash(const char *at, size_t size, uint32_t *ret_code)
{
    static const char names[] = "\"\\/bfnrt", codes[] = "\"\\/\b\f\n\r\t";
    char kind = size > 1 ? at[1] : '\0';
    const char *name = kind != '\0' ? strchr(names, kind) : NULL;

    if (name != NULL) {
        *ret_code = (uint32_t)codes[name - names];
        return 2;
    }
    if (kind == 'u' && size > 3 && at[2] == '{') {
        size_t digits = read_digits(at + 3, size - 3, HEX, 1, 6, ret_code);
        return digits > 0 && digits + 3 < size && at[digits + 3] == '}' ? digits + 4 : 0;
    }
    size_t wanted = kind == 'u' ? 4 : kind == 'x' ? 2 : 0;
    return wanted > 0 && read_digits(at + 2, size - 2, HEX, wanted, wanted, ret_code) > 0 ? 2 + wanted : 0;
}

/* A byte has a code below 256. */
static size_t read_code(const char *at, size_t size, uint32_t *ret_code, bool *ret_byte)
{
    *ret_byte = false;
    switch (at[0]) {
    case '\\':
        *ret_byte = size > 1 && at[1] == 'x';
        return read_backslash(at, size, ret_code);
    case '&':
        return read_entity(at, size, ret_code);
    case '%':
        *ret_byte = true;
        return read_digits(at + 1, size - 1, HEX, 2, 2, ret_code) > 0 ? 3 : 0;
    default:
        return 0;
    }
}

static size_t encode_utf8(uint32_t code, char out[SECRET_CHARACTER_SIZE])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(0xf00U >> size | code);
    return size;
}

size_t secret_read_escape(const char *at, size_t size, char ret_bytes[SECRET_CHARACTER_SIZE], size_t *ret_size)
{
    uint32_t code = 0;
    bool byte;
    size_t used = read_code(at, size, &code, &byte);

    if (used > 0 && byte) {
        ret_bytes[0] = (char)code;
        *ret_size = 1;
    } else if (used > 0) {
        *ret_size = encode_utf8(code, ret_bytes);
    }
    return used;
}
