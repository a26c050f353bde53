/*
 * fleet_order: which item of a plan comes next. In the plan's order, but for those that need another one first: they come
 * as soon as it has succeeded, before everything else, and never when it failed. Private to the room.
 */
#ifndef FLEET_FLEET_ORDER_H
#define FLEET_FLEET_ORDER_H

#include "plan/plan.h"

struct fleet_order {
    const struct plan *plan;
    size_t next;      /* index of the item that is looked at next */
    size_t *follower; /* of each item: the number of the one that needs it, 0: none; NULL where no item needs another */
    size_t *freed;    /* indices of items whose need has been met, the last one first */
    size_t freed_count;
};

struct fleet_order fleet_order_open(const struct plan *plan);
void fleet_order_close(struct fleet_order *order);

/* Whether there is an item that can be taken up now; sets *ret_index. */
bool fleet_order_peek(struct fleet_order *order, size_t *ret_index);

/* The item that peek told of is taken up. */
void fleet_order_take(struct fleet_order *order);

/* The item has succeeded: the one that needs it may be taken up. */
void fleet_order_met(struct fleet_order *order, size_t index);

#endif
