/* The library: documents, the resources in them by URI, and the dialect of each resource. */
#include "schema/engine/schema_library.h"

#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_uri.h"

#define METASCHEMA_URI    "https://json-schema.org/draft/2020-12/"
#define METASCHEMA_FOLDER "json-schema.org/draft/2020-12"
#define VOCABULARY_URI    "https://json-schema.org/draft/2020-12/vocab/"

struct schema_library *schema_library_create(enum schema_flags flags)
{
    struct schema_library *library = mem_alloc(sizeof(*library));

    library->flags = flags;
    bool few = (flags & SCHEMA_FEW_STEPS) != 0;
    library->matcher = schema_matcher_create(few ? SCHEMA_STEPS_FEW : SCHEMA_PATTERN_EFFORT_MAX);
    library->steps_max = few ? SCHEMA_STEPS_FEW : SCHEMA_STEPS_MAX;
    library->resources_end = &library->resources_first;
    schema_library_embed(library, METASCHEMA_URI, METASCHEMA_FOLDER, schema_metaschema_files, SCHEMA_TRUSTED);
    return library;
}

void schema_library_destroy(struct schema_library *library)
{
    if (library == NULL) {
        return;
    }
    for (struct schema_document *document = library->documents; document != NULL; document = document->next) {
        json_decref(document->root);
    }
    for (struct schema_resource *resource = library->resources_first; resource != NULL; resource = resource->next) {
        mem_map_free(&resource->anchors);
        mem_map_free(&resource->dynamic_anchors);
    }
    for (const struct mem_map_entry *at = mem_map_first(&library->patterns); at != NULL; at = mem_map_next(at)) {
        schema_pattern_destroy(at->value);
    }
    schema_matcher_destroy(library->matcher);
    mem_map_free(&library->resources);
    mem_map_free(&library->schemas);
    mem_map_free(&library->patterns);
    text_arena_free(&library->arena);
    free(library);
}

void schema_library_add(struct schema_library *library, const char *uri, json_t *root)
{
    schema_library_document(library, uri, uri, json_incref(root), SCHEMA_DEFAULT);
}

void schema_enqueue(struct schema_library *library, struct schema *schema)
{
    if (!schema->queued) {
        schema->queued = true;
        schema->next = library->pending;
        library->pending = schema;
    }
}

/* --- dialects ---------------------------------------------------------------------------------- */

static unsigned vocabulary_bit(const char *uri)
{
    static const struct {
        const char *uri;
        unsigned bit;
    } known[] = {
        {VOCABULARY_URI "core", SCHEMA_CORE},
        {VOCABULARY_URI "applicator", SCHEMA_APPLICATOR},
        {VOCABULARY_URI "unevaluated", SCHEMA_UNEVALUATED},
        {VOCABULARY_URI "validation", SCHEMA_VALIDATION},
        {VOCABULARY_URI "meta-data", SCHEMA_META_DATA},
        {VOCABULARY_URI "format-annotation", SCHEMA_FORMAT_ANNOTATION},
        {VOCABULARY_URI "format-assertion", SCHEMA_FORMAT_ASSERTION},
        {VOCABULARY_URI "content", SCHEMA_CONTENT},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(uri, known[i].uri) == 0) {
            return known[i].bit;
        }
    }
    return 0;
}

/* By the metaschema's $vocabulary; one without it has the vocabularies of the metaschema that describes it. */
static bool set_vocabularies(struct schema_resource *resource, const struct schema_resource *metaschema, struct err *e)
{
    const json_t *declared = json_object_get(metaschema->root->source, "$vocabulary");
    const char *uri;
    json_t *needed;

    if (!json_is_object(declared)) {
        resource->vocabularies = metaschema->vocabularies;
        return true;
    }
    resource->vocabularies = SCHEMA_CORE;
    json_object_foreach ((json_t *)declared, uri, needed) {
        unsigned bit = vocabulary_bit(uri);
        if (bit == 0 && json_is_true(needed)) {
            return err_set(e, ERR_INVALID, "%s#/$schema: the metaschema %s demands the vocabulary %s, which is unknown",
                           resource->document->name, metaschema->uri, uri);
        }
        resource->vocabularies |= bit;
    }
    return true;
}

