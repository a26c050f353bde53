/* inventory_selector: what a selector says about single records, and what it came to. Private to the room. */
#ifndef INVENTORY_INVENTORY_SELECTOR_H
#define INVENTORY_INVENTORY_SELECTOR_H

#include "inventory/inventory.h"
#include "mem/mem.h"

/* The filters, in the order in which they are applied to a record. */
enum inventory_filter {
    INVENTORY_NOT_READ, /* no record came so far */
    INVENTORY_VPC,
    INVENTORY_GROUP,
    INVENTORY_ZONE,
    INVENTORY_STATUS,
    INVENTORY_NAME,
    INVENTORY_EXCLUDE,
    INVENTORY_WHERE, /* is asked last, because it costs the most */
    INVENTORY_SELECTED,
};

/* Whether the word is the name, the id, or a CRN with the id. NULL is none. */
bool inventory_word_names(const char *word, const char *name, const char *id);

/* The first filter that leaves the record out; INVENTORY_WHERE when no filter before it does. */
enum inventory_filter inventory_selector_judge(const struct inventory_selector *selector,
                                               const struct resource *record);

/* Which of the globs, names before excludes, matched a record that had passed the filters before theirs. */
void inventory_note_globs(const struct inventory_selector *selector, const char *name,
                          enum inventory_filter left_out_by, bool *ret_matched);

/* Fills the selector's effect; `farthest` is the last filter that any record was left out by. */
void inventory_describe_effect(const struct inventory_selector *selector, const struct resource_kind *only_kind,
                               enum inventory_filter farthest, const bool *matched, bool empty);

/* Adds the lines to `missing`; what could not be read for several questions is one line. Takes `more` apart. */
void inventory_add_missing(struct text *missing, struct text *more);

#endif
