/*
 * timers: wakes connections that wait, thousands of them with one thread.
 */
#ifndef VPCSIM_TIMERS_H
#define VPCSIM_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

struct MHD_Connection;
struct timers;

struct timers *timers_create(void);

/* Wakes everything that still waits; from then on nothing may wait. */
void timers_stop(struct timers *timers);
void timers_destroy(struct timers *timers);

/* Suspends the connection for that long. False when timers have stopped: go on at once. */
bool timers_wait(struct timers *timers, struct MHD_Connection *connection, long ms);

#endif
