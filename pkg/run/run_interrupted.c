/* Runs that were interrupted before they had done with resources that another command is about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "run/run_journal.h"

/* The resources of the command, by kind and id. */
struct index {
    const struct resource_list *list;
    struct mem_map by_key; /* number (from 1) of each */
};

static void index_free(struct index *index)
{
    mem_map_free(&index->by_key);
}

static void append_key(struct text *out, const struct resource_kind *kind, const char *id)
{
    text_clear(out);
    text_printf(out, "%s %s", kind->name, id);
}

static void make_index(const struct resource_list *list, struct index *ret)
{
    CLEANUP(text_free) struct text key = {0};

    ret->list = list;
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *resource = resource_list_at(list, i);
        if (resource->id != NULL && resource->api != NULL) {
            append_key(&key, resource->kind, resource->id);
            (void)mem_map_put(&ret->by_key, text_string(&key),
                              (void *)(uintptr_t)(i + 1)); // NOLINT(performance-no-int-to-ptr)
        }
    }
}

/* NULL: the command is not about it. */
static const struct resource *find(const struct index *index, const struct resource *resource)
{
    CLEANUP(text_free) struct text key = {0};

    if (resource->id == NULL) {
        return NULL;
    }
    append_key(&key, resource->kind, resource->id);
    size_t number = (size_t)(uintptr_t)mem_map_get(&index->by_key, text_string(&key));
    return number != 0 ? resource_list_at(index->list, number - 1) : NULL;
}

static bool worked_in(const struct history_run *run, const struct history_place *place)
{
    for (size_t i = 0; i < run->place_count; i++) {
        if (strcmp(run->places[i].account, place->account) == 0 && strcmp(run->places[i].api, place->api) == 0) {
            return true;
        }
    }
    return false;
}

/* A step of the run that may have to be done, and its resource as it is now. */
struct open_step {
    const struct fleet_result *result;
    const struct resource *now;
};

/* The run may have stopped it, and it does not run now. */
static bool may_have_stopped(const struct open_step *step)
{
    return step->result->outcome == FLEET_UNKNOWN && step->result->item->phase != NULL &&
           resource_status(step->now->status) != RESOURCE_STATUS_RUNNING;
}

/* Whether the step would still change what the resource is now: others may have done it since. */
static bool is_open(const struct run_record *record, const struct open_step *step, enum resource_switch pending)
{
    const struct plan_item *item = step->result->item;
    bool restart = plan_needs_restart(step->now, pending) == RESOURCE_ON;
    char reason[PLAN_REASON_SIZE];
    unsigned mask;

    if (may_have_stopped(step)) {
        return true;
    }
    switch (item->action) {
    case PLAN_SET:
        return plan_judge(step->now, item->wanted, &mask, reason) == PLAN_CHANGE || (record->restarts && restart);
    case PLAN_RESTART:
        return record->restart.terms.always || restart;
    default:
        return true;
    }
}

/* The steps that were not done, of resources of the command in a place of the run. Freed with free(). */
static struct open_step *gather(const struct run_record *record, const struct index *index, size_t *ret_count)
{
    struct open_step *steps = mem_array(record->entry.count + 1, sizeof(*steps));
    CLEANUP(text_arena_free) struct text_arena memory = {0};

    *ret_count = 0;
    for (size_t i = 0; i < record->entry.count; i++) {
        const struct fleet_result *result = &record->results.results[i];
        bool left = result->outcome == FLEET_UNKNOWN || fleet_is_not_started(result);
        const struct resource *now = left ? find(index, result->item->resource) : NULL;
        struct history_place place = now != NULL ? run_place_of(now, &memory) : (struct history_place){0};
        if (now != NULL && worked_in(&record->entry.run, &place)) {
            steps[(*ret_count)++] = (struct open_step){.result = result, .now = now};
        }
    }
    return steps;
}

static size_t count_open(const char *path, const struct run_record *record, const struct index *index)
{
    size_t steps_count, count = 0;
    CLEANUP(text_free_pointer) struct open_step *steps = gather(record, index, &steps_count);
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    enum resource_switch *pending = NULL;
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < steps_count; i++) {
        resource_list_adopt(list, steps[i].now)->api = steps[i].now->api;
    }
    if (!run_restarts(path, list, &pending, &ignored)) {
        return 0;
    }
    for (size_t i = 0; i < steps_count; i++) {
        count += is_open(record, &steps[i], pending[i]);
    }
    free(pending);
    return count;
}

