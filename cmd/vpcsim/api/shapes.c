#include "vpcsim/api/shapes.h"

#include <limits.h>

#define ID_CRN_HREF "id crn href"
#define ENOUGH      INT_MAX

static const struct shape string_item = {.type = SHAPE_STRING, .min = 1, .max = 128};
static const struct shape key_item = {.type = SHAPE_IDENTITY, .words = "id crn href fingerprint"};
static const struct shape identity_item = {.type = SHAPE_IDENTITY, .words = ID_CRN_HREF};
static const struct shape vlan_item = {.type = SHAPE_INT, .min = 1, .max = 4094};

/* metadata */

static const struct shape metadata[] = {
    {.name = "enabled", .type = SHAPE_BOOL},
    {.name = "protocol", .type = SHAPE_WORD, .words = "http https"},
    {.name = "response_hop_limit", .type = SHAPE_INT, .min = 1, .max = 64},
    {0},
};

static const struct shape bare_metal_metadata[] = {
    {.name = "enabled", .type = SHAPE_BOOL},
    {.name = "protocol", .type = SHAPE_WORD, .words = "http https"},
    {0},
};

static const struct shape trusted_profile[] = {
    {.name = "auto_link", .type = SHAPE_BOOL},
    {.name = "target", .type = SHAPE_IDENTITY, .required = true, .words = "id crn"},
    {0},
};

/* network */

static const struct shape address[] = {
    {.name = "address", .type = SHAPE_STRING, .min = 7, .max = 15},
    {.name = "auto_delete", .type = SHAPE_BOOL},
    {.name = "name", .type = SHAPE_NAME},
    {0},
};
static const struct shape address_item = {.type = SHAPE_OBJECT, .words = "id href", .of = address};

static const struct shape network[] = {
    {.name = "allow_ip_spoofing", .type = SHAPE_BOOL},
    {.name = "auto_delete", .type = SHAPE_BOOL},
    {.name = "enable_infrastructure_nat", .type = SHAPE_BOOL},
    {.name = "ips", .type = SHAPE_LIST, .of = &address_item},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "primary_ip", .type = SHAPE_OBJECT, .words = "id href", .of = address},
    {.name = "protocol_state_filtering_mode", .type = SHAPE_WORD, .words = "auto disabled enabled"},
    {.name = "resource_group", .type = SHAPE_IDENTITY, .words = "id"},
    {.name = "security_groups", .type = SHAPE_LIST, .of = &identity_item},
    {.name = "subnet", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},
    {0},
};

static const struct shape attachment[] = {
    {.name = "name", .type = SHAPE_NAME},
    {.name = "virtual_network_interface", .type = SHAPE_OBJECT, .required = true, .words = ID_CRN_HREF, .of = network},
    {0},
};
static const struct shape attachment_item = {.type = SHAPE_OBJECT, .of = attachment};

static const struct shape interface[] = {
    {.name = "allow_ip_spoofing", .type = SHAPE_BOOL},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "primary_ip", .type = SHAPE_OBJECT, .words = "id href", .of = address},
    {.name = "security_groups", .type = SHAPE_LIST, .of = &identity_item},
    {.name = "subnet", .type = SHAPE_IDENTITY, .required = true, .words = ID_CRN_HREF},
    {0},
};
static const struct shape interface_item = {.type = SHAPE_OBJECT, .of = interface};

static const struct shape cluster_attachment[] = {
    {.name = "cluster_network_interface", .type = SHAPE_IDENTITY, .required = true, .words = "id href"},
    {.name = "name", .type = SHAPE_NAME},
    {0},
};
static const struct shape cluster_attachment_item = {.type = SHAPE_OBJECT, .of = cluster_attachment};

/* volumes */

static const struct shape volume_allowed_use[] = {
    {.name = "api_version", .type = SHAPE_STRING, .min = 10, .max = 10},
    {.name = "bare_metal_server", .type = SHAPE_STRING, .min = 1, .max = 1024},
    {.name = "instance", .type = SHAPE_STRING, .min = 1, .max = 1024},
    {0},
};

static const struct shape volume[] = {
    {.name = "allowed_use", .type = SHAPE_OBJECT, .of = volume_allowed_use},
    {.name = "bandwidth", .type = SHAPE_INT, .min = 1, .max = ENOUGH},
    {.name = "capacity", .type = SHAPE_INT, .min = 10, .max = 64000},
    {.name = "encryption_key", .type = SHAPE_IDENTITY, .words = "crn"},
    {.name = "iops", .type = SHAPE_INT, .min = 1, .max = ENOUGH},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "profile", .type = SHAPE_IDENTITY, .required = true, .words = "name href"},
    {.name = "resource_group", .type = SHAPE_IDENTITY, .words = "id"},
    {.name = "source_snapshot", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},
    {.name = "user_tags", .type = SHAPE_LIST, .of = &string_item},
    {0},
};

