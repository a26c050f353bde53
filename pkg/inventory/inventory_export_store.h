/* inventory_export_store: what an export has read: texts in a scratch file, their places here. Private to the room. */
#ifndef INVENTORY_INVENTORY_EXPORT_STORE_H
#define INVENTORY_INVENTORY_EXPORT_STORE_H

#include "fsio/fsio_scratch.h"
#include "inventory/inventory_export.h"
#include "mem/mem.h"
#include "resource/resource_copy.h"
#include "text/text_arena.h"

enum { EXPORT_KINDS_MAX = 24 };
#define EXPORT_UNORDERED UINT32_MAX

/* One record. Strings live in the export's arena. */
struct export_entry {
    const char *key;                /* its id; of an initialization that of its server */
    const char *alias;              /* another id that records may refer to it by; or NULL */
    const char *owner;              /* whom it lies below; NULL: nothing */
    const struct resource_kind *of; /* what its owner is, for details; or NULL */
    uint64_t offset;                /* of its text, which is `size` bytes */
    uint32_t size;
    uint32_t order;       /* of the API's list; EXPORT_UNORDERED: by key */
    uint32_t owner_order; /* that of its owner, while the file is written */
    const char *odd;      /* what is odd about it, as a line; or NULL */
    bool valid;           /* its reading has ended; until then a list may be read again without it */
    bool chosen;          /* by the selection */
    bool lacks_id;        /* its key is its name */
    bool stands_in;       /* a reference, for what was not read or cannot be */
    bool noted;           /* what it refers to */
    bool named;           /* a reference that has the name, for kinds that are made of those */
    bool followed;        /* what lies below it has been asked for */
};

/* The records of one kind in one region. */
struct export_table {
    struct export_entry *items;
    size_t count, capacity;
    struct mem_map by_key;   /* index + 1 */
    struct mem_set referred; /* ids that records refer to */
    struct mem_set tried;    /* of those: read singly */
    struct mem_set aliases;  /* that records refer to */
    bool listed, failed;     /* its collection was asked for; could not be read */
};

struct export_region {
    struct inventory_export *copy;
    struct vpc *api;
    const char *name;                             /* "": not known */
    bool placed;                                  /* the region itself and its zones were asked for */
    struct export_table tables[EXPORT_KINDS_MAX]; /* by index in resource_copies */
};

struct inventory_export {
    struct inventory_export_options options;
    const struct inventory_scope *scope;
    struct inventory_observer observer;
    struct fsio_scratch *scratch;
    struct export_region *regions; /* as the scope has them */
    struct text_arena memory;
    struct text text;        /* scratch */
    struct mem_map accounts; /* how many records each has */
    struct text missing, gone;
    struct err error; /* the first one that ends the export */
    size_t pending;   /* lists and single reads under way */
};

/* A record that was read: `key` is its id. */
struct export_record {
    const char *key, *owner;
    const struct resource_kind *of;
    const char *crn; /* NULL: unknown */
    struct answer_node item;
    struct answer_string source; /* no data: made of the item */
    bool ordered;
};

/* A new entry for a key that has none; it has no text yet. */
struct export_entry *export_add(struct export_region *region, size_t kind, const struct export_record *record);

/* Keeps the text, instead of one that was kept before under the key. */
void export_store(struct export_region *region, size_t kind, const struct export_record *record);

struct export_entry *export_find(const struct export_table *table, const char *key);

/* What has no id is known by its name, as far as it has one; NULL: by nothing. */
const char *export_key(const struct resource *record);

/*
 * The reading of the list has ended: its records may be in the file, unless a later reading finds them gone. Those
 * without a key are named in `missing`.
 */
void export_validate(struct export_region *region, const struct resource_list *list, bool chosen);

/* Names in `missing` what is in the file as it was answered, and cannot be relied on. */
void export_note_odd(struct export_region *region);

/* Whether the record is in the file, by what is chosen and noted so far (resource_copy.h has the rule). */
bool export_retains(const struct export_region *region, size_t kind, const struct export_entry *entry);

/* The index of a kind in resource_copies. */
size_t export_kind(const struct resource_kind *kind);

/* Notes what the records in the file refer to, and what those do that come in by it (inventory_export_references.c). */
void export_note_references(struct export_region *region);

#endif
