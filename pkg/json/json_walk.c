/* Tokens, and what people write instead of them. */
#include "json/json_walk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool starts(const struct json_walk *w, const char *word)
{
    size_t size = strlen(word);

    return w->size - w->at >= size && memcmp(w->text + w->at, word, size) == 0;
}

const char *json_walk_what(const struct json_walk *w, char buffer[JSON_WALK_WHAT])
{
    size_t end = json_text_word(w->text, w->size, w->at);
    size_t size = end - w->at;
    struct text shown = {.data = NULL};

    if (w->at >= w->size) {
        snprintf(buffer, JSON_WALK_WHAT, "the end of the text");
        return buffer;
    }
    if (size == 0) {
        size = text_decode(w->text + w->at, w->size - w->at).size;
    }
    text_append_short(&shown, w->text + w->at, size, 24);
    snprintf(buffer, JSON_WALK_WHAT, "'%.44s'", text_string(&shown));
    text_free(&shown);
    return buffer;
}

bool json_walk_foreign(struct json_walk *w)
{
    static const struct {
        const char *start, *message;
    } foreign[] = {
        {"\xef\xbb\xbf", "the text begins with a byte order mark; save it as UTF-8 without one"},
        {"//", "JSON has no comments; remove it"},
        {"/*", "JSON has no comments; remove it"},
        {"#", "JSON has no comments; remove it (YAML is not read here)"},
        {"'", "JSON has double quotes only; write \" instead of '"},
        {"`", "JSON has double quotes only; write \" instead of `"},
        {"\xe2\x80\x9c", "typographic quotes; write plain \" instead"},
        {"\xe2\x80\x9d", "typographic quotes; write plain \" instead"},
        {"\xe2\x80\x98", "typographic quotes; write plain \" instead"},
        {"\xe2\x80\x99", "typographic quotes; write plain \" instead"},
        {"\xc2\xa0", "a no-break space; replace it by a plain one"},
        {"---", "this looks like YAML; JSON is expected"},
        {"<", "this looks like HTML or XML; JSON is expected"},
    };

    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (starts(w, foreign[i].start)) {
            return JSON_WALK_FAULT(w, w->at, "%s", foreign[i].message);
        }
    }
    if (w->at < w->size && text_decode(w->text + w->at, w->size - w->at).broken) {
        return JSON_WALK_FAULT(w, w->at, "byte 0x%02x is not UTF-8", (unsigned char)w->text[w->at]);
    }
    return true;
}

static bool hex4(const struct json_walk *w, size_t at, unsigned *ret_code)
{
    unsigned code = 0;

    for (size_t i = at; i < at + 4; i++) {
        char c = i < w->size ? w->text[i] : '\0';
        const char *digits = "0123456789abcdef";
        const char *digit = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;
        if (digit == NULL) {
            return false;
        }
        code = code << 4 | (unsigned)(digit - digits);
    }
    *ret_code = code;
    return true;
}

/* An escape from its backslash on. */
static bool walk_escape(struct json_walk *w)
{
    char c = w->at + 1 < w->size ? w->text[w->at + 1] : '\0';
    unsigned code = 0;
    unsigned low = 0;

    if (c != 'u') {
        if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL) {
            return JSON_WALK_FAULT(w, w->at, "\\%.*s is no escape of JSON; write \\\\ for a backslash",
                                   c >= 0x20 && c < 0x7f ? 1 : 0, &c);
        }
        w->at += 2;
        return true;
    }
    if (!hex4(w, w->at + 2, &code)) {
        return JSON_WALK_FAULT(w, w->at, "\\u needs four hexadecimal digits");
    }
    bool lead = code >= 0xd800 && code <= 0xdbff;
    bool pair = lead && w->at + 7 < w->size && w->text[w->at + 6] == '\\' && w->text[w->at + 7] == 'u' &&
                hex4(w, w->at + 8, &low) && low >= 0xdc00 && low <= 0xdfff;
    if ((lead && !pair) || (code >= 0xdc00 && code <= 0xdfff)) {
        return JSON_WALK_FAULT(w, w->at, "\\u%04x is half of a surrogate pair; the other half is missing", code);
    }
    w->at += pair ? 12 : 6;
    return true;
}

