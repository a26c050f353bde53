/*
 * index: from a string to the record that bears it. Open addressing; keys are borrowed from the records and must
 * stay unchanged while they are in.
 */
#ifndef VPCSIM_INDEX_H
#define VPCSIM_INDEX_H

#include <stdbool.h>
#include <stddef.h>

struct index_slot {
    const char *key; /* NULL: never used; a private mark: was used */
    void *value;
};

/* Zero-initialised it is empty. */
struct index {
    struct index_slot *slots;
    size_t capacity, used; /* used counts removed slots too */
};

void index_put(struct index *index, const char *key, void *value);

/* The value, or NULL. */
void *index_get(const struct index *index, const char *key);

void index_remove(struct index *index, const char *key);
void index_free(struct index *index);

#endif
