/*
 * fault_churn: instances that come and go between two requests, as an account with autoscaling has them.
 */
#ifndef VPCSIM_FAULT_CHURN_H
#define VPCSIM_FAULT_CHURN_H

#include "vpcsim/store/store.h"

/* Where the lists have a new instance: real ones by no order that a client knows. */
enum churn_place { CHURN_ANYWHERE, CHURN_START, CHURN_END };

/* The place with that name ("any", "start", "end"), CHURN_ANYWHERE for NULL; false: there is none. */
bool churn_place_read(const char *name, enum churn_place *ret_place);

struct churn {
    long removed, created; /* instances */
    enum churn_place place;
};

/*
 * Deletes instances of the region that belong to no instance group, and makes plain ones: disabled, running. Which, and
 * where, is up to `dice`: the same state and number give the same.
 */
void churn_run(struct region *region, const struct churn *churn, uint64_t dice);

#endif
