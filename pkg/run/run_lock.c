/* The locks of a run, and what is said of the run that is in the way. */
#include "run/run_lock.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "mem/mem.h"

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

/* Puts in place of the error one that names the run, unless the history has none that who holds the lock works on. */
static void explain(struct history *history, struct err *e)
{
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    struct err ignored = ERR_INIT;

    if (!history_list_runs(history, &runs, &ignored)) {
        return;
    }
    for (size_t i = 0; i < runs.count; i++) {
        const struct history_run *run = &runs.items[i];
        const char *who = run->holder.description;
        CLEANUP(text_free) struct text age = {0};
        if (run->state != HISTORY_RUNNING || who == NULL || strstr(e->message, who) == NULL) {
            continue;
        }
        append_age(run, &age);
        err_clear(e);
        err_set(e, ERR_LOCKED, "run %s has been changing servers there%s (%s)", run->id, text_string(&age), who);
        advise(&run->holder, e);
        return;
    }
}

/* --- what is locked ----------------------------------------------------------------------------------- */

struct locked {
    struct history_place *items;
    size_t count, capacity;
    struct text_arena memory;
};

static void locked_free(struct locked *locked)
{
    free(locked->items);
    text_arena_free(&locked->memory);
}

static bool same_text(const char *text, const char *part, size_t size)
{
    return strncmp(text, part, size) == 0 && text[size] == '\0';
}

/* Account and region of a resource, where its CRN has both. */
static void add_region(struct locked *locked, const char *crn)
{
    size_t account_size, region_size;
    const char *account = resource_crn_account(crn, &account_size);
    const char *region = resource_crn_region(crn, &region_size);

    if (account == NULL || region == NULL || account_size == 0 || region_size == 0) {
        return;
    }
    for (size_t i = 0; i < locked->count; i++) {
        const struct history_place *known = &locked->items[i];
        if (same_text(known->account, account, account_size) && same_text(known->api, region, region_size)) {
            return;
        }
    }
    *mem_list_add(locked) = (struct history_place){.account = text_arena_copy(&locked->memory, account, account_size),
                                                   .api = text_arena_copy(&locked->memory, region, region_size)};
}

struct history_locks *run_lock(struct history *history, const struct history_place places[], size_t count,
                               const struct plan *plan, const char *who, struct err *e)
{
    CLEANUP(locked_free) struct locked locked = {0};

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_CHANGE && plan->items[i].resource->id != NULL) {
            add_region(&locked, plan->items[i].resource->crn);
        }
    }
    for (size_t i = 0; i < count; i++) {
        *mem_list_add(&locked) = places[i];
    }
    struct history_locks *locks = history_lock(history, locked.items, locked.count, who, e);
    if (locks == NULL && e->code == ERR_LOCKED) {
        explain(history, e);
    }
    return locks;
}
