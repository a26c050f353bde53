/*
 * fleet_schedule: which items may start now, by three rules: dependencies between items, rollout limits (batches and a
 * budget of failures), and the disruption budget (servers that are down at a time). Pure: no request, no clock. Private
 * to the room.
 */
#ifndef FLEET_FLEET_SCHEDULE_H
#define FLEET_FLEET_SCHEDULE_H

#include "fleet/fleet.h"

/* --- dependencies ------------------------------------------------------------------------------------ */

/*
 * Items start in the plan's order, except those that depend on another one: they start as soon as that has succeeded,
 * before everything else, and never when it failed.
 */
struct fleet_dependencies {
    const struct plan *plan;
    size_t next;       /* index of the item that is considered next */
    size_t *dependent; /* of each item: the number of the one that depends on it, 0: none; NULL: no item depends */
    size_t *released;  /* indices of items whose dependency has succeeded, the last one first */
    size_t released_count;
};

struct fleet_dependencies fleet_dependencies_open(const struct plan *plan);
void fleet_dependencies_close(struct fleet_dependencies *dependencies);

/* Whether there is an item that can start now; sets *ret_index. */
bool fleet_dependencies_peek(struct fleet_dependencies *dependencies, size_t *ret_index);

/* The item that peek returned starts. */
void fleet_dependencies_take(struct fleet_dependencies *dependencies);

/* The item has succeeded: the one that depends on it may start. */
void fleet_dependencies_succeeded(struct fleet_dependencies *dependencies, size_t index);

/* --- rollout limits ---------------------------------------------------------------------------------- */

/* The number that a share of `total` comes to: rounded up, at least 1. */
size_t fleet_share_of(struct fleet_share share, size_t total);

struct fleet_rollout {
    const struct fleet_limits *limits;
    size_t total;   /* servers to change */
    size_t allowed; /* that may have started so far */
    size_t started, ended, failures;
    size_t batch;          /* number of the current one */
    size_t batch_failures; /* in it */
    bool closed;           /* no other one starts */
};

/* `limits` are borrowed; NULL: none. */
struct fleet_rollout fleet_rollout_open(const struct fleet_limits *limits, size_t total);

/* Whether one more may start; counts it as started. */
bool fleet_rollout_admit(struct fleet_rollout *rollout);

/*
 * One that had started has ended. Closes the rollout when the budget is spent: as many failures as allowed; the servers
 * in progress can still fail. A batch with failures closes it, too, unless a budget says how many are tolerable.
 */
void fleet_rollout_note(struct fleet_rollout *rollout, bool failed);

/* --- disruption budget ------------------------------------------------------------------------------- */

/* The place in the budget of a server that is down, or may be. */
struct fleet_slot {
    size_t item;                 /* its index in the plan */
    const char *placement_group; /* ids; NULL: in none, or not known. Borrowed */
    const char *instance_group;
};

struct fleet_disruption {
    size_t max_down; /* servers down at a time */
    bool same_group; /* members of one placement or instance group may be down together */
    struct fleet_slot *items;
    size_t count, capacity;
};

/* The number that a share of `total` comes to: rounded down, since it is a promise, but at least 1. */
size_t fleet_disruption_max(struct fleet_share share, size_t total);

/* Whether the slot may be taken now. The slot that its item has already does not count against it. */
bool fleet_slot_is_free(const struct fleet_disruption *budget, const struct fleet_slot *slot);

/* The server is down from now on, allowed or not; replaces what was known of its groups. */
void fleet_slot_take(struct fleet_disruption *budget, const struct fleet_slot *slot);

/* The server is up again. */
void fleet_slot_release(struct fleet_disruption *budget, size_t item);

void fleet_disruption_free(struct fleet_disruption *budget);

#endif
