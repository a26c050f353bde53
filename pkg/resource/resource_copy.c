/* The kinds that a copy of an inventory holds. */
#include "resource/resource_copy.h"

/* Never asked for: resource groups are the account's, and the API only refers to them (vpc-api.md 2.3). */
static const struct resource_kind owner_group = {
    .name = "resource-group", .singular = "resource group", .plural = "resource groups", .path = "/resource_groups"};

static const struct resource_kind initialization = {
    .name = "initialization", .singular = "initialization", .plural = "initializations", .path = "/initialization"};

const struct resource_copy resource_copies[] = {
    {.kind = &resource_region, .how = RESOURCE_COPY_PLACE},
    {.kind = &resource_zone, .how = RESOURCE_COPY_BELOW, .parent = &resource_region},
    {.kind = &owner_group, .how = RESOURCE_COPY_GATHERED, .referred_as = {"resource_group"}},
    {.kind = &resource_vpc, .how = RESOURCE_COPY_WHOLE, .referred_as = {"vpc"}},
    {.kind = &resource_subnet, .how = RESOURCE_COPY_WHOLE, .referred_as = {"subnet", "subnets"}},
    {.kind = &resource_key, .how = RESOURCE_COPY_WHOLE, .referred_as = {"keys"}},
    {.kind = &resource_placement_group,
     .how = RESOURCE_COPY_WHOLE,
     .referred_as = {"placement_target"},
     .resource_type = "placement_group",
     .stands_in = true},
    {.kind = &resource_image,
     .how = RESOURCE_COPY_WHOLE,
     .referred_as = {"image", "source_image"},
     .alias = "catalog_offering/version"},
    {.kind = &resource_volume, .how = RESOURCE_COPY_REFERRED, .referred_as = {"boot_volume_attachment/volume"}},
    {.kind = &resource_snapshot, .how = RESOURCE_COPY_WHOLE, .referred_as = {"volume/source_snapshot"}},
    {.kind = &resource_instance_profile, .how = RESOURCE_COPY_ALWAYS},
    {.kind = &resource_bare_metal_profile, .how = RESOURCE_COPY_ALWAYS},
    {.kind = &resource_template,
     .how = RESOURCE_COPY_SELECTED,
     .referred_as = {"instance_template", "source_template"}},
    {.kind = &resource_group, .how = RESOURCE_COPY_SELECTED, .referred_as = {"instance_group"}},
    {.kind = &resource_membership,
     .how = RESOURCE_COPY_BELOW,
     .referred_as = {"instance_group_membership"},
     .parent = &resource_group,
     .owner_member = "group"},
    {.kind = &resource_instance, .how = RESOURCE_COPY_SELECTED, .referred_as = {"/instance"}},
    {.kind = &resource_bare_metal, .how = RESOURCE_COPY_SELECTED},
    {.kind = &initialization, .how = RESOURCE_COPY_DETAIL, .owner_member = "id"},
    {.kind = NULL},
};

const char *const resource_secret_containers[] = {"password", NULL}; /* of an initialization (vpc-api.md 2.15) */
const char *const resource_secret_members[] = {"user_data", "password", "encrypted_password", "passphrase", NULL};
