#include "index.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "random.h"

static const char removed_mark[] = "";

static size_t home(const struct index *index, const char *key)
{
    return (size_t)random_mix(random_hash(key, strlen(key)), 0) & (index->capacity - 1);
}

static struct index_slot *find(const struct index *index, const char *key)
{
    if (index->capacity == 0) {
        return NULL;
    }
    for (size_t i = home(index, key);; i = (i + 1) & (index->capacity - 1)) {
        struct index_slot *slot = &index->slots[i];
        if (slot->key == NULL) {
            return NULL;
        }
        if (slot->key != removed_mark && strcmp(slot->key, key) == 0) {
            return slot;
        }
    }
}

static void insert(struct index *index, const char *key, void *value)
{
    size_t i = home(index, key);

    while (index->slots[i].key != NULL) {
        i = (i + 1) & (index->capacity - 1);
    }
    index->slots[i] = (struct index_slot){.key = key, .value = value};
    index->used++;
}

/* Rehashing also sweeps the removed marks out. */
static void resize(struct index *index)
{
    struct index old = *index;
    size_t live = 0;

    for (size_t i = 0; i < old.capacity; i++) {
        live += old.slots[i].key != NULL && old.slots[i].key != removed_mark;
    }
    index->capacity = 16;
    while (index->capacity < live * 4) {
        index->capacity *= 2;
    }
    index->slots = alloc_zeroed(index->capacity, sizeof(*index->slots));
    index->used = 0;
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].key != NULL && old.slots[i].key != removed_mark) {
            insert(index, old.slots[i].key, old.slots[i].value);
        }
    }
    free(old.slots);
}

void index_put(struct index *index, const char *key, void *value)
{
    struct index_slot *slot = find(index, key);

    if (slot != NULL) {
        *slot = (struct index_slot){.key = key, .value = value};
        return;
    }
    if ((index->used + 1) * 4 > index->capacity * 3) {
        resize(index);
    }
    insert(index, key, value);
}

void *index_get(const struct index *index, const char *key)
{
    struct index_slot *slot = find(index, key);

    return slot != NULL ? slot->value : NULL;
}

void index_remove(struct index *index, const char *key)
{
    struct index_slot *slot = find(index, key);

    if (slot != NULL) {
        *slot = (struct index_slot){.key = removed_mark};
    }
}

void index_free(struct index *index)
{
    free(index->slots);
    *index = (struct index){0};
}
