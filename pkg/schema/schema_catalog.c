#include "schema/schema_catalog.h"

#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "text/text_arena.h"

/* A file of the folder that was read. */
struct document {
    struct document *next;
    const char *path; /* below the folder */
    struct json_document content;
};

struct schema_catalog {
    const char *directory; /* or NULL: embedded */
    struct schema_library *library;
    struct schema_entry *entries; /* sorted by name; `root` is NULL until it is read */
    size_t entries_count;
    struct document *documents;
    struct text_arena memory; /* of all of this, and of the catalog itself */
};

/* --- opening ----------------------------------------------------------------------------------- */

/* Room for one more entry: a new array at every power of two. */
static struct schema_entry *new_entry(struct schema_catalog *catalog)
{
    size_t count = catalog->entries_count;
    if ((count & (count - 1)) == 0) {
        struct schema_entry *larger = text_arena_alloc(&catalog->memory, (count ? 2 * count : 1) * sizeof(*larger));
        if (count > 0) {
            memcpy(larger, catalog->entries, count * sizeof(*larger));
        }
        catalog->entries = larger;
    }
    return &catalog->entries[catalog->entries_count++];
}

/* Takes a file at the top of the folder as a named schema. */
static void add_entry(struct schema_catalog *catalog, const char *file)
{
    size_t length = strlen(file);
    if (length <= 5 || strcmp(file + length - 5, ".json") != 0 || file[0] == '.' || strchr(file, '/')) {
        return;
    }
    CLEANUP(text_free) struct text place = {0};
    text_printf(&place, "%s/%s", catalog->directory ? catalog->directory : "schemas", file);
    *new_entry(catalog) = (struct schema_entry){
        .name = text_arena_copy(&catalog->memory, file, length - 5),
        .place = text_arena_copy(&catalog->memory, place.data, place.size),
    };
}

static bool list_directory(struct schema_catalog *catalog, struct err *e)
{
    DIR *folder = opendir(catalog->directory);
    if (folder == NULL) {
        return err_set_errno(e, ERR_USAGE, "cannot read the schemas in %s", catalog->directory);
    }
    for (struct dirent *item; (item = readdir(folder));) {
        add_entry(catalog, item->d_name);
    }
    closedir(folder);
    if (catalog->entries_count == 0) {
        return err_set(e, ERR_USAGE, "%s has no schemas: a file NAME.json for each", catalog->directory);
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct schema_entry *)a)->name, ((const struct schema_entry *)b)->name);
}

static bool open_files(struct schema_catalog *catalog, struct err *e)
{
    if (catalog->directory) {
        if (!list_directory(catalog, e) ||
            !schema_library_map(catalog->library, SCHEMA_CATALOG_URI, catalog->directory, SCHEMA_DEFAULT, e)) {
            return false;
        }
    } else {
        for (const struct schema_file *file = schema_files; file->name; file++) {
            add_entry(catalog, file->name);
        }
        schema_library_embed(catalog->library, SCHEMA_CATALOG_URI, "schemas", schema_files, SCHEMA_TRUSTED);
    }
    qsort(catalog->entries, catalog->entries_count, sizeof(*catalog->entries), compare_names);
    return true;
}

struct schema_catalog *schema_catalog_open(const char *directory, struct err *e)
{
    struct text_arena memory = {0};
    struct schema_catalog *catalog = text_arena_alloc(&memory, sizeof(*catalog));
    if (directory) {
        size_t length = strlen(directory);
        while (length > 1 && directory[length - 1] == '/') {
            length--;
        }
        catalog->directory = text_arena_copy(&memory, directory, length);
    }
    catalog->memory = memory;
    catalog->library = schema_library_create(SCHEMA_ASSERT_FORMAT);
    if (open_files(catalog, e)) {
        return catalog;
    }
    schema_catalog_close(catalog);
    return NULL;
}

void schema_catalog_close(struct schema_catalog *catalog)
{
    if (catalog == NULL) {
        return;
    }
    schema_library_destroy(catalog->library);
    for (struct document *document = catalog->documents; document; document = document->next) {
        json_document_free(&document->content);
    }
    struct text_arena memory = catalog->memory; /* the catalog lies in it */
    text_arena_free(&memory);
}

void schema_catalog_release(struct schema_catalog **catalog)
{
    schema_catalog_close(*catalog);
}

/* --- reading ----------------------------------------------------------------------------------- */

static bool read_file(const struct schema_catalog *catalog, const char *path, struct json_document *ret, struct err *e)
{
    CLEANUP(text_free) struct text name = {0};
    text_printf(&name, "%s/%s", catalog->directory ? catalog->directory : "schemas", path);
    if (catalog->directory) {
        return json_read_file(name.data, JSON_READ_STRICT, ret, e);
    }
    for (const struct schema_file *file = schema_files; file->name; file++) {
        if (strcmp(file->name, path) == 0) {
            return json_parse(file->text, (size_t)(file->end - file->text), name.data, JSON_READ_STRICT, ret, e);
        }
    }
    return err_set(e, ERR_NOT_FOUND, "there is no schema %s", name.data);
}

