/* Who waits to go down: the queue before fleet_turns.h. */
#include "fleet/fleet_task.h"

void fleet_task_await_slot(struct fleet_task *task)
{
    fleet_queue_push(&task->fleet->queued, task);
    task->fleet->slots_changed = true;
}

void fleet_task_release_slot(struct fleet_task *task)
{
    fleet_slot_release(&task->fleet->disruption, task->slot.item);
    task->fleet->slots_changed = true;
}

/* In the order in which they came. */
void fleet_down_give(struct fleet *fleet)
{
    struct fleet_queue waiting = {0};
    struct fleet_task *task;

    if (!fleet->slots_changed) {
        return;
    }
    fleet->slots_changed = false;
    fleet_queue_move(&waiting, &fleet->queued);
    while ((task = fleet_queue_pop(&waiting)) != NULL) {
        if (fleet_slot_is_free(&fleet->disruption, &task->slot)) {
            fleet_slot_take(&fleet->disruption, &task->slot);
            task->work->on_slot(task);
        } else {
            fleet_queue_push(&fleet->queued, task);
        }
    }
}

/* What a run that was cut off may have taken down is down until it is known to run. */
void fleet_down_begin(struct fleet *fleet)
{
    const struct plan *plan = fleet->plan;

    if (fleet->options->restart == NULL) {
        return;
    }
    fleet->disruption = (struct fleet_disruption){
        .max_down = fleet_disruption_max(fleet->options->restart->max_unavailable, plan->count),
        .same_group = fleet->options->restart->same_group};
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        bool restarts = item->action == PLAN_RESTART || item->action == PLAN_SET;
        if (item->verdict == PLAN_CHANGE && restarts && item->phase != NULL) {
            fleet_slot_take(&fleet->disruption, &(struct fleet_slot){.item = i});
        }
    }
}
