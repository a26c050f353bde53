/*
 * plan_undo: the plan that takes back what a run did, in the reverse of its order; one row of a table for each action.
 *   set      set back to what it was
 *   create   deleted where nothing is lost with it (a template), else left as it is, which is said
 *   move     the group goes back to the template it used
 *   roll     nothing: the new members stay and are said to be stale once the group has moved back
 *   delete   made again from its body: the same name, a new id, which the groups of its chain are moved to
 *   restart  nothing
 * Pure.
 */
#ifndef PLAN_PLAN_UNDO_H
#define PLAN_PLAN_UNDO_H

#include "plan/plan.h"

/* What became of an item of the run. */
enum plan_trace {
    PLAN_TRACE_NONE,  /* nothing, or it is not to be undone */
    PLAN_TRACE_MAYBE, /* nobody knows */
    PLAN_TRACE_DONE,
};

/* One item of the run that is to be undone. All borrowed. */
struct plan_done {
    const struct plan_item *item; /* its `needs` counts in the run */
    enum plan_trace trace;
    const struct resource_settings *before, *after; /* as read before and after the change */
    const char *after_text;                         /* what was changed and is no setting; NULL: not known */
};

/*
 * Makes the plan from all items of a run; records are appended to `list`, which keeps the words of the plan. `guard` is
 * that of every item.
 */
void plan_undo(const struct plan_done done[], size_t count, enum plan_guard guard, struct resource_list *list,
               struct plan *ret);

/* Whether there is anything to take back of an item that was carried out. */
bool plan_can_be_undone(const struct plan_item *item);

#endif
