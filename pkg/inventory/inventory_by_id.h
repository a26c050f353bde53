/*
 * inventory_by_id: resources that were read before, as a plan has them, are read once more: what they are now, or that
 * they are gone. Few of a kind cost a request each, which brings their ETags; many are read with the list.
 */
#ifndef INVENTORY_INVENTORY_BY_ID_H
#define INVENTORY_INVENTORY_BY_ID_H

#include "inventory/inventory.h"

/*
 * Reads each of `was` (`count` records with an id and an API) again; ret_now[i] is its record in `into`, or NULL where
 * nothing has its id any more. All or nothing: what cannot be read is an error, ERR_INCOMPLETE or the API's own.
 */
bool inventory_read_by_id(const struct inventory_scope *scope, const struct resource *const was[], size_t count,
                          struct resource_list *into, struct resource *ret_now[], struct err *e)
    __attribute__((warn_unused_result));

#endif
