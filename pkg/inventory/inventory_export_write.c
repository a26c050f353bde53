/* The file of an export, from what was read. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_export_store.h"

enum { GATHERED = 256 * 1024 }; /* bytes that are worth a write */

struct writer {
    struct inventory_export *copy;
    const struct inventory_export_sink *sink;
    struct text text;
    size_t records;
};

static bool flush(struct writer *writer, size_t least, struct err *e)
{
    if (writer->text.size < least || writer->text.size == 0) {
        return true;
    }
    bool good = writer->sink->write(writer->sink->context, text_string(&writer->text), writer->text.size, e);
    text_clear(&writer->text);
    return good;
}

static void append_string(struct text *out, const char *string)
{
    json_print_string(out, string, strlen(string));
}

/* --- order -------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct export_entry *const *left = a, *const *right = b;

    if ((*left)->owner_order != (*right)->owner_order) {
        return (*left)->owner_order < (*right)->owner_order ? -1 : 1;
    }
    if ((*left)->order != (*right)->order) {
        return (*left)->order < (*right)->order ? -1 : 1;
    }
    return strcmp((*left)->key, (*right)->key);
}

/* The kind that an entry of another kind lies below: an instance group, a server. */
static const struct export_entry *owner_of(const struct export_region *region, const struct resource_copy *copied,
                                           const struct export_entry *entry)
{
    const struct resource_kind *kind = entry->of != NULL ? entry->of : copied->parent;

    return entry->owner != NULL && kind != NULL ? export_find(&region->tables[export_kind(kind)], entry->owner) : NULL;
}

/* What is in the file of the kind, in its order; ended by NULL. */
static struct export_entry **sort(struct export_region *region, size_t kind)
{
    struct export_table *table = &region->tables[kind];
    struct export_entry **sorted = mem_array(table->count + 1, sizeof(*sorted));
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct export_entry *entry = &table->items[i];
        const struct export_entry *owner = owner_of(region, &resource_copies[kind], entry);
        if (export_retains(region, kind, entry)) {
            entry->owner_order = owner != NULL ? owner->order : 0;
            sorted[count++] = entry;
        }
    }
    qsort(sorted, count, sizeof(struct export_entry *), compare);
    for (size_t i = 0; i < count; i++) {
        sorted[i]->order = (uint32_t)i; /* what lies below follows it */
    }
    return sorted;
}

/* --- records ------------------------------------------------------------------------------------------ */

static bool write_entry(struct writer *writer, const struct export_region *region, const struct resource_copy *copied,
                        const struct export_entry *entry, struct err *e)
{
    struct text *out = &writer->text;

    text_append(out, writer->records++ > 0 ? ",\n{\"kind\":" : "\n{\"kind\":");
    append_string(out, copied->kind->name);
    text_append(out, ",\"region\":");
    append_string(out, region->name);
    if (entry->of != NULL) {
        text_append(out, ",\"of\":");
        append_string(out, entry->of->name);
    }
    if (copied->owner_member != NULL && entry->owner != NULL) {
        text_printf(out, ",\"%s\":", copied->owner_member);
        append_string(out, entry->owner);
    }
    text_append(out, ",\"record\":");
    if (!fsio_scratch_read(writer->copy->scratch, entry->offset, entry->size, out, e)) {
        return false;
    }
    text_append_char(out, '}');
    return flush(writer, GATHERED, e);
}

static bool write_records(struct writer *writer, struct err *e)
{
    bool good = true;

    for (size_t r = 0; r < writer->copy->scope->region_count; r++) {
        struct export_region *region = &writer->copy->regions[r];
        for (size_t k = 0; good && resource_copies[k].kind != NULL; k++) {
            CLEANUP(text_free_pointer) struct export_entry **sorted = sort(region, k);
            for (size_t i = 0; good && sorted[i] != NULL; i++) {
                good = write_entry(writer, region, &resource_copies[k], sorted[i], e);
            }
        }
    }
    return good;
}

/* --- what the file says of itself --------------------------------------------------------------------- */

static size_t count(const struct export_region *region, size_t kind)
{
    size_t retained = 0;

    for (size_t i = 0; i < region->tables[kind].count; i++) {
        retained += export_retains(region, kind, &region->tables[kind].items[i]);
    }
    return retained;
}

