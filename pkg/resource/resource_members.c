/* Which members of an answer fill which fields of a record, a table a kind. */
#include "resource/resource_members.h"

#include "resource/resource_list.h"

#define FIELD(field)   offsetof(struct resource, field), false
#define MACHINE(field) offsetof(struct resource_hardware, field), true
#define MEMBERS_EVERY_KIND_HAS                                                                                         \
    {"id", MEMBER_STRING, true, FIELD(id)}, {"name", MEMBER_STRING, true, FIELD(name)},                                \
        {"crn", MEMBER_STRING, true, FIELD(crn)}, {"resource_group/id", MEMBER_WORD, false, FIELD(resource_group_id)}, \
    {                                                                                                                  \
        "resource_group/name", MEMBER_WORD, false, FIELD(resource_group)                                               \
    }

/* Instances and bare metal servers; only the place of the architecture differs. */
const struct resource_member resource_members_server[] = {
    MEMBERS_EVERY_KIND_HAS,
    {"status", MEMBER_WORD, true, FIELD(status)},
    {"lifecycle_state", MEMBER_WORD, false, FIELD(lifecycle_state)},
    {"zone/name", MEMBER_WORD, true, FIELD(zone)},
    {"vpc/id", MEMBER_WORD, false, FIELD(vpc_id)},
    {"vpc/name", MEMBER_WORD, false, FIELD(vpc)},
    {"vcpu/architecture", MEMBER_WORD, false, FIELD(architecture)},
    {"cpu/architecture", MEMBER_WORD, false, FIELD(architecture)},
    {"boot_volume_attachment/volume/id", MEMBER_STRING, false, FIELD(boot_id)},
    {"boot_target/id", MEMBER_STRING, false, FIELD(boot_id)},
    {"disks", MEMBER_RULE, false, MACHINE(boot_rule)},
    {"image/id", MEMBER_WORD, false, MACHINE(image_id)},
    {"vcpu/count", MEMBER_COUNT, false, MACHINE(vcpu_count)},
    {"gpu/count", MEMBER_COUNT, false, MACHINE(gpu_count)},
    {"gpu/memory", MEMBER_COUNT, false, MACHINE(gpu_memory)},
    {"gpu/manufacturer", MEMBER_WORD, false, MACHINE(gpu_manufacturer)},
    {"gpu/model", MEMBER_WORD, false, MACHINE(gpu_model)},
    {"enable_secure_boot", MEMBER_SWITCH, false, MACHINE(secure_boot)},
    {"placement_target/resource_type", MEMBER_WORD, false, FIELD(placement_type)},
    {"placement_target/id", MEMBER_WORD, false, FIELD(placement_id)},
    {"instance_group_membership/instance_group/id", MEMBER_WORD, false, FIELD(member_of)},
    {"availability/class", MEMBER_WORD, false, FIELD(availability)},
    {"disks", MEMBER_ITEMS, false, FIELD(disk_count)},
    {"startable", MEMBER_SWITCH, false, FIELD(startable)},
    {"metadata_service", MEMBER_SETTINGS, true, 0, false},
    {NULL, MEMBER_STRING, false, 0, false},
};

/* A template echoes the body it was made from: identities stay identities (vpc-api.md 2.9). */
const struct resource_member resource_members_template[] = {
    MEMBERS_EVERY_KIND_HAS,
    {"zone/name", MEMBER_WORD, false, FIELD(zone)},
    {"vpc/id", MEMBER_WORD, false, FIELD(vpc_id)},
    {"metadata_service", MEMBER_PARTIAL, false, 0, false},
    {"default_trusted_profile", MEMBER_PROFILE, false, 0, false},
    {NULL, MEMBER_STRING, false, 0, false},
};

const struct resource_member resource_members_group[] = {
    MEMBERS_EVERY_KIND_HAS,
    {"status", MEMBER_WORD, true, FIELD(status)},
    {"lifecycle_state", MEMBER_WORD, false, FIELD(lifecycle_state)},
    {"vpc/id", MEMBER_WORD, false, FIELD(vpc_id)},
    {"vpc/name", MEMBER_WORD, false, FIELD(vpc)},
    {"instance_template/id", MEMBER_STRING, true, FIELD(template_id)},
    {"instance_template/name", MEMBER_STRING, false, FIELD(template_name)},
    {"membership_count", MEMBER_COUNT, true, FIELD(membership_count)},
    {"managers", MEMBER_NAMES, false, FIELD(managers)},
    {"load_balancer_pool/name", MEMBER_STRING, false, FIELD(pool)},
    {NULL, MEMBER_STRING, false, 0, false},
};

const struct resource_member resource_members_vpc[] = {
    MEMBERS_EVERY_KIND_HAS,
    {NULL, MEMBER_STRING, false, 0, false},
};

/* Memberships have no CRN and no resource group (vpc-api.md 2.10). */
const struct resource_member resource_members_membership[] = {
    {"id", MEMBER_STRING, true, FIELD(id)},
    {"name", MEMBER_STRING, true, FIELD(name)},
    {"status", MEMBER_WORD, true, FIELD(status)},
    {"instance/name", MEMBER_STRING, false, FIELD(instance_name)},
    {"instance_template/id", MEMBER_WORD, true, FIELD(template_id)},
    {"delete_instance_on_membership_delete", MEMBER_SWITCH, true, FIELD(takes_instance)},
    {NULL, MEMBER_STRING, false, 0, false},
};
