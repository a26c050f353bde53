/* The SSH keys and the placement group of the instance that asks (vpc-api.md 5.3). */
#include <string.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/metadata.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/sim.h"

static json_t *key_of(const struct region *region, const struct key *key)
{
    struct text body CLEANUP(text_free) = {0};

    render_key(region, key, &body);
    json_t *full = json_loadb(text_string(&body), body.size, 0, NULL);
    json_t *item = metadata_select(full, "created_at crn fingerprint id length name public_key type");
    json_object_set_new(item, "resource_type", json_build_string("key"));
    json_decref(full);
    return item;
}

void metadata_keys(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    const struct collection *keys = &request->region->keys;
    json_t *items = json_array();
    for (size_t i = 0; i < keys->count && i < KEYS_MAX; i++) {
        if ((instance->keys >> i & 1) != 0) {
            json_array_append_new(items, key_of(request->region, (const struct key *)keys->items[i]));
        }
    }
    metadata_send_items(request, reply, "keys", items);
}

static void append_placement_group(const struct request *request, const struct entity *group, struct text *out)
{
    text_append(out, "{\"created_at\":\"");
    render_stamp(group->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(request->region, "placement-group", -1, group->id, out);
    text_printf(out, "\",\"id\":\"%s\",\"lifecycle_state\":\"stable\",\"name\":", group->id);
    reply_string(out, group->name);
    text_append(out, ",\"resource_type\":\"placement_group\",\"strategy\":\"host_spread\"}");
}

/* The address of the data plane as the client wrote it, for links. */
static void append_base(const struct request *request, struct text *out)
{
    static const char allowed[] = "-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz";
    const char *host = request->headers.host;
    bool valid = host != NULL && strspn(host, allowed) == strlen(host);

    text_printf(out, "%s://%s/metadata/v1", request->tls ? "https" : "http", valid ? host : request->sim->address);
}

/* The one group of the instance, if it is in one; a list has pages all the same. */
void metadata_placement_groups(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    struct entity *group = (struct entity *)instance->placement_group;
    struct collection groups = {.items = &group, .count = group != NULL ? 1 : 0};
    struct text base CLEANUP(text_free) = {0};
    append_base(request, &base);
    struct page page = {.items = &groups,
                        .key = "placement_groups",
                        .path = "placement_groups",
                        .base = text_string(&base),
                        .append = append_placement_group};
    const char *wanted = request->argument[0];
    if (wanted == NULL) {
        page_reply(request, reply, &page);
    } else if (group != NULL && strcmp(group->id, wanted) == 0) {
        append_placement_group(request, group, reply_json(reply, 200));
    } else {
        metadata_send_items(request, reply, "placement_groups", json_array());
    }
}
