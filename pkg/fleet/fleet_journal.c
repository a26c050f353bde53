/* Journal batches: when they are handed over, and that they are. */
#include "fleet/fleet_journal.h"

#include "clock/clock.h"

enum {
    AHEAD_WINDOWS = 4, /* reads that are done before their writes can start, in windows of writes */
    AHEAD_MAX = 256,   /* more would only make ETags stale */
    WAIT_MS = 10,      /* two flushes of the disk */
    RUN_WAIT_MS = 60 * 1000,
};

size_t fleet_journal_ahead(const struct fleet *fleet)
{
    size_t window = fleet_writes_at_once(fleet);
    size_t ahead = window * AHEAD_WINDOWS < AHEAD_MAX ? window * AHEAD_WINDOWS : AHEAD_MAX;

    return fleet->options->journal == NULL || ahead < window ? window : ahead;
}

static bool has_use_for_ready(const struct fleet *fleet)
{
    return fleet->ready.count > 0 && fleet->writing + fleet->journaled.count < fleet_writes_at_once(fleet);
}

bool fleet_journal_is_due(const struct fleet *fleet)
{
    if (!has_use_for_ready(fleet)) {
        return false;
    }
    /* with a read in progress more may come; none may wait for a slow one */
    return fleet->options->journal == NULL || fleet->reading == 0 ||
           fleet->ready.count >= fleet_writes_at_once(fleet) ||
           clock_monotonic_ms(clock_system()) - fleet->ready_since_ms >= WAIT_MS;
}

int fleet_journal_wait_ms(const struct fleet *fleet)
{
    return has_use_for_ready(fleet) ? WAIT_MS : RUN_WAIT_MS;
}

bool fleet_journal_record(struct fleet *fleet)
{
    const struct fleet_journal *journal = fleet->options->journal;
    size_t count = 0;

    for (struct fleet_task *task = fleet->ready.first; task != NULL; task = task->next) {
        fleet->starting[count++] = task->result;
    }
    bool recorded =
        fleet->error.code == ERR_NONE && (journal == NULL || count + fleet->concluded_count == 0 ||
                                          journal->record(journal->context, fleet->starting, count, fleet->concluded,
                                                          fleet->concluded_count, &fleet->error));
    for (struct fleet_task *task = fleet->ready.first; task != NULL; task = task->next) {
        task->result->etag = NULL;
    }
    if (recorded) {
        fleet->concluded_count = 0;
        fleet_queue_move(&fleet->journaled, &fleet->ready);
    }
    return recorded;
}
