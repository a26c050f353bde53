/* Values that look real, and base64 that holds text. */
#include "userdata/userdata_value.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "secret/secret.h"

enum { PASSWORD_MIN = 2, TOKEN_MIN = 12, SHOWN_MAX = 256, BASE64_MIN = 40 };

/* --- values ------------------------------------------------------------------------------------------- */

/* Whole words that say something about a secret and are none. A weak password is one all the same. */
static const char *const words[] = {
    "true",     "false",     "null",     "none",    "nil",       "unset", "required", "random", "string", "prompt",
    "optional", "undefined", "disabled", "enabled", "generated", "yes",   "no",       "on",     "off",
};

/* Parts of what stands for a secret. */
static const char *const parts[] = {
    "replace_", "replace-", "replaceme", "placeholder", "redacted", "your_",   "your-", "yourpass",
    "xxxx",     "****",     "....",      "todo",        "insert_",  "insert-", "_here", "-here",
    "environ",  "getenv",   "${",        "process.env", "{{",       "<%",      "%s",    "@@",
};

/* How paths, variables, tags and references begin. */
static const char *const beginnings[] = {
    "/",         "./",   "../",  "~/",   "<",    "`",     "!",      "%",    "file:",
    "vault:",    "env:", "ssm:", "arn:", "crn:", "http:", "https:", "kms:", "secretsmanager",
    "valuefrom", "*",    "os.",  ">",    "--",
};

/* $NAME, $1; but $6$... is a hash (crypt(5)). */
static bool is_variable(const char *value)
{
    if (value[0] != '$') {
        return false;
    }
    const size_t name = strcspn(value + 1, "$");
    bool hash = value[name + 1] == '$' && name > 0 && name <= strlen("2y") && strspn(value + 1, "125678abgxy") >= name;
    return !hash && (isalnum((unsigned char)value[1]) || strchr("_@*", value[1]) != NULL);
}

static bool is_placeholder(const char *value)
{
    /* xxx, ***: what fills a form */
    bool filling = strchr("xX*.-_=#?", value[0]) != NULL && strspn(value, (char[]){value[0], '\0'}) == strlen(value);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(value, words[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcasestr(value, parts[i]) != NULL) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        if (strncasecmp(value, beginnings[i], strlen(beginnings[i])) == 0) {
            return true;
        }
    }
    bool call = strchr(value, '(') != NULL;
    return filling || is_variable(value) || call;
}

bool userdata_is_real(enum userdata_test test, const char *value, size_t size)
{
    char shown[SHOWN_MAX];
    size_t letters = 0, digits = 0;

    if (test == USERDATA_ANY) {
        return true;
    }
    size = size < SHOWN_MAX - 1 ? size : SHOWN_MAX - 1;
    memcpy(shown, value, size);
    shown[size] = '\0';
    for (size_t i = 0; i < size; i++) {
        letters += isalpha((unsigned char)shown[i]) != 0;
        digits += isdigit((unsigned char)shown[i]) != 0;
    }
    bool real = size >= (test == USERDATA_PASSWORD ? PASSWORD_MIN : TOKEN_MIN) && !is_placeholder(shown);
    if (test != USERDATA_PASSWORD) {
        real = real && letters > 0 && digits > 0 && !(size == TEXT_UUID_SIZE && text_is_uuid(shown, size));
    }
    real = real && (test != USERDATA_RANDOM || secret_looks_random(shown, size));
    text_wipe(shown, sizeof(shown));
    return real;
}

/* --- base64 ------------------------------------------------------------------------------------------- */

/* The value of the digit; -1: it is none. Both alphabets (RFC 4648 4 and 5). */
static int digit_value(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+' || c == '-' ? 62
           : c == '/' || c == '_' ? 63
                                  : -1;
}

/* The end of a run of digits at `at`, with the line breaks and the indentation between its lines. */
static size_t run_end(const char *text, size_t size, size_t at, size_t *ret_digits)
{
    size_t end = at;

    *ret_digits = 0;
    while (at < size) {
        size_t line = at;
        while (at < size && (digit_value(text[at]) >= 0 || text[at] == '=')) {
            at++;
        }
        *ret_digits += at - line;
        end = at;
        if (at == line || at >= size || (text[at] != '\n' && text[at] != '\r')) {
            break;
        }
        at += strspn(text + at, " \t\r\n");
    }
    return end;
}

static bool is_text(const struct text *decoded)
{
    size_t odd = 0;

    for (size_t i = 0; i < decoded->size; i++) {
        unsigned char c = (unsigned char)decoded->data[i];
        odd += (c < ' ' && strchr("\t\r\n", c) == NULL) || c == 0 || c == 0x7f;
    }
    struct text_character first = {0};
    for (size_t i = 0; odd == 0 && i < decoded->size; i += first.size) {
        first = text_decode(decoded->data + i, decoded->size - i);
        odd += first.broken;
    }
    return decoded->size > 0 && odd == 0;
}

static void decode(const char *text, size_t size, struct text *ret)
{
    unsigned bits = 0, count = 0;

    for (size_t i = 0; i < size && text[i] != '='; i++) {
        int value = digit_value(text[i]);
        if (value < 0) {
            continue;
        }
        bits = bits << 6 | (unsigned)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            text_append_char(ret, (char)(bits >> count & 0xff));
        }
    }
}

bool userdata_next_base64(const char *text, size_t size, size_t *at, struct text *ret)
{
    while (*at < size) {
        size_t digits = 0, start = *at;
        if (digit_value(text[start]) < 0) {
            (*at)++;
            continue;
        }
        size_t end = run_end(text, size, start, &digits);
        *at = end > start ? end : start + 1;
        text_clear(ret);
        if (digits >= BASE64_MIN) {
            decode(text + start, end - start, ret);
            if (is_text(ret)) {
                return true;
            }
        }
    }
    return false;
}
