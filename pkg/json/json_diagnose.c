/*
 * Why a text is no JSON, for people: a walk over text that jansson refused. It stops before what is wrong, while
 * jansson stops behind it, and knows what people write instead. Runs on failure only.
 */
#include "json/json_text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum expect { EXPECT_FIRST, EXPECT_NEXT, EXPECT_BEHIND }; /* behind a bracket, a comma, a value */

struct walk {
    const char *text;
    size_t size;
    size_t at;
    struct err *e;
    size_t jansson;  /* where jansson stopped, in the text it read */
    bool widened;    /* that text had ".0" behind big integers */
    size_t inserted; /* bytes by which that text is ahead here */
    size_t name;     /* the last member name that jansson has read */
    enum expect expect;
    size_t comma; /* the comma that EXPECT_NEXT is behind */
    size_t depth;
    size_t opened[JSON_DEPTH_MAX]; /* offsets of the brackets that are open */
};

/* A fault found: the walk stays on it. */
#define WALK_FAULT(w, offset, ...) ((w)->at = (offset), err_set((w)->e, ERR_INVALID, __VA_ARGS__))

enum { WALK_WHAT = 64 };

/* The byte here, NUL at the end. */
static char walk_peek(const struct walk *w)
{
    return w->at < w->size ? w->text[w->at] : '\0';
}

/* --- tokens ------------------------------------------------------------------------------------------ */

static bool starts(const struct walk *w, const char *word)
{
    size_t size = strlen(word);

    return w->size - w->at >= size && memcmp(w->text + w->at, word, size) == 0;
}

/* What stands here, for a message: a word, a character, the end. Returns the buffer. */
static const char *walk_what(const struct walk *w, char buffer[WALK_WHAT])
{
    size_t end = json_text_word(w->text, w->size, w->at);
    size_t size = end - w->at;
    struct text shown = {.data = NULL};

    if (w->at >= w->size) {
        snprintf(buffer, WALK_WHAT, "the end of the text");
        return buffer;
    }
    if (size == 0) {
        size = text_decode(w->text + w->at, w->size - w->at).size;
    }
    text_append_short(&shown, w->text + w->at, size, 24);
    snprintf(buffer, WALK_WHAT, "'%.44s'", text_string(&shown));
    text_free(&shown);
    return buffer;
}

/* False with the fault when here stands what is no JSON wherever a token may begin: comments, other quotes, ... */
static bool walk_foreign(struct walk *w)
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

    size_t dots = w->at < w->size ? strspn(w->text + w->at, ".") : 0;
    bool number = w->at + dots < w->size && isdigit((unsigned char)w->text[w->at + dots]);
    if ((dots > 0 && !number) || starts(w, "\xe2\x80\xa6")) {
        return WALK_FAULT(
            w, w->at,
            "the dots stand for what was left out in the documentation; put that in their place, or delete "
            "the line");
    }
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (starts(w, foreign[i].start)) {
            return WALK_FAULT(w, w->at, "%s", foreign[i].message);
        }
    }
    if (w->at < w->size && text_decode(w->text + w->at, w->size - w->at).broken) {
        return WALK_FAULT(w, w->at, "byte 0x%02x is not UTF-8", (unsigned char)w->text[w->at]);
    }
    return true;
}

static bool hex4(const struct walk *w, size_t at, unsigned *ret_code)
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
static bool walk_escape(struct walk *w)
{
    char c = w->at + 1 < w->size ? w->text[w->at + 1] : '\0';
    unsigned code = 0;
    unsigned low = 0;

    if (c != 'u') {
        if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL) {
            return WALK_FAULT(w, w->at, "\\%.*s is not a JSON escape; write \\\\ for a backslash",
                              c >= 0x20 && c < 0x7f ? 1 : 0, &c);
        }
        w->at += 2;
        return true;
    }
    if (!hex4(w, w->at + 2, &code)) {
        return WALK_FAULT(w, w->at, "\\u needs four hexadecimal digits");
    }
    bool lead = code >= 0xd800 && code <= 0xdbff;
    bool pair = lead && w->at + 7 < w->size && w->text[w->at + 6] == '\\' && w->text[w->at + 7] == 'u' &&
                hex4(w, w->at + 8, &low) && low >= 0xdc00 && low <= 0xdfff;
    if ((lead && !pair) || (code >= 0xdc00 && code <= 0xdfff)) {
        return WALK_FAULT(w, w->at, "\\u%04x is half of a surrogate pair; the other half is missing", code);
    }
    w->at += pair ? 12 : 6;
    return true;
}

