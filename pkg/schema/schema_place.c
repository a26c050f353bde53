/* Where a schema stands, for people and as URI. */
#include "schema/library.h"

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
    text_append(out, schema->resource->uri);
    text_append_char(out, '#');
    print_steps(out, schema, schema->resource->root);
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