static const struct json_document *find_document(struct schema_catalog *catalog, const char *path, struct err *e)
{
    for (const struct document *document = catalog->documents; document; document = document->next) {
        if (strcmp(document->path, path) == 0) {
            return &document->content;
        }
    }
    struct json_document content = {0};
    if (!read_file(catalog, path, &content, e)) {
        return NULL;
    }
    if (!json_is_object(content.root)) {
        err_set(e, ERR_INVALID, "the schema %s is no JSON object", content.name);
        json_document_free(&content);
        return NULL;
    }
    struct document *document = text_arena_alloc(&catalog->memory, sizeof(*document));
    *document = (struct document){
        .next = catalog->documents,
        .path = text_arena_copy(&catalog->memory, path, strlen(path)),
        .content = content,
    };
    catalog->documents = document;
    return &document->content;
}

const json_t *schema_catalog_document(struct schema_catalog *catalog, const char *path, struct err *e)
{
    const struct json_document *found = find_document(catalog, path, e);
    return found ? found->root : NULL;
}

bool schema_catalog_resolve(const char *from, const char *reference, struct text *ret_path, const char **ret_fragment)
{
    const char *hash = strchr(reference, '#');
    size_t length = hash ? (size_t)(hash - reference) : strlen(reference);
    size_t base = strlen(SCHEMA_CATALOG_URI);
    if (length == 0) {
        text_append(ret_path, from);
    } else if (strncmp(reference, SCHEMA_CATALOG_URI, base) == 0) {
        text_append_size(ret_path, reference + base, length - base);
    } else if (reference[0] == '/' || reference[0] == '.' || memchr(reference, ':', length)) {
        return false;
    } else {
        const char *slash = strrchr(from, '/');
        text_append_size(ret_path, from, slash ? (size_t)(slash - from) + 1 : 0);
        text_append_size(ret_path, reference, length);
    }
    *ret_fragment = hash ? hash + 1 : "";
    return true;
}

/* --- entries ----------------------------------------------------------------------------------- */

static const char *member(const json_t *root, const char *name, const char *otherwise)
{
    const char *string = json_string_value(json_object_get(root, name));
    return string ? string : otherwise;
}

static bool load(struct schema_catalog *catalog, struct schema_entry *entry, struct err *e)
{
    if (entry->root) {
        return true;
    }
    CLEANUP(text_free) struct text path = {0};
    text_printf(&path, "%s.json", entry->name);
    const struct json_document *read = find_document(catalog, path.data, e);
    if (read == NULL) {
        return false;
    }
    entry->title = member(read->root, "title", entry->name);
    entry->description = member(read->root, "description", "");
    entry->request = member(read->root, "x-request", "");
    entry->text = read->text;
    entry->size = read->size;
    entry->root = read->root;
    return true;
}

size_t schema_catalog_count(const struct schema_catalog *catalog)
{
    return catalog->entries_count;
}

const struct schema_entry *schema_catalog_at(struct schema_catalog *catalog, size_t index, struct err *e)
{
    assert(index < catalog->entries_count);
    struct schema_entry *entry = &catalog->entries[index];
    return load(catalog, entry, e) ? entry : NULL;
}

static void unknown_name(struct schema_catalog *catalog, const char *name, struct err *e)
{
    const char **names = text_arena_alloc(&catalog->memory, catalog->entries_count * sizeof(*names));
    for (size_t i = 0; i < catalog->entries_count; i++) {
        names[i] = catalog->entries[i].name;
    }
    const char *nearest = text_nearest(name, names, catalog->entries_count);
    if (nearest) {
        err_set(e, ERR_USAGE, "there is no schema \"%s\"; did you mean \"%s\"?", name, nearest);
    } else {
        err_set(e, ERR_USAGE, "there is no schema \"%s\"; \"vpcmeta schema list\" shows all", name);
    }
}

const struct schema_entry *schema_catalog_find(struct schema_catalog *catalog, const char *name, struct err *e)
{
    size_t length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".json") == 0) {
        length -= 5;
    }
    for (size_t i = 0; i < catalog->entries_count; i++) {
        struct schema_entry *entry = &catalog->entries[i];
        if (strlen(entry->name) == length && strncmp(entry->name, name, length) == 0) {
            return load(catalog, entry, e) ? entry : NULL;
        }
    }
    unknown_name(catalog, name, e);
    return NULL;
}

/* --- using them -------------------------------------------------------------------------------- */

const struct schema *schema_catalog_compile(struct schema_catalog *catalog, const struct schema_entry *entry,
                                            struct err *e)
{
    CLEANUP(text_free) struct text uri = {0};
    text_printf(&uri, SCHEMA_CATALOG_URI "%s.json", entry->name);
    return schema_compile(catalog->library, uri.data, e);
}

const char *schema_catalog_variant(struct schema_catalog *catalog, const struct schema_entry *entry,
                                   const json_t *value)
{
    const json_t *variants = json_object_get(entry->root, "oneOf");
    for (size_t i = 0; i < json_array_size(variants); i++) {
        const char *title = member(json_array_get(variants, i), "title", NULL);
        if (title == NULL) {
            continue;
        }
        CLEANUP(text_free) struct text uri = {0};
        text_printf(&uri, SCHEMA_CATALOG_URI "%s.json#/oneOf/%zu", entry->name, i);
        struct err ignored = ERR_INIT;
        const struct schema *variant = schema_compile(catalog->library, uri.data, &ignored);
        if (variant && schema_check(variant, value) == SCHEMA_VALID) {
            return title;
        }
    }
    return entry->title;
}
