/* The library: sources, documents, resources by URI. */
#include "schema/library.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/uri.h"
#include "json/answer.h"

#define METASCHEMA_URI    "https://json-schema.org/draft/2020-12/"
#define METASCHEMA_FOLDER "json-schema.org/draft/2020-12"

static char *keep(struct schema_library *library, const char *string)
{
    return text_arena_copy(&library->arena, string, strlen(string));
}

struct schema_library *schema_library_create(enum schema_flags flags)
{
    struct text_arena arena = {0};
    struct schema_library *library = text_arena_alloc(&arena, sizeof(*library));

    library->arena = arena;
    library->flags = flags;
    library->matcher = schema_matcher_create();
    library->steps_max = SCHEMA_STEPS_MAX;
    schema_library_embed(library, METASCHEMA_URI, METASCHEMA_FOLDER, schema_metaschema_files, SCHEMA_TRUSTED);
    return library;
}

void schema_library_limit(struct schema_library *library, unsigned long steps, unsigned pattern_steps)
{
    library->steps_max = steps;
    schema_matcher_limit(library->matcher, pattern_steps);
}

static void free_patterns(struct schema_library *library)
{
    for (size_t slot = 0; slot < library->patterns.capacity; slot++) {
        schema_pattern_destroy(schema_map_at(&library->patterns, slot));
    }
}

static void free_resources(struct schema_library *library)
{
    for (struct schema_resource *resource = library->newest; resource != NULL; resource = resource->next) {
        schema_map_free(&resource->anchors);
        schema_map_free(&resource->dynamic_anchors);
    }
}

void schema_library_destroy(struct schema_library *library)
{
    if (library == NULL) {
        return;
    }
    for (struct schema_document *document = library->documents; document != NULL; document = document->next) {
        json_decref(document->root);
    }
    free_patterns(library);
    schema_matcher_destroy(library->matcher);
    free_resources(library);
    schema_map_free(&library->resources);
    schema_map_free(&library->schemas);
    schema_map_free(&library->patterns);
    struct text_arena arena = library->arena; /* the library itself is in it */
    text_arena_free(&arena);
}

static void add_source(struct schema_library *library, struct schema_source source)
{
    struct schema_source *kept = text_arena_alloc(&library->arena, sizeof(*kept));

    *kept = source;
    kept->next = library->sources;
    library->sources = kept;
}

void schema_library_embed(struct schema_library *library, const char *uri, const char *folder,
                          const struct schema_file *files, enum schema_flags flags)
{
    add_source(library, (struct schema_source){.uri = uri, .folder = folder, .files = files, .flags = flags});
}

bool schema_library_map(struct schema_library *library, const char *uri, const char *directory, enum schema_flags flags,
                        struct err *e)
{
    struct stat status;

    if (!schema_uri_is_absolute(uri) || strchr(uri, '#') != NULL) {
        return err_set(e, ERR_USAGE,
                       "\"%s\" is no absolute URI without fragment; write for example https://example.com/schemas/",
                       uri);
    }
    if (stat(directory, &status) != 0) {
        return err_set_errno(e, ERR_USAGE, "cannot read the folder %s", directory);
    }
    if (!S_ISDIR(status.st_mode)) {
        return err_set(e, ERR_USAGE, "%s is no folder; name the one in which references to %s are looked for",
                       directory, uri);
    }
    add_source(library,
               (struct schema_source){.uri = keep(library, uri), .folder = keep(library, directory), .flags = flags});
    return true;
}

void schema_library_add(struct schema_library *library, const char *uri, json_t *root)
{
    schema_library_document(library, uri, uri, json_incref(root), SCHEMA_DEFAULT);
}

struct schema_document *schema_library_document(struct schema_library *library, const char *uri, const char *name,
                                                json_t *root, enum schema_flags flags)
{
    struct schema_document *document = text_arena_alloc(&library->arena, sizeof(*document));
    struct err e = ERR_INIT;

    document->library = library;
    document->uri = text_arena_copy(&library->arena, uri, schema_uri_without_fragment(uri));
    document->name = keep(library, name);
    document->root = root;
    document->flags = flags;
    document->checked = (flags & SCHEMA_TRUSTED) != 0;
    document->next = library->documents;
    library->documents = document;
    if (schema_index(library, document, NULL, "", root, &e) == NULL) {
        struct err *failure = text_arena_alloc(&library->arena, sizeof(*failure));
        *failure = e;
        document->failure = failure;
    }
    return document;
}

/* Behind the source's URI: NULL when the URI is none of the source's. */
static const char *rest_of(const struct schema_source *source, const char *uri)
{
    size_t size = strlen(source->uri);

    if (strncmp(uri, source->uri, size) != 0) {
        return NULL;
    }
    if (size > 0 && source->uri[size - 1] != '/') {
        if (uri[size] != '/') {
            return NULL;
        }
        size++;
    }
    return uri + size;
}

static const struct schema_file *find_embedded(const struct schema_source *source, const char *name)
{
    size_t size = strlen(name);

    for (const struct schema_file *file = source->files; file->name != NULL; file++) {
        if (strncmp(file->name, name, size) == 0 &&
            (file->name[size] == '\0' || strcmp(file->name + size, ".json") == 0)) {
            return file;
        }
    }
    return NULL;
}

static bool leaves_folder(const char *path)
{
    size_t size = strlen(path);

    return path[0] == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 || strstr(path, "/../") != NULL ||
           (size >= 3 && strcmp(path + size - 3, "/..") == 0);
}

