/* Whose restart is pending: what earlier runs left in the history. */
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "run/run_journal.h"

/* The ids of one place, sorted; the resources of most lists are in one. */
struct place_ids {
    struct history_place place;
    struct history_ids ids;
};

struct pending {
    struct place_ids *items;
    size_t count, capacity;
    struct text_arena memory;
};

static void pending_free(struct pending *pending)
{
    for (size_t i = 0; i < pending->count; i++) {
        history_ids_free(&pending->items[i].ids);
    }
    free(pending->items);
    text_arena_free(&pending->memory);
}

/* Read when the first resource of the place comes; NULL with e set. */
static const struct history_ids *ids_of(struct history *history, struct pending *pending,
                                        const struct history_place *place, struct err *e)
{
    for (size_t i = 0; i < pending->count; i++) {
        const struct history_place *known = &pending->items[i].place;
        if (strcmp(known->account, place->account) == 0 && strcmp(known->api, place->api) == 0) {
            return &pending->items[i].ids;
        }
    }
    struct place_ids *added = mem_list_add(pending);
    added->place = *place;
    return history_list_pending(history, place, &added->ids, e) ? &added->ids : NULL;
}

bool run_pending(const char *path, const struct resource_list *list, bool **ret, struct err *e)
{
    HISTORY_CLEANUP struct history *history = history_open_past(path, clock_system(), e);
    CLEANUP(pending_free) struct pending pending = {0};
    size_t count = resource_list_count(list);
    bool *marks = mem_array(count, sizeof(*marks));
    bool fine = history != NULL;

    for (size_t i = 0; fine && i < count; i++) {
        const struct resource *resource = resource_list_at(list, i);
        struct history_place place = run_place_of(resource, &pending.memory);
        const struct history_ids *ids = ids_of(history, &pending, &place, e);
        fine = ids != NULL;
        marks[i] = fine && resource->id != NULL && history_ids_have(ids, resource->id);
    }
    if (!fine) {
        free(marks);
        return false;
    }
    *ret = marks;
    return true;
}
