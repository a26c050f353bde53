/* What is said of the run that is in the way. */
#include "run/run_lock.h"

#include <limits.h>
#include <unistd.h>

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

bool run_read_host(char ret[RUN_HOST_SIZE])
{
    ret[RUN_HOST_SIZE - 1] = '\0';
    return gethostname(ret, RUN_HOST_SIZE - 1) == 0 && ret[0] != '\0';
}

/* A folder that machines share has processes of all of them, and 0 or 1 in a damaged file would signal others. */
static bool can_be_stopped_here(const struct history_holder *holder)
{
    char host[RUN_HOST_SIZE];

    return holder->process > 1 && holder->process <= INT_MAX && run_read_host(host) && text_equal(holder->host, host);
}

static void advise(const struct history_holder *holder, struct err *e)
{
    if (can_be_stopped_here(holder)) {
        err_advise(e, "Wait for it to end, or stop it: kill -INT %lld", (long long)holder->process);
    } else if (holder->host != NULL && holder->host[0] != '\0') {
        err_advise(e, "Wait for it to end, or stop it on %s", holder->host);
    } else {
        err_advise(e, "Wait for it to end");
    }
}

/* " for 5m"; nothing where the clocks of two machines differ too much to say. */
static void append_age(const struct history_run *run, struct text *out)
{
    int64_t began_s = clock_stamp_read(run->started_at);
    long long age_s = (long long)(clock_wall_s(clock_system()) - began_s);

    if (began_s >= 0 && age_s >= 0) {
        text_printf(out, " for %lld%s", age_s < 120 ? age_s : age_s / 60, age_s < 120 ? "s" : "m");
    }
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
        CLEANUP(text_free) struct text age = {0};
        if (run->state != HISTORY_RUNNING || run->holder.description == NULL || !shares_place(run, places, count)) {
            continue;
        }
        append_age(run, &age);
        err_clear(e);
        err_set(e, ERR_LOCKED, "run %s has been changing servers there%s (%s)", run->id, text_string(&age),
                run->holder.description);
        advise(&run->holder, e);
        return;
    }
}
