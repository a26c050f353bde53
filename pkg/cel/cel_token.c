/* Cutting an expression into tokens, and the place of an error in it. */
#include "cel/cel_token.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

static const char blanks[] = " \t\n\f\r";

bool cel_at(struct err *e, const char *expression, size_t offset)
{
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < offset; i++) {
        bool begins_character = ((unsigned char)expression[i] & 0xc0) != 0x80;
        column += begins_character;
        if (expression[i] == '\n') {
            line++;
            column = 1;
        }
    }
    return strchr(expression, '\n') == NULL ? err_at(e, "column %zu", column)
                                            : err_at(e, "line %zu, column %zu", line, column);
}

static size_t skip_blanks(const char *expression, size_t at)
{
    for (;;) {
        at += strspn(expression + at, blanks);
        if (strncmp(expression + at, "//", 2) != 0) {
            return at;
        }
        at += strcspn(expression + at, "\r\n");
    }
}

static bool is_name_character(char c)
{
    return c == '_' || isalnum((unsigned char)c);
}

bool cel_token_is(const struct cel_token *token, const char *word)
{
    return (token->kind == CEL_TOKEN_NAME || token->kind == CEL_TOKEN_SIGN) && token->size == strlen(word) &&
           memcmp(token->bytes, word, token->size) == 0;
}

/* --- numbers ----------------------------------------------------------------------------------------- */

static bool read_number(const char *expression, struct cel_token *token, struct err *e)
{
    const char *start = expression + token->offset;
    bool hexadecimal = start[0] == '0' && start[1] == 'x' && isxdigit((unsigned char)start[2]);
    const char *at = hexadecimal ? start + 2 : start;
    bool fits = true;

    for (; hexadecimal ? isxdigit((unsigned char)*at) : isdigit((unsigned char)*at); at++) {
        unsigned digit = isdigit((unsigned char)*at) ? (unsigned)(*at - '0') : (unsigned)(tolower(*at) - 'a') + 10;
        fits &= !__builtin_mul_overflow(token->number, hexadecimal ? 16 : 10, &token->number);
        fits &= !__builtin_add_overflow(token->number, digit, &token->number);
    }
    token->end = (size_t)(at - expression);
    if (is_name_character(*at) || *at == '.') {
        err_set(e, ERR_UNDECIDED, "only integers are numbers here");
        return cel_at(e, expression, token->offset);
    }
    if (!fits) {
        err_set(e, ERR_UNDECIDED, "the integer is out of range");
        return cel_at(e, expression, token->offset);
    }
    return true;
}

/* --- strings ----------------------------------------------------------------------------------------- */

static void append_character(struct text *out, uint32_t code)
{
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;

    text_append_char(out, (char)(lead[more] | code >> 6 * more));
    while (more-- > 0) {
        text_append_char(out, (char)(0x80 | (code >> 6 * more & 0x3f)));
    }
}