static const struct shape volume_attachment[] = {
    {.name = "delete_volume_on_instance_delete", .type = SHAPE_BOOL},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "volume", .type = SHAPE_OBJECT, .required = true, .words = ID_CRN_HREF, .of = volume},
    {0},
};
static const struct shape volume_attachment_item = {.type = SHAPE_OBJECT, .of = volume_attachment};

/* instances */

static const struct shape availability[] = {
    {.name = "class", .type = SHAPE_WORD, .words = "spot standard"},
    {0},
};

static const struct shape availability_policy[] = {
    {.name = "host_failure", .type = SHAPE_WORD, .words = "restart stop"},
    {.name = "preemption", .type = SHAPE_WORD, .words = "delete stop"},
    {0},
};

static const struct shape affinity[] = {
    {.name = "policy", .type = SHAPE_WORD, .words = "automatic disabled manual"},
    {.name = "pool", .type = SHAPE_LIST, .of = &identity_item},
    {0},
};

static const struct shape vcpu[] = {
    {.name = "percentage", .type = SHAPE_INT, .required = true, .min = 10, .max = 100},
    {0},
};

static const struct shape catalog_offering[] = {
    {.name = "offering", .type = SHAPE_IDENTITY, .words = "crn"},
    {.name = "plan", .type = SHAPE_IDENTITY, .words = "crn"},
    {.name = "version", .type = SHAPE_IDENTITY, .words = "crn"},
    {0},
};

/* What instances and templates are made of; which of it goes together is decided by instance_variant.c. */
#define INSTANCE_MEMBERS                                                                                          \
    {.name = "availability", .type = SHAPE_OBJECT, .of = availability},                                           \
        {.name = "availability_policy", .type = SHAPE_OBJECT, .of = availability_policy},                         \
        {.name = "boot_volume_attachment", .type = SHAPE_OBJECT, .of = volume_attachment},                        \
        {.name = "catalog_offering", .type = SHAPE_OBJECT, .of = catalog_offering},                               \
        {.name = "cluster_network_attachments", .type = SHAPE_LIST, .of = &cluster_attachment_item},              \
        {.name = "confidential_compute_mode", .type = SHAPE_WORD, .words = "disabled sgx tdx"},                   \
        {.name = "default_trusted_profile", .type = SHAPE_OBJECT, .of = trusted_profile},                         \
        {.name = "enable_secure_boot", .type = SHAPE_BOOL},                                                       \
        {.name = "image", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},                                          \
        {.name = "keys", .type = SHAPE_LIST, .of = &key_item},                                                    \
        {.name = "metadata_service", .type = SHAPE_OBJECT, .of = metadata}, {.name = "name", .type = SHAPE_NAME}, \
        {.name = "network_attachments", .type = SHAPE_LIST, .of = &attachment_item},                              \
        {.name = "network_interfaces", .type = SHAPE_LIST, .of = &interface_item},                                \
        {.name = "placement_target", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},                               \
        {.name = "primary_network_attachment", .type = SHAPE_OBJECT, .of = attachment},                           \
        {.name = "primary_network_interface", .type = SHAPE_OBJECT, .of = interface},                             \
        {.name = "profile", .type = SHAPE_IDENTITY, .words = "name href"},                                        \
        {.name = "reservation_affinity", .type = SHAPE_OBJECT, .of = affinity},                                   \
        {.name = "resource_group", .type = SHAPE_IDENTITY, .words = "id"},                                        \
        {.name = "source_template", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},                                \
        {.name = "threads_per_core", .type = SHAPE_INT, .min = 1, .max = 2},                                      \
        {.name = "total_volume_bandwidth", .type = SHAPE_INT, .min = 500, .max = ENOUGH},                         \
        {.name = "user_data", .type = SHAPE_STRING}, {.name = "vcpu", .type = SHAPE_OBJECT, .of = vcpu},          \
        {.name = "volume_attachments", .type = SHAPE_LIST, .of = &volume_attachment_item},                        \
        {.name = "volume_bandwidth_qos_mode", .type = SHAPE_WORD, .words = "pooled weighted"},                    \
        {.name = "vpc", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},                                            \
        {.name = "zone", .type = SHAPE_IDENTITY, .words = "name href"},                                           \
    {                                                                                                             \
        0                                                                                                         \
    }

const struct shape shapes_instance_create[] = {INSTANCE_MEMBERS};
const struct shape shapes_template_create[] = {INSTANCE_MEMBERS};