/* {"us-south":{"vpc":2,...},...} */
static json_t *count_all(const struct inventory_export *copy)
{
    json_t *regions = json_object();

    for (size_t r = 0; r < copy->scope->region_count; r++) {
        const struct export_region *region = &copy->regions[r];
        json_t *kinds = json_object();
        for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
            size_t retained = count(region, k);
            if (retained > 0) {
                json_object_set_new(kinds, resource_copies[k].kind->name, json_integer((json_int_t)retained));
            }
        }
        json_object_set_new(regions, region->name, kinds);
    }
    return regions;
}

size_t inventory_export_describe(const struct inventory_export *copy, struct text *out)
{
    size_t total = 0;

    for (size_t r = 0; r < copy->scope->region_count; r++) {
        const struct export_region *region = &copy->regions[r];
        size_t kinds = 0;
        text_append(out, region->name);
        for (size_t k = 0; resource_copies[k].kind != NULL; k++) {
            size_t retained = count(region, k);
            if (retained > 0) {
                text_append(out, kinds++ > 0 ? ", " : ": ");
                resource_append_count(out, retained, resource_copies[k].kind);
            }
            total += retained;
        }
        text_append(out, kinds > 0 ? "\n" : ": nothing\n");
    }
    return total;
}

/* Of the servers; NULL where none says its account. Where there are several, that of the most. */
static const char *account_of(const struct inventory_export *copy)
{
    const char *account = NULL;
    size_t most = 0;

    for (const struct mem_map_entry *each = mem_map_first(&copy->accounts); each != NULL; each = mem_map_next(each)) {
        if ((size_t)each->value > most) {
            most = (size_t)each->value;
            account = each->key;
        }
    }
    return account != NULL ? resource_account_id(account) : NULL;
}

static void append_head(struct writer *writer, const struct inventory_export_head *head)
{
    const struct inventory_export *copy = writer->copy;
    struct text *out = &writer->text;

    text_append(out, "{\"vpcmeta_inventory\":1,\"exported_at\":");
    append_string(out, head->exported_at);
    text_append(out, ",\"vpcmeta\":");
    append_string(out, head->version);
    text_append(out, ",\"api_version\":");
    append_string(out, head->api_version);
    text_append(out, ",\"regions\":[");
    for (size_t r = 0; r < copy->scope->region_count; r++) {
        text_append(out, r > 0 ? "," : "");
        append_string(out, copy->regions[r].name);
    }
    text_append(out, "],\"selection\":");
    if (head->selection != NULL) {
        json_print(out, head->selection, JSON_PRINT_COMPACT);
    } else {
        text_append(out, "null");
    }
    text_printf(out, ",\"user_data\":\"%s\",\"records\":[", copy->options.with_secrets ? "included" : "hashed");
}

static void append_tail(struct writer *writer, const struct text *missing)
{
    JSON_CLEANUP json_t *counts = count_all(writer->copy);
    const char *account = account_of(writer->copy);
    struct text *out = &writer->text;
    size_t size = 0, lines = 0;

    text_append(out, "\n],\"account\":");
    if (account != NULL) {
        append_string(out, account);
    } else {
        text_append(out, "null");
    }
    text_append(out, ",\"counts\":");
    json_print(out, counts, JSON_PRINT_COMPACT);
    text_printf(out, ",\"complete\":%s,\"missing\":[", missing->size == 0 ? "true" : "false");
    for (const char *line = text_string(missing); *line != '\0'; line += size + (line[size] == '\n')) {
        size = strcspn(line, "\n");
        text_append(out, lines++ > 0 ? "," : "");
        json_print_string(out, line, size);
    }
    text_append(out, "]}\n");
}

static void writer_free(struct writer *writer)
{
    text_free_secret(&writer->text);
}

bool inventory_export_write(struct inventory_export *copy, const struct inventory_export_head *head,
                            const struct text *missing, const struct inventory_export_sink *sink, struct err *e)
{
    CLEANUP(writer_free) struct writer writer = {.copy = copy, .sink = sink};

    append_head(&writer, head);
    if (!write_records(&writer, e)) {
        return false;
    }
    append_tail(&writer, missing);
    return flush(&writer, 0, e);
}
