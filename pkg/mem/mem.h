/*
 * mem: memory from the system, and the list, the set and the map that are built on it.
 *
 * One policy for the whole program: when there is no memory, the process writes one line on standard error and ends
 * with status 1 (ERR_EXIT_FAILED). It never aborts, because a core file would hold keys and tokens; no function here
 * returns NULL for lack of memory, so no caller checks. malloc, calloc, realloc and strdup are called nowhere else;
 * what these functions return is freed with free().
 */
#ifndef MEM_MEM_H
#define MEM_MEM_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#include <stdint.h>

/* Ends the process as above; for libraries that report the lack of memory on their own, and for sizes over a cap. */
void mem_out_of_memory(void) __attribute__((noreturn));

/* `size` zeroed bytes. A size of 0 gives a pointer that may only be freed. */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* An array of `count` zeroed items of `size` bytes; a product that overflows is a lack of memory. */
void *mem_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));

/*
 * The array at `memory` (NULL: a new one) with room for `count` items of `size` bytes; items that are new are
 * not initialised. The old pointer is invalid afterwards.
 */
void *mem_grow(void *memory, size_t count, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* A copy of the string; NULL gives NULL. */
char *mem_copy(const char *string) __attribute__((malloc, warn_unused_result));

/*
 * A growing list: any struct with `items`, `count` and `capacity`, zero-initialised when empty. mem_list_add returns
 * the address of a new zeroed item at the end, which is valid until the next call:
 *     struct { struct step *items; size_t count, capacity; } steps = {0};
 *     *mem_list_add(&steps) = (struct step){.name = name};
 * The owner frees `items` with free().
 */
#define mem_list_add(list)                                                                                      \
    ((list)->items = mem_list_reserve((list)->items, (list)->count, &(list)->capacity, sizeof(*(list)->items)), \
     &(list)->items[(list)->count++])

/* For mem_list_add: `items` with room for one more after `count`, which is zeroed. */
void *mem_list_reserve(void *items, size_t count, size_t *capacity, size_t size) __attribute__((returns_nonnull));

/*
 * A map from strings to pointers and a set of strings. Zero-initialised they are empty and own nothing. Keys are
 * copied and may hold any bytes with the _n functions; values are borrowed. Entries are walked in the order in
 * which they were added:
 *     for (const struct mem_map_entry *entry = mem_map_first(&map); entry != NULL; entry = mem_map_next(entry))
 * The hash does not withstand keys that were chosen to collide.
 */
struct mem_map_entry {
    const char *key; /* NUL-terminated */
    size_t key_size;
    void *value;
};

struct mem_map {
    struct mem_map_slot *slots;
};

/* The value of the key, or NULL. */
void *mem_map_get(const struct mem_map *map, const char *key);
void *mem_map_get_n(const struct mem_map *map, const void *key, size_t size);

/* Sets the value of the key; returns whether the key is new. */
bool mem_map_put(struct mem_map *map, const char *key, void *value);

/* Adds the key unless it is there, in which case its value stays; returns whether it was added. */
bool mem_map_add_n(struct mem_map *map, const void *key, size_t size, void *value);

/* Removes the key; returns its value, NULL where the key is missing. */
void *mem_map_remove(struct mem_map *map, const char *key);

const struct mem_map_entry *mem_map_first(const struct mem_map *map);
const struct mem_map_entry *mem_map_next(const struct mem_map_entry *entry);

/* Frees keys and entries; the map is empty again. For CLEANUP. */
void mem_map_free(struct mem_map *map);

/* The hash of the map, for tables of another kind. */
uint32_t mem_hash(const void *bytes, size_t size);

struct mem_set {
    struct mem_map map;
};

/* Adds the string, of any bytes with the _n function; returns whether it is new. */
bool mem_set_add(struct mem_set *set, const char *string);
bool mem_set_add_n(struct mem_set *set, const void *bytes, size_t size);

bool mem_set_has(const struct mem_set *set, const char *string);
size_t mem_set_count(const struct mem_set *set);

/* For CLEANUP. */
void mem_set_free(struct mem_set *set);

#ifdef __cplusplus
}
#endif

#endif
