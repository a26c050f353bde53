/* Where documents come from: embedded files, and folders of the file system. */
#include "schema/engine/schema_library.h"

#include <string.h>
#include <sys/stat.h>

#include "schema/engine/schema_uri.h"
#include "json/json_answer.h"

void schema_source_add(struct schema_library *library, struct schema_source source)
{
    struct schema_source *kept = text_arena_alloc(&library->arena, sizeof(*kept));

    *kept = source;
    kept->next = library->sources;
    library->sources = kept;
}

void schema_library_embed(struct schema_library *library, const char *uri, const char *folder,
                          const struct schema_file *files, enum schema_flags flags)
{
    schema_source_add(library, (struct schema_source){.uri = uri, .folder = folder, .files = files, .flags = flags});
}

bool schema_library_map(struct schema_library *library, const char *uri, const char *directory, enum schema_flags flags,
                        struct err *e)
{
    struct stat status;

    if (!schema_uri_is_valid(uri, strlen(uri)) || strchr(uri, '#') != NULL) {
        return err_set(
            e, ERR_USAGE,
            "\"%s\" is not an absolute URI without a fragment; write for example https://example.com/schemas/", uri);
    }
    if (stat(directory, &status) != 0) {
        return err_set_errno(e, ERR_USAGE, "cannot read the folder %s", directory);
    }
    if (!S_ISDIR(status.st_mode)) {
        return err_set(e, ERR_USAGE, "%s is not a folder; name the one in which references to %s are looked for",
                       directory, uri);
    }
    schema_source_add(library, (struct schema_source){
                                   .uri = text_arena_copy(&library->arena, uri, strlen(uri)),
                                   .folder = text_arena_copy(&library->arena, directory, strlen(directory)),
                                   .flags = flags,
                               });
    return true;
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
        size_t size = strlen(source->folder);
        text_clear(ret_path);
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
json_t *schema_source_read(const struct schema_library *library, const char *uri, struct text *ret_name,
                           enum schema_flags *ret_flags, struct err *e)
{
    for (size_t limit = SIZE_MAX; limit > 0;) {
        size_t longest = 0;
        for (const struct schema_source *source = library->sources; source != NULL; source = source->next) {
            size_t size = strlen(source->uri);
            longest = size < limit && size > longest && rest_of(source, uri) != NULL ? size : longest;
        }
        for (const struct schema_source *source = library->sources; source != NULL; source = source->next) {
            const char *rest = strlen(source->uri) == longest ? rest_of(source, uri) : NULL;
            text_clear(ret_name);
            json_t *root = rest != NULL ? read_from(source, rest, ret_name, e) : NULL;
            if (root != NULL || e->code != ERR_NONE) {
                *ret_flags = source->flags;
                return root;
            }
        }
        limit = longest;
    }
    return NULL;
}
