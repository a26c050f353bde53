/* The index of a document: a struct schema for each subschema, its resources and anchors. */
#include "schema/engine/schema_library.h"

#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_uri.h"

/* Where subschemas stand in the value of a keyword: it is one, an array of them, or an object of them. */
enum children { NO_CHILDREN, ONE, LIST, MEMBERS };

struct keyword {
    const char *name;
    enum children children;
};

static int compare(const void *name, const void *keyword)
{
    return strcmp(name, ((const struct keyword *)keyword)->name);
}

static enum children children_of(const char *name)
{
    static const struct keyword sorted[] = {
        {"$defs", MEMBERS},
        {"additionalProperties", ONE},
        {"allOf", LIST},
        {"anyOf", LIST},
        {"contains", ONE},
        {"contentSchema", ONE},
        {"definitions", MEMBERS},
        {"dependentSchemas", MEMBERS},
        {"else", ONE},
        {"if", ONE},
        {"items", ONE},
        {"not", ONE},
        {"oneOf", LIST},
        {"patternProperties", MEMBERS},
        {"prefixItems", LIST},
        {"properties", MEMBERS},
        {"propertyNames", ONE},
        {"then", ONE},
        {"unevaluatedItems", ONE},
        {"unevaluatedProperties", ONE},
    };
    const struct keyword *found = bsearch(name, sorted, sizeof(sorted) / sizeof(sorted[0]), sizeof(sorted[0]), compare);

    return found != NULL ? found->children : NO_CHILDREN;
}

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
    return mem_map_get_n(&library->schemas, &source, sizeof(source));
}

/* The resource that begins at this schema; the URI is the $id, resolved, or the document's. */
static bool begin_resource(struct schema_library *library, struct schema_document *document, struct schema *schema,
                           struct err *e)
{
    const char *id = json_string_value(json_object_get(schema->source, "$id"));
    const struct schema_resource *outer = schema->resource;
    const char *base = outer != NULL ? outer->uri : document->uri;
    struct schema_resource *resource = text_arena_alloc(&library->arena, sizeof(*resource));
    CLEANUP(text_free) struct text uri = {0};

    *library->resources_end = resource;
    library->resources_end = &resource->next;
    resource->root = schema;
    resource->document = document;
    resource->vocabularies = SCHEMA_STANDARD;
    if (outer == NULL) {
        document->resource = resource;
        mem_map_add_n(&library->resources, document->uri, strlen(document->uri), resource);
    }
    schema->resource = resource;
    if (id != NULL && !schema_uri_resolve(base, id, &uri)) {
        resource->uri = base;
        schema_place_print(&uri, schema);
        return err_set(e, ERR_INVALID, "%s/$id: \"%s\" is no URI reference", text_string(&uri), id);
    }
    resource->uri =
        id != NULL ? text_arena_copy(&library->arena, text_string(&uri), strcspn(text_string(&uri), "#")) : base;
    mem_map_add_n(&library->resources, resource->uri, strlen(resource->uri), resource);
    return true;
}

static void register_anchors(struct schema *schema)
{
    const json_t *anchor = json_object_get(schema->source, "$anchor");
    const json_t *dynamic = json_object_get(schema->source, "$dynamicAnchor");

    if (json_is_string(anchor)) {
        mem_map_add_n(&schema->resource->anchors, json_string_value(anchor), json_string_length(anchor), schema);
    }
    if (json_is_string(dynamic)) {
        const char *name = json_string_value(dynamic);
        mem_map_add_n(&schema->resource->anchors, name, strlen(name), schema);
        mem_map_add_n(&schema->resource->dynamic_anchors, name, strlen(name), schema);
    }
}

static bool index_child(struct schema_library *library, struct schema *schema, const struct text *steps,
                        const json_t *child, struct err *e)
{
    return !json_is_object(child) ||
           schema_index(library, schema->resource->document, schema, text_string(steps), child, e) != NULL;
}

static bool index_keyword(struct schema_library *library, struct schema *schema, const char *keyword,
                          const json_t *argument, struct err *e)
{
    enum children children = children_of(keyword);
    CLEANUP(text_free) struct text steps = {0};
    const char *name;
    json_t *child;
    size_t i;
    bool good = true;

    if (children == NO_CHILDREN) {
        return true;
    }
    json_pointer_push(&steps, keyword);
    size_t size = steps.size;
    if (children == ONE) {
        return index_child(library, schema, &steps, argument, e);
    }
    if (children == LIST) {
        json_array_foreach (argument, i, child) {
            steps.size = size;
            json_pointer_push_index(&steps, i);
            good = good && index_child(library, schema, &steps, child, e);
        }
        return good;
    }
    json_object_foreach ((json_t *)argument, name, child) {
        steps.size = size;
        json_pointer_push(&steps, name);
        good = good && index_child(library, schema, &steps, child, e);
    }
    return good;
}

struct schema *schema_index(struct schema_library *library, struct schema_document *document,
                            const struct schema *parent, const char *steps, const json_t *source, struct err *e)
{
    struct schema *schema = new_schema(library, parent, steps, source);
    const char *name;
    json_t *argument;

    if ((parent == NULL || json_is_string(json_object_get(source, "$id"))) &&
        !begin_resource(library, document, schema, e)) {
        return NULL;
    }
    if (json_is_boolean(source)) {
        return schema;
    }
    if (!json_is_object(source)) {
        err_set(e, ERR_INVALID, "%s: a schema must be an object or a boolean", document->name);
        return NULL;
    }
    mem_map_add_n(&library->schemas, &schema->source, sizeof(schema->source), schema);
    register_anchors(schema);
    json_object_foreach ((json_t *)source, name, argument) {
        if (!index_keyword(library, schema, name, argument, e)) {
            return NULL;
        }
    }
    return schema;
}
