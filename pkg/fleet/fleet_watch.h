/*
 * fleet_watch: waiting for servers to reach a status, and for time to pass. All servers that are waited for share one
 * read every few seconds: pages of the collection, or single servers where those are fewer requests. Private to the
 * room.
 */
#ifndef FLEET_FLEET_WATCH_H
#define FLEET_FLEET_WATCH_H

#include "fleet/fleet_task.h"

/* Milliseconds until the next read: `fixed_ms`, or without one 1, 2, then 5 s while reads find nothing new. */
int fleet_watch_interval_ms(unsigned fixed_ms, unsigned unchanged);

/* It waits until statuses are read next: ops->on_status is called then. */
void fleet_task_await_status(struct fleet_task *task);

/* Reads statuses when it is time and passes them to the tasks; resumes the tasks whose pause is over. */
void fleet_watch_step(struct fleet *fleet);

/* Whether statuses are being read. */
bool fleet_watch_is_reading(const struct fleet *fleet);

/* Milliseconds until fleet_watch_step has something to do; -1: no task waits, or statuses are being read. */
int fleet_watch_left_ms(const struct fleet *fleet);

/* Statuses are read at once. */
void fleet_watch_hurry(struct fleet *fleet);

#endif
