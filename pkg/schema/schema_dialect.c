/* Dialects: metaschemas, the vocabularies they declare, and checking schemas against them. */
#include "schema/library.h"

#include <string.h>

#include "schema/uri.h"

#define VOCABULARY "https://json-schema.org/draft/2020-12/vocab/"

static unsigned vocabulary_bit(const char *uri)
{
    static const struct {
        const char *name;
        unsigned bit;
    } known[] = {
        {"core", SCHEMA_CORE},
        {"applicator", SCHEMA_APPLICATOR},
        {"unevaluated", SCHEMA_UNEVALUATED},
        {"validation", SCHEMA_VALIDATION},
        {"meta-data", SCHEMA_META_DATA},
        {"format-annotation", SCHEMA_FORMAT_ANNOTATION},
        {"format-assertion", SCHEMA_FORMAT_ASSERTION},
        {"content", SCHEMA_CONTENT},
    };

    if (strncmp(uri, VOCABULARY, strlen(VOCABULARY)) != 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(uri + strlen(VOCABULARY), known[i].name) == 0) {
            return known[i].bit;
        }
    }
    return 0;
}

static unsigned standard_vocabularies(void)
{
    return SCHEMA_CORE | SCHEMA_APPLICATOR | SCHEMA_UNEVALUATED | SCHEMA_VALIDATION | SCHEMA_META_DATA |
           SCHEMA_FORMAT_ANNOTATION | SCHEMA_CONTENT;
}

/* By the metaschema's $vocabulary; one without it has the vocabularies of the metaschema that describes it. */
static bool vocabularies_of(struct schema_resource *resource, const struct schema_resource *metaschema, struct err *e)
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

bool schema_dialect_set(struct schema_library *library, struct schema_resource *resource, const char *uri,
                        struct err *e)
{
    size_t size = schema_uri_without_fragment(uri);

    resource->dialect = text_arena_copy(&library->arena, uri, size);
    resource->vocabularies = standard_vocabularies();
    if (strcmp(resource->dialect, SCHEMA_DIALECT) == 0) {
        return true;
    }
    struct err reason = ERR_INIT;
    const struct schema_resource *metaschema =
        schema_uri_is_absolute(uri) ? schema_library_resource(library, uri, size, &reason) : NULL;
    bool self = metaschema == resource && !json_is_object(json_object_get(resource->root->source, "$vocabulary"));
    if (metaschema == NULL || self) {
        bool found = reason.code != ERR_NONE && reason.code != ERR_NOT_FOUND;
        return err_set(
            e, ERR_INVALID,
            "%s#/$schema: the dialect \"%s\" is not understood: only draft 2020-12 (%s) and metaschemas of its "
            "vocabularies are%s%s",
            resource->document->name, uri, SCHEMA_DIALECT, found ? "; " : "", found ? reason.message : "");
    }
    return vocabularies_of(resource, metaschema, e);
}

struct schema_document *schema_dialect_unchecked(const struct schema_library *library)
{
    struct schema_document *document = library->documents;

    while (document != NULL && (document->checked || document->failure != NULL)) {
        document = document->next;
    }
    return document;
}

bool schema_dialect_check(struct schema_library *library, struct schema_document *document,
                          const struct schema *metaschema, struct err *e)
{
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};

    document->checked = true;
    enum schema_verdict verdict = schema_check(metaschema, document->root);
    if (verdict == SCHEMA_VALID) {
        return true;
    }
    schema_explain(metaschema, document->root, &faults);
    const struct schema_fault *fault = &faults.list[0];
    struct err *failure = text_arena_alloc(&library->arena, sizeof(*failure));
    err_set(failure, verdict == SCHEMA_UNDECIDED ? ERR_UNDECIDED : ERR_INVALID, "%s#%s: %s%s%s", document->name,
            fault->instance, fault->message, fault->fix[0] != '\0' ? "; " : "", fault->fix);
    document->failure = failure;
    return err_set(e, failure->code, "%s", failure->message);
}
