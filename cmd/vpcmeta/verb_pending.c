/* Whose restart is pending: what earlier runs left behind, held against what the servers are now. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verbs.h"

bool verb_has_history(void)
{
    CLEANUP(text_free) struct text path = {0};

    app_state_path(VERB_HISTORY_FILE, &path);
    return path.size > 0 && access(text_string(&path), F_OK) == 0;
}

bool verb_needs_restart(const struct resource *record)
{
    return record->settings.enabled && (record->status == NULL || strcmp(record->status, "stopped") != 0);
}

static int compare_with_id(const void *id, const void *item)
{
    return strcmp(id, *(const char *const *)item);
}

/* The records of one place, which most lists have only one of. */
static void mark(const struct plan_scope *scope, const struct resource_list *list, const char *place,
                 const struct history_ids *ids, bool *pending)
{
    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        CLEANUP(text_free) struct text own = {0};
        verb_record_place(scope, record, &own);
        if (strcmp(text_string(&own), place) == 0 && ids->count > 0) {
            pending[i] = bsearch(record->id, ids->items, ids->count, sizeof(*ids->items), compare_with_id) != NULL;
        }
    }
}

static json_t *places_of(const struct plan_scope *scope, const struct resource_list *list)
{
    json_t *places = json_object();

    for (size_t i = 0; i < resource_list_count(list); i++) {
        CLEANUP(text_free) struct text place = {0};
        verb_record_place(scope, resource_list_at(list, i), &place);
        json_object_set_new(places, text_string(&place), json_true());
    }
    return places;
}

bool verb_read_pending(const struct plan_scope *scope, const struct resource_list *list, bool **ret, struct err *e)
{
    HISTORY_CLEANUP struct history *history = NULL;
    JSON_CLEANUP json_t *places = places_of(scope, list);
    const char *place;
    json_t *value;

    *ret = NULL;
    if (!verb_has_history()) {
        return true;
    }
    bool *pending = calloc(resource_list_count(list) + 1, sizeof(*pending));
    if (pending == NULL) {
        text_out_of_memory();
    }
    bool fine = (history = verb_history_past(e)) != NULL;
    json_object_foreach (places, place, value) {
        CLEANUP(history_ids_free) struct history_ids ids = {0};
        fine = fine && history_list_pending(history, place, &ids, e);
        mark(scope, list, place, &ids, pending);
    }
    if (!fine) {
        free(pending);
        return false;
    }
    *ret = pending;
    return true;
}
