/* inventory_places: whether the places exist that words outside of a selector name: regions, VPCs, zones and such. */
#ifndef INVENTORY_INVENTORY_PLACES_H
#define INVENTORY_INVENTORY_PLACES_H

#include "inventory/inventory.h"
#include "text/text_arena.h"

enum inventory_place { INVENTORY_PLACE_VPC, INVENTORY_PLACE_GROUP, INVENTORY_PLACE_ZONE, INVENTORY_PLACES };

/* A word to be judged. All borrowed, except the sentence. */
struct inventory_place_word {
    enum inventory_place place;
    const char *word;   /* name, id or CRN */
    const char *absent; /* set where nothing has it: there is no VPC "prod" in us-south: did you mean vpc-prod? */
};

/* What was read so far. All borrowed. */
struct inventory_seen_records {
    const struct inventory_scope *scope;
    const struct resource_list *const *lists;
    size_t list_count;
    bool whole; /* everything of the regions: a resource group that no record is in has nothing in it */
};

/*
 * Sets `absent`, kept in `memory`, of the words that nothing has. What the records do not prove is looked up: the VPCs
 * and the zones of each region at most. Words that could not be judged stay, and `unread` has a line why, unless it has
 * one already. False: the command ends.
 */
bool inventory_find_absent(const struct inventory_seen_records *seen, struct inventory_place_word words[], size_t count,
                           struct text_arena *memory, struct text *unread, struct err *e)
    __attribute__((warn_unused_result));

/* The same for names of regions: those that the account has are asked for only where one is not among the known. */
bool inventory_find_absent_regions(const struct inventory_scope *scope, struct inventory_place_word words[],
                                   size_t count, struct text_arena *memory, struct text *unread, struct err *e)
    __attribute__((warn_unused_result));

#endif
