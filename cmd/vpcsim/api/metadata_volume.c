/* The volume attachments of the instance that asks (vpc-api.md 5.3). */
#include <string.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/metadata.h"
#include "vpcsim/sim.h"

/* What the control plane's references leave out; an attachment may use an even share of the volumes' bandwidth. */
static void add_details(const struct instance *instance, const json_t *full, json_t *items)
{
    const char *boot = json_string_value(json_object_get(json_object_get(full, "boot_volume_attachment"), "id"));
    size_t count = json_array_size(items);

    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(items, i);
        const char *id = json_string_value(json_object_get(item, "id"));
        bool is_boot = boot != NULL && id != NULL && strcmp(boot, id) == 0;
        json_t *more =
            json_build("{s:i,s:O*,s:b,s:s,s:s}", "bandwidth", instance->total_volume_bandwidth / (int)count,
                       "created_at", json_object_get(full, "created_at"), "delete_volume_on_instance_delete",
                       is_boot && !instance->keep_boot_volume, "status", "attached", "type", is_boot ? "boot" : "data");
        json_object_update(item, more);
        json_decref(more);
    }
}

void metadata_volumes(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = metadata_instance_body(request->region, instance);
    json_t *items = metadata_array(full, "volume_attachments", "device id name volume{crn id name}");
    add_details(instance, full, items);
    json_decref(full);
    metadata_send_items(request, reply, "volume_attachments", items);
}
