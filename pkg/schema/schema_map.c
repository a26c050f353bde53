/* A hash map with open addressing. */
#include "schema/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_START = 64 };

struct schema_map_slot {
    const char *key; /* NULL: free */
    size_t size;
    uint32_t hash;
    void *value;
};

static void *checked_alloc(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL) {
        fputs("error: out of memory\n", stderr);
        abort();
    }
    return memory;
}

static uint64_t word_at(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return word;
}

static uint64_t half_word_at(const char *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* The last bytes as one word that may overlap the one before: no loop over single bytes. */
static uint64_t tail_of(const char *bytes, size_t size)
{
    if (size >= 8) {
        return word_at(bytes + size - 8);
    }
    if (size >= 4) {
        return half_word_at(bytes) << 32 | half_word_at(bytes + size - 4);
    }
    if (size == 0) {
        return 0;
    }
    return (uint64_t)(unsigned char)bytes[0] << 16 | (uint64_t)(unsigned char)bytes[size / 2] << 8 |
           (unsigned char)bytes[size - 1];
}

uint32_t schema_hash(const char *bytes, size_t size)
{
    const uint64_t multiplier = 0x9e3779b97f4a7c15u;
    uint64_t hash = size * multiplier;

    for (size_t at = 0; at + 8 < size; at += 8) {
        hash = (hash ^ word_at(bytes + at)) * multiplier;
        hash ^= hash >> 32;
    }
    hash = (hash ^ tail_of(bytes, size)) * multiplier;
    return (uint32_t)(hash >> 32);
}

static struct schema_map_slot *find_slot(const struct schema_map *map, const void *key, size_t size, uint32_t hash)
{
    size_t mask = map->capacity - 1;
    size_t at = hash & mask;

    while (map->slots[at].key != NULL) {
        const struct schema_map_slot *slot = &map->slots[at];
        if (slot->hash == hash && slot->size == size && memcmp(slot->key, key, size) == 0) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &map->slots[at];
}

void *schema_map_get(const struct schema_map *map, const void *key, size_t size)
{
    if (map->capacity == 0) {
        return NULL;
    }
    const struct schema_map_slot *slot = find_slot(map, key, size, schema_hash(key, size));
    return slot->key != NULL ? slot->value : NULL;
}

static void grow(struct schema_map *map)
{
    struct schema_map larger = {.count = map->count, .capacity = map->capacity ? map->capacity * 2 : MAP_START};

    larger.slots = checked_alloc(larger.capacity * sizeof(*larger.slots));
    for (size_t i = 0; i < map->capacity; i++) {
        const struct schema_map_slot *slot = &map->slots[i];
        if (slot->key != NULL) {
            *find_slot(&larger, slot->key, slot->size, slot->hash) = *slot;
        }
    }
    free(map->slots);
    *map = larger;
}

bool schema_map_put(struct schema_map *map, const void *key, size_t size, void *value)
{
    if (map->count * 2 >= map->capacity) {
        grow(map);
    }
    uint32_t hash = schema_hash(key, size);
    struct schema_map_slot *slot = find_slot(map, key, size, hash);
    if (slot->key != NULL) {
        return false;
    }
    *slot = (struct schema_map_slot){.key = key, .size = size, .hash = hash, .value = value};
    map->count++;
    return true;
}

void *schema_map_at(const struct schema_map *map, size_t slot)
{
    return map->slots[slot].key != NULL ? map->slots[slot].value : NULL;
}

void schema_map_free(struct schema_map *map)
{
    free(map->slots);
    *map = (struct schema_map){0};
}
