/* Where a schema stands, for people and as URI. */
#include "schema/library.h"
#include "schema/uri.h"

/* The steps from `from` down to the schema. */
static void print_steps(struct text *out, const struct schema *schema, const struct schema *from)
{
    if (schema == from || schema == NULL) {
        return;
    }
    print_steps(out, schema->parent, from);
    text_append(out, schema->steps);
}

void schema_place_print(struct text *out, const struct schema *schema)
{
    text_append(out, schema->resource->document->name);
    text_append_char(out, '#');
    print_steps(out, schema, NULL);
}

void schema_place_print_absolute(struct text *out, const struct schema *schema)
{
    CLEANUP(text_free) struct text pointer = {0};

    text_append(out, schema->resource->uri);
    text_append_char(out, '#');
    print_steps(&pointer, schema, schema->resource->root);
    schema_uri_encode(text_string(&pointer), "/!$&'()*+,;=:@?-._~", out); /* RFC 3986 3.5 */
}

const char *schema_place(const struct schema *schema)
{
    return schema->place;
}

const char *schema_title(const struct schema *schema)
{
    return schema->title;
}

const json_t *schema_source(const struct schema *schema)
{
    return schema->source;
}
