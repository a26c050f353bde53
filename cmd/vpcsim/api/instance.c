/* Instances: the record and its statuses, and the tables of the bodies that requests have. */
#include "vpcsim/api/instance.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/precondition.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/copy.h"
#include "vpcsim/store/schedule.h"

#define ENOUGH INT_MAX

static const struct validator string_item = {.type = VALID_STRING, .min = 1, .max = 128};

static const struct validator metadata_fields[] = {
    {.name = "enabled", .type = VALID_BOOL},
    {.name = "protocol", .type = VALID_TOKEN, .tokens = "http https"},
    {.name = "response_hop_limit", .type = VALID_INT, .min = 1, .max = 64},
    {0},
};

static const struct validator attachment_fields[] = {
    {.name = "name", .type = VALID_NET_NAME},
    {.name = "virtual_network_interface",
     .type = VALID_OBJECT,
     .required = true,
     .tokens = ID_CRN_HREF,
     .of = validator_network},
    {0},
};
static const struct validator attachment_item = {.type = VALID_OBJECT, .of = attachment_fields};

static const struct validator interface_fields[] = {
    {.name = "allow_ip_spoofing", .type = VALID_BOOL},
    {.name = "name", .type = VALID_NAME},
    {.name = "primary_ip", .type = VALID_OBJECT, .tokens = "id href", .of = validator_address},
    {.name = "security_groups", .type = VALID_LIST, .of = &validator_identity_item},
    {.name = "subnet", .type = VALID_IDENTITY, .required = true, .tokens = ID_CRN_HREF},
    {0},
};
static const struct validator interface_item = {.type = VALID_OBJECT, .of = interface_fields};

/* A new cluster network interface; one that exists is named by id or href. */
static const struct validator cluster_interface_fields[] = {
    {.name = "auto_delete", .type = VALID_BOOL},
    {.name = "name", .type = VALID_NET_NAME},
    {.name = "primary_ip", .type = VALID_OBJECT, .tokens = "id href", .of = validator_address},
    {.name = "subnet", .type = VALID_IDENTITY, .tokens = "id href"},
    {0},
};

static const struct validator cluster_attachment_fields[] = {
    {.name = "cluster_network_interface",
     .type = VALID_OBJECT,
     .required = true,
     .tokens = "id href",
     .of = cluster_interface_fields},
    {.name = "name", .type = VALID_NET_NAME},
    {0},
};
static const struct validator cluster_attachment_item = {.type = VALID_OBJECT, .of = cluster_attachment_fields};

static const struct validator volume_fields[] = {
    {.name = "allowed_use", .type = VALID_OBJECT, .of = validator_volume_allowed_use},
    {.name = "bandwidth", .type = VALID_INT, .min = 1, .max = ENOUGH},
    {.name = "capacity", .type = VALID_INT, .min = 10, .max = 64000},
    {.name = "encryption_key", .type = VALID_IDENTITY, .tokens = "crn"},
    {.name = "iops", .type = VALID_INT, .min = 1, .max = ENOUGH},
    {.name = "name", .type = VALID_NAME},
    {.name = "profile", .type = VALID_IDENTITY, .required = true, .tokens = "name href"},
    {.name = "resource_group", .type = VALID_IDENTITY, .tokens = "id"},
    {.name = "source_snapshot", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},
    {.name = "user_tags", .type = VALID_LIST, .of = &string_item},
    {0},
};

static const struct validator volume_attachment_fields[] = {
    {.name = "delete_volume_on_instance_delete", .type = VALID_BOOL},
    {.name = "name", .type = VALID_NAME},
    {.name = "volume", .type = VALID_OBJECT, .required = true, .tokens = ID_CRN_HREF, .of = volume_fields},
    {0},
};
static const struct validator volume_attachment_item = {.type = VALID_OBJECT, .of = volume_attachment_fields};

static const struct validator availability_fields[] = {
    {.name = "class", .type = VALID_TOKEN, .tokens = "spot standard"},
    {0},
};

static const struct validator availability_policy_fields[] = {
    {.name = "host_failure", .type = VALID_TOKEN, .tokens = "restart stop"},
    {.name = "preemption", .type = VALID_TOKEN, .tokens = "delete stop"},
    {0},
};

static const struct validator vcpu_fields[] = {
    {.name = "percentage", .type = VALID_INT, .required = true, .min = 10, .max = 100},
    {0},
};

static const struct validator catalog_offering_fields[] = {
    {.name = "offering", .type = VALID_IDENTITY, .tokens = "crn"},
    {.name = "plan", .type = VALID_IDENTITY, .tokens = "crn"},
    {.name = "version", .type = VALID_IDENTITY, .tokens = "crn"},
    {0},
};

