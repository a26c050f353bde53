/* Translating the leaves of ECMA-262 patterns: literals, escapes and character classes. */
#include "schema/engine/schema_pattern_class.h"

#include <stdint.h>
#include <string.h>

#define WHITE \
    "\\t\\n\\x{b}\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
#define NOT_WHITE                                                                                       \
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}" \
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"

enum { LONE_SURROGATE_MIN = 0xd800, LONE_SURROGATE_MAX = 0xdfff };

bool schema_pattern_refuse(const struct schema_pattern_reader *in, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    text_vprintf(in->reason, format, args);
    va_end(args);
    text_printf(in->reason, " (at byte %zu)", (size_t)(in->at - in->begin) + 1);
    return false;
}

bool schema_pattern_take(struct schema_pattern_reader *in, const char *string)
{
    size_t size = strlen(string);

    if ((size_t)(in->end - in->at) < size || memcmp(in->at, string, size) != 0) {
        return false;
    }
    in->at += size;
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void append_code_point(struct text *out, uint32_t code)
{
    if (code < 0x80 && (is_letter((char)code) || is_digit((char)code))) {
        text_append_char(out, (char)code);
    } else {
        text_printf(out, "\\x{%x}", (unsigned)code);
    }
}

static bool hex_digits(struct schema_pattern_reader *in, size_t least, size_t most, uint32_t *ret_code)
{
    uint32_t code = 0;
    size_t count = 0;

    for (; count < most && in->at < in->end; count++, in->at++) {
        char c = *in->at | 0x20;
        if (is_digit(*in->at)) {
            code = code * 16 + (uint32_t)(*in->at - '0');
        } else if (c >= 'a' && c <= 'f') {
            code = code * 16 + (uint32_t)(c - 'a' + 10);
        } else {
            break;
        }
    }
    *ret_code = code;
    return count >= least;
}

/* Behind "\u": HHHH, a surrogate pair HHHH\uHHHH, or {H...}. */
static bool unicode_escape(struct schema_pattern_reader *in, uint32_t *ret_code)
{
    if (schema_pattern_take(in, "{")) {
        while (in->at + 1 < in->end && *in->at == '0' && in->at[1] != '}') {
            in->at++;
        }
        if (!hex_digits(in, 1, 6, ret_code) || !schema_pattern_take(in, "}") || *ret_code > 0x10ffff) {
            return schema_pattern_refuse(in, "has a \\u{} that is not a code point");
        }
        return true;
    }
    if (!hex_digits(in, 4, 4, ret_code)) {
        return schema_pattern_refuse(in, "has a \\u without four hex digits");
    }
    if (*ret_code >= 0xd800 && *ret_code <= 0xdbff) {
        struct schema_pattern_reader ahead = *in;
        uint32_t low;
        if (schema_pattern_take(&ahead, "\\u") && hex_digits(&ahead, 4, 4, &low) && low >= 0xdc00 && low <= 0xdfff) {
            *ret_code = 0x10000 + ((*ret_code - 0xd800) << 10) + (low - 0xdc00);
            in->at = ahead.at;
        }
    }
    return true;
}

/* An escape that stands for one character. */
static bool character_escape(struct schema_pattern_reader *in, uint32_t *ret_code)
{
    static const char names[] = "tnvfr";
    static const unsigned char codes[] = {'\t', '\n', '\v', '\f', '\r'};
    char c = in->at[1];
    const char *name = c != '\0' ? strchr(names, c) : NULL;

    in->at += 2;
    if (name != NULL) {
        *ret_code = codes[name - names];
        return true;
    }
    if (c == '0' && (in->at == in->end || !is_digit(*in->at))) {
        *ret_code = 0;
        return true;
    }
    if (c == 'c' && in->at < in->end && is_letter(*in->at)) {
        *ret_code = (uint32_t)*in->at++ & 0x1f;
        return true;
    }
    if (c == 'x') {
        return hex_digits(in, 2, 2, ret_code) || schema_pattern_refuse(in, "has a \\x without two hex digits");
    }
    if (c == 'u') {
        return unicode_escape(in, ret_code);
    }
    if (is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80) {
        in->at -= 2;
        return schema_pattern_refuse(in, "has the escape \\%c, which ECMA-262 does not know",
                                     (unsigned char)c >= 0x80 ? '?' : c);
    }
    *ret_code = (unsigned char)c;
    return true;
}

/* The long names of ECMA-262 (General_Category values) that PCRE2 knows by their short ones only. */
static const char *category(const char *name, size_t size)
{
    static const char *const names[][2] = {
        {"Letter", "L"},
        {"Cased_Letter", "L&"},
        {"Uppercase_Letter", "Lu"},
        {"Lowercase_Letter", "Ll"},
        {"Titlecase_Letter", "Lt"},
        {"Modifier_Letter", "Lm"},
        {"Other_Letter", "Lo"},
        {"Mark", "M"},
        {"Combining_Mark", "M"},
        {"Nonspacing_Mark", "Mn"},
        {"Spacing_Mark", "Mc"},
        {"Enclosing_Mark", "Me"},
        {"Number", "N"},
        {"Decimal_Number", "Nd"},
        {"digit", "Nd"},
        {"Letter_Number", "Nl"},
        {"Other_Number", "No"},
        {"Punctuation", "P"},
        {"punct", "P"},
        {"Connector_Punctuation", "Pc"},
        {"Dash_Punctuation", "Pd"},
        {"Open_Punctuation", "Ps"},
        {"Close_Punctuation", "Pe"},
        {"Initial_Punctuation", "Pi"},
        {"Final_Punctuation", "Pf"},
        {"Other_Punctuation", "Po"},
        {"Symbol", "S"},
        {"Math_Symbol", "Sm"},
        {"Currency_Symbol", "Sc"},
        {"Modifier_Symbol", "Sk"},
        {"Other_Symbol", "So"},
        {"Separator", "Z"},
        {"Space_Separator", "Zs"},
        {"Line_Separator", "Zl"},
        {"Paragraph_Separator", "Zp"},
        {"Other", "C"},
        {"Control", "Cc"},
        {"cntrl", "Cc"},
        {"Format", "Cf"},
        {"Surrogate", "Cs"},
        {"Private_Use", "Co"},
        {"Unassigned", "Cn"},
        {"LC", "L&"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i][0]) == size && memcmp(names[i][0], name, size) == 0) {
            return names[i][1];
        }
    }
    return NULL;
}

