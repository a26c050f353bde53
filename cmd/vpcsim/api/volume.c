/* Volumes and snapshots of them, with what their types in the SDK require. */
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/store/account.h"
#include "vpcsim/store/catalog.h"

static void append_state(const struct region *region, const struct volume *volume, struct text *out)
{
    const struct instance *instance = volume->attached_to;
    bool running = instance != NULL && instance->status == STATUS_RUNNING;

    reply_format(out,
                 "{\"active\":%s,\"adjustable_capacity_states\":[\"attached\"],\"adjustable_iops_states\":"
                 "[\"attached\"],",
                 running ? "true" : "false");
    allowed_use_render(&volume->allowed_use, out);
    reply_format(out, ",\"attachment_state\":\"%s\",\"bandwidth\":393,\"busy\":false,\"capacity\":%u,\"created_at\":\"",
                 instance != NULL ? "attached" : "unattached", volume->capacity);
    render_stamp(volume->entity.created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(region, "volume", (int)volume->zone, volume->entity.id, out);
}

static void volume_body(const struct region *region, const struct entity *item, struct text *out)
{
    const struct volume *volume = (const struct volume *)item;
    size_t count;

    append_state(region, volume, out);
    reply_format(out,
                 "\",\"encryption\":\"provider_managed\",\"health_reasons\":[],\"health_state\":\"ok\",\"href\":"
                 "\"%s/volumes/%s\",\"id\":\"%s\",\"iops\":3000,\"name\":\"%s\",\"profile\":{\"href\":"
                 "\"%s/volume/profiles/general-purpose\",\"name\":\"general-purpose\"},\"resource_group\":",
                 region->api, item->id, item->id, item->name, region->api);
    render_resource_group(
        volume->attached_to != NULL ? volume->attached_to->resource_group : catalog_resource_groups(&count), out);
    text_append(out, ",\"resource_type\":\"volume\",\"status\":\"available\",\"status_reasons\":[],"
                     "\"storage_generation\":1,\"user_tags\":[],\"volume_attachments\":[");
    if (volume->attached_to != NULL) {
        render_volume_attachment(region, volume->attached_to, out);
    }
    text_append(out, "],\"zone\":");
    render_zone(region, volume->zone, out);
    text_append_char(out, '}');
}

static void append_volume(const struct request *request, const struct entity *item, struct text *out)
{
    render_recorded(request->region, item, volume_body, out);
}

/* The volume that it was taken of is gone. */
static void snapshot_body(const struct region *region, const struct entity *item, struct text *out)
{
    const struct volume *snapshot = (const struct volume *)item;

    text_append_char(out, '{');
    allowed_use_render(&snapshot->allowed_use, out);
    text_append(out, ",\"bootable\":true,\"clones\":[],\"copies\":[],\"created_at\":\"");
    render_stamp(item->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(region, "snapshot", -1, item->id, out);
    reply_format(out,
                 "\",\"deletable\":true,\"encryption\":\"provider_managed\",\"href\":\"%s/snapshots/%s\",\"id\":\"%s\","
                 "\"lifecycle_state\":\"stable\",\"minimum_capacity\":%u,\"name\":\"%s\",\"resource_group\":",
                 region->api, item->id, item->id, snapshot->capacity, item->name);
    render_resource_group(account_default_resource_group(region->sim), out);
    text_append(out, ",\"resource_type\":\"snapshot\",\"service_tags\":[],\"size\":1,\"source_volume\":{\"crn\":\"");
    render_crn(region, "volume", (int)snapshot->zone, item->id, out);
    reply_format(out,
                 "\",\"deleted\":{\"more_info\":\"https://cloud.ibm.com/apidocs/vpc#deleted-resources\"},\"href\":"
                 "\"%s/volumes/%s\",\"id\":\"%s\",\"name\":\"%s\",\"resource_type\":\"volume\"},"
                 "\"storage_generation\":1,\"user_tags\":[]}",
                 region->api, item->id, item->id, item->name);
}

static void append_snapshot(const struct request *request, const struct entity *item, struct text *out)
{
    render_recorded(request->region, item, snapshot_body, out);
}

void snapshots_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->snapshots, "snapshots", filter_name, append_snapshot);
}

void snapshots_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->snapshots, "Snapshot", append_snapshot);
}

void volumes_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->volumes, "volumes", filter_name, append_volume);
}

void volumes_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->volumes, "Volume", append_volume);
}
