/* run_lock: the locks of where a run changes something, and which run holds one. Private to the room. */
#ifndef RUN_RUN_LOCK_H
#define RUN_RUN_LOCK_H

#include "history/history.h"
#include "plan/plan.h"

enum { RUN_HOST_SIZE = 256 };

/* The name of this machine; false: it has none. */
bool run_read_host(char ret[RUN_HOST_SIZE]);

/*
 * Takes the locks of the places and, as an API may have several addresses (public, private, by way of another region),
 * those of the accounts and regions that the CRNs of what changes have. Errors: ERR_LOCKED, which names the run that is
 * in the way, how long it has been in progress, and what can be done; ERR_IO. Freed with history_unlock.
 */
struct history_locks *run_lock(struct history *history, const struct history_place places[], size_t count,
                               const struct plan *plan, const char *who, struct err *e)
    __attribute__((warn_unused_result));

#endif
