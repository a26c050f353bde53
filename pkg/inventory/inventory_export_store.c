/* The records of an export: their texts without secrets in the scratch file, their places in tables. */
#include "inventory/inventory_export_store.h"

#include <assert.h>
#include <string.h>

#include "resource/resource_reference.h"
#include "json/json_answer_source.h"

size_t export_kind(const struct resource_kind *kind)
{
    size_t i = 0;

    while (resource_copies[i].kind != NULL && resource_copies[i].kind != kind) {
        i++;
    }
    assert(i < EXPORT_KINDS_MAX && resource_copies[i].kind != NULL);
    return i;
}

const char *export_key(const struct resource *record)
{
    return record->id != NULL ? record->id : record->name;
}

struct export_entry *export_find(const struct export_table *table, const char *key)
{
    size_t place = (size_t)mem_map_get(&table->by_key, key);

    return place > 0 ? &table->items[place - 1] : NULL;
}

/* {"redacted":true,"length":1234,"sha256":"..."}; of what is no string only that there is something. */
static void append_redacted(struct text *out, const char *bytes, size_t size)
{
    if (bytes == NULL) {
        text_append(out, "{\"redacted\":true}");
        return;
    }
    text_printf(out, "{\"redacted\":true,\"length\":%zu,\"sha256\":\"", size);
    text_append_sha256(out, bytes, size);
    text_append(out, "\"}");
}

static void append_text(struct inventory_export *copy, const struct export_record *record)
{
    static const struct answer_substitute redact = {
        .members = resource_secret_members, .containers = resource_secret_containers, .append = append_redacted};
    CLEANUP(text_free_secret) struct text printed = {0};
    struct answer_string source = record->source;

    if (source.data == NULL) {
        answer_print(record->item, &printed);
        source = (struct answer_string){.data = text_string(&printed), .size = printed.size};
    }
    text_clear(&copy->text);
    answer_source_copy(&copy->text, source, copy->options.with_secrets ? NULL : &redact);
}

static void count_account(struct inventory_export *copy, const char *crn)
{
    size_t size = 0;
    const char *account = crn != NULL ? resource_crn_account(crn, &size) : NULL;

    if (account != NULL) {
        CLEANUP(text_free) struct text id = {0};
        text_append_size(&id, account, size);
        const char *key = text_string(&id);
        mem_map_put(&copy->accounts, key, (char *)mem_map_get(&copy->accounts, key) + 1);
    }
}

static const char *alias_of(struct export_region *region, const struct resource_copy *copied, struct answer_node item)
{
    struct answer_string id = {0};
    struct err ignored = ERR_INIT;

    if (copied->alias == NULL ||
        !resource_reference_read(answer_find(item, copied->alias), "id", ANSWER_OPTIONAL, &id, &ignored) ||
        id.data == NULL) {
        return NULL;
    }
    return text_arena_copy(&region->copy->memory, id.data, id.size);
}

struct export_entry *export_add(struct export_region *region, size_t kind, const struct export_record *record)
{
    struct inventory_export *copy = region->copy;
    struct export_table *table = &region->tables[kind];
    struct export_entry *entry = mem_list_add(table);

    entry->key = text_arena_copy(&copy->memory, record->key, strlen(record->key));
    entry->order = record->ordered ? (uint32_t)table->count : EXPORT_UNORDERED;
    entry->of = record->of;
    if (record->owner != NULL) {
        entry->owner = text_arena_copy(&copy->memory, record->owner, strlen(record->owner));
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a number, no address
    mem_map_put(&table->by_key, record->key, (void *)table->count);
    return entry;
}

void export_store(struct export_region *region, size_t kind, const struct export_record *record)
{
    struct inventory_export *copy = region->copy;
    const struct resource_copy *copied = &resource_copies[kind];
    struct export_entry *entry = export_find(&region->tables[kind], record->key);
    bool again = entry != NULL;

    if (!again) {
        entry = export_add(region, kind, record);
    }
    append_text(copy, record);
    entry->stands_in = false;
    entry->noted = false;
    entry->size = (uint32_t)copy->text.size;
    entry->alias = alias_of(region, copied, record->item);
    if (!fsio_scratch_append(copy->scratch, text_string(&copy->text), copy->text.size, &entry->offset, &copy->error)) {
        entry->size = 0;
    }
    if (copied->how == RESOURCE_COPY_SELECTED && !again) {
        count_account(copy, record->crn);
    }
}

static bool is_referred(const struct export_table *table, const struct export_entry *entry)
{
    return mem_set_has(&table->referred, entry->key) ||
           (entry->alias != NULL && mem_set_has(&table->aliases, entry->alias));
}

/* All that lies below what was chosen is in the file. */
static bool is_owner_chosen(const struct export_region *region, const struct resource_copy *copied,
                            const struct export_entry *entry)
{
    size_t kind = export_kind(copied->parent);
    const struct export_entry *owner = entry->owner != NULL ? export_find(&region->tables[kind], entry->owner) : NULL;

    return owner == NULL || owner->chosen || resource_copies[kind].how != RESOURCE_COPY_SELECTED;
}

bool export_retains(const struct export_region *region, size_t kind, const struct export_entry *entry)
{
    const struct resource_copy *copied = &resource_copies[kind];
    const struct export_table *table = &region->tables[kind];
    bool whole = !region->copy->options.narrowed;

    if (!entry->valid) {
        return false;
    }
    switch (copied->how) {
    case RESOURCE_COPY_SELECTED:
    case RESOURCE_COPY_WHOLE:
        return whole || entry->chosen || is_referred(table, entry);
    case RESOURCE_COPY_REFERRED:
        return is_referred(table, entry);
    case RESOURCE_COPY_BELOW:
        return whole || is_owner_chosen(region, copied, entry) || is_referred(table, entry);
    default:
        return true;
    }
}

/* The record has been read to its end: what its entry knows of it. */
static void validate_entry(struct inventory_export *copy, struct export_entry *entry, const struct resource *record)
{
    CLEANUP(text_free) struct text odd = {0};

    entry->valid = true;
    entry->lacks_id = record->id == NULL && !record->kind->by_name;
    if (record->odd != NULL) {
        resource_append_odd(&odd, record);
        entry->odd = text_arena_copy(&copy->memory, text_string(&odd), odd.size);
    }
}

void export_validate(struct export_region *region, const struct resource_list *list, bool chosen)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        const char *key = record->api == region->api ? export_key(record) : NULL;
        struct export_entry *entry = key != NULL ? export_find(&region->tables[export_kind(record->kind)], key) : NULL;
        if (entry != NULL) {
            validate_entry(region->copy, entry, record);
            entry->chosen = entry->chosen || chosen;
        } else if (record->api == region->api && key == NULL) {
            resource_append_odd(&region->copy->missing, record);
            text_append_char(&region->copy->missing, '\n');
        }
    }
}

void export_note_odd(struct export_region *region)
{
    for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
        const struct export_table *table = &region->tables[k];
        for (size_t i = 0; i < table->count; i++) {
            if (table->items[i].odd != NULL && export_retains(region, k, &table->items[i])) {
                text_printf(&region->copy->missing, "%s\n", table->items[i].odd);
            }
        }
    }
}
