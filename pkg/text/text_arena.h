/*
 * text_arena: memory with one lifetime. Blocks are handed out until the whole arena is freed.
 *
 * A zero-initialised arena is empty and owns nothing. Allocation failure ends the process, as in text.h.
 */
#ifndef TEXT_TEXT_ARENA_H
#define TEXT_TEXT_ARENA_H

#include <stddef.h>

struct text_arena_block;

struct text_arena {
    struct text_arena_block *last;
};

/* `size` zeroed bytes, aligned for any object; never NULL. They live until text_arena_free. */
void *text_arena_alloc(struct text_arena *arena, size_t size);

/* A NUL-terminated copy of `size` bytes (no alignment is wasted on strings). */
char *text_arena_copy(struct text_arena *arena, const char *bytes, size_t size);

/* Whatever `from` holds lives in `arena` from now on, where it is; `from` is empty afterwards. */
void text_arena_take(struct text_arena *arena, struct text_arena *from);

/* Frees every block; the arena is empty again. For CLEANUP. */
void text_arena_free(struct text_arena *arena);

#endif
