#include "resource/resource_members.h"

#include "resource/resource_list.h"

#define FIELD(field) offsetof(struct resource, field)
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
    {"metadata_service", MEMBER_SETTINGS, true, 0},
    {NULL, MEMBER_STRING, false, 0},
};

/* A template echoes the body it was made from: identities stay identities (vpc-api.md 2.9). */
const struct resource_member resource_members_template[] = {
    MEMBERS_EVERY_KIND_HAS,
    {"zone/name", MEMBER_WORD, false, FIELD(zone)},
    {"vpc/id", MEMBER_WORD, false, FIELD(vpc_id)},
    {"metadata_service", MEMBER_PARTIAL, false, 0},
    {"default_trusted_profile", MEMBER_PROFILE, false, 0},
    {NULL, MEMBER_STRING, false, 0},
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
    {NULL, MEMBER_STRING, false, 0},
};

const struct resource_member resource_members_vpc[] = {
    MEMBERS_EVERY_KIND_HAS,
    {NULL, MEMBER_STRING, false, 0},
};