/* "\p{...}" or "\P{...}"; unknown names are left to PCRE2, which refuses them. */
static bool property(struct schema_pattern_reader *in, struct text *out)
{
    static const char *const keys[][2] = {
        {"General_Category=", ""}, {"gc=", ""},        {"Script_Extensions=", "scx:"},
        {"scx=", "scx:"},          {"Script=", "sc:"}, {"sc=", "sc:"},
    };
    char kind = in->at[1];

    in->at += 2;
    const char *close = in->at < in->end ? memchr(in->at, '}', (size_t)(in->end - in->at)) : NULL;
    if (!schema_pattern_take(in, "{") || close == NULL) {
        return schema_pattern_refuse(in, "has a \\%c without {name}", kind);
    }
    const char *prefix = "";
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (schema_pattern_take(in, keys[i][0])) {
            prefix = keys[i][1];
            break;
        }
    }
    size_t size = (size_t)(close - in->at);
    for (size_t i = 0; i < size; i++) {
        if (!is_letter(in->at[i]) && !is_digit(in->at[i]) && in->at[i] != '_') {
            return schema_pattern_refuse(in, "has a property name that ECMA-262 does not know");
        }
    }
    const char *name = *prefix == '\0' ? category(in->at, size) : NULL;
    if (size == 8 && memcmp(in->at, "Assigned", 8) == 0) {
        kind = kind == 'p' ? 'P' : 'p';
        name = "Cn";
    }
    text_printf(out, "\\%c{%s%.*s}", kind, prefix, name != NULL ? (int)strlen(name) : (int)size,
                name != NULL ? name : in->at);
    in->at = close + 1;
    return true;
}

