/* Whose restart is pending: what earlier runs left behind, held against what the servers are now. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem/mem.h"
#include "verbs.h"

bool verb_has_history(void)
{
    CLEANUP(text_free) struct text path = {0};

    app_state_path(VERB_HISTORY_FILE, &path);
    return path.size > 0 && access(text_string(&path), F_OK) == 0;
}

bool verb_needs_restart(const struct resource *record)
{
    return record->settings.enabled && resource_status(record->status) != RESOURCE_STATUS_STOPPED;
}

static int compare_with_id(const void *id, const void *item)
{
    return strcmp(id, *(const char *const *)item);
}

static bool is_pending(const struct history_ids *ids, const char *id)
{
    return ids->count > 0 && bsearch(id, ids->items, ids->count, sizeof(*ids->items), compare_with_id) != NULL;
}

/* What is pending in one place; most lists are about only one. */
struct place_ids {
    struct history_place place;
    struct history_ids ids;
};

struct place_lists {
    struct place_ids *items;
    size_t count, capacity;
    struct text_arena memory;
};

static void place_lists_free(struct place_lists *lists)
{
    for (size_t i = 0; i < lists->count; i++) {
        history_ids_free(&lists->items[i].ids);
    }
    free(lists->items);
    text_arena_free(&lists->memory);
}

/* The ids of the place, which are read at its first record; NULL with e set. */
static const struct history_ids *ids_of(struct history *history, struct place_lists *lists,
                                        const struct history_place *place, struct err *e)
{
    for (size_t i = 0; i < lists->count; i++) {
        const struct history_place *known = &lists->items[i].place;
        if (strcmp(known->account, place->account) == 0 && strcmp(known->api, place->api) == 0) {
            return &lists->items[i].ids;
        }
    }
    struct place_ids *added = mem_list_add(lists);
    added->place = *place;
    return history_list_pending(history, place, &added->ids, e) ? &added->ids : NULL;
}

bool verb_read_pending(const struct resource_list *list, bool **ret, struct err *e)
{
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(place_lists_free) struct place_lists lists = {0};

    *ret = NULL;
    if (!verb_has_history()) {
        return true;
    }
    if ((history = verb_history_past(e)) == NULL) {
        return false;
    }
    bool *pending = mem_array(resource_list_count(list), sizeof(*pending));
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        struct history_place place = verb_record_place(record, &lists.memory);
        const struct history_ids *ids = ids_of(history, &lists, &place, e);
        if (ids == NULL) {
            free(pending);
            return false;
        }
        pending[i] = is_pending(ids, record->id);
    }
    *ret = pending;
    return true;
}
