/*
 * library: documents, the resources in them, and everything compiled; private to room schema.
 */
#ifndef SCHEMA_LIBRARY_H
#define SCHEMA_LIBRARY_H

#include "schema/compiled.h"

#define SCHEMA_DIALECT "https://json-schema.org/draft/2020-12/schema"

struct schema_document {
    struct schema_library *library;
    const char *uri;  /* it was found under */
    const char *name; /* for people */
    json_t *root;
    enum schema_flags flags;
    bool checked;                     /* against its metaschema */
    const struct err *failure;        /* why nothing in it can be used, or NULL */
    struct schema_resource *resource; /* of its root */
    struct schema_document *next;
};

/* Where documents come from: embedded files or a folder. */
struct schema_source {
    const char *uri, *folder;
    const struct schema_file *files; /* NULL: the folder is one of the file system */
    enum schema_flags flags;
    struct schema_source *next; /* newest first */
};

struct schema_library {
    struct text_arena arena;
    enum schema_flags flags;
    struct schema_source *sources;
    struct schema_document *documents;
    struct schema_map resources; /* URI without fragment -> struct schema_resource * */
    struct schema_map schemas;   /* json_t * of a subschema (an object) -> struct schema * */
    struct schema_map patterns;  /* ECMA text -> struct schema_pattern * */
    struct schema_matcher *matcher;
    unsigned long steps_max;
    struct schema_resource *newest; /* of all resources */
    struct schema *pending;         /* stack of schemas to compile */
    struct schema *compiled;        /* since the last look for circles */
};

/* schema_library.c: the resource with that URI (`size` bytes, without fragment), its document read when needed. NULL
 * with the error set, ERR_NOT_FOUND when no source has it. */
struct schema_resource *schema_library_resource(struct schema_library *library, const char *uri, size_t size,
                                                struct err *e);

/* A document under its URI, indexed. Takes `root` over. A fault in it is kept in its `failure`. */
struct schema_document *schema_library_document(struct schema_library *library, const char *uri, const char *name,
                                                json_t *root, enum schema_flags flags);

/* schema_index.c: makes a struct schema for `source` and all subschemas in it, registers resources and anchors. NULL
 * with the error set. */
struct schema *schema_index(struct schema_library *library, struct schema_document *document,
                            const struct schema *parent, const char *steps, const json_t *source, struct err *e);

/* The struct schema of a subschema: of an object the one of the index, if any; of a boolean a new one. */
struct schema *schema_at(struct schema_library *library, const struct schema *parent, const char *steps,
                         const json_t *source);

/* schema_dialect.c: sets the resource's dialect and vocabularies by its $schema. */
bool schema_dialect_set(struct schema_library *library, struct schema_resource *resource, const char *uri,
                        struct err *e);

/* The documents that are not yet checked against their metaschemas: the next one, or NULL. */
struct schema_document *schema_dialect_unchecked(const struct schema_library *library);

/* Checks it; `metaschema` is compiled. A fault becomes the document's failure. */
bool schema_dialect_check(struct schema_library *library, struct schema_document *document,
                          const struct schema *metaschema, struct err *e);

/* schema_compile.c: puts it on the stack of schemas to compile unless it was there. */
void schema_enqueue(struct schema_library *library, struct schema *schema);

/* schema_run.c: a run with all its limits ahead. */
void schema_run_begin(struct schema_run *run, const struct schema *schema);

/* schema_circle.c: refuses circles of references among the newly compiled schemas. */
bool schema_refuse_circles(struct schema_library *library, struct err *e);

/* schema_resolve.c: the schema at a URI with fragment; NULL with the error set, ERR_NOT_FOUND when there is none. */
struct schema *schema_lookup(struct schema_library *library, const char *uri, struct err *e);

/* schema_place.c: appends "file#/pointer"; the URI with the pointer from the root of its resource. */
void schema_place_print(struct text *out, const struct schema *schema);
void schema_place_print_absolute(struct text *out, const struct schema *schema);

#endif
