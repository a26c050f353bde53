/*
 * fleet_roll_steps: what to do next with an instance group whose stale members are replaced, a batch at a time, by what one
 * look at it shows. Pure: no request, no clock. Private to the room.
 */
#ifndef FLEET_FLEET_ROLL_STEPS_H
#define FLEET_FLEET_ROLL_STEPS_H

#include "fleet/fleet_gate.h"
#include "resource/resource_list.h"

/* A group and its members at one moment. */
struct fleet_roll_look {
    int64_t wanted;      /* members it shall have: its membership_count before the first deletion */
    int64_t count;       /* its membership_count now */
    size_t leaving;      /* members that are being deleted */
    size_t stale;        /* the others that were made from another template */
    size_t stale_unwell; /* of those, not healthy */
    size_t fresh;        /* made from the group's template */
    size_t fresh_unwell; /* of those, not healthy */
    const char *failed;  /* a fresh member that failed; NULL: none */
    const char *status;  /* of the group */
    bool managed;        /* a manager rules its membership_count (vpc-api.md 4.2) */
    bool begun;          /* something was deleted already */
};

enum fleet_roll_step {
    FLEET_ROLL_DELETE,  /* the next batch */
    FLEET_ROLL_RESTORE, /* the deletion lowered membership_count: set it back */
    FLEET_ROLL_WAIT,    /* until it is healthy again */
    FLEET_ROLL_DONE,
    FLEET_ROLL_STOP, /* in trouble, see fleet_roll_trouble */
};

/* A group and its memberships as they were read; `wanted` and `begun` are the caller's to set. */
struct fleet_roll_look fleet_roll_look_at(const struct resource *group, const struct resource_list *memberships);

enum fleet_roll_step fleet_roll_next(const struct fleet_roll_look *look);

/* Appends why it stopped, or what it still waits for. */
void fleet_roll_trouble(const struct fleet_roll_look *look, struct text *out);

/*
 * Marks in `ret_chosen` (as many as there are memberships) the stale ones to delete next: at most `most`, those that are
 * not healthy first. Returns their number.
 */
size_t fleet_roll_choose(const struct resource *group, const struct resource_list *memberships, size_t most,
                         bool ret_chosen[]);

#endif
