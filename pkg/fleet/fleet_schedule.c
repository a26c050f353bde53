/* Which items may start now: dependencies, rollout limits, disruption budget. */
#include "fleet/fleet_schedule.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* --- dependencies ------------------------------------------------------------------------------------ */

/* Whether the item waits for another one, or for ever. */
static bool waits(const struct plan *plan, const struct plan_item *item)
{
    return item->depends_on != 0 && plan->items[item->depends_on - 1].verdict != PLAN_UNCHANGED;
}

struct fleet_dependencies fleet_dependencies_open(const struct plan *plan)
{
    struct fleet_dependencies dependencies = {.plan = plan};

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict != PLAN_CHANGE || !waits(plan, item)) {
            continue;
        }
        if (dependencies.dependent == NULL) {
            dependencies.dependent = mem_array(plan->count, 2 * sizeof(*dependencies.dependent));
            dependencies.released = dependencies.dependent + plan->count;
        }
        /* chains: at most one dependent each, later in the plan */
        assert(item->depends_on <= i && dependencies.dependent[item->depends_on - 1] == 0);
        dependencies.dependent[item->depends_on - 1] = i + 1;
    }
    return dependencies;
}

void fleet_dependencies_close(struct fleet_dependencies *dependencies)
{
    free(dependencies->dependent);
    *dependencies = (struct fleet_dependencies){0};
}

bool fleet_dependencies_peek(struct fleet_dependencies *dependencies, size_t *ret_index)
{
    const struct plan *plan = dependencies->plan;
    size_t *next = &dependencies->next;

    if (dependencies->released_count > 0) {
        *ret_index = dependencies->released[dependencies->released_count - 1];
        return true;
    }
    while (*next < plan->count && (plan->items[*next].verdict != PLAN_CHANGE || waits(plan, &plan->items[*next]))) {
        ++*next;
    }
    *ret_index = *next;
    return *next < plan->count;
}

void fleet_dependencies_take(struct fleet_dependencies *dependencies)
{
    if (dependencies->released_count > 0) {
        dependencies->released_count--;
    } else {
        dependencies->next++;
    }
}

void fleet_dependencies_succeeded(struct fleet_dependencies *dependencies, size_t index)
{
    if (dependencies->dependent != NULL && dependencies->dependent[index] != 0) {
        dependencies->released[dependencies->released_count++] = dependencies->dependent[index] - 1;
    }
}

/* --- rollout limits ---------------------------------------------------------------------------------- */

size_t fleet_share_of(struct fleet_share share, size_t total)
{
    size_t number = share.percent ? (total * share.value + 99) / 100 : share.value;

    return number > 0 ? number : 1;
}

/* Admits the next batch; never beyond the total, so that nothing overflows. */
static void allow_batch(struct fleet_rollout *rollout)
{
    const struct fleet_limits *limits = rollout->limits;
    size_t last = limits->batch_count - 1;
    size_t rest = rollout->total - rollout->allowed;
    size_t size = limits->batch_count == 0
                      ? SIZE_MAX
                      : fleet_share_of(limits->batches[rollout->batch < last ? rollout->batch : last], rollout->total);

    rollout->allowed += size < rest ? size : rest;
}

struct fleet_rollout fleet_rollout_open(const struct fleet_limits *limits, size_t total)
{
    static const struct fleet_limits none;
    struct fleet_rollout rollout = {.limits = limits != NULL ? limits : &none, .total = total};

    allow_batch(&rollout);
    return rollout;
}

bool fleet_rollout_admit(struct fleet_rollout *rollout)
{
    if (rollout->closed || rollout->started >= rollout->allowed) {
        return false;
    }
    rollout->started++;
    return true;
}

void fleet_rollout_note(struct fleet_rollout *rollout, bool failed)
{
    const struct fleet_limits *limits = rollout->limits;

    rollout->ended++;
    rollout->failures += failed;
    rollout->batch_failures += failed;
    if (limits->has_max_failures && rollout->failures >= fleet_share_of(limits->max_failures, rollout->total)) {
        rollout->closed = true;
    }
    if (rollout->ended < rollout->allowed || rollout->closed) {
        return;
    }
    if (rollout->batch_failures > 0 && !limits->has_max_failures && rollout->allowed < rollout->total) {
        rollout->closed = true;
        return;
    }
    rollout->batch++;
    rollout->batch_failures = 0;
    allow_batch(rollout);
}

/* --- disruption budget ------------------------------------------------------------------------------- */

size_t fleet_disruption_max(struct fleet_share share, size_t total)
{
    size_t number = share.percent ? total * share.value / 100 : share.value;

    return number > 0 ? number : 1;
}

static bool share_group(const struct fleet_slot *a, const struct fleet_slot *b)
{
    return (a->placement_group != NULL && text_equal(a->placement_group, b->placement_group)) ||
           (a->instance_group != NULL && text_equal(a->instance_group, b->instance_group));
}

static struct fleet_slot *find(const struct fleet_disruption *budget, size_t item)
{
    for (size_t i = 0; i < budget->count; i++) {
        if (budget->items[i].item == item) {
            return &budget->items[i];
        }
    }
    return NULL;
}

bool fleet_slot_is_free(const struct fleet_disruption *budget, const struct fleet_slot *slot)
{
    size_t others = 0;

    for (size_t i = 0; i < budget->count; i++) {
        const struct fleet_slot *down = &budget->items[i];
        if (down->item == slot->item) {
            continue;
        }
        others++;
        if (!budget->same_group && share_group(down, slot)) {
            return false;
        }
    }
    return others < budget->max_down;
}

void fleet_slot_take(struct fleet_disruption *budget, const struct fleet_slot *slot)
{
    struct fleet_slot *own = find(budget, slot->item);

    if (own == NULL) {
        own = mem_list_add(budget);
    }
    *own = *slot;
}

void fleet_slot_release(struct fleet_disruption *budget, size_t item)
{
    struct fleet_slot *own = find(budget, item);

    if (own != NULL) {
        *own = budget->items[--budget->count];
    }
}

void fleet_disruption_free(struct fleet_disruption *budget)
{
    free(budget->items);
    *budget = (struct fleet_disruption){0};
}
