/* The arena: blocks that double, freed together. */
#include "text/text_arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { BLOCK_MIN = 1024, BLOCK_MAX = 256 * 1024 };

/* Blocks double from BLOCK_MIN to BLOCK_MAX, so that a call of one option and a list of 50,000 servers both fit. */
struct text_arena_block {
    struct text_arena_block *previous;
    size_t used, capacity;
    _Alignas(max_align_t) char bytes[];
};

static char *take(struct text_arena *arena, size_t size, size_t align)
{
    struct text_arena_block *block = arena->last;
    size_t at = block ? (block->used + align - 1) / align * align : 0;

    if (block == NULL || at > block->capacity || size > block->capacity - at) {
        size_t capacity = block ? 2 * block->capacity : BLOCK_MIN;
        capacity = capacity > BLOCK_MAX ? BLOCK_MAX : capacity;
        capacity = capacity < size ? size : capacity;
        if (capacity > SIZE_MAX - sizeof(*block)) {
            mem_out_of_memory();
        }
        block = mem_grow(NULL, 1, sizeof(*block) + capacity);
        *block = (struct text_arena_block){.previous = arena->last, .capacity = capacity};
        arena->last = block;
        at = 0;
    }
    block->used = at + size;
    return block->bytes + at;
}

void *text_arena_alloc(struct text_arena *arena, size_t size)
{
    void *memory = take(arena, size, _Alignof(max_align_t));

    return size > 0 ? memset(memory, 0, size) : memory;
}

char *text_arena_copy(struct text_arena *arena, const char *bytes, size_t size)
{
    char *copy = take(arena, size + 1, 1);

    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    copy[size] = '\0';
    return copy;
}

void text_arena_take(struct text_arena *arena, struct text_arena *from)
{
    struct text_arena_block *first = from->last;

    while (first != NULL && first->previous != NULL) {
        first = first->previous;
    }
    if (arena->last == NULL) {
        *arena = *from;
    } else if (first != NULL) {
        first->previous = arena->last->previous; /* the last block stays the one with room */
        arena->last->previous = from->last;
    }
    *from = (struct text_arena){0};
}

void text_arena_free(struct text_arena *arena)
{
    for (struct text_arena_block *block = arena->last; block != NULL;) {
        struct text_arena_block *previous = block->previous;
        free(block);
        block = previous;
    }
    *arena = (struct text_arena){0};
}
