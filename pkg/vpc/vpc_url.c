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
