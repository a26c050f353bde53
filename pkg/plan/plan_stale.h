/*
 * plan_stale: a plan that was made earlier, compared with the resources as they are now. Pure: the caller has read
 * again what the plan is about.
 *
 * An item is current (everything that the plan shows of its resource is as it was), done (the resource has what is
 * planned already) or stale. Items that depend on each other belong together: where one is stale, all are that are not
 * done, because a template whose group was changed by others is not replaced by halves.
 */
#ifndef PLAN_PLAN_STALE_H
#define PLAN_PLAN_STALE_H

#include "plan/plan.h"

/* The resources as they are now. Arrays are beside the plan's items. All borrowed. */
struct plan_situation {
    struct resource *const *now; /* NULL: it is gone. Of PLAN_CREATE, and of items that do not change: unused */
    const struct resource_list *templates, *groups; /* all of the regions; NULL: no item is about one */
    const json_t *bodies;                           /* by id of the template: what it takes to create it again */
    const int64_t *stale;                 /* of PLAN_ROLL: members made from another template than the group's */
    const enum resource_switch *restarts; /* whose restart is pending, by the history */
    struct plan_restart_terms terms;
};

/* What the comparison came to. Free with plan_staleness_free. */
struct plan_staleness {
    const char *
        *reasons; /* of each: "changed since the plan was made: renamed from a to b"; NULL: not stale. The plan's */
    size_t count; /* stale items */
};
void plan_staleness_free(struct plan_staleness *staleness); /* zero-initialised values allowed; for CLEANUP */

/*
 * Compares the items that change. Those that are done become PLAN_UNCHANGED, with what exists as their resource, and
 * a template that exists already gives its id to the groups that move to it. Those that are current get the resource
 * that was read, with its API. The stale ones stay as they are.
 */
void plan_compare(struct plan *plan, const struct plan_situation *situation, struct plan_staleness *ret);

/* Why a member is left alone, whose group is rolled. */
void plan_replaced_reason(const char *group, char ret_reason[PLAN_REASON_SIZE]);

/* Stale items become PLAN_SKIP, with that reason; members of a group that is not rolled then say so. */
void plan_skip_stale(struct plan *plan, const struct plan_staleness *staleness);

#endif