/* What instances and templates are made of; instance_variant decides which of it goes together. */
#define INSTANCE_MEMBERS                                                                                        \
    {.name = "availability", .type = VALID_OBJECT, .of = availability_fields},                                  \
        {.name = "availability_policy", .type = VALID_OBJECT, .of = availability_policy_fields},                \
        {.name = "boot_volume_attachment", .type = VALID_OBJECT, .of = volume_attachment_fields},               \
        {.name = "catalog_offering", .type = VALID_OBJECT, .of = catalog_offering_fields},                      \
        {.name = "cluster_network_attachments", .type = VALID_LIST, .of = &cluster_attachment_item},            \
        {.name = "confidential_compute_mode", .type = VALID_TOKEN, .tokens = "disabled sgx tdx"},               \
        {.name = "default_trusted_profile", .type = VALID_OBJECT, .of = validator_trusted_profile},             \
        {.name = "enable_secure_boot", .type = VALID_BOOL},                                                     \
        {.name = "image", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},                                       \
        {.name = "keys", .type = VALID_LIST, .of = &validator_key_item},                                        \
        {.name = "metadata_service", .type = VALID_OBJECT, .of = metadata_fields},                              \
        {.name = "name", .type = VALID_NAME},                                                                   \
        {.name = "network_attachments", .type = VALID_LIST, .of = &attachment_item},                            \
        {.name = "network_interfaces", .type = VALID_LIST, .of = &interface_item},                              \
        {.name = "placement_target", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},                            \
        {.name = "primary_network_attachment", .type = VALID_OBJECT, .of = attachment_fields},                  \
        {.name = "primary_network_interface", .type = VALID_OBJECT, .of = interface_fields},                    \
        {.name = "profile", .type = VALID_IDENTITY, .tokens = "name href"},                                     \
        {.name = "reservation_affinity", .type = VALID_OBJECT, .of = validator_affinity},                       \
        {.name = "resource_group", .type = VALID_IDENTITY, .tokens = "id"},                                     \
        {.name = "source_template", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},                             \
        {.name = "threads_per_core", .type = VALID_INT, .min = 1, .max = 2},                                    \
        {.name = "total_volume_bandwidth", .type = VALID_INT, .min = 500, .max = ENOUGH},                       \
        {.name = "user_data", .type = VALID_STRING}, {.name = "vcpu", .type = VALID_OBJECT, .of = vcpu_fields}, \
        {.name = "volume_attachments", .type = VALID_LIST, .of = &volume_attachment_item},                      \
        {.name = "volume_bandwidth_qos_mode", .type = VALID_TOKEN, .tokens = "pooled weighted"},                \
        {.name = "vpc", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},                                         \
        {.name = "zone", .type = VALID_IDENTITY, .tokens = "name href"},                                        \
    {                                                                                                           \
        0                                                                                                       \
    }

const struct validator instance_create_fields[] = {INSTANCE_MEMBERS};

const struct validator instance_patch_fields[] = {
    {.name = "availability", .type = VALID_OBJECT, .of = availability_fields},
    {.name = "availability_policy", .type = VALID_OBJECT, .of = availability_policy_fields},
    {.name = "confidential_compute_mode", .type = VALID_TOKEN, .tokens = "disabled sgx tdx"},
    {.name = "enable_secure_boot", .type = VALID_BOOL},
    {.name = "metadata_service", .type = VALID_OBJECT, .of = metadata_fields},
    {.name = "name", .type = VALID_NAME},
    {.name = "placement_target", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},
    {.name = "profile", .type = VALID_IDENTITY, .tokens = "name href"},
    {.name = "reservation_affinity", .type = VALID_OBJECT, .of = validator_affinity},
    {.name = "threads_per_core", .type = VALID_INT, .min = 1, .max = 2},
    {.name = "total_volume_bandwidth", .type = VALID_INT, .min = 500, .max = ENOUGH},
    {.name = "vcpu", .type = VALID_OBJECT, .of = vcpu_fields},
    {.name = "volume_bandwidth_qos_mode", .type = VALID_TOKEN, .tokens = "pooled weighted"},
    {0},
};

const struct validator instance_action_fields[] = {
    {.name = "force", .type = VALID_BOOL},
    {.name = "type", .type = VALID_TOKEN, .required = true, .tokens = "reboot start stop"},
    {0},
};

const struct validator instance_reinitialize_fields[] = {
    {.name = "boot_volume_attachment", .type = VALID_OBJECT, .of = volume_attachment_fields},
    {.name = "default_trusted_profile", .type = VALID_OBJECT, .of = validator_trusted_profile},
    {.name = "image", .type = VALID_IDENTITY, .tokens = ID_CRN_HREF},
    {.name = "keys", .type = VALID_LIST, .of = &validator_key_item},
    {.name = "user_data", .type = VALID_STRING},
    {0},
};

/* What follows a passing status (vpc-api.md 4.4); -1: nothing, it stays. */
static int next_status(unsigned status)
{
    switch (status) {
    case STATUS_PENDING:
        return STATUS_STARTING;
    case STATUS_STARTING:
    case STATUS_RESTARTING:
        return STATUS_RUNNING;
    case STATUS_STOPPING:
        return STATUS_STOPPED;
    default:
        return -1;
    }
}

