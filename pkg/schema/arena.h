/*
 * arena: memory with one lifetime, and a hash map over it; private to room schema.
 *
 * All that a library compiles lives in its arena and is freed at once. Nothing is ever NULL: no memory ends the
 * process, as in room text.
 */
#ifndef SCHEMA_ARENA_H
#define SCHEMA_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schema_arena_block;

struct schema_arena {
    struct schema_arena_block *blocks;
    char *next, *end;
};

/* `size` zeroed bytes, aligned for any type. */
void *schema_arena_alloc(struct schema_arena *arena, size_t size);

/* A NUL-terminated copy of `size` bytes. */
char *schema_arena_copy(struct schema_arena *arena, const char *bytes, size_t size);

void schema_arena_free(struct schema_arena *arena);

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
