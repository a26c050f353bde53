/* The catalog of named schemas: opening a folder or the embedded files, entries, and compiling them when asked for. */
#include "schema/catalog/schema_catalog_files.h"

#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mem/mem.h"
#include "schema/engine/schema_library.h"
#include "text/text_arena.h"

struct item {
    struct schema_entry entry;      /* `root` is NULL until it is read */
    const struct schema_file *file; /* embedded; NULL: in the folder */
};

struct schema_catalog {
    const char *directory; /* or NULL: nothing but the embedded files */
    struct schema_library *library;
    struct {
        struct item *items;
        size_t count, capacity;
    } files;                  /* the named schemas by name, then the shared definitions */
    size_t named;             /* how many of the files are named schemas */
    struct text_arena memory; /* of strings, and of the catalog itself */
};

/* --- opening ----------------------------------------------------------------------------------- */

static bool is_shared(const struct schema_entry *entry)
{
    return strchr(entry->name, '/') != NULL;
}

static struct item *find_item(struct schema_catalog *catalog, const char *name, size_t length)
{
    for (size_t i = 0; i < catalog->files.count; i++) {
        struct item *item = &catalog->files.items[i];
        if (strncmp(item->entry.name, name, length) == 0 && item->entry.name[length] == '\0') {
            return item;
        }
    }
    return NULL;
}

/* Takes a file by its path below the folder; one of the user's stands in for the embedded one of that name. */
static void add_file(struct schema_catalog *catalog, const char *path, const struct schema_file *file)
{
    size_t length = strlen(path);
    if (length <= 5 || strcmp(path + length - 5, ".json") != 0) {
        return;
    }
    CLEANUP(text_free) struct text place = {0};
    text_printf(&place, "%s/%s", file ? "schemas" : catalog->directory, path);
    struct item *item = find_item(catalog, path, length - 5);
    if (item == NULL) {
        item = mem_list_add(&catalog->files);
    }
    *item = (struct item){
        .entry = {.name = text_arena_copy(&catalog->memory, path, length - 5),
                  .place = text_arena_copy(&catalog->memory, place.data, place.size)},
        .file = file,
    };
}

/* Adds the files of the folder at `below` ("", or "common/" and the like, the deepest there are); counts them. */
static bool list_directory(struct schema_catalog *catalog, const char *below, size_t *count, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};
    text_printf(&place, "%s/%s", catalog->directory, below);
    DIR *folder = opendir(place.data);
    if (folder == NULL) {
        return err_set_errno(e, ERR_USAGE, "cannot read the schemas in %s", place.data);
    }
    bool listed = true;
    for (struct dirent *found; listed && (found = readdir(folder));) {
        CLEANUP(text_free) struct text path = {0}, full = {0};
        struct stat status;
        text_printf(&path, "%s%s", below, found->d_name);
        text_printf(&full, "%s/%s", catalog->directory, path.data);
        if (found->d_name[0] == '.' || stat(full.data, &status) != 0) {
            continue;
        }
        if (S_ISDIR(status.st_mode)) {
            text_append_char(&path, '/');
            listed = below[0] != '\0' || list_directory(catalog, path.data, count, e);
        } else {
            size_t length = path.size;
            *count += length > 5 && strcmp(path.data + length - 5, ".json") == 0;
            add_file(catalog, path.data, NULL);
        }
    }
    closedir(folder);
    return listed;
}

static int compare_items(const void *a, const void *b)
{
    const struct schema_entry *first = &((const struct item *)a)->entry, *second = &((const struct item *)b)->entry;
    int by_kind = is_shared(first) - is_shared(second);
    return by_kind != 0 ? by_kind : strcmp(first->name, second->name);
}

static bool open_files(struct schema_catalog *catalog, struct err *e)
{
    size_t own = 0;
    for (const struct schema_file *file = schema_files; file->name; file++) {
        add_file(catalog, file->name, file);
    }
    schema_library_embed(catalog->library, SCHEMA_CATALOG_URI, "schemas", schema_files, SCHEMA_TRUSTED);
    if (catalog->directory) {
        /* the newest source of equal URIs wins, so what the folder lacks comes from the embedded files */
        if (!list_directory(catalog, "", &own, e) ||
            !schema_library_map(catalog->library, SCHEMA_CATALOG_URI, catalog->directory, SCHEMA_DEFAULT, e)) {
            return false;
        }
        if (own == 0) {
            return err_set(e, ERR_USAGE,
                           "%s has no schemas: a file NAME.json for each; 'vpcmeta schema export' writes all of them",
                           catalog->directory);
        }
    }
    qsort(catalog->files.items, catalog->files.count, sizeof(*catalog->files.items), compare_items);
    for (size_t i = 0; i < catalog->files.count; i++) {
        catalog->named += !is_shared(&catalog->files.items[i].entry);
    }
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
    free(catalog->files.items);
    struct text_arena memory = catalog->memory; /* the catalog lies in it */
    text_arena_free(&memory);
}

