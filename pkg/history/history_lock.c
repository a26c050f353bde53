/* The locks of places, of which each has one writer, and of runs, which show whether they are in progress. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "history/history_db.h"
#include "mem/mem.h"

/* --- places ------------------------------------------------------------------------------------------- */

struct history_locks {
    size_t count;
    struct fsio_lock *items[];
};

/* "a/1234 https://eu-de.../v1" as a file name beside the history; 0.1.0 has the same names. */
static void lock_path(const struct history *history, const struct history_place *place, struct text *out)
{
    CLEANUP(text_free) struct text name = {0};

    text_printf(&name, "%s %s", place->account, place->api);
    text_printf(out, "%s.lock-", history->path);
    for (const char *c = text_string(&name); *c != '\0'; c++) {
        text_append_char(out, isalnum((unsigned char)*c) || strchr(".-", *c) != NULL ? *c : '_');
    }
}

static struct fsio_lock *lock_one(const struct history *history, const struct history_place *place, const char *who,
                                  struct err *e)
{
    CLEANUP(text_free) struct text path = {0};
    bool taken;

    lock_path(history, place, &path);
    struct fsio_lock *lock = fsio_lock_open(text_string(&path), who, &taken, e);
    if (lock == NULL && taken) {
        err_wrap(e, "another run is changing servers there");
        err_advise(e, "Wait for it to end");
    }
    return lock;
}

static int compare_places(const void *a, const void *b)
{
    const struct history_place *left = a;
    const struct history_place *right = b;
    int order = strcmp(left->account, right->account);

    return order != 0 ? order : strcmp(left->api, right->api);
}

/* One order for all, so that two runs cannot block each other. */
struct history_locks *history_lock(const struct history *history, struct history_place places[], size_t count,
                                   const char *who, struct err *e)
{
    struct history_locks *locks = mem_alloc(sizeof(*locks) + count * sizeof(locks->items[0]));

    qsort(places, count, sizeof(places[0]), compare_places);
    for (size_t i = 0; i < count; i++) {
        locks->items[i] = lock_one(history, &places[i], who, e);
        if (locks->items[i] == NULL) {
            history_unlock(locks);
            return NULL;
        }
        locks->count++;
    }
    return locks;
}

void history_unlock(struct history_locks *locks)
{
    for (size_t i = 0; locks != NULL && i < locks->count; i++) {
        fsio_lock_close(locks->items[i]);
    }
    free(locks);
}

/* --- runs --------------------------------------------------------------------------------------------- */

static void runs_path(const struct history *history, struct text *out)
{
    text_printf(out, "%s.lock-runs", history->path);
}

bool history_lock_run(struct history *history, int64_t number, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    runs_path(history, &path);
    if (history->runs == NULL && (history->runs = fsio_slots_open(text_string(&path), e)) == NULL) {
        return false;
    }
    return fsio_slots_take(history->runs, (uint64_t)number) ||
           err_set(e, ERR_LOCKED, "the run is in progress in another process");
}

bool history_is_run_locked(const struct history *history, int64_t number)
{
    CLEANUP(text_free) struct text path = {0};

    runs_path(history, &path);
    return fsio_slots_taken(text_string(&path), (uint64_t)number);
}