/* Exactly `count` digits; surrogates and what is beyond Unicode are no characters. */
static bool read_code(const char *at, size_t count, int base, uint32_t *ret_code)
{
    char digits[9] = "";
    char *end;

    if (strnlen(at, count) < count) {
        return false;
    }
    memcpy(digits, at, count);
    if (strspn(digits, base == 8 ? "01234567" : "0123456789abcdefABCDEF") != count) {
        return false;
    }
    unsigned long code = strtoul(digits, &end, base);
    *ret_code = (uint32_t)code;
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* `at` is behind the backslash. Bytes that were used, 0 when it is no escape. */
static size_t read_escape(const char *at, struct text *out)
{
    static const char letters[] = "abfnrtv\\?\"'`";
    static const char meanings[] = "\a\b\f\n\r\t\v\\?\"'`";
    const char *letter = *at != '\0' ? strchr(letters, *at) : NULL;
    uint32_t code;

    if (letter != NULL) {
        text_append_char(out, meanings[letter - letters]);
        return 1;
    }
    bool octal = *at >= '0' && *at <= '3';
    size_t digits = octal ? 3 : *at == 'x' || *at == 'X' ? 2 : *at == 'u' ? 4 : *at == 'U' ? 8 : 0;
    size_t mark = octal ? 0 : 1;
    if (digits == 0 || !read_code(at + mark, digits, octal ? 8 : 16, &code)) {
        return 0;
    }
    append_character(out, code);
    return mark + digits;
}

/* The first byte behind the opening quotes is at `at`; appends what is between the quotes. */
static bool read_quoted(const char *expression, size_t at, bool raw, const char *quotes, struct text *out,
                        size_t *ret_end, struct err *e)
{
    bool one_line = quotes[1] == '\0';

    while (strncmp(expression + at, quotes, strlen(quotes)) != 0) {
        char c = expression[at];
        size_t used = 0;
        if (c == '\0' || (one_line && (c == '\n' || c == '\r'))) {
            return err_set(e, ERR_UNDECIDED, "the string has no end");
        }
        if (c == '\\' && !raw) {
            used = read_escape(expression + at + 1, out);
            if (used == 0) {
                err_set(e, ERR_UNDECIDED, "the string has an escape that is none");
                return cel_at(e, expression, at);
            }
        } else {
            text_append_char(out, c);
        }
        at += 1 + used;
    }
    *ret_end = at + strlen(quotes);
    return true;
}

static bool read_string(const char *expression, bool raw, struct text_arena *strings, struct cel_token *token,
                        struct err *e)
{
    CLEANUP(text_free) struct text value = {0};
    size_t quote = token->offset + raw;
    char quotes[4] = {expression[quote]};

    if (expression[quote + 1] == quotes[0] && expression[quote + 2] == quotes[0]) {
        quotes[1] = quotes[2] = quotes[0];
    }
    if (!read_quoted(expression, quote + strlen(quotes), raw, quotes, &value, &token->end, e)) {
        return cel_at(e, expression, token->offset);
    }
    token->bytes = text_arena_copy(strings, text_string(&value), value.size);
    token->size = value.size;
    return true;
}

/* --- names and signs --------------------------------------------------------------------------------- */

static void read_name(const char *expression, struct cel_token *token)
{
    token->end = token->offset;
    while (is_name_character(expression[token->end])) {
        token->end++;
    }
    token->bytes = expression + token->offset;
    token->size = token->end - token->offset;
}

static bool read_sign(const char *expression, struct cel_token *token, struct err *e)
{
    static const char *const signs[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")",
                                        "[",  "]",  ",",  ".",  "+",  "-",  "*", "/", "%", NULL};
    const char *at = expression + token->offset;

    for (size_t i = 0; signs[i] != NULL; i++) {
        if (strncmp(at, signs[i], strlen(signs[i])) == 0) {
            token->bytes = at;
            token->size = strlen(signs[i]);
            token->end = token->offset + token->size;
            return true;
        }
    }
    if ((unsigned char)*at < 0x80) {
        err_set(e, ERR_UNDECIDED, "'%c' has no meaning here", *at);
    } else {
        err_set(e, ERR_UNDECIDED, "such a character belongs into a string");
    }
    return cel_at(e, expression, token->offset);
}

bool cel_token_read(const char *expression, size_t offset, struct text_arena *strings, struct cel_token *ret,
                    struct err *e)
{
    offset = skip_blanks(expression, offset);
    struct cel_token token = {.offset = offset, .end = offset};
    char c = expression[offset];
    char next = c != '\0' ? expression[offset + 1] : '\0';
    bool raw = (c == 'r' || c == 'R') && (next == '"' || next == '\'');
    bool good = true;

    if (c == '\0') {
        token.kind = CEL_TOKEN_END;
    } else if (isdigit((unsigned char)c)) {
        token.kind = CEL_TOKEN_NUMBER;
        good = read_number(expression, &token, e);
    } else if (raw || c == '"' || c == '\'') {
        token.kind = CEL_TOKEN_STRING;
        good = read_string(expression, raw, strings, &token, e);
    } else if (is_name_character(c)) {
        token.kind = CEL_TOKEN_NAME;
        read_name(expression, &token);
    } else {
        token.kind = CEL_TOKEN_SIGN;
        good = read_sign(expression, &token, e);
    }
    if (good) {
        *ret = token;
    }
    return good;
}