/* --- reading ----------------------------------------------------------------------------------- */

const json_t *schema_catalog_document(struct schema_catalog *catalog, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text uri = {0};
    text_printf(&uri, SCHEMA_CATALOG_URI "%s", path);
    /* The library reads a file once, for the catalog and for compiling. */
    const struct schema_resource *resource = schema_library_resource(catalog->library, uri.data, uri.size, e);
    if (resource == NULL) {
        return NULL;
    }
    const struct schema_document *document = resource->document;
    if (!json_is_object(document->root)) {
        err_set(e, ERR_INVALID, "the schema %s is no JSON object", document->name);
        return NULL;
    }
    return document->root;
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
    const json_t *root = schema_catalog_document(catalog, path.data, e);
    if (root == NULL) {
        return false;
    }
    entry->title = member(root, "title", entry->name);
    entry->description = member(root, "description", "");
    entry->request = member(root, "x-request", "");
    entry->is_file = json_is_true(json_object_get(root, "x-file"));
    entry->root = root;
    return true;
}

static bool has_text(const struct schema_file *file, const char *quoted, size_t size)
{
    return memmem(file->text, (size_t)(file->end - file->text), quoted, size) != NULL;
}

bool schema_catalog_mentions(const struct schema_catalog *catalog, size_t index, const char *name)
{
    assert(index < catalog->files.count);
    if (catalog->directory) {
        return true;
    }
    const struct schema_file *file = catalog->files.items[index].file;
    CLEANUP(text_free) struct text quoted = {0};
    text_printf(&quoted, "\"%s\"", name);
    bool found = has_text(file, quoted.data, quoted.size);
    for (const struct schema_file *other = schema_files; !found && other->name; other++) {
        found = strchr(other->name, '/') && has_text(file, other->name, strlen(other->name)) &&
                has_text(other, quoted.data, quoted.size);
    }
    return found;
}

void schema_catalog_digest(struct text *out)
{
    CLEANUP(text_free) struct text all = {0};

    for (const struct schema_file *file = schema_files; file->name != NULL; file++) {
        text_printf(&all, "%s\n%s\n", file->name, file->text);
    }
    text_append(out, "sha256:");
    text_append_sha256(out, text_string(&all), all.size);
}

bool schema_catalog_text(const struct schema_entry *entry, struct text *ret, struct err *e)
{
    const struct item *item = (const struct item *)entry; /* it is the first member */
    if (item->file) {
        text_append_size(ret, item->file->text, (size_t)(item->file->end - item->file->text));
        return true;
    }
    CLEANUP(json_document_free) struct json_document document = {0};
    if (!json_read_file(entry->place, JSON_READ_STRICT, &document, e)) {
        return false;
    }
    text_append_size(ret, document.text, document.size);
    return true;
}

size_t schema_catalog_count(const struct schema_catalog *catalog)
{
    return catalog->named;
}

size_t schema_catalog_file_count(const struct schema_catalog *catalog)
{
    return catalog->files.count;
}

const struct schema_entry *schema_catalog_at(struct schema_catalog *catalog, size_t index, struct err *e)
{
    assert(index < catalog->files.count);
    struct schema_entry *entry = &catalog->files.items[index].entry;
    return load(catalog, entry, e) ? entry : NULL;
}

static void unknown_name(struct schema_catalog *catalog, const char *name, struct err *e)
{
    const char **names = text_arena_alloc(&catalog->memory, catalog->files.count * sizeof(*names));
    for (size_t i = 0; i < catalog->files.count; i++) {
        names[i] = catalog->files.items[i].entry.name;
    }
    const char *nearest = text_nearest(name, names, catalog->files.count);
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
    struct item *item = find_item(catalog, name, length);
    if (item == NULL) {
        unknown_name(catalog, name, e);
        return NULL;
    }
    return load(catalog, &item->entry, e) ? &item->entry : NULL;
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
