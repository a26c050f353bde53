/* Reads resources once more: few of a kind and region singly, many with the list. */
#include "inventory/inventory_by_id.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* Shared by all requests. */
struct reading {
    struct resource_list *into;
    struct mem_map wanted; /* by id: anything */
    struct err error;      /* the first one */
};

/* --- the requests ------------------------------------------------------------------------------------- */

struct single {
    struct reading *reading;
    const struct resource *was;
};

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    const struct single *single = context;
    struct resource_list *into = single->reading->into;
    struct resource *record = resource_list_append(into, single->was->kind, single->was->region);

    (void)e;
    record->api = single->was->api;
    record->id = resource_list_copy(into, single->was->id, strlen(single->was->id));
    resource_read(into, record, root);
    if (reply->etag[0] != '\0') {
        record->etag = resource_list_copy(into, reply->etag, strlen(reply->etag));
    }
    return true;
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    struct single *single = context;

    if (answer->error != NULL && !http_is_not_found(answer->reply)) {
        err_take(&single->reading->error, answer->error);
    }
    free(single);
}

static bool keep(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    const struct reading *reading = context;

    (void)item, (void)e;
    *ret_keep = record->id != NULL && mem_map_get(&reading->wanted, record->id) != NULL;
    return true;
}

static void listed(const struct err *error, void *context)
{
    err_take(&((struct reading *)context)->error, error);
}

/* --- which of them ------------------------------------------------------------------------------------ */

static bool same_collection(const struct resource *one, const struct resource *other)
{
    return one->kind == other->kind && one->api == other->api;
}

/* How many different records of the collection of was[index] there are; 0: an earlier one begins it. */
static size_t count_collection(const struct resource *const was[], size_t count, size_t index)
{
    CLEANUP(mem_set_free) struct mem_set ids = {0};

    for (size_t i = 0; i < index; i++) {
        if (same_collection(was[i], was[index])) {
            return 0;
        }
    }
    for (size_t i = index; i < count && mem_set_count(&ids) <= INVENTORY_TARGETS_SINGLY; i++) {
        if (same_collection(was[i], was[index])) {
            mem_set_add(&ids, was[i]->id);
        }
    }
    return mem_set_count(&ids);
}

static void read_singly(struct reading *reading, const struct resource *const was[], size_t count, size_t first)
{
    CLEANUP(mem_set_free) struct mem_set ids = {0};

    for (size_t i = first; i < count; i++) {
        if (same_collection(was[i], was[first]) && mem_set_add(&ids, was[i]->id)) {
            struct single *single = mem_alloc(sizeof(*single));
            *single = (struct single){.reading = reading, .was = was[i]};
            vpc_get(was[i]->api, was[i]->kind,
                    &(struct vpc_call){.id = was[i]->id, .read = read_single, .done = single_done, .context = single});
        }
    }
}

static void request(struct reading *reading, const struct resource *const was[], size_t count)
{
    const struct resource *last = NULL;

    for (size_t i = 0; i < count; i++) {
        /* records of a collection mostly stand together: only the first of each stretch is looked for */
        size_t several = last != NULL && same_collection(last, was[i]) ? 0 : count_collection(was, count, i);
        last = was[i];
        if (several > INVENTORY_TARGETS_SINGLY) {
            vpc_list(
                was[i]->api,
                &(struct vpc_listing){
                    .kind = was[i]->kind, .into = reading->into, .keep = keep, .listed = listed, .context = reading});
        } else if (several > 0) {
            read_singly(reading, was, count, i);
        }
    }
}

bool inventory_read_by_id(const struct inventory_scope *scope, const struct resource *const was[], size_t count,
                          struct resource_list *into, struct resource *ret_now[], struct err *e)
{
    struct reading reading = {.into = into, .error = ERR_INIT};
    CLEANUP(mem_map_free) struct mem_map found = {0};

    for (size_t i = 0; i < count; i++) {
        mem_map_put(&reading.wanted, was[i]->id, into);
    }
    request(&reading, was, count);
    bool fine = http_run(scope->http, e) && err_take(e, &reading.error);
    mem_map_free(&reading.wanted);
    for (size_t i = 0; fine && i < resource_list_count(into); i++) {
        struct resource *record = resource_list_at(into, i);
        if (record->id != NULL) {
            mem_map_put(&found, record->id, record);
        }
    }
    for (size_t i = 0; fine && i < count; i++) {
        ret_now[i] = mem_map_get(&found, was[i]->id);
    }
    return fine;
}
