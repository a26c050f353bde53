/* Outcomes: their names, the queue of tasks, and the exit status they add up to. */
#include "fleet/fleet_task.h"

const char *fleet_outcome_name(enum fleet_outcome outcome)
{
    static const char *const names[FLEET_OUTCOMES] = {"changed", "unchanged", "skipped", "failed", "unknown"};

    return names[outcome];
}

enum fleet_outcome fleet_outcome_refused(const struct vpc_answer *answer)
{
    bool never_left = answer->error->code == ERR_CANCELLED && answer->reply->attempts == 0;

    return never_left ? FLEET_SKIPPED : FLEET_FAILED;
}

bool fleet_is_refused(const struct err *error)
{
    return error->code == ERR_AUTH || (error->http_status >= 400 && error->http_status < 500 &&
                                       error->http_status != 409 && error->http_status != 429);
}

void fleet_queue_push(struct fleet_queue *queue, struct fleet_task *task)
{
    task->next = NULL;
    if (queue->first == NULL) {
        queue->last = &queue->first;
    }
    *queue->last = task;
    queue->last = &task->next;
    queue->count++;
}

struct fleet_task *fleet_queue_pop(struct fleet_queue *queue)
{
    struct fleet_task *task = queue->first;

    if (task != NULL) {
        queue->first = task->next;
        queue->count--;
    }
    return task;
}

void fleet_queue_move(struct fleet_queue *queue, struct fleet_queue *from)
{
    struct fleet_task *task;

    while ((task = fleet_queue_pop(from)) != NULL) {
        fleet_queue_push(queue, task);
    }
}

int fleet_exit_status(const struct fleet_summary *summary)
{
    size_t bad = summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];
    size_t good = summary->counts[FLEET_CHANGED] + summary->counts[FLEET_UNCHANGED];
    struct err error = ERR_INIT;

    if (summary->budget_spent) {
        error.code = ERR_BUDGET;
        return err_exit_status(&error);
    }
    if (bad == 0) {
        return ERR_EXIT_DONE;
    }
    if (good > 0) {
        return ERR_EXIT_PARTLY;
    }
    error.code = summary->conflicts == bad ? ERR_CONFLICT : summary->refused == bad ? ERR_AUTH : ERR_FAILED;
    return err_exit_status(&error);
}
