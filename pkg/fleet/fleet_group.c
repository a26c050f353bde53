/* Groups for the journal: one flush of the disk for as many changes as come together. */
#include "clock/clock.h"
#include "fleet/fleet_task.h"

enum {
    AHEAD_WINDOWS = 4, /* reads that are done before their writes can begin, in windows of writes */
    AHEAD_MAX = 256,   /* more would only make ETags stale */
    WAIT_MS = 10,      /* two flushes of the disk */
    RUN_WAIT_MS = 60 * 1000,
};

size_t fleet_group_ahead(const struct fleet *fleet)
{
    size_t window = fleet_writes_at_once(fleet);
    size_t ahead = window * AHEAD_WINDOWS < AHEAD_MAX ? window * AHEAD_WINDOWS : AHEAD_MAX;

    return fleet->options->journal == NULL || ahead < window ? window : ahead;
}

static bool has_use_for_ready(const struct fleet *fleet)
{
    return fleet->ready.count > 0 && fleet->writing + fleet->recorded.count < fleet_writes_at_once(fleet);
}

bool fleet_group_due(const struct fleet *fleet)
{
    if (!has_use_for_ready(fleet)) {
        return false;
    }
    /* with a read under way more may come; none may wait for a slow one */
    return fleet->options->journal == NULL || fleet->reading == 0 ||
           fleet->ready.count >= fleet_writes_at_once(fleet) ||
           clock_monotonic_ms(clock_system()) - fleet->ready_since_ms >= WAIT_MS;
}

int fleet_group_wait_ms(const struct fleet *fleet)
{
    return has_use_for_ready(fleet) ? WAIT_MS : RUN_WAIT_MS;
}

bool fleet_group_record(struct fleet *fleet)
{
    const struct fleet_journal *journal = fleet->options->journal;
    size_t count = 0;

    for (struct fleet_task *task = fleet->ready.first; task != NULL; task = task->next) {
        fleet->intended[count++] = task->result;
    }
    bool recorded =
        fleet->error.code == ERR_NONE && (journal == NULL || count + fleet->concluded_count == 0 ||
                                          journal->record(journal->context, fleet->intended, count, fleet->concluded,
                                                          fleet->concluded_count, &fleet->error));
    for (struct fleet_task *task = fleet->ready.first; task != NULL; task = task->next) {
        task->result->etag = NULL;
    }
    if (recorded) {
        fleet->concluded_count = 0;
        fleet_queue_move(&fleet->recorded, &fleet->ready);
    }
    return recorded;
}

void fleet_group_conclude(struct fleet *fleet, const struct fleet_result *result)
{
    /* what was cancelled is left open, so that the run can be taken up again */
    if (result->code != ERR_CANCELLED) {
        fleet->concluded[fleet->concluded_count++] = result;
    }
}
