/*
 * schema_library: documents, the resources in them, and everything compiled.
 */
#ifndef SCHEMA_ENGINE_SCHEMA_LIBRARY_H
#define SCHEMA_ENGINE_SCHEMA_LIBRARY_H

#include "schema/engine/schema_compiled.h"
#include "text/text_arena.h"

#define SCHEMA_DIALECT "https://json-schema.org/draft/2020-12/schema"

struct schema_document {
    struct schema_library *library;
    const char *uri;  /* it was found under */
    const char *name; /* for people */
    json_t *root;
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
    struct mem_map resources; /* URI without fragment -> struct schema_resource * */
    struct mem_map schemas;   /* json_t * of a subschema (an object) -> struct schema * */
    struct mem_map patterns;  /* ECMA text -> struct schema_pattern * */
    struct schema_matcher *matcher;
    unsigned long steps_max;
    struct schema_resource *resources_first, **resources_end; /* all, an outer one before those in it */
    struct schema *pending;                                   /* stack of schemas to compile */
    struct schema *compiled;                                  /* since the last search for cycles */
};

/* --- schema_source.c --------------------------------------------------------------------------- */

void schema_source_add(struct schema_library *library, struct schema_source source);

/* The root of the document with that URI, new, with its name and the source's flags. NULL with ERR_NONE when no source
 * has it, otherwise with the error. */
json_t *schema_source_read(const struct schema_library *library, const char *uri, struct text *ret_name,
                           enum schema_flags *ret_flags, struct err *e);

/* --- schema_index.c ---------------------------------------------------------------------------- */

/* Makes a struct schema for `source` and all subschemas in it, registers resources and anchors. NULL with the error
 * set. New resources have no dialect yet: see schema_library_index. */
struct schema *schema_index(struct schema_library *library, struct schema_document *document,
                            const struct schema *parent, const char *steps, const json_t *source, struct err *e);

/* The struct schema of a subschema: of an object the one of the index, if any; of a boolean a new one. */
struct schema *schema_at(struct schema_library *library, const struct schema *parent, const char *steps,
                         const json_t *source);

/* --- schema_library.c -------------------------------------------------------------------------- */

/* The resource with that URI (`size` bytes, without fragment), its document read when needed. NULL with the error set,
 * ERR_NOT_FOUND when no source has it. */
struct schema_resource *schema_library_resource(struct schema_library *library, const char *uri, size_t size,
                                                struct err *e);

/* A document under its URI, indexed. Takes `root` over. A fault in it is kept in its `failure`. */
struct schema_document *schema_library_document(struct schema_library *library, const char *uri, const char *name,
                                                json_t *root, enum schema_flags flags);

/* schema_index, and the dialects of the new resources. */
struct schema *schema_library_index(struct schema_library *library, struct schema_document *document,
                                    const struct schema *parent, const char *steps, const json_t *source,
                                    struct err *e);

/* Nothing in the document can be used from now on. */
void schema_library_fail(struct schema_document *document, const struct err *failure);

/* Puts it on the stack of schemas to compile unless it was there. */
void schema_enqueue(struct schema_library *library, struct schema *schema);

/* --- schema_resolve.c -------------------------------------------------------------------------- */

/* The schema at a URI with fragment; NULL with the error set, ERR_NOT_FOUND when there is none. */
struct schema *schema_lookup(struct schema_library *library, const char *uri, struct err *e);

/* The schema that a reference in `schema` leads to; NULL with the error set. */
struct schema *schema_resolve(struct schema_library *library, const struct schema *schema, const char *reference,
                              struct err *e);

/* --- schema_compile.c -------------------------------------------------------------------------- */

/* Compiles all that is on the stack. */
bool schema_compile_pending(struct schema_library *library, struct err *e);

/* After a failure: nothing stays half compiled. */
void schema_compile_unwind(struct schema_library *library);

#endif
