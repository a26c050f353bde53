/* Percent-coding of URLs, and the parameters of a query. */
#include <string.h>

#include "text/text.h"

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void text_percent_encode(struct text *t, const char *string, const char *also)
{
    for (const char *at = string; *at != '\0'; at++) {
        if (is_alphanumeric(*at) || strchr("-._~", *at) != NULL || strchr(also, *at) != NULL) {
            text_append_char(t, *at);
        } else {
            text_printf(t, "%%%02X", (unsigned char)*at);
        }
    }
}

bool text_percent_decode(struct text *t, const char *bytes, size_t size)
{
    bool valid = true;

    for (size_t i = 0; i < size; i++) {
        int high = bytes[i] == '%' && i + 2 < size ? hex_value(bytes[i + 1]) : -1;
        int low = high >= 0 ? hex_value(bytes[i + 2]) : -1;
        valid = valid && (bytes[i] != '%' || low >= 0);
        text_append_char(t, low >= 0 ? (char)(high << 4 | low) : bytes[i]);
        i += low >= 0 ? 2 : 0;
    }
    return valid;
}

/* A query writes a space as + (WHATWG URL, application/x-www-form-urlencoded). */
static void append_unescaped(struct text *out, const char *value, size_t size)
{
    CLEANUP(text_free) struct text spaced = {0};

    text_append_size(&spaced, value, size);
    for (size_t i = 0; i < spaced.size; i++) {
        spaced.data[i] = spaced.data[i] == '+' ? ' ' : spaced.data[i];
    }
    (void)text_percent_decode(out, text_string(&spaced), spaced.size);
}

bool text_append_parameter(struct text *t, const char *url, size_t size, const char *name)
{
    const char *end = url + size;
    const char *query = memchr(url, '?', size);
    size_t length = strlen(name);

    while (query != NULL) {
        const char *parameter = query + 1;
        const char *next = memchr(parameter, '&', (size_t)(end - parameter));
        const char *stop = next != NULL ? next : end;
        const char *fragment = memchr(parameter, '#', (size_t)(stop - parameter));
        stop = fragment != NULL ? fragment : stop;
        if ((size_t)(stop - parameter) > length && memcmp(parameter, name, length) == 0 && parameter[length] == '=') {
            const char *value = parameter + length + 1;
            append_unescaped(t, value, (size_t)(stop - value));
            return value < stop;
        }
        query = next;
    }
    return false;
}
