/*
 * plan_restart: which servers a run stops and starts, so that a metadata service that was turned on later is fully there
 * (vpc-api.md 4.1). Pure.
 *
 * A stop is not harmless: what may not come back, or not as it was, is left alone. `startable` counts only while a server
 * is stopped: it tells whether a start is accepted now, and is off for all that run (vpc-api.md 4.4 and its examples).
 */
#ifndef PLAN_PLAN_RESTART_H
#define PLAN_PLAN_RESTART_H

#include "plan/plan.h"

struct plan_restart_terms {
    bool allow_disk_loss; /* also servers whose instance storage a stop erases */
    bool always;          /* also those that have no restart pending */
};

/*
 * The verdict for one record; `pending`: its service was turned on and it was not restarted since. A stopped server is
 * left stopped: its service will be complete at its next start.
 */
enum plan_verdict plan_judge_restart(const struct resource *record, bool pending,
                                     const struct plan_restart_terms *terms, char ret_reason[PLAN_REASON_SIZE]);

/* The plan of `instance restart`: an item for each record; pending[i] is about record i. */
void plan_make_restart(const struct resource_list *list, const bool pending[], const struct plan_restart_terms *terms,
                       struct plan *ret);

/* Those that are as a plan of settings wants them already, but pending, are to be restarted in it. */
void plan_add_restarts(struct plan *plan, const bool pending[], const struct plan_restart_terms *terms);

#endif
