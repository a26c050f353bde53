/* Allocation with one out-of-memory policy, and the growing list. */
#include "mem/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_out_of_memory(void)
{
    static const char message[] = "error: out of memory\n";

    /* write and _exit, because stdio and exit handlers may allocate */
    (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
    _exit(EXIT_FAILURE); /* ERR_EXIT_FAILED, which err.c asserts */
}

static void *checked(void *memory)
{
    if (memory == NULL) {
        mem_out_of_memory();
    }
    return memory;
}

void *mem_alloc(size_t size)
{
    return mem_array(1, size);
}

void *mem_array(size_t count, size_t size)
{
    bool empty = count == 0 || size == 0;

    return checked(empty ? calloc(1, 1) : calloc(count, size));
}

void *mem_grow(void *memory, size_t count, size_t size)
{
    bool empty = count == 0 || size == 0;

    return checked(empty ? realloc(memory, 1) : reallocarray(memory, count, size));
}

char *mem_copy(const char *string)
{
    if (string == NULL) {
        return NULL;
    }
    size_t size = strlen(string) + 1;
    return memcpy(mem_grow(NULL, size, 1), string, size);
}

void *mem_list_reserve(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count == *capacity) {
        if (count > SIZE_MAX / 2) {
            mem_out_of_memory();
        }
        *capacity = count > 0 ? 2 * count : 8;
        items = mem_grow(items, *capacity, size);
    }
    memset((char *)items + count * size, 0, size);
    return items;
}
