/* URLs of the API. */
#include "vpc/vpc_url.h"

#include <string.h>

void vpc_url(struct text *out, const struct vpc *vpc, const char *path, const char *id, const char *below)
{
    text_append(out, vpc->base);
    text_append(out, path);
    if (id != NULL) {
        text_append_char(out, '/');
        text_percent_encode(out, id, "");
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
        text_percent_encode(out, value, "");
    }
}

/* A query writes a space as + (WHATWG URL, application/x-www-form-urlencoded). */
static void append_unescaped(struct text *out, const char *value, size_t size)
{
    CLEANUP(text_free) struct text spaced = {0};

    text_append_size(&spaced, value, size);
    for (char *c = spaced.data; (c = strchr(c, '+')) != NULL;) {
        *c = ' ';
    }
    (void)text_percent_decode(out, text_string(&spaced), spaced.size);
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
