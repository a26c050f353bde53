/* What is said of the run that is in the way. */
#include "run/run_lock.h"

#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"

static bool shares_place(const struct history_run *run, const struct history_place places[], size_t count)
{
    for (size_t i = 0; i < run->place_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (text_equal(run->places[i].account, places[j].account) &&
                text_equal(run->places[i].api, places[j].api)) {
                return true;
            }
        }
    }
    return false;
}

void run_explain_lock(struct history *history, const struct history_place places[], size_t count, struct err *e)
{
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    struct err ignored = ERR_INIT;

    if (!history_list_runs(history, &runs, &ignored)) {
        return;
    }
    for (size_t i = 0; i < runs.count; i++) {
        const struct history_run *run = &runs.items[i];
        const char *process = run->holder != NULL ? strstr(run->holder, "process ") : NULL;
        if (run->state != HISTORY_RUNNING || process == NULL || !shares_place(run, places, count)) {
            continue;
        }
        long long age_s = (long long)(clock_wall_s(clock_system()) - clock_stamp_read(run->started_at));
        err_clear(e);
        err_set(e, ERR_LOCKED, "run %s has been changing servers there for %lld%s (%s)", run->id,
                age_s < 120 ? age_s : age_s / 60, age_s < 120 ? "s" : "m", run->holder);
        err_advise(e, "Wait for it to end, or stop it: kill -INT %ld", strtol(process + strlen("process "), NULL, 10));
        return;
    }
}