const struct shape shapes_instance_patch[] = {
    {.name = "availability", .type = SHAPE_OBJECT, .of = availability},
    {.name = "availability_policy", .type = SHAPE_OBJECT, .of = availability_policy},
    {.name = "confidential_compute_mode", .type = SHAPE_WORD, .words = "disabled sgx tdx"},
    {.name = "enable_secure_boot", .type = SHAPE_BOOL},
    {.name = "metadata_service", .type = SHAPE_OBJECT, .of = metadata},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "placement_target", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},
    {.name = "profile", .type = SHAPE_IDENTITY, .words = "name href"},
    {.name = "reservation_affinity", .type = SHAPE_OBJECT, .of = affinity},
    {.name = "threads_per_core", .type = SHAPE_INT, .min = 1, .max = 2},
    {.name = "total_volume_bandwidth", .type = SHAPE_INT, .min = 500, .max = ENOUGH},
    {.name = "vcpu", .type = SHAPE_OBJECT, .of = vcpu},
    {.name = "volume_bandwidth_qos_mode", .type = SHAPE_WORD, .words = "pooled weighted"},
    {0},
};

const struct shape shapes_instance_action[] = {
    {.name = "force", .type = SHAPE_BOOL},
    {.name = "type", .type = SHAPE_WORD, .required = true, .words = "reboot start stop"},
    {0},
};

const struct shape shapes_reinitialize[] = {
    {.name = "boot_volume_attachment", .type = SHAPE_OBJECT, .of = volume_attachment},
    {.name = "default_trusted_profile", .type = SHAPE_OBJECT, .of = trusted_profile},
    {.name = "image", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},
    {.name = "keys", .type = SHAPE_LIST, .of = &key_item},
    {.name = "user_data", .type = SHAPE_STRING},
    {0},
};

const struct shape shapes_template_patch[] = {
    {.name = "name", .type = SHAPE_NAME},
    {0},
};

/* bare metal */

static const struct shape bare_metal_initialization[] = {
    {.name = "default_trusted_profile", .type = SHAPE_OBJECT, .of = trusted_profile},
    {.name = "image", .type = SHAPE_IDENTITY, .required = true, .words = ID_CRN_HREF},
    {.name = "keys", .type = SHAPE_LIST, .required = true, .of = &key_item},
    {.name = "user_data", .type = SHAPE_STRING},
    {0},
};

static const struct shape bare_metal_primary_attachment[] = {
    {.name = "allowed_vlans", .type = SHAPE_LIST, .of = &vlan_item},
    {.name = "interface_type", .type = SHAPE_WORD, .words = "pci"},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "virtual_network_interface", .type = SHAPE_OBJECT, .required = true, .words = ID_CRN_HREF, .of = network},
    {0},
};

static const struct shape bare_metal_attachment[] = {
    {.name = "allow_to_float", .type = SHAPE_BOOL},
    {.name = "allowed_vlans", .type = SHAPE_LIST, .of = &vlan_item},
    {.name = "interface_type", .type = SHAPE_WORD, .required = true, .words = "pci vlan"},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "virtual_network_interface", .type = SHAPE_OBJECT, .required = true, .words = ID_CRN_HREF, .of = network},
    {.name = "vlan", .type = SHAPE_INT, .min = 1, .max = 4094},
    {0},
};
static const struct shape bare_metal_attachment_item = {.type = SHAPE_OBJECT, .of = bare_metal_attachment};

#define BARE_METAL_INTERFACE                                                                             \
    {.name = "allow_ip_spoofing", .type = SHAPE_BOOL},                                                   \
        {.name = "allowed_vlans", .type = SHAPE_LIST, .of = &vlan_item},                                 \
        {.name = "enable_infrastructure_nat", .type = SHAPE_BOOL}, {.name = "name", .type = SHAPE_NAME}, \
        {.name = "primary_ip", .type = SHAPE_OBJECT, .words = "id href", .of = address},                 \
        {.name = "security_groups", .type = SHAPE_LIST, .of = &identity_item},                           \
    {                                                                                                    \
        .name = "subnet", .type = SHAPE_IDENTITY, .required = true, .words = ID_CRN_HREF                 \
    }

static const struct shape bare_metal_primary_interface[] = {
    BARE_METAL_INTERFACE,
    {.name = "interface_type", .type = SHAPE_WORD, .words = "hipersocket pci"},
    {0},
};

static const struct shape bare_metal_interface[] = {
    BARE_METAL_INTERFACE,
    {.name = "allow_interface_to_float", .type = SHAPE_BOOL},
    {.name = "interface_type", .type = SHAPE_WORD, .required = true, .words = "hipersocket pci vlan"},
    {.name = "vlan", .type = SHAPE_INT, .min = 1, .max = 4094},
    {0},
};
static const struct shape bare_metal_interface_item = {.type = SHAPE_OBJECT, .of = bare_metal_interface};

