/*
 * plan_rollback: the plan that takes back what a run did, in the reverse of its order; one row of a table for each
 * action.
 *   set      set back to what it was
 *   create   deleted where nothing is lost with it (a template), else left as it is, which is said
 *   move     the group goes back to the template it used
 *   roll     nothing: the new members stay and are said to be stale once the group has moved back
 *   delete   created again from its body: the same name, a new id, which the groups of its chain are moved to
 *   restart  nothing; a server that the run may have left stopped is started, before everything else
 * Pure.
 */
#ifndef PLAN_PLAN_ROLLBACK_H
#define PLAN_PLAN_ROLLBACK_H

#include "plan/plan.h"

/* What an item of the run did. */
enum plan_effect {
    PLAN_EFFECT_NONE, /* nothing, or it is not to be rolled back */
    PLAN_EFFECT_UNKNOWN,
    PLAN_EFFECT_APPLIED,
};

/* One item of the run that is to be rolled back. All borrowed. */
struct plan_applied {
    const struct plan_item *item; /* its `depends_on` counts in the run */
    enum plan_effect effect;
    bool may_be_down; /* the run stopped it, or was about to, and is not known to have started it */
    const struct resource_settings *before, *after; /* as read before and after the change */
    struct plan_state after_state;                  /* the same of what is no setting */
};

/*
 * Makes the plan from all items of a run; records are appended to `list`, which keeps the words of the plan; bodies
 * are borrowed from the items. `policy` is that of every item.
 */
void plan_rollback(const struct plan_applied applied[], size_t count, enum plan_conflict_policy policy,
                   struct resource_list *list, struct plan *ret);

/* Whether there is anything to take back of an item that was carried out. */
bool plan_can_roll_back(const struct plan_item *item);

#endif
