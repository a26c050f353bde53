#include "fleet/fleet_order.h"

#include <assert.h>
#include <stdlib.h>

/* Whether the item waits for another one, or for ever. */
static bool waits(const struct plan *plan, const struct plan_item *item)
{
    return item->depends_on != 0 && plan->items[item->depends_on - 1].verdict != PLAN_UNCHANGED;
}

static void find_followers(struct fleet_order *order)
{
    const struct plan *plan = order->plan;

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict != PLAN_CHANGE || !waits(plan, item)) {
            continue;
        }
        if (order->follower == NULL) {
            order->follower = calloc(2 * plan->count, sizeof(*order->follower));
            if (order->follower == NULL) {
                text_out_of_memory();
            }
            order->freed = order->follower + plan->count;
        }
        assert(item->depends_on <= i &&
               order->follower[item->depends_on - 1] == 0); /* chains: one follower each, later in the plan */
        order->follower[item->depends_on - 1] = i + 1;
    }
}

struct fleet_order fleet_order_open(const struct plan *plan)
{
    struct fleet_order order = {.plan = plan};

    find_followers(&order);
    return order;
}

void fleet_order_close(struct fleet_order *order)
{
    free(order->follower);
    *order = (struct fleet_order){0};
}

bool fleet_order_peek(struct fleet_order *order, size_t *ret_index)
{
    const struct plan *plan = order->plan;

    if (order->freed_count > 0) {
        *ret_index = order->freed[order->freed_count - 1];
        return true;
    }
    while (order->next < plan->count &&
           (plan->items[order->next].verdict != PLAN_CHANGE || waits(plan, &plan->items[order->next]))) {
        order->next++;
    }
    *ret_index = order->next;
    return order->next < plan->count;
}

void fleet_order_take(struct fleet_order *order)
{
    if (order->freed_count > 0) {
        order->freed_count--;
    } else {
        order->next++;
    }
}

void fleet_order_met(struct fleet_order *order, size_t index)
{
    if (order->follower != NULL && order->follower[index] != 0) {
        order->freed[order->freed_count++] = order->follower[index] - 1;
    }
}
