/* What the records of an export refer to: by the names of their members, as resource_copies has them. */
#include <string.h>

#include "inventory/inventory_export_store.h"
#include "resource/resource_reference.h"

/* A member, and the one that it lies in. */
struct place {
    struct answer_string parent, name;
};

/* "image" is any member of that name, "volume/source_snapshot" one below another, "/instance" one of the record. */
static bool is_at(const struct place *place, const char *path)
{
    const char *slash = strchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t parent = slash != NULL ? (size_t)(slash - path) : 0;

    return answer_string_is(place->name, name) &&
           (slash == NULL ||
            (place->parent.size == parent && (parent == 0 || memcmp(place->parent.data, path, parent) == 0)));
}

/* A reference may be all that there is of something; one with the name says more. */
static void gather(struct export_region *region, size_t kind, struct answer_node reference, const char *id)
{
    struct export_entry *entry = export_find(&region->tables[kind], id);
    bool named = answer_kind(answer_find(reference, "name")) == ANSWER_STRING;
    struct inventory_export *copy = region->copy;
    CLEANUP(text_free) struct text text = {0};

    if (entry != NULL && (!entry->stands_in || entry->named || !named)) {
        return;
    }
    if (entry == NULL) {
        entry = export_add(region, kind, &(struct export_record){.key = id});
        entry->valid = true;
        entry->stands_in = true;
    }
    answer_print(reference, &text);
    entry->named = named;
    entry->size = (uint32_t)text.size;
    if (!fsio_scratch_append(copy->scratch, text_string(&text), text.size, &entry->offset, &copy->error)) {
        entry->size = 0;
    }
}

/* Whether a reference that may be to several kinds is to this one. */
static bool is_of(const struct resource_copy *copied, struct answer_node reference)
{
    struct answer_string type = answer_value(answer_find(reference, "resource_type")).string;
    struct answer_string href = answer_value(answer_find(reference, "href")).string;

    return copied->resource_type == NULL || answer_string_is(type, copied->resource_type) ||
           (href.data != NULL && strstr(href.data, copied->kind->path) != NULL);
}

/* What is walked through. */
struct walk {
    struct export_region *region;
    size_t kind;
};

static void note(const struct walk *walk, const struct place *place, struct answer_node value)
{
    struct export_region *region = walk->region;
    struct answer_string id = {0};
    struct err ignored = ERR_INIT;

    for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
        const struct resource_copy *copied = &resource_copies[k];
        bool alias = k != walk->kind && copied->alias != NULL && is_at(place, copied->alias);
        bool found = alias;
        for (size_t n = 0; n < RESOURCE_COPY_NAMES && copied->referred_as[n] != NULL; n++) {
            found = found || is_at(place, copied->referred_as[n]);
        }
        /* "deleted" says that it is there no more (vpc-api.md 2.3) */
        if (!found || !is_of(copied, value) || answer_kind(answer_find(value, "deleted")) == ANSWER_OBJECT ||
            !resource_reference_read(value, "id", ANSWER_OPTIONAL, &id, &ignored) || id.data == NULL) {
            continue;
        }
        CLEANUP(text_free) struct text word = {0};
        text_append_size(&word, id.data, id.size);
        if (copied->how == RESOURCE_COPY_GATHERED || copied->stands_in) {
            gather(region, k, value, text_string(&word));
        }
        mem_set_add_n(alias ? &region->tables[k].aliases : &region->tables[k].referred, id.data, id.size);
    }
}

/* Recursion is bounded by ANSWER_DEPTH_MAX. */
static void walk_through(const struct walk *walk, const struct place *place, struct answer_node node)
{
    enum answer_kind kind = answer_kind(node);

    if (kind == ANSWER_OBJECT && place->name.data != NULL) {
        note(walk, place, node);
    }
    if (kind != ANSWER_OBJECT && kind != ANSWER_ARRAY) {
        return;
    }
    for (struct answer_cursor each = answer_each(node); answer_next(&each);) {
        const struct place inner = {.parent = place->name, .name = each.name};
        walk_through(walk, kind == ANSWER_OBJECT ? &inner : place, each.node);
    }
}

static void note_entry(struct export_region *region, size_t kind, struct export_entry *entry,
                       struct answer_parser *parser)
{
    struct inventory_export *copy = region->copy;
    CLEANUP(text_free_secret) struct text text = {0};
    struct answer_node item;

    entry->noted = true;
    if (entry->size > 0 && fsio_scratch_read(copy->scratch, entry->offset, entry->size, &text, &copy->error) &&
        answer_parse(parser, text_string(&text), text.size, &item, &copy->error)) {
        walk_through(&(struct walk){.region = region, .kind = kind}, &(struct place){0}, item);
    }
}

void export_note_references(struct export_region *region)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    bool more = true;

    while (more) {
        more = false;
        for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
            struct export_table *table = &region->tables[k];
            for (size_t i = 0; i < table->count; i++) {
                if (!table->items[i].noted && export_retains(region, k, &table->items[i])) {
                    note_entry(region, k, &table->items[i], parser);
                    more = true;
                }
            }
        }
    }
}
