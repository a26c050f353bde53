/* Boot volumes by the page: their list is read while the servers that boot from them are still being listed. */
#include "preflight/preflight_volumes.h"

#include <stdlib.h>
#include <string.h>

enum { VOLUMES_SINGLY = 20 }; /* of a region: more of them are listed */

/* A volume, as it is expected and as a list brings it, whichever comes first. */
struct volume {
    struct preflight_rule rule;
    bool wanted, read; /* for a server; by a list, or singly */
    char id[];
};

/* The volumes of an API for a kind of server. */
struct volume_list {
    struct vpc *api;
    const struct resource_kind *about;
    struct mem_map by_id; /* struct volume */
    struct {
        struct volume **items;
        size_t count, capacity;
    } wanted;                   /* not read so far */
    bool begun, ended;          /* the list */
    struct err error;           /* of the list */
    struct resource_list *none; /* that the list keeps */
};

static struct volume *volume_of(struct volume_list *list, const char *id)
{
    struct volume *volume = mem_map_get(&list->by_id, id);

    if (volume == NULL) {
        volume = mem_alloc(sizeof(*volume) + strlen(id) + 1);
        memcpy(volume->id, id, strlen(id) + 1);
        volume->rule = (struct preflight_rule){.source = &resource_volume, .id = volume->id, .about = list->about};
        mem_map_put(&list->by_id, id, volume);
    }
    return volume;
}

/* A volume that the list lacks is read singly, which says whether it is gone. */
static void read_wanted(struct volume_list *list)
{
    for (size_t i = 0; i < list->wanted.count; i++) {
        struct volume *volume = list->wanted.items[i];
        if (volume->read) {
            continue;
        }
        volume->read = true;
        if (list->error.code != ERR_NONE) {
            volume->rule.problem = mem_copy(list->error.message);
        } else {
            preflight_rule_read(list->api, &volume->rule);
        }
    }
    list->wanted.count = 0;
}

/* A volume that cannot be understood hides no other. */
static bool keep_volume(const struct resource *record, struct answer_node item, void *context, bool *ret_keep,
                        struct err *e)
{
    struct volume_list *list = context;
    struct err error = ERR_INIT;

    (void)e;
    *ret_keep = false;
    if (record->id == NULL) {
        return true;
    }
    struct volume *volume = volume_of(list, record->id);
    preflight_rule_free(&volume->rule);
    volume->read = true;
    if (!preflight_rule_take(&volume->rule, item, &error)) {
        volume->rule.problem = mem_copy(error.message);
    }
    return true;
}

static void volumes_listed(const struct err *error, void *context)
{
    struct volume_list *list = context;

    list->ended = true;
    err_take(&list->error, error);
    read_wanted(list);
}

static void begin_list(struct volume_list *list)
{
    list->begun = true;
    list->none = resource_list_create();
    vpc_list(list->api, &(struct vpc_listing){.kind = &resource_volume,
                                              .into = list->none,
                                              .keep = keep_volume,
                                              .listed = volumes_listed,
                                              .context = list});
}

static struct volume_list *list_of(struct preflight_volumes *volumes, const struct resource *record)
{
    for (size_t i = 0; i < volumes->lists.count; i++) {
        struct volume_list *list = volumes->lists.items[i];
        if (list->api == record->api && list->about == record->kind) {
            return list;
        }
    }
    struct volume_list *list = mem_alloc(sizeof(*list));
    *list = (struct volume_list){.api = record->api, .about = record->kind, .error = ERR_INIT};
    *mem_list_add(&volumes->lists) = list;
    return list;
}

const struct preflight_rule *preflight_volumes_expect(struct preflight_volumes *volumes, const struct resource *record)
{
    struct volume_list *list = list_of(volumes, record);
    struct volume *volume = volume_of(list, record->boot_id);

    if (!volume->wanted) {
        volume->wanted = true;
        *mem_list_add(&list->wanted) = volume;
    }
    if (!list->begun && list->wanted.count > VOLUMES_SINGLY) {
        begin_list(list);
    }
    return &volume->rule;
}

void preflight_volumes_settle(struct preflight_volumes *volumes)
{
    for (size_t i = 0; i < volumes->lists.count; i++) {
        struct volume_list *list = volumes->lists.items[i];
        if (list->ended || !list->begun) {
            read_wanted(list);
        }
    }
}

void preflight_volumes_free(struct preflight_volumes *volumes)
{
    for (size_t i = 0; i < volumes->lists.count; i++) {
        struct volume_list *list = volumes->lists.items[i];
        for (const struct mem_map_entry *each = mem_map_first(&list->by_id); each != NULL; each = mem_map_next(each)) {
            preflight_rule_free(&((struct volume *)each->value)->rule);
            free(each->value);
        }
        mem_map_free(&list->by_id);
        free(list->wanted.items);
        resource_list_destroy(list->none);
        free(list);
    }
    free(volumes->lists.items);
    *volumes = (struct preflight_volumes){0};
}
