#include "alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
    fputs("vpcsim: out of memory\n", stderr);
    abort();
}

void *alloc_zeroed(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (memory == NULL) {
        out_of_memory();
    }
    return memory;
}

void *alloc_grow(void *items, size_t need, size_t *capacity, size_t size)
{
    if (need <= *capacity) {
        return items;
    }
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < need) {
        wanted *= 2;
    }
    void *grown = reallocarray(items, wanted, size);
    if (grown == NULL) {
        out_of_memory();
    }
    *capacity = wanted;
    return grown;
}

char *alloc_string(const char *string)
{
    if (string == NULL) {
        return NULL;
    }
    char *copy = strdup(string);
    if (copy == NULL) {
        out_of_memory();
    }
    return copy;
}
