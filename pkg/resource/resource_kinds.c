/* The table of kinds, what each keeps of an answer, and the words for a status. */
#include "resource/resource.h"
#include "resource/resource_list.h"
#include "resource/resource_members.h"

#include <assert.h>
#include <string.h>

/* --- which members of an answer fill which fields ------------------------------------------------------- */

#define FIELD(field)   offsetof(struct resource, field), false
#define MACHINE(field) offsetof(struct resource_hardware, field), true
#define MEMBERS_EVERY_KIND_HAS                                                                                \
    {"id", MEMBER_STRING, MEMBER_REQUIRED, FIELD(id)}, {"name", MEMBER_STRING, MEMBER_REQUIRED, FIELD(name)}, \
        {"crn", MEMBER_STRING, MEMBER_REQUIRED, FIELD(crn)},                                                  \
        {"resource_group/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(resource_group_id)},                   \
    {                                                                                                         \
        "resource_group/name", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(resource_group)                            \
    }

/* Instances and bare metal servers; only the place of the architecture differs, which every answer has. */
#define MEMBERS_OF_SERVERS(architecture_path)                                                                 \
    MEMBERS_EVERY_KIND_HAS, {"status", MEMBER_WORD, MEMBER_REQUIRED, FIELD(status)},                          \
        {"lifecycle_state", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(lifecycle_state)},                            \
        {"zone/name", MEMBER_REFERENCE, MEMBER_REQUIRED, FIELD(zone)},                                        \
        {"vpc/id", MEMBER_REFERENCE, MEMBER_NOT_NULL, FIELD(vpc_id)},                                         \
        {"vpc/name", MEMBER_WORD, MEMBER_NOT_NULL, FIELD(vpc)},                                               \
        {architecture_path, MEMBER_WORD, MEMBER_REQUIRED, FIELD(architecture)},                               \
        {"boot_volume_attachment/volume/id", MEMBER_STRING, MEMBER_OPTIONAL, FIELD(boot_id)},                 \
        {"boot_target/id", MEMBER_STRING, MEMBER_OPTIONAL, FIELD(boot_id)},                                   \
        {"disks", MEMBER_RULE, MEMBER_OPTIONAL, MACHINE(boot_rule)},                                          \
        {"image/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, MACHINE(image_id)},                                   \
        {"vcpu/count", MEMBER_COUNT, MEMBER_OPTIONAL, MACHINE(vcpu_count)},                                   \
        {"gpu/count", MEMBER_COUNT, MEMBER_OPTIONAL, MACHINE(gpu_count)},                                     \
        {"gpu/memory", MEMBER_COUNT, MEMBER_OPTIONAL, MACHINE(gpu_memory)},                                   \
        {"gpu/manufacturer", MEMBER_WORD, MEMBER_OPTIONAL, MACHINE(gpu_manufacturer)},                        \
        {"gpu/model", MEMBER_WORD, MEMBER_OPTIONAL, MACHINE(gpu_model)},                                      \
        {"enable_secure_boot", MEMBER_SWITCH, MEMBER_OPTIONAL, MACHINE(secure_boot)},                         \
        {"placement_target/resource_type", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(placement_type)},              \
        {"placement_target/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(placement_id)},                      \
        {"instance_group_membership/instance_group/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(member_of)}, \
        {"availability/class", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(availability)},                            \
        {"disks", MEMBER_ITEMS, MEMBER_NOT_NULL, FIELD(disk_count)},                                          \
        {"startable", MEMBER_SWITCH, MEMBER_OPTIONAL, FIELD(startable)},                                      \
        {"metadata_service", MEMBER_SETTINGS, MEMBER_REQUIRED, 0, false},                                     \
    {                                                                                                         \
        NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false                                                        \
    }

static const struct resource_member instance_members[] = {MEMBERS_OF_SERVERS("vcpu/architecture")};
static const struct resource_member bare_metal_members[] = {MEMBERS_OF_SERVERS("cpu/architecture")};

/* A template echoes the body it was made from: identities stay identities (vpc-api.md 2.9). */
static const struct resource_member template_members[] = {
    MEMBERS_EVERY_KIND_HAS,
    {"zone/name", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(zone)},
    {"vpc/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(vpc_id)},
    {"vpc/name", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(vpc)},
    {"primary_network_interface/subnet/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(subnet_id)},
    {"primary_network_attachment/virtual_network_interface/subnet/id", MEMBER_REFERENCE, MEMBER_OPTIONAL,
     FIELD(subnet_id)},
    {"profile/name", MEMBER_REFERENCE, MEMBER_OPTIONAL, MACHINE(profile)},
    {"image/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, MACHINE(image_id)},
    {"boot_volume_attachment/volume/source_snapshot/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(boot_id)},
    {"boot_volume_attachment/volume/allowed_use/instance", MEMBER_STRING, MEMBER_OPTIONAL, MACHINE(boot_rule)},
    {"enable_secure_boot", MEMBER_SWITCH, MEMBER_OPTIONAL, MACHINE(secure_boot)},
    {"metadata_service", MEMBER_PARTIAL, MEMBER_OPTIONAL, 0, false},
    {"default_trusted_profile", MEMBER_PROFILE, MEMBER_OPTIONAL, 0, false},
    {NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false},
};

static const struct resource_member group_members[] = {
    MEMBERS_EVERY_KIND_HAS,
    {"status", MEMBER_WORD, MEMBER_REQUIRED, FIELD(status)},
    {"lifecycle_state", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(lifecycle_state)},
    {"vpc/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(vpc_id)},
    {"vpc/name", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(vpc)},
    {"instance_template/id", MEMBER_REFERENCE, MEMBER_REQUIRED, FIELD(template_id)},
    {"instance_template/name", MEMBER_STRING, MEMBER_OPTIONAL, FIELD(template_name)},
    {"membership_count", MEMBER_COUNT, MEMBER_REQUIRED, FIELD(membership_count)},
    {"managers", MEMBER_NAMES, MEMBER_OPTIONAL, FIELD(managers)},
    {"load_balancer_pool/name", MEMBER_STRING, MEMBER_OPTIONAL, FIELD(pool)},
    {NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false},
};

static const struct resource_member vpc_members[] = {
    MEMBERS_EVERY_KIND_HAS,
    {NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false},
};

/* What is known by its name has no id: the name is both. */
static const struct resource_member named_members[] = {
    {"name", MEMBER_STRING, MEMBER_REQUIRED, FIELD(id)},
    {"name", MEMBER_STRING, MEMBER_REQUIRED, FIELD(name)},
    {NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false},
};

/* Of what is read for its expressions, or to be copied, nothing else is kept. */
static const struct resource_member plain_members[] = {
    {"id", MEMBER_STRING, MEMBER_REQUIRED, FIELD(id)},
    {"name", MEMBER_STRING, MEMBER_OPTIONAL, FIELD(name)},
    {"crn", MEMBER_STRING, MEMBER_OPTIONAL, FIELD(crn)},
    {NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false},
};

static const struct resource_member subnet_members[] = {
    MEMBERS_EVERY_KIND_HAS,
    {"vpc/id", MEMBER_REFERENCE, MEMBER_OPTIONAL, FIELD(vpc_id)},
    {"vpc/name", MEMBER_WORD, MEMBER_OPTIONAL, FIELD(vpc)},
    {NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false},
};

/* Memberships have no CRN and no resource group (vpc-api.md 2.10). */
static const struct resource_member membership_members[] = {
    {"id", MEMBER_STRING, MEMBER_REQUIRED, FIELD(id)},
    {"name", MEMBER_STRING, MEMBER_REQUIRED, FIELD(name)},
    {"status", MEMBER_WORD, MEMBER_REQUIRED, FIELD(status)},
    {"instance/name", MEMBER_STRING, MEMBER_OPTIONAL, FIELD(instance_name)},
    {"instance_template/id", MEMBER_REFERENCE, MEMBER_REQUIRED, FIELD(template_id)},
    {"delete_instance_on_membership_delete", MEMBER_SWITCH, MEMBER_REQUIRED, FIELD(takes_instance)},
    {NULL, MEMBER_STRING, MEMBER_OPTIONAL, 0, false},
};

static const char *const instance_statuses[] = {"deleting", "failed",  "pending",  "restarting", "running",
                                                "starting", "stopped", "stopping", NULL};
static const char *const bare_metal_statuses[] = {"deleting",   "failed",  "maintenance", "pending", "reinitializing",
                                                  "restarting", "running", "starting",    "stopped", NULL};
static const char *const group_statuses[] = {"deleting", "healthy", "scaling", "unhealthy", NULL};

/* --- the kinds --------------------------------------------------------------------------------------- */

const struct resource_kind resource_instance_profile = {
    .name = "instance-profile",
    .singular = "instance profile",
    .plural = "instance profiles",
    .path = "/instance/profiles",
    .items = "profiles",
    .by_name = true,
    .members = named_members,
};

const struct resource_kind resource_bare_metal_profile = {
    .name = "bare-metal-profile",
    .singular = "bare metal server profile",
    .plural = "bare metal server profiles",
    .path = "/bare_metal_server/profiles",
    .items = "profiles",
    .by_name = true,
    .members = named_members,
};

const struct resource_kind resource_membership = {
    .name = "membership",
    .singular = "membership",
    .plural = "memberships",
    .path = "/instance_groups",
    .below = "memberships",
    .items = "memberships",
    .paginated = true,
    .members = membership_members,
};

const struct resource_kind resource_instance = {
    .name = "instance",
    .singular = "instance",
    .plural = "instances",
    .path = "/instances",
    .iam_actions = "is.instance.instance",
    .items = "instances",
    .names_vpc = true,
    .paginated = true,
    .has_etag = true,
    .restart_to_enable = true,
    .has_initialization = true,
    .reads_itself = true,
    .cr_type = "VSI",
    .actions = "actions",
    .statuses = instance_statuses,
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
    .members = instance_members,
};

const struct resource_kind resource_template = {
    .name = "template",
    .singular = "instance template",
    .plural = "instance templates",
    .path = "/instance/templates",
    .items = "templates",
    .disposable = true,
    .settings = RESOURCE_METADATA_SETTINGS | RESOURCE_PROFILE_SETTINGS,
    .change_remedy = "templates are immutable; 'template replace' makes a new one and lets the groups use it",
    .use_member = "instance",
    .use_of_settings = true,
    .profile_kind = &resource_instance_profile,
    .profile_architecture = "vcpu_architecture",
    .create_schema = "instance_template_create.json",
    .members = template_members,
};

const struct resource_kind resource_bare_metal = {
    .name = "bare-metal",
    .singular = "bare metal server",
    .plural = "bare metal servers",
    .path = "/bare_metal_servers",
    .iam_actions = "is.bare-metal-server.bare-metal-server",
    .items = "bare_metal_servers",
    .names_vpc = true,
    .paginated = true,
    .has_initialization = true,
    .cr_type = "BMS",
    .statuses = bare_metal_statuses,
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
    .members = bare_metal_members,
};

const struct resource_kind resource_group = {
    .name = "group",
    .singular = "instance group",
    .plural = "instance groups",
    .path = "/instance_groups",
    .items = "instance_groups",
    .statuses = group_statuses,
    .names_vpc = true,
    .paginated = true,
    .change_remedy = "members take their settings from the group's instance template",
    .patch_schema = "instance_group_patch.json",
    .memberships = &resource_membership,
    .members = group_members,
};

const struct resource_kind resource_vpc = {
    .name = "vpc",
    .singular = "VPC",
    .plural = "VPCs",
    .path = "/vpcs",
    .items = "vpcs",
    .paginated = true,
    .members = vpc_members,
};

const struct resource_kind resource_subnet = {
    .name = "subnet",
    .singular = "subnet",
    .plural = "subnets",
    .path = "/subnets",
    .items = "subnets",
    .paginated = true,
    .members = subnet_members,
};

const struct resource_kind resource_image = {
    .name = "image",
    .singular = "image",
    .plural = "images",
    .path = "/images",
    .items = "images",
    .paginated = true,
    .members = plain_members,
};

const struct resource_kind resource_volume = {
    .name = "volume",
    .singular = "volume",
    .plural = "volumes",
    .path = "/volumes",
    .items = "volumes",
    .paginated = true,
    .members = plain_members,
};

const struct resource_kind resource_snapshot = {
    .name = "snapshot",
    .singular = "snapshot",
    .plural = "snapshots",
    .path = "/snapshots",
    .items = "snapshots",
    .paginated = true,
    .members = plain_members,
};

const struct resource_kind resource_placement_group = {
    .name = "placement-group",
    .singular = "placement group",
    .plural = "placement groups",
    .path = "/placement_groups",
    .items = "placement_groups",
    .paginated = true,
    .members = plain_members,
};

const struct resource_kind resource_region = {
    .name = "region",
    .singular = "region",
    .plural = "regions",
    .path = "/regions",
    .items = "regions",
    .by_name = true,
    .members = named_members,
};

const struct resource_kind resource_zone = {
    .name = "zone",
    .singular = "zone",
    .plural = "zones",
    .path = "/regions",
    .below = "zones",
    .items = "zones",
    .by_name = true,
    .members = named_members,
};

const struct resource_kind resource_key = {
    .name = "key",
    .singular = "key",
    .plural = "keys",
    .path = "/keys",
    .items = "keys",
    .paginated = true,
    .members = plain_members,
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

bool resource_status_passes(const char *word)
{
    static const char *const passing[] = {"pending",        "starting", "stopping", "restarting",
                                          "reinitializing", "updating", "waiting",  "scaling"};

    for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++) {
        if (text_equal(word, passing[i])) {
            return true;
        }
    }
    return false;
}

enum { STATUSES_MAX = 32 };

/* The words of the kinds, each once. Returns how many. */
static size_t collect_statuses(const struct resource_kind *only, const char *ret[STATUSES_MAX])
{
    size_t count = 0;

    for (size_t k = 0; resource_kinds[k] != NULL; k++) {
        const char *const *words = only == NULL || resource_kinds[k] == only ? resource_kinds[k]->statuses : NULL;
        for (; words != NULL && *words != NULL; words++) {
            size_t i = 0;
            while (i < count && strcmp(ret[i], *words) != 0) {
                i++;
            }
            assert(i < STATUSES_MAX);
            ret[i] = *words;
            count += i == count;
        }
    }
    return count;
}

bool resource_check_status(const struct resource_kind *kind, const char *word, struct err *e)
{
    const char *words[STATUSES_MAX];
    size_t count = collect_statuses(kind, words);
    const char *whose = kind != NULL ? kind->plural : "resources";
    CLEANUP(text_free) struct text all = {0};
    CLEANUP(text_free) struct text meant = {0};

    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
        text_printf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    if (count == 0) {
        return err_set(e, ERR_USAGE, "--status: %s have no status", whose);
    }
    text_append_nearest(&meant, word, words, count);
    return err_set(e, ERR_USAGE, "--status: %s have no status \"%s\"%s (%s)", whose, word, text_string(&meant),
                   text_string(&all));
}

bool resource_architecture_supported(const char *architecture)
{
    return architecture == NULL || strcmp(architecture, "amd64") == 0;
}

void resource_append_count(struct text *out, size_t count, const struct resource_kind *kind)
{
    text_printf(out, "%zu %s", count, count == 1 ? kind->singular : kind->plural);
}
