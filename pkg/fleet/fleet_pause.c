/* Tasks that look again after a while. */
#include <limits.h>

#include "clock/clock.h"
#include "fleet/fleet_task.h"

static int64_t now_ms(void)
{
    return clock_monotonic_ms(clock_system());
}

void fleet_task_pause(struct fleet_task *task, int pause_ms)
{
    task->due_ms = now_ms() + pause_ms;
    fleet_queue_push(&task->fleet->pausing, task);
}

void fleet_pause_step(struct fleet *fleet)
{
    struct fleet_queue pausing = {0};
    struct fleet_task *task;
    int64_t now = now_ms();
    bool over = fleet_is_over(fleet);

    fleet_queue_move(&pausing, &fleet->pausing);
    while ((task = fleet_queue_pop(&pausing)) != NULL) {
        if (over || task->due_ms <= now) {
            task->work->resume(task);
        } else {
            fleet_queue_push(&fleet->pausing, task);
        }
    }
}

int fleet_pause_left_ms(const struct fleet *fleet)
{
    int64_t now = now_ms();
    int64_t left = -1;

    for (const struct fleet_task *task = fleet->pausing.first; task != NULL; task = task->next) {
        int64_t own = task->due_ms > now ? task->due_ms - now : 0;
        left = left < 0 || own < left ? own : left;
    }
    return left > INT_MAX ? INT_MAX : (int)left;
}
