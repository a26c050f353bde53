/* Whose restart is pending, by what runs left in the history: of resources as they are listed, and of results. */
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "run/run_journal.h"

/* What is known in one place; the resources of most lists are in one. */
struct place_facts {
    struct history_place place;
    struct history_restarts restarts;
    struct {
        const char **items;
        size_t count, capacity;
    } ended; /* ids whose restart was pending, of servers that are stopped now */
};

struct facts {
    struct place_facts *items;
    size_t count, capacity;
    struct text_arena memory;
};

static void facts_free(struct facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        history_restarts_free(&facts->items[i].restarts);
        free(facts->items[i].ended.items);
    }
    free(facts->items);
    text_arena_free(&facts->memory);
}

/* Read when the first resource of the place comes; NULL with e set. */
static struct place_facts *facts_of(struct history *history, struct facts *facts, const struct history_place *place,
                                    struct err *e)
{
    for (size_t i = 0; i < facts->count; i++) {
        const struct history_place *known = &facts->items[i].place;
        if (strcmp(known->account, place->account) == 0 && strcmp(known->api, place->api) == 0) {
            return &facts->items[i];
        }
    }
    struct place_facts *added = mem_list_add(facts);
    *added = (struct place_facts){.place = *place};
    return history_list_restarts(history, place, &added->restarts, e) ? added : NULL;
}

static enum resource_switch switch_of(enum history_restart restart)
{
    return restart == HISTORY_RESTART_PENDING ? RESOURCE_ON
           : restart == HISTORY_RESTART_NONE  ? RESOURCE_OFF
                                              : RESOURCE_UNKNOWN;
}

/* --- resources --------------------------------------------------------------------------------------- */

/* A server that is stopped is complete at its next start: its start need not be seen, its stop was. */
static void note_stopped(struct place_facts *facts, const struct resource *resource, enum resource_switch pending)
{
    if (pending == RESOURCE_ON && resource_status(resource->status) == RESOURCE_STATUS_STOPPED) {
        *mem_list_add(&facts->ended) = resource->id;
    }
}

/* Where it cannot be recorded, it is seen again the next time. */
static void end_stopped(struct history *history, const struct facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        const struct place_facts *each = &facts->items[i];
        struct err ignored = ERR_INIT;
        if (each->ended.count > 0) {
            (void)!history_end_restarts(history, &each->place, each->ended.items, each->ended.count, &ignored);
        }
    }
}

bool run_restarts(const char *path, const struct resource_list *list, enum resource_switch **ret, struct err *e)
{
    HISTORY_CLEANUP struct history *history = history_open_past(path, clock_system(), e);
    CLEANUP(facts_free) struct facts facts = {0};
    size_t count = resource_list_count(list);
    enum resource_switch *pending = mem_array(count, sizeof(*pending));
    bool fine = history != NULL;

    for (size_t i = 0; fine && i < count; i++) {
        const struct resource *resource = resource_list_at(list, i);
        struct history_place place = run_place_of(resource, &facts.memory);
        struct place_facts *of_place = facts_of(history, &facts, &place, e);
        fine = of_place != NULL;
        if (fine && resource->id != NULL) {
            pending[i] = switch_of(history_restarts_get(&of_place->restarts, resource->id));
            note_stopped(of_place, resource, pending[i]);
        }
    }
    if (!fine) {
        free(pending);
        return false;
    }
    end_stopped(history, &facts);
    *ret = pending;
    return true;
}

/* --- results ----------------------------------------------------------------------------------------- */

/* The settings that it has now; not given where its change may have taken effect. */
static struct resource_settings settings_of(const struct fleet_result *result)
{
    const struct resource_settings *wanted = result->item->wanted;
    bool may_have_changed =
        result->outcome == FLEET_UNKNOWN && wanted != NULL && (wanted->given & RESOURCE_ENABLED) != 0;

    if (!may_have_changed && (result->after.given & RESOURCE_ENABLED) != 0) {
        return result->after;
    }
    return may_have_changed ? (struct resource_settings){0} : result->before;
}

/* Whether the result itself says it, as the run that made it has decided. */
static bool is_decided(const struct fleet_result *result)
{
    bool turned_on = result->outcome == FLEET_CHANGED && result->item->action == PLAN_SET &&
                     (result->before.given & RESOURCE_ENABLED) != 0 && !result->before.enabled;

    return result->restart_needed || result->restarted || turned_on || result->restart_over ||
           result->item->action == PLAN_CREATE;
}

static enum history_restart find_restart(struct history *history, struct facts *facts, const struct resource *resource,
                                         const struct history_run *earlier)
{
    enum history_restart found = HISTORY_RESTART_UNKNOWN;
    struct err ignored = ERR_INIT;

    if (history == NULL || resource->id == NULL) {
        return found;
    }
    if (resource->api != NULL) {
        struct history_place place = run_place_of(resource, &facts->memory);
        const struct place_facts *known = facts_of(history, facts, &place, &ignored);
        return known != NULL ? history_restarts_get(&known->restarts, resource->id) : found;
    }
    for (size_t i = 0; earlier != NULL && found == HISTORY_RESTART_UNKNOWN && i < earlier->place_count; i++) {
        const struct place_facts *known = facts_of(history, facts, &earlier->places[i], &ignored);
        found = known != NULL ? history_restarts_get(&known->restarts, resource->id) : found;
    }
    return found;
}

void run_mark_restarts(const char *path, const struct history_run *earlier, struct fleet_run *run)
{
    struct err ignored = ERR_INIT;
    HISTORY_CLEANUP struct history *history = history_open_past(path, clock_system(), &ignored);
    CLEANUP(facts_free) struct facts facts = {0};

    for (size_t i = 0; i < run->count; i++) {
        struct fleet_result *result = &run->results[i];
        struct resource now = *result->item->resource;
        if (!now.kind->restart_to_enable || is_decided(result)) {
            continue;
        }
        now.settings = settings_of(result);
        /* that of a recorded run is not known any more */
        now.status = now.status != NULL ? now.status : resource_status_words[RESOURCE_STATUS_RUNNING];
        enum history_restart restart = find_restart(history, &facts, &now, earlier);
        enum resource_switch needed = plan_needs_restart(&now, switch_of(restart));
        result->restart_needed = needed == RESOURCE_ON;
        result->restart_unknown = needed == RESOURCE_UNKNOWN;
    }
}
