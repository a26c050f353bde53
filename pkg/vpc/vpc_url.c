#include "vpc/vpc_url.h"

#include <string.h>

/* RFC 3986 2.3: everything but unreserved characters is escaped. */
static void append_escaped(struct text *out, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (const char *c = value; *c != '\0'; c++) {
        if (strchr(plain, *c) != NULL) {
            text_append_char(out, *c);
        } else {
            text_printf(out, "%%%02X", (unsigned char)*c);
        }
    }
}

void vpc_url(struct text *out, const struct vpc *vpc, const char *path, const char *id, const char *below)
{
    text_append(out, vpc->base);
    text_append(out, path);
    if (id != NULL) {
        text_append_char(out, '/');
        append_escaped(out, id);
    }
    if (below != NULL) {
        text_printf(out, "/%s", below);
    }
    text_printf(out, "?version=%s&generation=2", vpc->api_version);
}

void vpc_url_query(struct text *out, const char *name, const char *value)
{
    if (value != NULL) {
        text_printf(out, "&%s=", name);
        append_escaped(out, value);
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void append_unescaped(struct text *out, const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (value[i] == '%' && i + 2 < size && hex_value(value[i + 1]) >= 0 && hex_value(value[i + 2]) >= 0) {
            text_append_char(out, (char)(hex_value(value[i + 1]) << 4 | hex_value(value[i + 2])));
            i += 2;
        } else {
            text_append_char(out, value[i] == '+' ? ' ' : value[i]);
        }
    }
}

bool vpc_url_start(const char *href, size_t size, struct text *ret_start)
{
    static const char key[] = "start=";
    const char *end = href + size;
    const char *query = memchr(href, '?', size);

    while (query != NULL && query + sizeof(key) - 1 < end) {
        const char *parameter = query + 1;
        const char *next = memchr(parameter, '&', (size_t)(end - parameter));
        const char *stop = next != NULL ? next : end;
        const char *fragment = memchr(parameter, '#', (size_t)(stop - parameter));
        stop = fragment != NULL ? fragment : stop;
        if ((size_t)(stop - parameter) >= sizeof(key) - 1 && memcmp(parameter, key, sizeof(key) - 1) == 0) {
            append_unescaped(ret_start, parameter + sizeof(key) - 1, (size_t)(stop - parameter) - (sizeof(key) - 1));
            return ret_start->size > 0;
        }
        query = next;
    }
    return false;
}