/* One that cannot be read is not spoken of here. */
static void look_at(struct history *history, const char *path, const struct history_run *run, const struct index *index,
                    struct run_interrupted *ret)
{
    CLEANUP(run_record_free) struct run_record record = {0};
    struct err ignored = ERR_INIT;
    size_t count = run_load(history, run->id, &record, &ignored) ? count_open(path, &record, index) : 0;

    if (count > 0 && ret->runs++ == 0) {
        snprintf(ret->id, sizeof(ret->id), "%s", run->id);
        snprintf(ret->command, sizeof(ret->command), "%s", run->command);
        ret->began_s = clock_stamp_read(run->started_at);
        ret->steps = count;
    }
}

void run_find_interrupted(const char *path, const struct resource_list *list, struct run_interrupted *ret)
{
    struct err ignored = ERR_INIT;
    HISTORY_CLEANUP struct history *history = history_open_past(path, clock_system(), &ignored);
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    CLEANUP(index_free) struct index index = {0};

    *ret = (struct run_interrupted){0};
    if (history == NULL || !history_list_runs(history, &runs, &ignored)) {
        return;
    }
    for (size_t i = 0; i < runs.count; i++) {
        if (runs.items[i].state == HISTORY_INTERRUPTED) {
            if (index.list == NULL) {
                make_index(list, &index);
            }
            look_at(history, path, &runs.items[i], &index, ret);
        }
    }
}

/* --- servers that interrupted runs have stopped -------------------------------------------------------- */

/* Ids of servers that a run of which this is the record has started, in the set. */
static void note_started(const struct run_record *record, struct mem_set *started)
{
    for (size_t i = 0; i < record->entry.count; i++) {
        const struct fleet_result *result = &record->results.results[i];
        const char *id = result->item->resource->id;
        if (result->outcome == FLEET_CHANGED && result->item->phase != NULL && id != NULL) {
            (void)mem_set_add(started, id);
        }
    }
}

/* The first runs, down to the oldest one that was interrupted. */
static size_t count_to_look_at(const struct history_runs *runs)
{
    size_t count = runs->count;

    while (count > 0 && runs->items[count - 1].state != HISTORY_INTERRUPTED) {
        count--;
    }
    return count;
}

/* Newest first, so that those which a later run has started are known. */
static bool *find_stopped(struct history *history, const struct history_runs *runs, const struct index *index)
{
    size_t runs_count = count_to_look_at(runs);
    bool *stopped = mem_array(resource_list_count(index->list) + 1, sizeof(*stopped));
    CLEANUP(mem_set_free) struct mem_set started = {0};

    for (size_t i = 0; i < runs_count; i++) {
        CLEANUP(run_record_free) struct run_record record = {0};
        struct err ignored = ERR_INIT;
        size_t count = 0;
        if (!run_load(history, runs->items[i].id, &record, &ignored)) {
            continue;
        }
        bool interrupted = runs->items[i].state == HISTORY_INTERRUPTED;
        CLEANUP(text_free_pointer) struct open_step *steps = interrupted ? gather(&record, index, &count) : NULL;
        for (size_t s = 0; s < count; s++) {
            for (size_t r = 0; may_have_stopped(&steps[s]) && r < resource_list_count(index->list); r++) {
                bool is = resource_list_at(index->list, r) == steps[s].now;
                stopped[r] |= is && !mem_set_has(&started, steps[s].now->id);
            }
        }
        note_started(&record, &started);
    }
    return stopped;
}

bool *run_find_stopped(const char *path, const struct resource_list *list)
{
    struct err ignored = ERR_INIT;
    HISTORY_CLEANUP struct history *history = history_open_past(path, clock_system(), &ignored);
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    CLEANUP(index_free) struct index index = {0};

    if (history == NULL || !history_list_runs(history, &runs, &ignored)) {
        return NULL;
    }
    if (count_to_look_at(&runs) == 0) {
        return NULL;
    }
    make_index(list, &index);
    return find_stopped(history, &runs, &index);
}
