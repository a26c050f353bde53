/* inventory_targets: words that have to name one resource each. Private to the room. */
#ifndef INVENTORY_INVENTORY_TARGETS_H
#define INVENTORY_INVENTORY_TARGETS_H

#include "inventory/inventory.h"
#include "mem/mem.h"

struct inventory_target {
    const char *word;
    enum resource_name_form form;
    size_t matches; /* records that were found by it */
    bool excluded;  /* one was found that another selector leaves out */
};

/* Zero-initialised it holds none. */
struct inventory_targets {
    const struct inventory_words *words; /* borrowed */
    struct inventory_target *items;      /* of each word */
    struct mem_map by_word;              /* the same; equal words are one */
};

void inventory_targets_index(struct inventory_targets *targets, const struct inventory_words *words);
void inventory_targets_free(struct inventory_targets *targets);

/* Words that may name a record: its name, its id and its CRN. */
enum { INVENTORY_TARGET_WORDS = 3 };

/* Those that name the record, and how many; a word that looks like an id is no name, and so on. */
size_t inventory_targets_of(const struct inventory_targets *targets, const struct resource *record,
                            struct inventory_target *ret[INVENTORY_TARGET_WORDS]);

/*
 * Counts the matches among the records that were found. False (ERR_NOT_FOUND) where a word names several, or none
 * that was excluded, unless `may_be_unread`: it may be among what could not be read. Reads names that are near to it.
 */
bool inventory_targets_check(struct inventory_targets *targets, const struct inventory_scope *scope,
                             const struct resource_kind *const kinds[], size_t kind_count,
                             const struct resource_list *found, bool may_be_unread, struct err *e);

#endif