static const struct shape tpm[] = {
    {.name = "mode", .type = SHAPE_WORD, .words = "disabled tpm_2"},
    {0},
};

const struct shape shapes_bare_metal_create[] = {
    {.name = "bandwidth", .type = SHAPE_INT, .min = 1, .max = ENOUGH},
    {.name = "enable_secure_boot", .type = SHAPE_BOOL},
    {.name = "initialization", .type = SHAPE_OBJECT, .required = true, .of = bare_metal_initialization},
    {.name = "metadata_service", .type = SHAPE_OBJECT, .of = bare_metal_metadata},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "network_attachments", .type = SHAPE_LIST, .of = &bare_metal_attachment_item},
    {.name = "network_interfaces", .type = SHAPE_LIST, .of = &bare_metal_interface_item},
    {.name = "primary_network_attachment", .type = SHAPE_OBJECT, .of = bare_metal_primary_attachment},
    {.name = "primary_network_interface", .type = SHAPE_OBJECT, .of = bare_metal_primary_interface},
    {.name = "profile", .type = SHAPE_IDENTITY, .required = true, .words = "name href"},
    {.name = "reservation_affinity", .type = SHAPE_OBJECT, .of = affinity},
    {.name = "resource_group", .type = SHAPE_IDENTITY, .words = "id"},
    {.name = "trusted_platform_module", .type = SHAPE_OBJECT, .of = tpm},
    {.name = "vpc", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},
    {.name = "zone", .type = SHAPE_IDENTITY, .required = true, .words = "name href"},
    {0},
};

const struct shape shapes_bare_metal_patch[] = {
    {.name = "bandwidth", .type = SHAPE_INT, .min = 1, .max = ENOUGH},
    {.name = "enable_secure_boot", .type = SHAPE_BOOL},
    {.name = "metadata_service", .type = SHAPE_OBJECT, .of = bare_metal_metadata},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "reservation_affinity", .type = SHAPE_OBJECT, .of = affinity},
    {.name = "trusted_platform_module", .type = SHAPE_OBJECT, .of = tpm},
    {0},
};

const struct shape shapes_bare_metal_initialization[] = {
    {.name = "default_trusted_profile", .type = SHAPE_OBJECT, .of = trusted_profile},
    {.name = "image", .type = SHAPE_IDENTITY, .required = true, .words = ID_CRN_HREF},
    {.name = "keys", .type = SHAPE_LIST, .required = true, .of = &key_item},
    {.name = "user_data", .type = SHAPE_STRING},
    {0},
};

const struct shape shapes_bare_metal_stop[] = {
    {.name = "type", .type = SHAPE_WORD, .required = true, .words = "hard soft"},
    {0},
};

/* groups */

#define GROUP_MEMBERS(can_be_null)                                                                           \
    {.name = "application_port", .type = SHAPE_INT, .min = 1, .max = 65535, .nullable = can_be_null},        \
        {.name = "load_balancer", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF, .nullable = can_be_null},    \
        {.name = "load_balancer_pool", .type = SHAPE_IDENTITY, .words = "id href", .nullable = can_be_null}, \
        {.name = "membership_count", .type = SHAPE_INT, .min = 0, .max = 1000},                              \
    {                                                                                                        \
        .name = "name", .type = SHAPE_NAME                                                                   \
    }

const struct shape shapes_group_create[] = {
    GROUP_MEMBERS(false),
    {.name = "instance_template", .type = SHAPE_IDENTITY, .required = true, .words = ID_CRN_HREF},
    {.name = "resource_group", .type = SHAPE_IDENTITY, .words = "id"},
    {.name = "subnets", .type = SHAPE_LIST, .required = true, .min = 1, .of = &identity_item},
    {0},
};

const struct shape shapes_group_patch[] = {
    GROUP_MEMBERS(true),
    {.name = "instance_template", .type = SHAPE_IDENTITY, .words = ID_CRN_HREF},
    {.name = "subnets", .type = SHAPE_LIST, .min = 1, .of = &identity_item},
    {0},
};

const struct shape shapes_membership_patch[] = {
    {.name = "delete_instance_on_membership_delete", .type = SHAPE_BOOL},
    {.name = "name", .type = SHAPE_NAME},
    {0},
};

/* images */

const struct shape shapes_image_patch[] = {
    {.name = "allowed_use", .type = SHAPE_OBJECT, .of = volume_allowed_use},
    {.name = "deprecation_at", .type = SHAPE_STRING, .min = 20, .max = 32, .nullable = true},
    {.name = "name", .type = SHAPE_NAME},
    {.name = "obsolescence_at", .type = SHAPE_STRING, .min = 20, .max = 32, .nullable = true},
    {0},
};
