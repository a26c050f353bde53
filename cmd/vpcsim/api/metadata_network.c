/* The network of the instance that asks: interfaces, attachments, virtual network interfaces (vpc-api.md 5.3). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/metadata.h"
#include "vpcsim/sim.h"

enum { PORT_SPEED = 1000 };

static const char *type_of(size_t index)
{
    return index == 0 ? "primary" : "secondary";
}

/* Every interface has the VPC's default security group. A new reference. */
static json_t *security_groups(const struct region *region, const struct instance *instance)
{
    json_t *vpc = metadata_vpc_body(region, instance->vpc);
    json_t *groups = json_build("[o*]", metadata_select(json_object_get(vpc, "default_security_group"), ""));

    json_decref(vpc);
    return groups;
}

void metadata_interfaces(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = metadata_instance_body(request->region, instance);
    json_t *groups = security_groups(request->region, instance);
    json_t *items = metadata_array(full, "network_interfaces", "");
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        json_t *more =
            json_build("{s:b,s:O*,s:[],s:i,s:O*,s:O,s:s,s:s}", "allow_ip_spoofing", 0, "created_at",
                       json_object_get(full, "created_at"), "floating_ips", "port_speed", PORT_SPEED,
                       "primary_ipv4_address", json_object_get(json_object_get(item, "primary_ip"), "address"),
                       "security_groups", groups, "status", "available", "type", type_of(i));
        json_object_update(item, more);
        json_decref(more);
    }
    json_decref(groups);
    json_decref(full);
    metadata_send_items(request, reply, "network_interfaces", items);
}

void metadata_attachments(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = metadata_instance_body(request->region, instance);
    json_t *items = metadata_array(full, "network_attachments", "");
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *more = json_build("{s:O*,s:s,s:i,s:s}", "created_at", json_object_get(full, "created_at"),
                                  "lifecycle_state", "stable", "port_speed", PORT_SPEED, "type", type_of(i));
        json_object_update(json_array_get(items, i), more);
        json_decref(more);
    }
    json_decref(full);
    metadata_send_items(request, reply, "network_attachments", items);
}

void metadata_cluster_attachments(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = metadata_instance_body(request->region, instance);
    json_t *items = metadata_array(full, "cluster_network_attachments", "");
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_object_set_new(json_array_get(items, i), "lifecycle_state", json_build_string("stable"));
    }
    json_decref(full);
    metadata_send_items(request, reply, "cluster_network_attachments", items);
}

/* 02:00 is a locally administered address; the rest is the interface's own, wherever it is copied to. */
static json_t *mac_address(const json_t *interface)
{
    const char *id = json_string_value(json_object_get(interface, "id"));
    uint64_t hash = id != NULL ? random_hash(id, strlen(id)) : 0;
    char address[18];

    snprintf(address, sizeof(address), "02:00:%02x:%02x:%02x:%02x", (unsigned)(hash & 255), (unsigned)(hash >> 8 & 255),
             (unsigned)(hash >> 16 & 255), (unsigned)(hash >> 24 & 255));
    return json_build_string(address);
}

/* What the attachment knows about its interface, and what the instance does. A new reference. */
static json_t *virtual_interface(const struct instance *instance, const json_t *full, const json_t *attachment)
{
    const json_t *reference = json_object_get(attachment, "virtual_network_interface");
    json_t *item = metadata_select(reference, "crn id name resource_type");
    json_t *primary = json_object_get(attachment, "primary_ip");
    json_t *more = json_build(
        "{s:b,s:b,s:O*,s:b,s:[O*],s:s,s:o,s:O*,s:s,s:O*,s:o*,s:o*,s:o*}", "allow_ip_spoofing", 0, "auto_delete",
        instance->vni == NULL, "created_at", json_object_get(full, "created_at"), "enable_infrastructure_nat", 1, "ips",
        primary, "lifecycle_state", "stable", "mac_address", mac_address(reference), "primary_ip", primary,
        "protocol_state_filtering_mode", "auto", "subnet", json_object_get(attachment, "subnet"), "target",
        metadata_select(attachment, "id name resource_type"), "vpc", metadata_select(json_object_get(full, "vpc"), ""),
        "zone", metadata_select(json_object_get(full, "zone"), ""));

    json_object_update(item, more);
    json_decref(more);
    return item;
}

void metadata_virtual_interfaces(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = metadata_instance_body(request->region, instance);
    json_t *groups = security_groups(request->region, instance);
    json_t *attachments = metadata_array(full, "network_attachments", "");
    json_t *items = json_array();
    for (size_t i = 0; i < json_array_size(attachments); i++) {
        json_t *item = virtual_interface(instance, full, json_array_get(attachments, i));
        json_object_set(item, "security_groups", groups);
        json_array_append_new(items, item);
    }
    json_decref(attachments);
    json_decref(groups);
    json_decref(full);
    metadata_send_items(request, reply, "virtual_network_interfaces", items);
}
