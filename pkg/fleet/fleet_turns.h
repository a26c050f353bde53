/*
 * fleet_turns: who may go down next: never more than so many at a time, and no two of one placement group or one instance
 * group. Pure: no request, no clock. Private to the room.
 */
#ifndef FLEET_FLEET_TURNS_H
#define FLEET_FLEET_TURNS_H

#include "fleet/fleet_gate.h"

/* A server that is down, or may be. */
struct fleet_turn {
    size_t who;                  /* number of its item in the plan */
    const char *placement_group; /* ids; NULL: in none, or not known. Borrowed */
    const char *instance_group;
};

struct fleet_turns {
    size_t most;     /* down at a time */
    bool same_group; /* members of one group may be down together */
    struct fleet_turn *down;
    size_t count, room;
};

/* The number that a share of `total` comes to: rounded down, since it is a promise, but at least 1. */
size_t fleet_turns_most(struct fleet_share share, size_t total);

/* Whether it may go down now. Its own turn, if it has one, does not stand against it. */
bool fleet_turns_allow(const struct fleet_turns *turns, const struct fleet_turn *turn);

/* It is down from now on, whether it was allowed or not; what is known of its groups by now counts. */
void fleet_turns_take(struct fleet_turns *turns, const struct fleet_turn *turn);

/* It is up again. */
void fleet_turns_end(struct fleet_turns *turns, size_t who);

void fleet_turns_free(struct fleet_turns *turns);

#endif
