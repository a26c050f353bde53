/* What could not be read: when that is a gap to be named, and its lines. */
#include <string.h>

#include "inventory/inventory_selector.h"

bool inventory_is_gap(const struct inventory_scope *scope, const struct err *error)
{
    bool stopped = error->code == ERR_CANCELLED && !http_is_late(scope->http);

    return !stopped && error->code != ERR_USAGE && error->code != ERR_AUTH;
}

bool inventory_run(const struct inventory_scope *scope, const struct text *missing, struct err *e)
{
    if (http_run(scope->http, e)) {
        return true;
    }
    if (missing == NULL || !http_is_late(scope->http)) {
        return false;
    }
    err_clear(e);
    return true;
}

void inventory_append_odd(const struct resource_list *list, struct text *missing)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        if (record->odd != NULL) {
            resource_append_odd(missing, record);
            text_append_char(missing, '\n');
        }
    }
}

static bool has_line(const struct text *lines, const char *line)
{
    size_t wanted = strlen(line);
    size_t size;

    for (const char *next = text_string(lines); *next != '\0'; next += size + (next[size] == '\n')) {
        size = strcspn(next, "\n");
        if (size == wanted && memcmp(next, line, size) == 0) {
            return true;
        }
    }
    return false;
}

void inventory_add_missing(struct text *missing, struct text *more)
{
    char *next = more->data;

    for (char *line = strsep(&next, "\n"); line != NULL; line = strsep(&next, "\n")) {
        if (line[0] != '\0' && !has_line(missing, line)) {
            text_printf(missing, "%s\n", line);
        }
    }
}