/* The dialect is that of the resource's $schema, otherwise that of the resource around it. */
static bool set_dialect(struct schema_library *library, struct schema_resource *resource, struct err *e)
{
    const char *uri = json_string_value(json_object_get(resource->root->source, "$schema"));
    const struct schema *parent = resource->root->parent;

    if (uri == NULL && parent != NULL) {
        resource->dialect = parent->resource->dialect;
        resource->vocabularies = parent->resource->vocabularies;
        return true;
    }
    size_t size = uri != NULL ? strcspn(uri, "#") : 0;
    resource->dialect = uri != NULL ? text_arena_copy(&library->arena, uri, size) : SCHEMA_DIALECT;
    if (strcmp(resource->dialect, SCHEMA_DIALECT) == 0) {
        return true;
    }
    struct err reason = ERR_INIT;
    const struct schema_resource *metaschema =
        schema_uri_is_valid(uri, strlen(uri)) ? schema_library_resource(library, uri, size, &reason) : NULL;
    bool self = metaschema == resource && !json_is_object(json_object_get(resource->root->source, "$vocabulary"));
    if (metaschema == NULL || self) {
        bool found = reason.code != ERR_NONE && reason.code != ERR_NOT_FOUND;
        return err_set(
            e, ERR_INVALID,
            "%s#/$schema: the dialect \"%s\" is not understood: only draft 2020-12 (%s) and metaschemas of its "
            "vocabularies are%s%s",
            resource->document->name, uri, SCHEMA_DIALECT, found ? "; " : "", found ? reason.message : "");
    }
    return set_vocabularies(resource, metaschema, e);
}

/* --- documents --------------------------------------------------------------------------------- */

struct schema *schema_library_index(struct schema_library *library, struct schema_document *document,
                                    const struct schema *parent, const char *steps, const json_t *source, struct err *e)
{
    struct schema_resource **added = library->resources_end;
    struct schema *schema = schema_index(library, document, parent, steps, source, e);

    for (struct schema_resource *resource = *added; schema != NULL && resource != NULL; resource = resource->next) {
        if (resource->document == document && !set_dialect(library, resource, e)) {
            return NULL;
        }
    }
    return schema;
}

void schema_library_fail(struct schema_document *document, const struct err *failure)
{
    struct err *kept = text_arena_alloc(&document->library->arena, sizeof(*kept));

    *kept = *failure;
    document->failure = kept;
}

struct schema_document *schema_library_document(struct schema_library *library, const char *uri, const char *name,
                                                json_t *root, enum schema_flags flags)
{
    struct schema_document *document = text_arena_alloc(&library->arena, sizeof(*document));
    struct err e = ERR_INIT;

    document->library = library;
    document->uri = text_arena_copy(&library->arena, uri, strcspn(uri, "#"));
    document->name = text_arena_copy(&library->arena, name, strlen(name));
    document->root = root;
    document->checked = (flags & SCHEMA_TRUSTED) != 0;
    document->next = library->documents;
    library->documents = document;
    if (schema_library_index(library, document, NULL, "", root, &e) == NULL) {
        schema_library_fail(document, &e);
    }
    return document;
}

struct schema_resource *schema_library_resource(struct schema_library *library, const char *uri, size_t size,
                                                struct err *e)
{
    struct schema_resource *resource = mem_map_get_n(&library->resources, uri, size);

    if (resource == NULL) {
        CLEANUP(text_free) struct text copy = {0};
        CLEANUP(text_free) struct text name = {0};
        enum schema_flags flags;
        text_append_size(&copy, uri, size);
        json_t *root = schema_source_read(library, text_string(&copy), &name, &flags, e);
        if (root == NULL) {
            err_set(e, ERR_NOT_FOUND, "no schema is known under %s", text_string(&copy));
            return NULL;
        }
        resource = schema_library_document(library, text_string(&copy), text_string(&name), root, flags)->resource;
    }
    if (resource->document->failure != NULL) {
        const struct err *failure = resource->document->failure;
        err_set(e, failure->code, "%s", failure->message);
        return NULL;
    }
    return resource;
}
