/*
 * fleet_watch: waiting for servers to reach a status. All that wait share one look every few seconds: pages of the
 * collection, or single servers where those are fewer requests. Private to the room.
 */
#ifndef FLEET_FLEET_WATCH_H
#define FLEET_FLEET_WATCH_H

#include "fleet/fleet_task.h"

/* Milliseconds until the next look: `fixed_ms`, or without one 1, 2, then 5 s while looks find nothing new. */
int fleet_watch_interval_ms(unsigned fixed_ms, unsigned fruitless);

/*
 * Whether `count` servers of a region are looked for one by one. `long_for` is the largest count for which its collection
 * is known to have more pages than that; 0: not known.
 */
bool fleet_watch_singly(size_t count, size_t long_for);

/* Looks when it is time, and tells the tasks what was seen. */
void fleet_watch_step(struct fleet *fleet);

/* Requests of a look that are under way. */
bool fleet_watch_is_looking(const struct fleet *fleet);

/* Milliseconds until the next look; -1: nobody waits for one, or one is under way. */
int fleet_watch_left_ms(const struct fleet *fleet);

/* The next look is due at once. */
void fleet_watch_hurry(struct fleet *fleet);

#endif