/* Behind the string that begins here, or false with the fault in it. */
static bool walk_string(struct walk *w)
{
    size_t start = w->at++;

    while (w->at < w->size && w->text[w->at] != '"') {
        unsigned char c = (unsigned char)w->text[w->at];
        struct text_character character = text_decode(w->text + w->at, w->size - w->at);
        if (c == '\n' || c == '\r') {
            return WALK_FAULT(w, start,
                              "the string is not closed on its line; a quote is missing (a line break in a "
                              "string is \\n)");
        }
        if (c < 0x20) {
            return WALK_FAULT(w, w->at, "control character 0x%02x in a string; write \\u%04x", c, c);
        }
        if (character.broken) {
            return WALK_FAULT(w, w->at, "byte 0x%02x in a string is not UTF-8", c);
        }
        if (c != '\\') {
            w->at += character.size;
        } else if (!walk_escape(w)) {
            return false;
        }
    }
    if (w->at >= w->size) {
        return WALK_FAULT(w, start, "the string is not closed; a quote is missing");
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

static bool walk_number(struct walk *w, size_t end)
{
    char shown[WALK_WHAT];
    const char *number = w->text + w->at;
    size_t size = end - w->at;

    walk_what(w, shown);
    if (!is_number(number, size)) {
        const char *digits = number + strspn(number, "+-");
        const char *why = number[0] == '+'                       ? "; drop the '+'"
                          : digits[0] == '.'                     ? "; write a digit before the '.'"
                          : digits[0] == '0' && digits[1] == 'x' ? "; hexadecimal numbers are not JSON"
                          : digits[0] == '0'                     ? "; drop the leading zeros"
                          : number[size - 1] == '.'              ? "; write a digit behind the '.'"
                                                                 : "; text needs quotes";
        return WALK_FAULT(w, w->at, "%s is not a JSON number%s", shown, why);
    }
    if (json_text_is_big_integer(number, size)) {
        if (!w->widened) {
            return WALK_FAULT(w, w->at, "integer %s does not fit in 64 bits", shown);
        }
        w->inserted += 2;
    }
    if (isinf(strtod(number, NULL))) {
        return WALK_FAULT(w, w->at, "number %s is too large (the limit is about 1.8e308)", shown);
    }
    w->at = end;
    return true;
}

/* Behind the number, true, false or null that begins here, or false with the fault. */
static bool walk_word(struct walk *w)
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
    char shown[WALK_WHAT];
    size_t end = json_text_word(w->text, w->size, w->at);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == end - w->at && starts(w, words[i].word)) {
            if (words[i].hint != NULL) {
                return WALK_FAULT(w, w->at, "%s is not a JSON value; %s", walk_what(w, shown), words[i].hint);
            }
            w->at = end;
            return true;
        }
    }
    char c = walk_peek(w);
    if (c == '+' || c == '-' || c == '.' || (c >= '0' && c <= '9')) {
        return walk_number(w, end);
    }
    if (end > w->at) {
        return WALK_FAULT(w, w->at, "%s is not a JSON value; text needs double quotes", walk_what(w, shown));
    }
    return WALK_FAULT(w, w->at, "a value is expected here, not %s", walk_what(w, shown));
}

/* --- the structure ------------------------------------------------------------------------------------ */

static bool fault_at_end(struct walk *w)
{
    if (w->depth == 0) {
        return WALK_FAULT(w, w->at, w->size == 0 ? "the document is empty" : "the document has only white space");
    }
    size_t opened = w->opened[w->depth - 1];
    struct json_place place = json_text_place(w->text, opened);
    return WALK_FAULT(w, w->at, "the text ends here, but the '%c' of line %zu, column %zu is not closed",
                      w->text[opened], place.line, place.column);
}

/* A value, or only its opening bracket: the loop in walk_text goes on inside. */
static bool walk_value(struct walk *w)
{
    char c = walk_peek(w);

    if (w->at >= w->size) {
        return fault_at_end(w);
    }
    if (c == '{' || c == '[') {
        if (w->depth == JSON_DEPTH_MAX) {
            return WALK_FAULT(w, w->at, "nested deeper than %d levels", JSON_DEPTH_MAX);
        }
        w->opened[w->depth++] = w->at++;
        w->expect = EXPECT_FIRST;
        return true;
    }
    if ((c == '}' || c == ']') && w->expect == EXPECT_NEXT) {
        return WALK_FAULT(w, w->comma, "a comma with nothing behind it before '%c'; remove the comma", c);
    }
    w->expect = EXPECT_BEHIND;
    return c == '"' ? walk_string(w) : walk_foreign(w) && walk_word(w);
}

