/* run_lock: which run holds the lock that another one wants. Private to the room. */
#ifndef RUN_RUN_LOCK_H
#define RUN_RUN_LOCK_H

#include "history/history.h"

enum { RUN_HOST_SIZE = 256 };

/* The name of this machine; false: it has none. */
bool run_read_host(char ret[RUN_HOST_SIZE]);

/*
 * Puts in place of an error ERR_LOCKED one that names the run that changes servers in one of the places, how long it
 * has been in progress, and what can be done; unless the history has no such run.
 */
void run_explain_lock(struct history *history, const struct history_place places[], size_t count, struct err *e);

#endif
