/* The SSH keys and the placement group of the instance that asks (vpc-api.md 5.3). */
#include <string.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/metadata.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/sim.h"

/* What the control plane says about the key, or what `reference` does where it does not have the key. */
static json_t *key_of(const struct region *region, const json_t *reference)
{
    const char *id = json_string_value(json_object_get(reference, "id"));
    const struct key *key = id != NULL ? collection_find(&region->keys, id) : NULL;
    struct text body CLEANUP(text_free) = {0};

    if (key != NULL) {
        render_key(region, key, &body);
    }
    json_t *full = key != NULL ? render_tree(&body) : NULL;
    json_t *item =
        metadata_select(full != NULL ? full : reference, "created_at crn fingerprint id length name public_key type");
    json_object_set_new(item, "resource_type", json_build_string("key"));
    json_decref(full);
    return item;
}

void metadata_keys(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL || !resolve_initialization(instance->initialization_unknown, reply)) {
        return;
    }
    json_t *full = metadata_initialization_body(request->region, instance);
    json_t *items = metadata_array(full, "keys", "");
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_array_set_new(items, i, key_of(request->region, json_array_get(items, i)));
    }
    json_decref(full);
    metadata_send_items(request, reply, "keys", items);
}

/* The group as an item of a list in pages. */
struct placement {
    struct entity entity;
    json_t *body;
};

/* The group that the instance is in; no body: in none. The caller releases the body. */
static struct placement placement_of(const struct region *region, const struct instance *instance)
{
    json_t *full = metadata_instance_body(region, instance);
    const json_t *target = json_object_get(full, "placement_target");
    const char *type = json_string_value(json_object_get(target, "resource_type"));
    struct placement placement = {0};

    if (type != NULL && strcmp(type, "placement_group") == 0) {
        struct text created CLEANUP(text_free) = {0};
        const struct placement_group *group = instance->placement_group;
        render_stamp(group != NULL ? group->entity.created_s : instance->entity.created_s, &created);
        placement.body = metadata_select(target, "crn id name resource_type");
        json_t *more = json_build("{s:s,s:s,s:s}", "created_at", text_string(&created), "lifecycle_state", "stable",
                                  "strategy", "host_spread");
        json_object_update(placement.body, more);
        json_decref(more);
    }
    json_decref(full);
    return placement;
}

static void append_placement(const struct request *request, const struct entity *item, struct text *out)
{
    (void)request;
    metadata_append(out, ((const struct placement *)item)->body);
}

/* The address of the data plane as the client wrote it, for links. */
static void append_base(const struct request *request, struct text *out)
{
    static const char allowed[] = "-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz";
    const char *host = request->headers.host;
    bool valid = host != NULL && strspn(host, allowed) == strlen(host);

    text_printf(out, "%s://%s/metadata/v1", request->tls ? "https" : "http", valid ? host : request->sim->address);
}

static void send_page(const struct request *request, struct reply *reply, struct placement *placement)
{
    struct entity *item = &placement->entity;
    struct collection groups = {.items = &item, .count = placement->body != NULL ? 1 : 0};
    struct text base CLEANUP(text_free) = {0};

    append_base(request, &base);
    struct page page = {.items = &groups,
                        .key = "placement_groups",
                        .path = "placement_groups",
                        .base = text_string(&base),
                        .append = append_placement};
    page_reply(request, reply, &page);
}

/* An instance is in one group at most; a list of them has pages all the same. */
void metadata_placement_groups(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    struct placement placement = placement_of(request->region, instance);
    if (request->argument[0] == NULL) {
        send_page(request, reply, &placement);
    } else {
        metadata_send_items(request, reply, "placement_groups", json_build("[O*]", placement.body));
    }
    json_decref(placement.body);
}
