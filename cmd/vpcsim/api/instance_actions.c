/* Start, stop, reboot (vpc-api.md 4.4) and reinitialization (2.8) of instances. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/body.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/links.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/api/shapes.h"
#include "vpcsim/sim.h"

/*
 * What an action does in a status. Of the statuses that the table in 4.4 does not list, a forced stop works in those
 * that would come to rest by themselves; everything else is a conflict (assumption).
 */
static int status_after(const char *type, bool force, const struct instance *instance)
{
    bool passing = instance->status == STATUS_STARTING || instance->status == STATUS_STOPPING ||
                   instance->status == STATUS_RESTARTING;

    if (instance->lifecycle == LIFECYCLE_SUSPENDED || instance->lifecycle == LIFECYCLE_DELETING) {
        return -1;
    }
    if (strcmp(type, "start") == 0) {
        return instance->status == STATUS_STOPPED && !instance->not_startable ? STATUS_STARTING : -1;
    }
    if (strcmp(type, "stop") == 0) {
        return instance->status == STATUS_RUNNING || (force && passing) ? STATUS_STOPPING : -1;
    }
    return instance->status == STATUS_RUNNING ? STATUS_RESTARTING : -1;
}

static void send_action(const struct request *request, const struct instance *instance, const char *type,
                        const json_t *force, struct reply *reply)
{
    struct text *out = reply_json(reply, 201);
    uint64_t key = random_next(&request->sim->random);

    text_append(out, "{\"created_at\":\"");
    render_stamp(request->sim->now_s, out);
    text_append_char(out, '"');
    if (force != NULL) {
        text_printf(out, ",\"force\":%s", json_is_true(force) ? "true" : "false");
    }
    text_printf(out, ",\"href\":\"%s/instances/%s/actions/", request->region->api, instance->entity.id);
    render_uuid(key, 0, out);
    text_append(out, "\",\"id\":\"");
    render_uuid(key, 0, out);
    text_printf(out, "\",\"status\":\"pending\",\"type\":\"%s\"}", type);
}

void instances_action(struct request *request, struct reply *reply)
{
    struct instance *instance = instances_named(request, reply);
    const json_t *force = json_object_get(request->document, "force");

    if (instance == NULL) {
        return;
    }
    shape_check(request->document, shapes_instance_action, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    const char *type = json_string_value(json_object_get(request->document, "type"));
    int status = status_after(type, json_is_true(force), instance);
    if (status < 0) {
        reply_problem(reply, 409, "conflict", "field", "type", type,
                      "The instance status (%s) does not permit this action.", store_status_name(instance->status));
        return;
    }
    instance_set_status(request->region, instance, (enum status)status);
    send_action(request, instance, type, force, reply);
}

static void check_source(const json_t *body, struct reply *reply)
{
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");
    bool image = json_object_get(body, "image") != NULL;
    bool existing = json_object_get(volume, "id") != NULL || json_object_get(volume, "crn") != NULL ||
                    json_object_get(volume, "href") != NULL;
    bool snapshot = json_object_get(volume, "source_snapshot") != NULL;

    if (image + existing + snapshot != 1) {
        reply_bad_field(reply, "image", NULL,
                        "Exactly one boot source is needed: image, an existing volume, or a snapshot.");
    }
}

/* The new state in a copy; its own trusted profile and user data, for the old ones may have to stay. */
static void read_source(struct region *region, const json_t *body, struct instance *next, struct reply *reply)
{
    const json_t *image = json_object_get(body, "image");
    const json_t *volume = json_object_get(json_object_get(body, "boot_volume_attachment"), "volume");

    next->image = NULL;
    if (image != NULL) {
        next->image = resolve(region, &region->images, &resolve_image, image, "image", reply);
        if (next->image != NULL) {
            allowed_use_instance(next->image->allowed_use.instance, next, "image.allowed_use.instance", reply);
        }
    } else if (json_object_get(volume, "source_snapshot") != NULL) {
        resolve(region, &region->snapshots, &resolve_snapshot, json_object_get(volume, "source_snapshot"),
                "boot_volume_attachment.volume.source_snapshot", reply);
    } else {
        struct volume *boot =
            resolve(region, &region->volumes, &resolve_volume, volume, "boot_volume_attachment.volume", reply);
        if (boot != NULL && boot->attached_to != NULL) {
            reply_problem(reply, 409, "volume_in_use", "field", "boot_volume_attachment.volume", boot->entity.id,
                          "The volume is attached already.");
        }
    }
    next->keys = resolve_keys(region, json_object_get(body, "keys"), "keys", reply);
    next->trusted_profile = (struct trusted_profile){0};
    resolve_trusted_profile(body, "default_trusted_profile.target", &next->trusted_profile, reply);
}

void instances_reinitialize(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    struct instance *instance = instances_named(request, reply);
    const json_t *body = request->document;

    if (instance == NULL) {
        return;
    }
    shape_check(body, shapes_reinitialize, "", reply);
    if (!reply_failed(reply)) {
        check_source(body, reply);
    }
    if (instance->status != STATUS_STOPPED) {
        reply_error(reply, 409, "conflict", "The instance must be stopped, it is %s.",
                    store_status_name(instance->status));
    } else if (instance->catalog_version != NULL) {
        reply_error(reply, 409, "conflict", "An instance of a catalog offering cannot be reinitialized.");
    }
    if (reply_failed(reply)) {
        return;
    }
    struct instance next = *instance;
    read_source(region, body, &next, reply);
    if (reply_failed(reply)) {
        free(next.trusted_profile.id);
        return;
    }
    free(instance->trusted_profile.id);
    free(instance->user_data);
    next.user_data = mem_copy(json_string_value(json_object_get(body, "user_data")));
    *instance = next;
    links_add_server(region, &instance->trusted_profile, "instance", instance->zone, &instance->entity);
    instance_set_status(region, instance, STATUS_STARTING);
    reply_empty(reply, 204);
}
