/* The string map and the string set, on uthash. */
#include "mem/mem.h"

#include <stdlib.h>
#include <string.h>

#define HASH_FUNCTION(key, size, hash) (hash) = mem_hash((key), (size))
#define uthash_malloc(size)            mem_grow(NULL, 1, (size))
#define uthash_fatal(message)          mem_out_of_memory()
#include <uthash.h>

/* `size` is at most 8. */
static inline uint64_t word_of(const char *bytes, size_t size)
{
    uint64_t word = 0;

    memcpy(&word, bytes, size);
    return word;
}

/* The last bytes as one word that may overlap the one before: no loop over single bytes. */
static uint64_t tail_of(const char *bytes, size_t size)
{
    if (size >= 8) {
        return word_of(bytes + size - 8, 8);
    }
    if (size >= 4) {
        return word_of(bytes, 4) << 32 | word_of(bytes + size - 4, 4);
    }
    if (size == 0) {
        return 0;
    }
    return (uint64_t)(unsigned char)bytes[0] << 16 | (uint64_t)(unsigned char)bytes[size / 2] << 8 |
           (unsigned char)bytes[size - 1];
}

uint32_t mem_hash(const void *memory, size_t size)
{
    const char *bytes = memory;
    const uint64_t multiplier = 0x9e3779b97f4a7c15u;
    uint64_t hash = size * multiplier;

    for (size_t at = 0; at + 8 < size; at += 8) {
        hash = (hash ^ word_of(bytes + at, 8)) * multiplier;
        hash ^= hash >> 32;
    }
    hash = (hash ^ tail_of(bytes, size)) * multiplier;
    hash = (hash ^ hash >> 32) * multiplier; /* else the last bytes change the high bits alone */
    return (uint32_t)(hash >> 32);
}

struct mem_map_slot {
    struct mem_map_entry entry; /* first, so that the address of an entry is the address of its slot */
    UT_hash_handle hh;
    char key[];
};

static struct mem_map_slot *find(const struct mem_map *map, const void *key, size_t size)
{
    struct mem_map_slot *slot = NULL;

    HASH_FIND(hh, map->slots, key, size, slot);
    return slot;
}

static void add(struct mem_map *map, const void *key, size_t size, void *value)
{
    struct mem_map_slot *slot = mem_grow(NULL, 1, sizeof(*slot) + size + 1);

    memset(slot, 0, sizeof(*slot));
    if (size > 0) {
        memcpy(slot->key, key, size);
    }
    slot->key[size] = '\0';
    slot->entry = (struct mem_map_entry){.key = slot->key, .key_size = size, .value = value};
    HASH_ADD_KEYPTR(hh, map->slots, slot->key, size, slot);
}

void *mem_map_get_n(const struct mem_map *map, const void *key, size_t size)
{
    const struct mem_map_slot *slot = find(map, key, size);

    return slot != NULL ? slot->entry.value : NULL;
}

void *mem_map_get(const struct mem_map *map, const char *key)
{
    return mem_map_get_n(map, key, strlen(key));
}

bool mem_map_put(struct mem_map *map, const char *key, void *value)
{
    struct mem_map_slot *slot = find(map, key, strlen(key));

    if (slot != NULL) {
        slot->entry.value = value;
        return false;
    }
    add(map, key, strlen(key), value);
    return true;
}

bool mem_map_add_n(struct mem_map *map, const void *key, size_t size, void *value)
{
    if (find(map, key, size) != NULL) {
        return false;
    }
    add(map, key, size, value);
    return true;
}

void *mem_map_remove(struct mem_map *map, const char *key)
{
    struct mem_map_slot *slot = find(map, key, strlen(key));

    if (slot == NULL) {
        return NULL;
    }
    void *value = slot->entry.value;
    HASH_DEL(map->slots, slot);
    free(slot);
    return value;
}

const struct mem_map_entry *mem_map_first(const struct mem_map *map)
{
    return map->slots != NULL ? &map->slots->entry : NULL;
}

const struct mem_map_entry *mem_map_next(const struct mem_map_entry *entry)
{
    const struct mem_map_slot *slot = (const struct mem_map_slot *)(const void *)entry;

    return mem_map_first(&(struct mem_map){.slots = slot->hh.next});
}

void mem_map_free(struct mem_map *map)
{
    struct mem_map_slot *slot = NULL, *next = NULL;

    HASH_ITER(hh, map->slots, slot, next)
    {
        HASH_DEL(map->slots, slot);
        free(slot);
    }
}

bool mem_set_add_n(struct mem_set *set, const void *bytes, size_t size)
{
    return mem_map_add_n(&set->map, bytes, size, NULL);
}

bool mem_set_add(struct mem_set *set, const char *string)
{
    return mem_set_add_n(set, string, strlen(string));
}

bool mem_set_has(const struct mem_set *set, const char *string)
{
    return find(&set->map, string, strlen(string)) != NULL;
}

size_t mem_set_count(const struct mem_set *set)
{
    return HASH_COUNT(set->map.slots);
}

void mem_set_free(struct mem_set *set)
{
    mem_map_free(&set->map);
}
