/* How places, values and types are written in messages and locations. */
#include "schema/engine/schema_library.h"

enum { VALUE_SHOWN_MAX = 60 };

/* The steps from `from` down to the schema. */
static void print_steps(struct text *out, const struct schema *schema, const struct schema *from)
{
    if (schema != from && schema != NULL) {
        print_steps(out, schema->parent, from);
        text_append(out, schema->steps);
    }
}

void schema_place_print(struct text *out, const struct schema *schema)
{
    text_printf(out, "%s#", schema->resource->document->name);
    print_steps(out, schema, NULL);
}

void schema_place_print_absolute(struct text *out, const struct schema *schema)
{
    CLEANUP(text_free) struct text pointer = {0};

    text_printf(out, "%s#", schema->resource->uri);
    print_steps(&pointer, schema, schema->resource->root);
    text_percent_encode(out, text_string(&pointer), "/!$&'()*+,;=:@?"); /* RFC 3986 3.5 */
}

static void print_count(struct text *out, const char *what, size_t count, const char *part)
{
    text_printf(out, "%s with %zu %s%s", what, count, part, count == 1 ? "" : "s");
}

void schema_value_print(struct text *out, const json_t *value)
{
    CLEANUP(text_free) struct text full = {0};

    if (json_is_object(value)) {
        print_count(out, "an object", json_object_size(value), "member");
    } else if (json_is_array(value)) {
        print_count(out, "an array", json_array_size(value), "item");
    } else {
        json_print(&full, value, JSON_PRINT_COMPACT);
        text_append_short(out, text_string(&full), full.size, VALUE_SHOWN_MAX);
    }
}

void schema_types_print(struct text *out, unsigned types)
{
    static const struct {
        unsigned type;
        const char *name;
    } names[] = {
        {SCHEMA_OBJECT, "an object"}, {SCHEMA_ARRAY, "an array"},     {SCHEMA_STRING, "a string"},
        {SCHEMA_NUMBER, "a number"},  {SCHEMA_INTEGER, "an integer"}, {SCHEMA_BOOLEAN, "true or false"},
        {SCHEMA_NULL, "null"},
    };
    const char *between = "";

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((types & names[i].type) == names[i].type) {
            types &= ~names[i].type;
            text_printf(out, "%s%s", between, names[i].name);
            between = " or ";
        }
    }
}
