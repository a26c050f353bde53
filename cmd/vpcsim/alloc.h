/*
 * alloc: memory that is there. As with struct text, running out of memory ends the process: a simulator that
 * cannot keep its store has nothing sensible left to do.
 */
#ifndef VPCSIM_ALLOC_H
#define VPCSIM_ALLOC_H

#include <stddef.h>

/* Zeroed memory; never NULL. */
void *alloc_zeroed(size_t count, size_t size);

/* Room for at least `need` items in an array of `*capacity`; returns the (moved) array, grown by doubling. */
void *alloc_grow(void *items, size_t need, size_t *capacity, size_t size);

/* A copy; NULL for NULL. */
char *alloc_string(const char *string);

#endif
