/* inventory_near: names that are near a word that names nothing. Private to the room. */
#ifndef INVENTORY_INVENTORY_NEAR_H
#define INVENTORY_INVENTORY_NEAR_H

#include "inventory/inventory.h"

/*
 * Appends ": did you mean api-0001?" with the nearest name or id of each word, those that have one. Reads the
 * first thousand records of each kind in each region, which only a slip costs; what cannot be read is passed over.
 */
void inventory_append_near(const struct inventory_scope *scope, const struct resource_kind *const kinds[],
                           size_t kind_count, const struct inventory_words *absent, struct text *out);

#endif
