/* Compiling a schema with all that its references reach, and checking the documents against their metaschemas. */
#include "schema/schema.h"

#include <stdlib.h>
#include <string.h>

#include "schema/engine/schema_library.h"

/* A fault in the document is kept as its failure. */
static bool check_document(struct schema_document *document, const struct schema *metaschema, struct err *e)
{
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    struct err failure = ERR_INIT;

    document->checked = true;
    if (schema_check(metaschema, document->root) == SCHEMA_VALID) {
        return true;
    }
    enum schema_verdict verdict = schema_explain(metaschema, document->root, &faults);
    const struct schema_fault *fault = &faults.list[0];
    err_set(&failure, verdict == SCHEMA_UNDECIDED ? ERR_UNDECIDED : ERR_INVALID, "%s#%s: %s%s%s", document->name,
            fault->instance, fault->message, fault->fix[0] != '\0' ? "; " : "", fault->fix);
    schema_library_fail(document, &failure);
    return err_set(e, failure.code, "%s", failure.message);
}

static struct schema_document *unchecked(const struct schema_library *library)
{
    struct schema_document *document = library->documents;

    while (document != NULL && (document->checked || document->failure != NULL)) {
        document = document->next;
    }
    return document;
}

/* Documents are checked when all is compiled, because a metaschema may be among what is being compiled. */
static bool check_documents(struct schema_library *library, struct err *e)
{
    struct schema_document *document;

    while ((document = unchecked(library)) != NULL) {
        struct schema *metaschema = schema_lookup(library, document->resource->dialect, e);
        if (metaschema == NULL) {
            return false;
        }
        schema_enqueue(library, metaschema);
        if (!schema_compile_pending(library, e) || !check_document(document, metaschema, e)) {
            return false;
        }
    }
    return true;
}

const struct schema *schema_compile(struct schema_library *library, const char *uri, struct err *e)
{
    struct schema *schema = schema_lookup(library, uri, e);

    if (schema == NULL) {
        return NULL;
    }
    schema_enqueue(library, schema);
    if (!schema_compile_pending(library, e) || !check_documents(library, e)) {
        schema_compile_unwind(library);
        return NULL;
    }
    library->compiled = NULL;
    return schema;
}

/* The folder of a schema file becomes a source, so that relative references find its neighbours. */
static bool file_uri(struct schema_library *library, const char *path, struct text *ret_uri, struct err *e)
{
    CLEANUP(text_free_pointer) char *absolute = realpath(path, NULL);
    if (absolute == NULL) {
        return err_set_errno(e, ERR_USAGE, "cannot read the schema %s", path);
    }
    text_append(ret_uri, "file://");
    text_percent_encode(ret_uri, absolute, "/");
    size_t uri_size = (size_t)(strrchr(text_string(ret_uri), '/') + 1 - text_string(ret_uri));
    const char *end = strrchr(path, '/');
    schema_source_add(
        library, (struct schema_source){
                     .uri = text_arena_copy(&library->arena, text_string(ret_uri), uri_size),
                     .folder = end == NULL ? "." : text_arena_copy(&library->arena, path, (size_t)(end + 1 - path)),
                 });
    return true;
}

const struct schema *schema_compile_file(struct schema_library *library, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text uri = {0};
    CLEANUP(json_document_free) struct json_document document = {0};

    if (!file_uri(library, path, &uri, e)) {
        return NULL;
    }
    if (mem_map_get(&library->resources, text_string(&uri)) == NULL) {
        if (!json_read_file(path, JSON_READ_BIG_NUMBERS, &document, e)) {
            return NULL;
        }
        schema_library_document(library, text_string(&uri), path, json_incref(document.root), SCHEMA_DEFAULT);
    }
    return schema_compile(library, text_string(&uri), e);
}

const char *schema_title(const struct schema *schema)
{
    return schema->title;
}
