/* Keeps what resources looked like before a write, and answers with it. */
#include "vpcsim/faults/fault_stale.h"

#include <stdlib.h>
#include <string.h>

#include "vpcsim/dispatch.h"
#include "vpcsim/sim.h"

enum { SHOWN_MAX = 1024 };

/* One resource as it was. */
struct shown {
    char *path;
    struct text body;
    char etag[REPLY_HEADER_SIZE]; /* "": none */
    long reads;                   /* GETs that still show it */
    int64_t until_ms;             /* later ones do until then */
};

struct stale {
    struct shown items[SHOWN_MAX];
    size_t count;
};

struct stale *stale_create(void)
{
    return mem_alloc(sizeof(struct stale));
}

static void forget(struct stale *stale, size_t index)
{
    struct shown *shown = &stale->items[index];

    free(shown->path);
    text_free(&shown->body);
    *shown = stale->items[--stale->count];
    stale->items[stale->count] = (struct shown){0};
}

void stale_clear(struct stale *stale)
{
    while (stale->count > 0) {
        forget(stale, stale->count - 1);
    }
}

void stale_destroy(struct stale *stale)
{
    if (stale != NULL) {
        stale_clear(stale);
        free(stale);
    }
}

static struct shown *find(struct stale *stale, const char *path)
{
    for (size_t i = 0; i < stale->count; i++) {
        if (strcmp(stale->items[i].path, path) == 0) {
            return &stale->items[i];
        }
    }
    return NULL;
}

static const struct route *get_route(const struct route *written)
{
    for (const struct route *route = routes; written != NULL && route->method != NULL; route++) {
        if (strcmp(route->method, "GET") == 0 && strcmp(route->pattern, written->pattern) == 0) {
            return route;
        }
    }
    return NULL;
}

static const char *etag_of(const struct reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcasecmp(reply->headers[i].name, "ETag") == 0) {
            return reply->headers[i].value;
        }
    }
    return "";
}

void stale_keep(struct stale *stale, struct request *request)
{
    const struct route *route = get_route(request->route);
    struct reply reply = {0};

    if (route == NULL || stale->count == SHOWN_MAX || find(stale, request->path) != NULL) {
        return;
    }
    route->run(request, &reply);
    if (!reply_failed(&reply) && reply.status == 200) {
        struct shown *shown = &stale->items[stale->count++];
        shown->path = mem_copy(request->path);
        text_append_size(&shown->body, text_string(&reply.body), reply.body.size);
        snprintf(shown->etag, sizeof(shown->etag), "%s", etag_of(&reply));
    }
    reply_free(&reply);
}

static void show(const struct shown *shown, struct reply *reply)
{
    text_clear(&reply->body);
    text_append_size(&reply->body, text_string(&shown->body), shown->body.size);
    if (shown->etag[0] != '\0') {
        reply_replace_header(reply, "ETag", shown->etag);
    }
}

void stale_show(struct stale *stale, const struct request *request, long reads, int64_t until_ms, struct reply *reply)
{
    struct shown *shown = find(stale, request->path);

    if (shown == NULL) {
        return;
    }
    if (reply->status / 100 != 2) {
        forget(stale, (size_t)(shown - stale->items));
        return;
    }
    shown->reads = reads;
    shown->until_ms = until_ms;
    show(shown, reply);
}

bool stale_replace(struct stale *stale, const struct request *request, struct reply *reply)
{
    struct shown *shown = strcmp(request->method, "GET") == 0 ? find(stale, request->path) : NULL;

    if (shown == NULL || reply->status != 200) {
        return false;
    }
    if (shown->reads <= 0 && request->sim->now_ms >= shown->until_ms) {
        forget(stale, (size_t)(shown - stale->items));
        return false;
    }
    shown->reads--;
    show(shown, reply);
    return true;
}
