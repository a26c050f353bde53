/* GET /metadata/v1/instance and its initialization: what an instance can read about itself (vpc-api.md 5.3). */
#include <string.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/metadata.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/sim.h"

#define VOLUME "{id name volume{crn id name}}"

/* The members that the documentation of this API lists: fewer than the control plane has, e.g. no resource group. */
static const char instance_members[] =
    "availability_policy bandwidth boot_volume_attachment" VOLUME " catalog_offering cluster_network_attachments "
    "confidential_compute_mode created_at crn dedicated_host disks enable_secure_boot gpu health_reasons health_state "
    "id image{crn id name} lifecycle_reasons lifecycle_state memory metadata_service name network_attachments "
    "network_interfaces numa_count placement_target primary_network_attachment primary_network_interface "
    "profile{name} reservation reservation_affinity resource_type startable status status_reasons "
    "total_network_bandwidth total_volume_bandwidth vcpu volume_attachments" VOLUME " volume_bandwidth_qos_mode vpc "
    "zone{name}";

/* The API was documented with primary_ipv4_address before there were reserved IPs: it has both. */
static void add_address(json_t *interface)
{
    json_t *address = json_object_get(json_object_get(interface, "primary_ip"), "address");

    if (address != NULL) {
        json_object_set(interface, "primary_ipv4_address", address);
    }
}

static void add_addresses(json_t *body)
{
    const json_t *interfaces = json_object_get(body, "network_interfaces");

    for (size_t i = 0; i < json_array_size(interfaces); i++) {
        add_address(json_array_get(interfaces, i));
    }
    add_address(json_object_get(body, "primary_network_interface"));
}

void metadata_instance(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL) {
        return;
    }
    json_t *full = metadata_instance_body(request->region, instance);
    json_t *body = metadata_select(full, instance_members);
    add_addresses(body);
    json_object_set_new(body, "software_attachments", json_array());
    /* known issue: the maker of the processors is empty here, whatever the control plane says */
    json_object_set_new(json_object_get(body, "vcpu"), "manufacturer", json_build_string(""));
    json_decref(full);
    metadata_send(reply, body);
}

void metadata_initialization(struct request *request, struct reply *reply)
{
    const struct instance *instance = metadata_open(request, reply);

    if (instance == NULL || !resolve_initialization(instance->initialization_unknown, reply)) {
        return;
    }
    json_t *full = metadata_initialization_body(request->region, instance);
    json_t *body = metadata_select(full, "default_trusted_profile{auto_link target{crn id}} "
                                         "keys{crn fingerprint id name} password");
    json_object_set_new(body, "user_data", json_build_string(instance->user_data != NULL ? instance->user_data : ""));
    json_decref(full);
    metadata_send(reply, body);
}

/* Of plans of software offerings nothing is modelled, so that no instance has an attachment. */
void metadata_software_attachments(struct request *request, struct reply *reply)
{
    if (metadata_open(request, reply) != NULL) {
        metadata_send_items(request, reply, "software_attachments", json_array());
    }
}
