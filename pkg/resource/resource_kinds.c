/* The rows of THE table, and what each kind keeps of an answer. */
#include "resource/resource.h"
#include "resource/resource_members.h"

#include <string.h>

const struct resource_kind resource_instance = {
    .name = "instance",
    .singular = "instance",
    .plural = "instances",
    .path = "/instances",
    .items = "instances",
    .names_vpc = true,
    .paginated = true,
    .has_etag = true,
    .restart_to_enable = true,
    .has_initialization = true,
    .actions = "actions",
    .filters = RESOURCE_FILTER_NAME | RESOURCE_FILTER_VPC | RESOURCE_FILTER_GROUP,
    .settings = RESOURCE_METADATA_SETTINGS | RESOURCE_PROFILE_SETTINGS,
    .patchable = RESOURCE_METADATA_SETTINGS,
    .change_remedy = "only creation or a reinitialization sets the default trusted profile of an instance",
    .use_member = "instance",
    .use_of_settings = true,
    .profile_kind = &resource_instance_profile,
    .profile_architecture = "vcpu_architecture",
    .create_schema = "instance_create.json",
    .patch_schema = "instance_patch.json",
    .members = resource_members_server,
};

const struct resource_kind resource_template = {
    .name = "template",
    .singular = "instance template",
    .plural = "instance templates",
    .path = "/instance/templates",
    .items = "templates",
    .disposable = true,
    .settings = RESOURCE_METADATA_SETTINGS | RESOURCE_PROFILE_SETTINGS,
    .patchable = 0,
    .change_remedy = "templates are immutable; 'template replace' makes a new one and lets the groups use it",
    .use_member = "instance",
    .use_of_settings = true,
    .profile_kind = &resource_instance_profile,
    .profile_architecture = "vcpu_architecture",
    .create_schema = "instance_template_create.json",
    .members = resource_members_template,
};

const struct resource_kind resource_bare_metal = {
    .name = "bare-metal",
    .singular = "bare metal server",
    .plural = "bare metal servers",
    .path = "/bare_metal_servers",
    .items = "bare_metal_servers",
    .names_vpc = true,
    .paginated = true,
    .has_initialization = true,
    .filters = RESOURCE_FILTER_NAME | RESOURCE_FILTER_VPC | RESOURCE_FILTER_GROUP,
    .settings = RESOURCE_ENABLED | RESOURCE_PROTOCOL | RESOURCE_PROFILE_SETTINGS,
    .patchable = RESOURCE_ENABLED | RESOURCE_PROTOCOL,
    .change_remedy = "only creation or a reinitialization, which wipes the disk, sets the default trusted profile",
    .use_member = "bare_metal_server",
    .profile_kind = &resource_bare_metal_profile,
    .profile_architecture = "cpu_architecture",
    .quota_remedy = "an account has room for 25 bare metal servers unless it was given more: delete one that is not "
                    "needed, or ask IBM Cloud support for a higher quota",
    .create_schema = "bare_metal_server_create.json",
    .patch_schema = "bare_metal_server_patch.json",
    .profile_parent = "initialization",
    .members = resource_members_server,
};

const struct resource_kind resource_group = {
    .name = "group",
    .singular = "instance group",
    .plural = "instance groups",
    .path = "/instance_groups",
    .items = "instance_groups",
    .names_vpc = true,
    .paginated = true,
    .change_remedy = "members take their settings from the group's instance template",
    .patch_schema = "instance_group_patch.json",
    .memberships = &resource_membership,
    .members = resource_members_group,
};

const struct resource_kind resource_vpc = {
    .name = "vpc",
    .singular = "VPC",
    .plural = "VPCs",
    .path = "/vpcs",
    .items = "vpcs",
    .paginated = true,
    .members = resource_members_vpc,
};

#define READ_SINGLY(what, where)                                          \
    {                                                                     \
        .name = what, .singular = what, .plural = what "s", .path = where \
    }
const struct resource_kind resource_image = READ_SINGLY("image", "/images");
const struct resource_kind resource_volume = READ_SINGLY("volume", "/volumes");
const struct resource_kind resource_snapshot = READ_SINGLY("snapshot", "/snapshots");
const struct resource_kind resource_instance_profile = READ_SINGLY("profile", "/instance/profiles");
const struct resource_kind resource_bare_metal_profile = READ_SINGLY("profile", "/bare_metal_server/profiles");

const struct resource_kind resource_membership = {
    .name = "membership",
    .singular = "membership",
    .plural = "memberships",
    .path = "/instance_groups",
    .below = "memberships",
    .items = "memberships",
    .paginated = true,
    .members = resource_members_membership,
};

const struct resource_kind *const resource_kinds[] = {
    &resource_instance, &resource_template, &resource_bare_metal, &resource_group, NULL,
};

const struct resource_kind *resource_kind_find(const char *name)
{
    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        if (strcmp(resource_kinds[i]->name, name) == 0) {
            return resource_kinds[i];
        }
    }
    return NULL;
}

const char *const resource_status_words[RESOURCE_STATUSES] = {
    [RESOURCE_STATUS_DELETED] = "deleted",     [RESOURCE_STATUS_DELETING] = "deleting",
    [RESOURCE_STATUS_FAILED] = "failed",       [RESOURCE_STATUS_HEALTHY] = "healthy",
    [RESOURCE_STATUS_RUNNING] = "running",     [RESOURCE_STATUS_STARTING] = "starting",
    [RESOURCE_STATUS_STOPPED] = "stopped",     [RESOURCE_STATUS_STOPPING] = "stopping",
    [RESOURCE_STATUS_SUSPENDED] = "suspended", [RESOURCE_STATUS_UNHEALTHY] = "unhealthy",
};

enum resource_status resource_status(const char *word)
{
    size_t status = RESOURCE_STATUSES - 1;

    while (status > RESOURCE_STATUS_OTHER && !text_equal(word, resource_status_words[status])) {
        status--;
    }
    return (enum resource_status)status;
}

bool resource_architecture_supported(const char *architecture)
{
    return architecture == NULL || strcmp(architecture, "amd64") == 0;
}

void resource_append_count(struct text *out, size_t count, const struct resource_kind *kind)
{
    text_printf(out, "%zu %s", count, count == 1 ? kind->singular : kind->plural);
}