static bool walk_name(struct walk *w)
{
    char shown[WALK_WHAT];
    char c = walk_peek(w);

    if (w->at >= w->size) {
        return fault_at_end(w);
    }
    if (c == '}' && w->expect == EXPECT_NEXT) {
        return WALK_FAULT(w, w->comma, "a comma with nothing behind it before '}'; remove the comma");
    }
    if (c != '"') {
        if (!walk_foreign(w)) {
            return false;
        }
        bool word = json_text_word(w->text, w->size, w->at) > w->at;
        return WALK_FAULT(w, w->at, "a member name in double quotes is expected here, not %s%s", walk_what(w, shown),
                          word ? "; write the name in quotes" : "");
    }
    size_t start = w->at;
    if (!walk_string(w)) {
        return false;
    }
    if (w->at + w->inserted <= w->jansson) {
        w->name = start;
    }
    w->at = json_text_space(w->text, w->size, w->at);
    if (walk_peek(w) != ':') {
        return w->at >= w->size
                   ? fault_at_end(w)
                   : WALK_FAULT(w, w->at, "a ':' is expected behind the member name, not %s", walk_what(w, shown));
    }
    w->at = json_text_space(w->text, w->size, w->at + 1);
    w->expect = EXPECT_FIRST;
    return true;
}

/* What stands behind a value inside a container. */
static bool walk_separator(struct walk *w)
{
    char shown[WALK_WHAT];
    char c = walk_peek(w);
    char close = w->text[w->opened[w->depth - 1]] == '{' ? '}' : ']';

    if (w->at >= w->size) {
        return fault_at_end(w);
    }
    if (c == ',') {
        w->comma = w->at++;
        w->expect = EXPECT_NEXT;
        return true;
    }
    if (c == close) {
        w->at++;
        w->depth--;
        w->expect = EXPECT_BEHIND;
        return true;
    }
    if (!walk_foreign(w)) {
        return false;
    }
    if (c == '}' || c == ']') {
        struct json_place place = json_text_place(w->text, w->opened[w->depth - 1]);
        return WALK_FAULT(w, w->at, "'%c' does not close the '%c' of line %zu, column %zu", c,
                          w->text[w->opened[w->depth - 1]], place.line, place.column);
    }
    return WALK_FAULT(w, w->at, "a ',' or '%c' is expected here, not %s; a comma or quote may be missing before it",
                      close, walk_what(w, shown));
}

/* One step inside a container: a value with its name before it, or what stands behind one. */
static bool walk_step(struct walk *w)
{
    bool object = w->text[w->opened[w->depth - 1]] == '{';

    if (w->expect == EXPECT_BEHIND || (w->expect == EXPECT_FIRST && walk_peek(w) == (object ? '}' : ']'))) {
        return walk_separator(w);
    }
    return (!object || walk_name(w)) && walk_value(w);
}

static bool walk_text(struct walk *w)
{
    char shown[WALK_WHAT];

    w->at = json_text_space(w->text, w->size, 0);
    if (!walk_value(w)) {
        return false;
    }
    w->at = json_text_space(w->text, w->size, w->at);
    while (w->depth > 0) {
        if (!walk_step(w)) {
            return false;
        }
        w->at = json_text_space(w->text, w->size, w->at);
    }
    if (w->at < w->size) {
        return walk_foreign(w) &&
               WALK_FAULT(w, w->at, "the document ends before %s; one document is expected", walk_what(w, shown));
    }
    return true;
}

/* A fault in what the text means, which the walk does not see: about the last name that jansson has read. */
static size_t fault_of_name(const struct walk *w, enum json_error_code code, struct err *e)
{
    size_t end = json_text_string(w->text, w->size, w->name);
    CLEANUP(text_free) struct text name = {0};

    text_append_short(&name, w->text + w->name + 1, end - w->name - 2, 60);
    if (code == json_error_duplicate_key) {
        err_set(e, ERR_INVALID, "duplicate member \"%s\"; keep one of them", text_string(&name));
    } else {
        err_set(e, ERR_INVALID, "\\u0000 in the member name \"%s\"", text_string(&name));
    }
    return w->name;
}

size_t json_text_diagnose(const char *text, size_t size, const json_error_t *error, bool widened, struct err *e)
{
    struct err found = ERR_INIT;
    enum json_error_code code = json_error_code(error);
    size_t position = error->position > 0 ? (size_t)error->position : 0;
    struct walk w = {.text = text, .size = size, .e = &found, .jansson = position, .widened = widened};
    bool clean = walk_text(&w);

    if (code == json_error_duplicate_key || code == json_error_null_byte_in_key) {
        return fault_of_name(&w, code, e);
    }
    if (clean) {
        /* never seen; jansson's own words are better than none */
        err_set(e, ERR_INVALID, "%s", error->text);
        return position < size ? position : size;
    }
    err_set(e, ERR_INVALID, "%s", found.message);
    return w.at;
}