/* \d \D \w \W \s \S \p \P; the brackets are missing in a class. */
static bool class_escape(struct schema_pattern_reader *in, struct text *out, bool in_class)
{
    char c = in->at[1];

    if (c == 'p' || c == 'P') {
        return property(in, out);
    }
    in->at += 2;
    if (c == 's' || c == 'S') {
        text_append(out, in_class ? "" : "[");
        text_append(out, c == 's' ? WHITE : NOT_WHITE);
        text_append(out, in_class ? "" : "]");
    } else {
        /* without PCRE2_UCP these are ASCII, as in ECMA-262 */
        text_printf(out, "\\%c", c);
    }
    return true;
}

static bool is_class_escape(const struct schema_pattern_reader *in)
{
    return in->end - in->at >= 2 && in->at[0] == '\\' && in->at[1] != '\0' && strchr("dDwWsSpP", in->at[1]) != NULL;
}

bool schema_pattern_escape(struct schema_pattern_reader *in, struct text *out)
{
    uint32_t code;

    if (is_class_escape(in)) {
        return class_escape(in, out, false);
    }
    if (!character_escape(in, &code)) {
        return false;
    }
    if (code >= LONE_SURROGATE_MIN && code <= LONE_SURROGATE_MAX) {
        text_append(out, "(?:(?!))"); /* never in UTF-8 */
    } else {
        append_code_point(out, code);
    }
    return true;
}

static uint32_t next_character(struct schema_pattern_reader *in)
{
    struct text_character next = text_decode(in->at, (size_t)(in->end - in->at));

    in->at += next.size;
    return next.code;
}

bool schema_pattern_literal(struct schema_pattern_reader *in, struct text *out)
{
    append_code_point(out, next_character(in));
    return true;
}

static bool class_character(struct schema_pattern_reader *in, uint32_t *ret_code)
{
    if (*in->at != '\\') {
        *ret_code = next_character(in);
        return true;
    }
    if (in->end - in->at < 2) {
        return schema_pattern_refuse(in, "ends in a backslash");
    }
    if (in->at[1] == 'b') {
        in->at += 2;
        *ret_code = '\b';
        return true;
    }
    return character_escape(in, ret_code);
}

/* One character or a range of them. */
static bool class_range(struct schema_pattern_reader *in, struct text *out)
{
    uint32_t first = 0;
    uint32_t last = 0;

    if (!class_character(in, &first)) {
        return false;
    }
    last = first;
    if (in->end - in->at >= 2 && in->at[0] == '-' && in->at[1] != ']') {
        struct schema_pattern_reader behind = {.begin = in->begin, .at = in->at + 1, .end = in->end};
        if (!is_class_escape(&behind)) {
            in->at++;
            if (!class_character(in, &last)) {
                return false;
            }
            if (last < first) {
                return schema_pattern_refuse(in, "has a range that runs backwards");
            }
        }
    }
    /* surrogates do not occur in UTF-8: they are cut out of the range */
    bool low = first < LONE_SURROGATE_MIN;
    bool high = last > LONE_SURROGATE_MAX;
    uint32_t low_end = last < LONE_SURROGATE_MIN ? last : LONE_SURROGATE_MIN - 1;
    uint32_t high_start = first > LONE_SURROGATE_MAX ? first : LONE_SURROGATE_MAX + 1;
    if (low) {
        append_code_point(out, first);
        if (low_end > first) {
            text_append_char(out, '-');
            append_code_point(out, low_end);
        }
    }
    if (high) {
        append_code_point(out, high_start);
        if (last > high_start) {
            text_append_char(out, '-');
            append_code_point(out, last);
        }
    }
    return true;
}

bool schema_pattern_class(struct schema_pattern_reader *in, struct text *out)
{
    CLEANUP(text_free) struct text body = {0};

    in->at++;
    bool negated = schema_pattern_take(in, "^");
    while (in->at < in->end && *in->at != ']') {
        if (!(is_class_escape(in) ? class_escape(in, &body, true) : class_range(in, &body))) {
            return false;
        }
    }
    if (!schema_pattern_take(in, "]")) {
        return schema_pattern_refuse(in, "has a [ without ]");
    }
    if (body.size == 0) {
        text_append(out, negated ? "[\\x{0}-\\x{10ffff}]" : "(?:(?!))");
    } else {
        text_printf(out, "[%s%s]", negated ? "^" : "", text_string(&body));
    }
    return true;
}
