/*
 * map: a hash map of bytes to pointers; private to room schema. No memory ends the process, as in room text.
 */
#ifndef SCHEMA_MAP_H
#define SCHEMA_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes to pointers. Keys are borrowed: they must live as long as the map. Zero-initialised it is empty. */
struct schema_map {
    struct schema_map_slot *slots;
    size_t count, capacity;
};

void *schema_map_get(const struct schema_map *map, const void *key, size_t size);

/* Keeps the value that is there when the key is; returns whether it was new. */
bool schema_map_put(struct schema_map *map, const void *key, size_t size, void *value);

/* The value in a slot, 0 to capacity - 1, or NULL when the slot is free. */
void *schema_map_at(const struct schema_map *map, size_t slot);

void schema_map_free(struct schema_map *map);

/* A fast hash of a few bytes; not meant to withstand chosen keys. */
uint32_t schema_hash(const char *bytes, size_t size);

#endif
