/* References: from a URI and its fragment to a schema. */
#include "schema/engine/schema_library.h"

#include <string.h>

#include "schema/engine/schema_uri.h"

/*
 * Walks from the resource's root. The nearest schema on the way is the parent; a schema in a place that no keyword
 * makes one is indexed now.
 */
static struct schema *at_pointer(struct schema_library *library, struct schema *root, const char *pointer,
                                 struct err *e)
{
    const json_t *value = root->source;
    struct schema *parent = root;
    CLEANUP(text_free) struct text steps = {0};
    CLEANUP(text_free) struct text token = {0};

    for (; json_pointer_next(&pointer, &token); text_clear(&token)) {
        const char *name = text_string(&token);
        json_pointer_push(&steps, name);
        value = json_is_array(value) ? json_array_get(value, json_pointer_index(name)) : json_object_get(value, name);
        struct schema *known = json_is_object(value) ? schema_at(library, NULL, "", value) : NULL;
        if (known != NULL) {
            parent = known;
            text_clear(&steps);
        }
    }
    value = *pointer == '\0' ? value : NULL;
    if (steps.size == 0 && value != NULL) {
        return parent;
    }
    if (json_is_boolean(value)) {
        return schema_at(library, parent, text_string(&steps), value);
    }
    if (!json_is_object(value)) {
        err_set(e, ERR_NOT_FOUND, "%s",
                value == NULL ? "there is nothing at that pointer" : "what is at that pointer is not a schema");
        return NULL;
    }
    return schema_library_index(library, parent->resource->document, parent, text_string(&steps), value, e);
}

static struct schema *at_fragment(struct schema_library *library, struct schema_resource *resource,
                                  const char *fragment, struct err *e)
{
    CLEANUP(text_free) struct text decoded = {0};

    if (!schema_uri_decode(fragment, strlen(fragment), &decoded)) {
        err_set(e, ERR_INVALID, "\"#%s\" has a %% that is not followed by two hex digits", fragment);
        return NULL;
    }
    if (decoded.size == 0) {
        return resource->root;
    }
    if (decoded.data[0] == '/') {
        return at_pointer(library, resource->root, text_string(&decoded), e);
    }
    struct schema *schema = mem_map_get_n(&resource->anchors, decoded.data, decoded.size);
    if (schema == NULL) {
        err_set(e, ERR_NOT_FOUND, "%s has no anchor \"%s\"", resource->document->name, text_string(&decoded));
    }
    return schema;
}

struct schema *schema_lookup(struct schema_library *library, const char *uri, struct err *e)
{
    size_t size = strcspn(uri, "#");
    struct schema_resource *resource = schema_library_resource(library, uri, size, e);

    if (resource == NULL) {
        return NULL;
    }
    return at_fragment(library, resource, uri[size] == '#' ? uri + size + 1 : "", e);
}

struct schema *schema_resolve(struct schema_library *library, const struct schema *schema, const char *reference,
                              struct err *e)
{
    CLEANUP(text_free) struct text uri = {0};

    if (reference[0] == '#') {
        return at_fragment(library, schema->resource, reference + 1, e);
    }
    if (!schema_uri_resolve(schema->resource->uri, reference, &uri)) {
        err_set(e, ERR_INVALID, "it is no URI reference");
        return NULL;
    }
    return schema_lookup(library, text_string(&uri), e);
}