/* The file at `name` below the source's folder, or at `name`.json. */
static bool find_file(const struct schema_source *source, const char *name, struct text *ret_path)
{
    static const char *const endings[] = {"", ".json"};

    if (leaves_folder(name)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        struct stat status;
        text_clear(ret_path);
        size_t size = strlen(source->folder);
        text_printf(ret_path, "%s%s%s%s", source->folder, size > 0 && source->folder[size - 1] == '/' ? "" : "/", name,
                    endings[i]);
        if (stat(text_string(ret_path), &status) == 0 && S_ISREG(status.st_mode)) {
            return true;
        }
    }
    return false;
}

/*
 * Embedded files are read by the fast reader: it does not refuse duplicate members, but the build's tests have read
 * these files strictly before.
 */
static json_t *read_embedded(const struct schema_file *file, const char *name, struct err *e)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    struct answer_node root;

    if (!answer_parse(parser, file->text, (size_t)(file->end - file->text), &root, e)) {
        err_wrap(e, "%s", name);
        return NULL;
    }
    return answer_to_json(root);
}

/* The root of the document behind the URI; NULL without an error when the source has none. */
static json_t *read_from(const struct schema_source *source, const char *rest, struct text *ret_name, struct err *e)
{
    CLEANUP(text_free) struct text name = {0};
    CLEANUP(json_document_free) struct json_document document = {0};

    if (!schema_uri_decode(rest, strcspn(rest, "?"), &name)) {
        return NULL;
    }
    if (source->files != NULL) {
        const struct schema_file *file = find_embedded(source, text_string(&name));
        if (file == NULL) {
            return NULL;
        }
        text_printf(ret_name, "%s/%s", source->folder, file->name);
        return read_embedded(file, text_string(ret_name), e);
    }
    if (!find_file(source, text_string(&name), ret_name) ||
        !json_read_file(text_string(ret_name), JSON_READ_BIG_NUMBERS, &document, e)) {
        return NULL;
    }
    return json_incref(document.root);
}

/* Sources are tried from the longest prefix to the shortest, equal ones from the newest. */
static struct schema_document *find_document(struct schema_library *library, const char *uri, struct err *e)
{
    for (size_t limit = SIZE_MAX; limit > 0;) {
        size_t longest = 0;
        for (const struct schema_source *source = library->sources; source != NULL; source = source->next) {
            size_t size = strlen(source->uri);
            longest = size < limit && size > longest && rest_of(source, uri) != NULL ? size : longest;
        }
        for (const struct schema_source *source = library->sources; source != NULL; source = source->next) {
            CLEANUP(text_free) struct text name = {0};
            const char *rest = strlen(source->uri) == longest ? rest_of(source, uri) : NULL;
            json_t *root = rest != NULL ? read_from(source, rest, &name, e) : NULL;
            if (root != NULL) {
                return schema_library_document(library, uri, text_string(&name), root, source->flags);
            }
            if (e->code != ERR_NONE) {
                return NULL;
            }
        }
        limit = longest;
    }
    return NULL;
}

struct schema_resource *schema_library_resource(struct schema_library *library, const char *uri, size_t size,
                                                struct err *e)
{
    struct schema_resource *resource = schema_map_get(&library->resources, uri, size);
    CLEANUP(text_free) struct text copy = {0};

    if (resource == NULL) {
        text_append_size(&copy, uri, size);
        struct schema_document *document = find_document(library, text_string(&copy), e);
        if (document == NULL) {
            err_set(e, ERR_NOT_FOUND, "no schema is known under %s", text_string(&copy));
            return NULL;
        }
        resource = document->resource;
    }
    if (resource->document->failure != NULL) {
        const struct err *failure = resource->document->failure;
        err_set(e, failure->code, "%s", failure->message);
        return NULL;
    }
    return resource;
}

/* The folder of a schema file becomes a source, so that relative references find their neighbours. */
static bool file_uri(struct schema_library *library, const char *path, struct text *ret_uri, struct err *e)
{
    CLEANUP(text_free_pointer) char *absolute = realpath(path, NULL);
    if (absolute == NULL) {
        return err_set_errno(e, ERR_USAGE, "cannot read the schema %s", path);
    }
    schema_uri_from_path(absolute, ret_uri);
    CLEANUP(text_free) struct text folder_uri = {0};
    const char *slash = strrchr(text_string(ret_uri), '/');
    text_append_size(&folder_uri, text_string(ret_uri), (size_t)(slash + 1 - text_string(ret_uri)));
    const char *end = strrchr(path, '/');
    const char *folder = end == NULL ? "." : text_arena_copy(&library->arena, path, (size_t)(end + 1 - path));
    add_source(library, (struct schema_source){.uri = keep(library, text_string(&folder_uri)), .folder = folder});
    return true;
}

const struct schema *schema_compile_file(struct schema_library *library, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text uri = {0};
    CLEANUP(json_document_free) struct json_document document = {0};

    if (!file_uri(library, path, &uri, e)) {
        return NULL;
    }
    if (schema_map_get(&library->resources, text_string(&uri), uri.size) == NULL) {
        if (!json_read_file(path, JSON_READ_BIG_NUMBERS, &document, e)) {
            return NULL;
        }
        schema_library_document(library, text_string(&uri), path, json_incref(document.root), SCHEMA_DEFAULT);
    }
    return schema_compile(library, text_string(&uri), e);
}
