/* Finds the server that asks the identity and metadata API, and whether that API answers it (vpc-api.md 4.1, 5.2). */
#include "vpcsim/api/asker.h"

#include <string.h>

#include "vpcsim/sim.h"

enum {
    OLD_PATHS_UNTIL = 20250825, /* version dates: 5.2 */
    OLDEST_VERSION = 20220301,
    SILENCE_MS = 60000,
};

static void *by_id_or_name(const struct collection *servers, const char *name)
{
    void *found = collection_find(servers, name);

    return found != NULL ? found : collection_named(servers, name);
}

static bool find_in(struct region *region, const char *name, struct asker *ret_asker)
{
    const struct collection *instances = &region->instances;
    struct asker asker = {.region = region};

    if (name == NULL) {
        asker.instance = instances->count > 0 ? (const struct instance *)instances->items[0] : NULL;
    } else {
        asker.instance = by_id_or_name(instances, name);
        asker.bare_metal = asker.instance == NULL ? by_id_or_name(&region->bare_metals, name) : NULL;
    }
    if (asker.instance == NULL && asker.bare_metal == NULL) {
        return false;
    }
    *ret_asker = asker;
    return true;
}

/* The region of the path comes first, so that one of several servers of a name can be chosen. */
static bool find(const struct request *request, struct asker *ret_asker)
{
    struct sim *sim = request->sim;
    bool found = find_in(request->region, sim->options.metadata_instance, ret_asker);

    for (size_t i = 0; i < sim->region_count && !found; i++) {
        found = find_in(&sim->regions[i], sim->options.metadata_instance, ret_asker);
    }
    return found;
}

static bool is_running(const struct asker *asker)
{
    return (asker->instance != NULL ? asker->instance->status : asker->bare_metal->status) == STATUS_RUNNING;
}

bool asker_answers(const struct request *request, struct reply *reply)
{
    struct asker asker;

    if (find(request, &asker) && is_running(&asker)) {
        const struct metadata *metadata =
            asker.instance != NULL ? &asker.instance->metadata : &asker.bare_metal->metadata;
        if (metadata->enabled && metadata->https == request->tls) {
            return true;
        }
    }
    reply->delivery = DELIVER_CLOSED;
    reply->delay_ms += SILENCE_MS;
    reply->fault = "silence";
    return false;
}

bool asker_open(const struct request *request, struct asker *ret_asker, struct reply *reply)
{
    bool old_path = strstr(request->path, "/instance_identity/") != NULL;
    bool identity = old_path || strstr(request->path, "/identity/") != NULL;

    if (request->version < OLDEST_VERSION) {
        reply_bad_parameter(reply, "version", NULL, "The version must not be before 2022-03-01.");
        return false;
    }
    if (identity && old_path != (request->version <= OLD_PATHS_UNTIL)) {
        reply_error(reply, 404, "not_found", "The path does not exist in this version.");
        return false;
    }
    return find(request, ret_asker);
}
