/* The set of ids of one reading: open addressing with linear probing, at most half full. */
#include "vpc/vpc_ids.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { SLOTS_FIRST = 256 };

uint64_t vpc_id_print(const char *bytes, size_t size)
{
    uint64_t hash = 0x9e3779b97f4a7c15U ^ size;

    while (size > 0) {
        uint64_t word = 0;
        size_t taken = size < sizeof(word) ? size : sizeof(word);
        memcpy(&word, bytes, taken);
        hash = (hash ^ word) * 0xd6e8feb86659fd93U;
        hash ^= hash >> 32;
        bytes += taken;
        size -= taken;
    }
    hash *= 0xd6e8feb86659fd93U;
    hash ^= hash >> 29;
    return hash != 0 ? hash : 1;
}

/* The slot that has the fingerprint, or the free one where it belongs. */
static uint64_t *slot_of(const struct vpc_ids *ids, uint64_t print)
{
    size_t at = (size_t)print & (ids->capacity - 1);

    while (ids->slots[at] != 0 && ids->slots[at] != print) {
        at = (at + 1) & (ids->capacity - 1);
    }
    return &ids->slots[at];
}

void vpc_ids_reserve(struct vpc_ids *ids, size_t more)
{
    struct vpc_ids grown = {.capacity = ids->capacity > 0 ? ids->capacity : SLOTS_FIRST};

    while (grown.capacity / 2 < ids->count + more) {
        grown.capacity *= 2;
    }
    if (grown.capacity == ids->capacity) {
        return;
    }
    grown.slots = mem_array(grown.capacity, sizeof(*grown.slots));
    for (size_t i = 0; i < ids->capacity; i++) {
        if (ids->slots[i] != 0) {
            *slot_of(&grown, ids->slots[i]) = ids->slots[i];
        }
    }
    grown.count = ids->count;
    free(ids->slots);
    *ids = grown;
}

bool vpc_ids_add(struct vpc_ids *ids, uint64_t print)
{
    vpc_ids_reserve(ids, 1);
    uint64_t *slot = slot_of(ids, print);
    bool is_new = *slot == 0;

    *slot = print;
    ids->count += is_new;
    return is_new;
}

bool vpc_ids_has(const struct vpc_ids *ids, uint64_t print)
{
    return ids->count > 0 && *slot_of(ids, print) != 0;
}

void vpc_ids_free(struct vpc_ids *ids)
{
    free(ids->slots);
    *ids = (struct vpc_ids){0};
}