bool json_walk_string(struct json_walk *w)
{
    size_t start = w->at++;

    while (w->at < w->size && w->text[w->at] != '"') {
        unsigned char c = (unsigned char)w->text[w->at];
        struct text_character character = text_decode(w->text + w->at, w->size - w->at);
        if (c == '\n' || c == '\r') {
            return JSON_WALK_FAULT(w, start,
                                   "the string is not closed on its line; a quote is missing (a line break in a "
                                   "string is \\n)");
        }
        if (c < 0x20) {
            return JSON_WALK_FAULT(w, w->at, "control character 0x%02x in a string; write \\u%04x", c, c);
        }
        if (character.broken) {
            return JSON_WALK_FAULT(w, w->at, "byte 0x%02x in a string is not UTF-8", c);
        }
        if (c != '\\') {
            w->at += character.size;
        } else if (!walk_escape(w)) {
            return false;
        }
    }
    if (w->at >= w->size) {
        return JSON_WALK_FAULT(w, start, "the string is not closed; a quote is missing");
    }
    w->at++;
    return true;
}

/* The grammar of RFC 8259, section 6. */
static bool is_number(const char *s, size_t size)
{
    size_t i = size > 0 && s[0] == '-';
    size_t digits = strspn(s + i, "0123456789");

    if (digits == 0 || i + digits > size || (s[i] == '0' && digits > 1)) {
        return false;
    }
    i += digits;
    if (i < size && s[i] == '.') {
        digits = strspn(s + i + 1, "0123456789");
        i += 1 + digits;
    }
    if (digits > 0 && i < size && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        i += i < size && (s[i] == '+' || s[i] == '-');
        digits = strspn(s + i, "0123456789");
        i += digits;
    }
    return digits > 0 && i == size;
}

static bool walk_number(struct json_walk *w, size_t end)
{
    char shown[JSON_WALK_WHAT];
    const char *number = w->text + w->at;
    size_t size = end - w->at;

    json_walk_what(w, shown);
    if (!is_number(number, size)) {
        const char *digits = number + strspn(number, "+-");
        const char *why = number[0] == '+'                       ? "; drop the '+'"
                          : digits[0] == '.'                     ? "; write a digit before the '.'"
                          : digits[0] == '0' && digits[1] == 'x' ? "; hexadecimal numbers are not JSON"
                          : digits[0] == '0'                     ? "; drop the leading zeros"
                          : number[size - 1] == '.'              ? "; write a digit behind the '.'"
                                                                 : "; text needs quotes";
        return JSON_WALK_FAULT(w, w->at, "%s is no number of JSON%s", shown, why);
    }
    if (json_text_is_big_integer(number, size)) {
        if (!w->widened) {
            return JSON_WALK_FAULT(w, w->at, "integer %s does not fit in 64 bits", shown);
        }
        w->inserted += 2;
    }
    if (isinf(strtod(number, NULL))) {
        return JSON_WALK_FAULT(w, w->at, "number %s is too large (the limit is about 1.8e308)", shown);
    }
    w->at = end;
    return true;
}

bool json_walk_word(struct json_walk *w)
{
    static const struct {
        const char *word, *hint;
    } words[] = {
        {"true", NULL},
        {"false", NULL},
        {"null", NULL},
        {"True", "write true"},
        {"TRUE", "write true"},
        {"False", "write false"},
        {"FALSE", "write false"},
        {"None", "write null"},
        {"NULL", "write null"},
        {"nil", "write null"},
        {"undefined", "write null"},
        {"NaN", "JSON has no such number"},
        {"Infinity", "JSON has no such number"},
        {"-Infinity", "JSON has no such number"},
        {"yes", "write true"},
        {"no", "write false"},
    };
    char shown[JSON_WALK_WHAT];
    size_t end = json_text_word(w->text, w->size, w->at);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == end - w->at && starts(w, words[i].word)) {
            if (words[i].hint != NULL) {
                return JSON_WALK_FAULT(w, w->at, "%s is no value of JSON; %s", json_walk_what(w, shown), words[i].hint);
            }
            w->at = end;
            return true;
        }
    }
    char c = json_walk_peek(w);
    if (c == '+' || c == '-' || c == '.' || (c >= '0' && c <= '9')) {
        return walk_number(w, end);
    }
    if (end > w->at) {
        return JSON_WALK_FAULT(w, w->at, "%s is no value of JSON; text needs double quotes", json_walk_what(w, shown));
    }
    return JSON_WALK_FAULT(w, w->at, "a value is expected here, not %s", json_walk_what(w, shown));
}