void instance_remove(struct region *region, struct instance *instance)
{
    struct volume *boot = instance->boot;

    links_remove_server(region, "instance", instance->zone, instance->entity.id);
    boot->attached_to = NULL;
    copy_change(&boot->entity, "active attachment_state volume_attachments");
    if (!instance->keep_boot_volume) {
        collection_remove(&region->volumes, &boot->entity);
        store_free_volume(boot);
    }
    if (instance->vni != NULL) {
        instance->vni->attached = false;
    }
    if (instance->membership != NULL) {
        instance->membership->instance_removed(region, instance->membership);
    }
    collection_remove(&region->instances, &instance->entity);
    store_free_instance(instance);
}

static void advance(struct region *region, const char *id, int64_t due_ms)
{
    struct instance *instance = collection_find(&region->instances, id);

    if (instance == NULL || instance->due_ms != due_ms) {
        return;
    }
    instance->due_ms = 0;
    if (instance->status == STATUS_DELETING) {
        instance_remove(region, instance);
        return;
    }
    int next = next_status(instance->status);
    if (next >= 0) {
        instance_set_status(region, instance, (enum status)next);
        if (next == STATUS_STARTING && instance->lifecycle == LIFECYCLE_PENDING) {
            instance->lifecycle = LIFECYCLE_STABLE;
            copy_change(&instance->entity, "lifecycle_state");
        }
    }
}

void instance_touch(struct instance *instance)
{
    instance->version++;
}

/* Members of the copies that follow from the status of an instance. */
static void note_status(struct instance *instance)
{
    copy_change(&instance->entity, "status status_reasons startable numa_count vcpu.manufacturer");
    if (instance->profile->disks > 0) {
        copy_change(&instance->entity, "disks");
    }
    copy_change(&instance->boot->entity, "active");
    if (instance->membership != NULL) {
        copy_change(&instance->membership->entity, "status");
        copy_change(&instance->membership->group->entity, "status");
    }
}

void instance_set_status(struct region *region, struct instance *instance, enum status status)
{
    struct sim *sim = region->sim;

    bool started = status == STATUS_STARTING && instance->status == STATUS_STOPPED;
    instance->status = (uint8_t)status;
    instance->due_ms = 0;
    instance_touch(instance);
    note_status(instance);
    if (status == STATUS_STOPPED) {
        /* local disks do not survive a stop */
        instance->erased_disks = true;
    }
    if (status == STATUS_RUNNING) {
        instance->erased_disks = false;
    }
    if (started && instance->metadata.enabled) {
        instance->created_disabled = false; /* a reboot is not enough: 4.1 */
    }
    if (next_status(status) >= 0 || status == STATUS_DELETING) {
        instance->due_ms = sim->now_ms + sim->options.transition_ms;
        schedule_at(sim->schedule, instance->due_ms, advance, region, instance->entity.id);
    }
    if (status == STATUS_DELETING) {
        instance->lifecycle = LIFECYCLE_DELETING;
        copy_change(&instance->entity, "lifecycle_state");
    }
}

static void add_boot_volume(struct region *region, struct instance *instance)
{
    struct volume *volume = instance->boot;

    if (volume == NULL) {
        char name[96];
        volume = mem_alloc(sizeof(*volume));
        snprintf(name, sizeof(name), "%.90s-boot", instance->entity.name);
        volume->entity.key = random_mix(instance->entity.key, 5);
        volume->entity.id = store_regional_id(region, volume->entity.key);
        volume->entity.name = mem_copy(name);
        volume->entity.created_s = instance->entity.created_s;
        volume->capacity = 100;
        snprintf(volume->allowed_use.api_version, sizeof(volume->allowed_use.api_version), "2026-06-23");
        collection_add(region, &region->volumes, &volume->entity);
    }
    volume->zone = instance->zone;
    volume->attached_to = instance;
    instance->boot = volume;
}

void instance_add(struct region *region, struct instance *instance, const char *id)
{
    struct entity *entity = &instance->entity;

    entity->id = id != NULL ? mem_copy(id) : store_zonal_id(region, instance->zone, '_', entity->key);
    if (instance->total_volume_bandwidth == 0) {
        instance->total_volume_bandwidth = (int)instance->profile->vcpu * 500;
    }
    if (instance->vcpu_percentage == 0) {
        instance->vcpu_percentage = 100;
    }
    instance->created_disabled = !instance->metadata.enabled;
    collection_add(region, &region->instances, entity);
    add_boot_volume(region, instance);
}

bool instance_matches(const struct request *request, const struct instance *instance, struct reply *reply)
{
    char etag[UUID_SIZE + 4];
    const char *wanted = request->headers.if_match;

    if (wanted == NULL) {
        return true;
    }
    render_etag(&instance->entity, instance->version, etag);
    switch (precondition_match(wanted, etag)) {
    case PRECONDITION_HOLDS:
        return true;
    case PRECONDITION_FAILS:
        reply_problem(reply, 412, "precondition_failed", "header", "If-Match", wanted,
                      "The If-Match value does not match the current ETag.");
        return false;
    case PRECONDITION_MALFORMED:
        break;
    }
    reply_problem(reply, 400, "bad_request", "header", "If-Match", wanted,
                  "The If-Match value is neither * nor a list of ETags.");
    return false;
}
