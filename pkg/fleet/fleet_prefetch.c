/* GETs of servers to change that begin while their list is still coming. */
#include "fleet/fleet_prefetch.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { WINDOWS = 2 }; /* one is written while the run reads more; ETags of more would only become stale */

struct read {
    struct fleet_prefetch *prefetch;
    size_t record; /* its index in `records` */
    bool done;     /* with success */
};

struct fleet_prefetch {
    const struct http *http;
    unsigned concurrency;
    size_t reading, begun;         /* requests in progress; of all reads, those whose request was submitted */
    struct resource_list *records; /* as listed, then as read */
    struct mem_map reads;          /* by id */
    struct {
        struct read **items;
        size_t count, capacity;
    } order;
};

struct fleet_prefetch *fleet_prefetch_create(const struct http *http, unsigned concurrency)
{
    struct fleet_prefetch *prefetch = mem_alloc(sizeof(*prefetch));

    *prefetch = (struct fleet_prefetch){.http = http, .concurrency = concurrency, .records = resource_list_create()};
    return prefetch;
}

void fleet_prefetch_destroy(struct fleet_prefetch *prefetch)
{
    if (prefetch == NULL) {
        return;
    }
    for (size_t i = 0; i < prefetch->order.count; i++) {
        free(prefetch->order.items[i]);
    }
    free(prefetch->order.items);
    mem_map_free(&prefetch->reads);
    resource_list_destroy(prefetch->records);
    free(prefetch);
}

/* --- requests ---------------------------------------------------------------------------------------- */

static void begin_reads(struct fleet_prefetch *prefetch);

/* Where the window is found out, the list keeps its half of it. */
static size_t at_once(const struct fleet_prefetch *prefetch)
{
    return prefetch->concurrency > 0 ? prefetch->concurrency : (http_window(prefetch->http) + 1) / 2;
}

static bool take_record(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct read *read = context;
    struct resource_list *records = read->prefetch->records;
    struct resource fresh = *resource_list_at(records, read->record);

    (void)e;
    resource_read(records, &fresh, root);
    fresh.etag = resource_list_copy(records, reply->etag, strlen(reply->etag));
    *resource_list_at(records, read->record) = fresh;
    return true;
}

/* One that failed is read again by the run, which then reports it. */
static void read_done(const struct vpc_answer *answer, void *context)
{
    struct read *read = context;

    read->done = answer->error == NULL;
    read->prefetch->reading--;
    begin_reads(read->prefetch);
}

static void begin_reads(struct fleet_prefetch *prefetch)
{
    while (prefetch->reading < at_once(prefetch) && prefetch->begun < prefetch->order.count) {
        struct read *read = prefetch->order.items[prefetch->begun++];
        const struct resource *record = resource_list_at(prefetch->records, read->record);
        prefetch->reading++;
        vpc_get(record->api, record->kind,
                &(struct vpc_call){.id = record->id, .read = take_record, .done = read_done, .context = read});
    }
}

void fleet_prefetch_add(struct fleet_prefetch *prefetch, const struct resource *record)
{
    if (prefetch->order.count >= WINDOWS * at_once(prefetch) || mem_map_get(&prefetch->reads, record->id) != NULL) {
        return;
    }
    struct read *read = mem_alloc(sizeof(*read));
    *read = (struct read){.prefetch = prefetch, .record = resource_list_count(prefetch->records)};
    resource_list_adopt(prefetch->records, record);
    mem_map_put(&prefetch->reads, record->id, read);
    *mem_list_add(&prefetch->order) = read;
    begin_reads(prefetch);
}

const struct resource *fleet_prefetch_get(const struct fleet_prefetch *prefetch, const char *id)
{
    const struct read *read = mem_map_get(&prefetch->reads, id);

    return read != NULL && read->done ? resource_list_at(prefetch->records, read->record) : NULL;
}
