/* The index of a document: a struct schema for each subschema, its resources and anchors. */
#include "schema/library.h"

#include <string.h>

#include "schema/uri.h"

static struct schema *new_schema(struct schema_library *library, const struct schema *parent, const char *steps,
                                 const json_t *source)
{
    struct schema *schema = text_arena_alloc(&library->arena, sizeof(*schema));

    schema->source = source;
    schema->parent = parent;
    schema->resource = parent != NULL ? parent->resource : NULL;
    schema->steps = text_arena_copy(&library->arena, steps, strlen(steps));
    schema->types = json_is_false(source) ? 0 : SCHEMA_ANY;
    return schema;
}

struct schema *schema_at(struct schema_library *library, const struct schema *parent, const char *steps,
                         const json_t *source)
{
    if (json_is_boolean(source)) { /* jansson has one true and one false for all: no key for the index */
        return new_schema(library, parent, steps, source);
    }
    return schema_map_get(&library->schemas, &source, sizeof(source));
}

static void register_uri(struct schema_library *library, const char *uri, struct schema_resource *resource)
{
    schema_map_put(&library->resources, uri, strlen(uri), resource);
}

static const char *string_member(const json_t *source, const char *name)
{
    return json_string_value(json_object_get(source, name));
}

/* The resource that begins at this schema; the URI is the $id, resolved, or the document's. */
static bool begin_resource(struct schema_library *library, struct schema_document *document, struct schema *schema,
                           struct err *e)
{
    const char *id = string_member(schema->source, "$id");
    const char *dialect = string_member(schema->source, "$schema");
    const struct schema_resource *outer = schema->resource;

    struct schema_resource *resource = text_arena_alloc(&library->arena, sizeof(*resource));
    resource->next = library->newest;
    library->newest = resource;
    resource->root = schema;
    resource->document = document;
    schema->resource = resource;
    CLEANUP(text_free) struct text uri = {0};
    const char *base = outer != NULL ? outer->uri : document->uri;
    schema_uri_resolve(base, id != NULL ? id : "", &uri);
    resource->uri = text_arena_copy(&library->arena, text_string(&uri), schema_uri_without_fragment(text_string(&uri)));
    register_uri(library, resource->uri, resource);
    if (outer == NULL) {
        document->resource = resource;
        register_uri(library, document->uri, resource);
    }
    if (dialect == NULL && outer != NULL) {
        resource->dialect = outer->dialect;
        resource->vocabularies = outer->vocabularies;
        return true;
    }
    return schema_dialect_set(library, resource, dialect != NULL ? dialect : SCHEMA_DIALECT, e);
}

static void register_anchors(struct schema *schema)
{
    const char *anchor = string_member(schema->source, "$anchor");
    const char *dynamic = string_member(schema->source, "$dynamicAnchor");

    if (anchor != NULL) {
        schema_map_put(&schema->resource->anchors, anchor, strlen(anchor), schema);
    }
    if (dynamic != NULL) {
        schema_map_put(&schema->resource->anchors, dynamic, strlen(dynamic), schema);
        schema_map_put(&schema->resource->dynamic_anchors, dynamic, strlen(dynamic), schema);
    }
}

static bool index_child(struct schema_library *library, struct schema *schema, struct text *steps, json_t *child,
                        struct err *e)
{
    return !json_is_object(child) ||
           schema_index(library, schema->resource->document, schema, text_string(steps), child, e) != NULL;
}

static bool index_keyword(struct schema_library *library, struct schema *schema, const struct schema_keyword *keyword,
                          json_t *argument, struct err *e)
{
    CLEANUP(text_free) struct text steps = {0};
    const char *name;
    json_t *child;
    size_t i;
    bool good = true;

    json_pointer_push(&steps, keyword->name);
    size_t size = steps.size;
    if (keyword->children == SCHEMA_ONE) {
        good = index_child(library, schema, &steps, argument, e);
    } else if (keyword->children == SCHEMA_LIST) {
        json_array_foreach (argument, i, child) {
            steps.size = size;
            json_pointer_push_index(&steps, i);
            good = good && index_child(library, schema, &steps, child, e);
        }
    } else {
        json_object_foreach (argument, name, child) {
            steps.size = size;
            json_pointer_push(&steps, name);
            good = good && index_child(library, schema, &steps, child, e);
        }
    }
    return good;
}

struct schema *schema_index(struct schema_library *library, struct schema_document *document,
                            const struct schema *parent, const char *steps, const json_t *source, struct err *e)
{
    struct schema *schema = new_schema(library, parent, steps, source);

    if ((parent == NULL || json_is_string(json_object_get(source, "$id"))) &&
        !begin_resource(library, document, schema, e)) {
        return NULL;
    }
    if (!json_is_object(source)) {
        if (!json_is_boolean(source)) {
            err_set(e, ERR_INVALID, "%s: a schema must be an object or a boolean", document->name);
            return NULL;
        }
        return schema;
    }
    schema_map_put(&library->schemas, &schema->source, sizeof(schema->source), schema);
    register_anchors(schema);
    const char *name;
    json_t *argument;
    json_object_foreach ((json_t *)source, name, argument) {
        const struct schema_keyword *keyword = schema_keyword_find(name);
        if (keyword != NULL && keyword->children != SCHEMA_NO_CHILDREN &&
            !index_keyword(library, schema, keyword, argument, e)) {
            return NULL;
        }
    }
    return schema;
}
