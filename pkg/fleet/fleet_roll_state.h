/*
 * fleet_roll_state: what to do next with an instance group whose stale members are replaced, a batch at a time, by its
 * state as it was read. Pure: no request, no clock. Private to the room.
 */
#ifndef FLEET_FLEET_ROLL_STATE_H
#define FLEET_FLEET_ROLL_STATE_H

#include "resource/resource_list.h"

/* An instance group and its members at one moment. */
struct fleet_roll_state {
    int64_t expected;       /* members it is to have: its membership_count before the first deletion */
    int64_t count;          /* its membership_count now */
    size_t deleting;        /* members that are being deleted */
    size_t stale;           /* the others that were made from another template */
    size_t stale_unhealthy; /* of those, not healthy */
    size_t fresh;           /* made from the group's template */
    size_t fresh_unhealthy; /* of those, not healthy */
    const char *failed;     /* a fresh member that failed; NULL: none */
    const char *status;     /* of the group */
    bool managed;           /* a manager rules its membership_count (vpc-api.md 4.2) */
    bool begun;             /* something was deleted already */
};

enum fleet_roll_step {
    FLEET_ROLL_DELETE,  /* the next batch */
    FLEET_ROLL_RESTORE, /* the deletion lowered membership_count: set it back */
    FLEET_ROLL_WAIT,    /* until it is healthy again */
    FLEET_ROLL_DONE,
    FLEET_ROLL_STOP, /* in trouble, see fleet_roll_describe */
};

/* A group and its memberships as they were read; `begun` and, after a deletion, `expected` are the caller's to set. */
struct fleet_roll_state fleet_roll_read(const struct resource *group, const struct resource_list *memberships);

enum fleet_roll_step fleet_roll_next(const struct fleet_roll_state *state);

/* Appends why it stopped, or what it still waits for. */
void fleet_roll_describe(const struct fleet_roll_state *state, struct text *out);

/*
 * Marks in `ret_chosen` (as many as there are memberships) the stale ones to delete next: at most `most`, those that
 * are not healthy first. Returns their number.
 */
size_t fleet_roll_choose(const struct resource *group, const struct resource_list *memberships, size_t most,
                         bool ret_chosen[]);

#endif
