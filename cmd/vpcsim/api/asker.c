/* Finds the server that asks the identity and metadata API, and whether that API answers it (vpc-api.md 4.1, 5.2). */
#include "vpcsim/api/asker.h"

#include <string.h>

#include "vpcsim/api/render.h"
#include "vpcsim/sim.h"

enum {
    OLD_PATHS_UNTIL = 20250825, /* version date: 5.2 */
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
static bool find(struct sim *sim, struct region *first, struct asker *ret_asker)
{
    bool found = find_in(first, sim->options.metadata_instance, ret_asker);

    for (size_t i = 0; i < sim->region_count && !found; i++) {
        found = find_in(&sim->regions[i], sim->options.metadata_instance, ret_asker);
    }
    return found;
}

static const struct metadata *metadata_of(const struct asker *asker)
{
    return asker->instance != NULL ? &asker->instance->metadata : &asker->bare_metal->metadata;
}

static unsigned status_of(const struct asker *asker)
{
    return asker->instance != NULL ? asker->instance->status : asker->bare_metal->status;
}

static bool is_served(const struct asker *asker, bool tls)
{
    const struct metadata *metadata = metadata_of(asker);

    return status_of(asker) == STATUS_RUNNING && metadata->enabled && metadata->https == tls;
}

bool asker_answers(const struct request *request, struct reply *reply)
{
    struct asker asker;

    if (!asker_open(request, &asker) || !is_served(&asker, request->tls)) {
        reply_clear_errors(reply);
        reply->delivery = DELIVER_CLOSED;
        reply->delay_ms += SILENCE_MS;
        reply->fault = "silence";
        return false;
    }
    if (asker.instance != NULL && asker.instance->created_disabled) {
        reply_clear_errors(reply);
        reply_error(reply, 500, "service_error", "The service is not fully available.");
        return false;
    }
    return true;
}

bool asker_has_path(const struct request *request, struct reply *reply)
{
    struct asker asker;

    if (strcmp(request->segments[0], "instance_identity") == 0 && asker_open(request, &asker) &&
        (asker.bare_metal != NULL || request->version > OLD_PATHS_UNTIL)) {
        reply_error(reply, 404, "not_found", "The path does not exist in this version.");
        return false;
    }
    return true;
}

bool asker_open(const struct request *request, struct asker *ret_asker)
{
    return find(request->sim, request->region, ret_asker);
}

json_t *asker_record(const struct asker *asker)
{
    struct text body CLEANUP(text_free) = {0};

    if (asker->instance != NULL) {
        render_instance(asker->region, asker->instance, &body);
    } else {
        render_bare_metal(asker->region, asker->bare_metal, &body);
    }
    return render_tree(&body);
}

int asker_hop_limit(struct sim *sim)
{
    struct asker asker;

    return find(sim, &sim->regions[0], &asker) && metadata_of(&asker)->enabled ? metadata_of(&asker)->hop_limit : 0;
}

void asker_describe(struct sim *sim, struct text *out)
{
    const char *wanted = sim->options.metadata_instance;
    struct asker asker;

    text_append(out, "metadata service: ");
    if (!find(sim, &sim->regions[0], &asker)) {
        text_append(out, "no answer before there is ");
        text_append(out, wanted != NULL ? "a server " : "an instance");
        text_append(out, wanted != NULL ? wanted : "");
    } else {
        const struct metadata *metadata = metadata_of(&asker);
        const char *name = asker.instance != NULL ? asker.instance->entity.name : asker.bare_metal->entity.name;
        text_append(out, "asked by ");
        text_append_safe(out, name, strlen(name));
        text_printf(out, " (%s): ", asker.region->name);
        text_append(out, !metadata->enabled ? "disabled" : metadata->https ? "https" : "http");
        if (metadata->enabled && metadata->hop_limit > 0) {
            text_printf(out, ", hop limit %d", metadata->hop_limit);
        }
        unsigned status = status_of(&asker);
        if (metadata->enabled && status != STATUS_RUNNING) {
            text_printf(out, "; no answer while the server is %s", store_status_name(status));
        }
    }
    text_append_char(out, '\n');
}
