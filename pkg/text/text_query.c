/* The query of a URL. */
#include <string.h>

#include "text/text.h"

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
