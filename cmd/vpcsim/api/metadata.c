/* The metadata API of instances (vpc-api.md 5.3): what a server can read about itself. */
#include <string.h>

#include "vpcsim/api/asker.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/iam.h"
#include "vpcsim/api/render.h"
#include "vpcsim/sim.h"

/* What the control plane says about the instance. */
static json_t *full_body(const struct request *request, const struct instance *instance)
{
    struct text body = {0};

    render_instance(request->region, instance, &body);
    json_t *document = json_loadb(text_string(&body), body.size, 0, NULL);
    text_free(&body);
    return document;
}

/* The instance, with service and token checked; NULL: a reply says why not. */
static const struct instance *open_metadata(struct request *request, struct reply *reply)
{
    struct asker asker;

    if (!asker_open(request, &asker, reply) || !auth_check(request, AUTH_IDENTITY, reply)) {
        return NULL;
    }
    if (asker.instance == NULL) {
        reply_error(reply, 404, "not_found", "The path does not exist.");
        return NULL;
    }
    request->region = asker.region;
    return asker.instance;
}

void metadata_instance(struct request *request, struct reply *reply)
{
    static const char *const members[] = {"boot_volume_attachment",
                                          "created_at",
                                          "crn",
                                          "disks",
                                          "id",
                                          "image",
                                          "memory",
                                          "name",
                                          "network_interfaces",
                                          "profile",
                                          "resource_type",
                                          "status",
                                          "vcpu",
                                          "volume_bandwidth_qos_mode",
                                          "vpc",
                                          "zone"};
    const struct instance *instance = open_metadata(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = full_body(request, instance);
    json_t *body = json_object();
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_object_set(body, members[i], json_object_get(full, members[i]));
    }
    json_object_set_new(body, "metadata_service", json_build("{s:b}", "enabled", 1));
    reply_document(reply, 200, body);
    json_decref(body);
    json_decref(full);
}

void metadata_initialization(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);

    if (instance == NULL) {
        return;
    }
    struct text *out = reply_json(reply, 200);
    render_initialization(request->region, instance, out);
    text_append(out, ",\"user_data\":");
    reply_string(out, instance->user_data != NULL ? instance->user_data : "");
    text_append_char(out, '}');
}

/* A list under its name, or the one item that the path names; takes the list. */
static void send_items(struct request *request, struct reply *reply, const char *name, json_t *items)
{
    const char *wanted = request->argument[0];
    const json_t *found = NULL;

    for (size_t i = 0; wanted != NULL && i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *id = json_string_value(json_object_get(item, "id"));
        found = id != NULL && strcmp(id, wanted) == 0 ? item : found;
    }
    if (wanted == NULL) {
        json_t *body = json_build("{s:O}", name, items);
        reply_document(reply, 200, body);
        json_decref(body);
    } else if (found != NULL) {
        reply_document(reply, 200, found);
    } else {
        reply_not_found(reply, "Resource", wanted);
    }
    json_decref(items);
}

/* One of the instance's arrays; empty when its body has none of that name. */
static void send_array(struct request *request, struct reply *reply, const char *name)
{
    const struct instance *instance = open_metadata(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = full_body(request, instance);
    json_t *items = json_object_get(full, name);
    send_items(request, reply, name, items != NULL ? json_incref(items) : json_array());
    json_decref(full);
}

void metadata_interfaces(struct request *request, struct reply *reply)
{
    send_array(request, reply, "network_interfaces");
}

void metadata_attachments(struct request *request, struct reply *reply)
{
    send_array(request, reply, "network_attachments");
}

void metadata_cluster_attachments(struct request *request, struct reply *reply)
{
    send_array(request, reply, "cluster_network_attachments");
}

void metadata_software_attachments(struct request *request, struct reply *reply)
{
    send_array(request, reply, "software_attachments");
}

void metadata_volumes(struct request *request, struct reply *reply)
{
    send_array(request, reply, "volume_attachments");
}

void metadata_virtual_interfaces(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);
    json_t *items = json_array();

    if (instance == NULL) {
        json_decref(items);
        return;
    }
    json_t *full = full_body(request, instance);
    const json_t *attachments = json_object_get(full, "network_attachments");
    for (size_t i = 0; i < json_array_size(attachments); i++) {
        json_array_append(items, json_object_get(json_array_get(attachments, i), "virtual_network_interface"));
    }
    json_decref(full);
    send_items(request, reply, "virtual_network_interfaces", items);
}

void metadata_keys(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);
    struct text keys CLEANUP(text_free) = {0};

    if (instance != NULL) {
        render_keys(request->region, instance->keys, &keys);
        send_items(request, reply, "keys", json_loadb(text_string(&keys), keys.size, 0, NULL));
    }
}

void metadata_placement_groups(struct request *request, struct reply *reply)
{
    const struct instance *instance = open_metadata(request, reply);
    struct text crn CLEANUP(text_free) = {0};
    json_t *items = json_array();

    if (instance == NULL) {
        json_decref(items);
        return;
    }
    if (instance->placement_group != NULL) {
        const struct entity *group = &instance->placement_group->entity;
        render_crn(request->region, "placement-group", -1, group->id, &crn);
        json_array_append_new(items, json_build("{s:s,s:s,s:s,s:s}", "crn", text_string(&crn), "id", group->id, "name",
                                                group->name, "strategy", "host_spread"));
    }
    send_items(request, reply, "placement_groups", items);
}
