#include "generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bare_metal.h"
#include "group.h"
#include "instance.h"
#include "links.h"
#include "sim.h"
#include "template.h"
#include "world.h"

enum { FLEET_BORN_S = 1777593600 /* 2026-05-01T00:00:00Z */, BIRTHS_MINUTES = 120000 };

/* Roles and how many of a hundred servers play them. */
static const struct role {
    const char *name;
    unsigned share;
} roles[] = {{"web", 30}, {"api", 20}, {"db", 10}, {"cache", 8}, {"worker", 20}, {"batch", 6}, {"gw", 4}, {"ci", 2}};

enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

struct generator {
    struct region *region;
    struct random random;
    const struct options *options;
    unsigned counters[ROLES];
};

static bool chance(struct generator *generator, unsigned permille)
{
    return random_chance(&generator->random, permille) && generator->options->mix == MIX_REAL;
}

/* The resource groups in turn. */
static const struct resource_group *resource_group_of(unsigned number)
{
    size_t count;
    const struct resource_group *groups = world_resource_groups(&count);

    return &groups[number % count];
}

static unsigned pick_role(struct generator *generator)
{
    unsigned point = random_below(&generator->random, 100);

    for (unsigned i = 0; i < ROLES; i++) {
        if (point < roles[i].share) {
            return i;
        }
        point -= roles[i].share;
    }
    return 0;
}

static struct metadata pick_metadata(struct generator *generator, bool supported)
{
    struct metadata metadata = {.hop_limit = 1};
    bool enabled = chance(generator, 430) && supported;
    bool https = chance(generator, enabled ? 600 : 60);
    unsigned hops = random_below(&generator->random, 1000);

    if (generator->options->all_disabled || generator->options->mix == MIX_PLAIN) {
        return metadata;
    }
    metadata.enabled = enabled;
    metadata.https = https;
    metadata.hop_limit = hops < 800 ? 1 : hops < 930 ? 2 : 3 + (int)(hops % 62);
    return metadata;
}

/* Ordinary profiles stand first in the table; architecture and disks are what the mix decides on. */
static const struct profile *pick_profile(struct generator *generator)
{
    static const char *const common[] = {"bx2-2x8", "bx2-4x16", "bx2-8x32", "cx2-2x4",
                                         "cx2-4x8", "mx2-4x32", "bx2-4x16"};
    static const char *const disks[] = {"bx2d-4x16", "mx2d-8x64", "bx3d-8x32", "gx3d-160x1792"};
    static const char *const mainframe[] = {"bz2-2x8", "bz2-4x16", "mz2-2x16"};
    unsigned number = random_below(&generator->random, 1000);

    if (chance(generator, 40)) {
        return world_instance_profile(mainframe[number % 3]);
    }
    if (chance(generator, 60)) {
        return world_instance_profile(disks[number % (number < 900 ? 3 : 4)]);
    }
    if (chance(generator, 10)) {
        return world_instance_profile("gx3-16x80");
    }
    return world_instance_profile(common[number % 7]);
}

static const struct image *pick_image(struct generator *generator, const struct profile *profile)
{
    static const char *const linux_images[] = {"ibm-ubuntu-24-04-3-minimal-amd64-1", "ibm-redhat-9-6-minimal-amd64-2",
                                               "app-base-2026-07", "ibm-windows-server-2022-full-standard-amd64-20"};
    const struct collection *images = &generator->region->images;
    unsigned number = random_below(&generator->random, 100);

    if (strcmp(profile->architecture, "s390x") == 0) {
        return collection_named(images, number < 50 ? "ibm-zos-3-1-s390x-4" : "ibm-ubuntu-24-04-3-minimal-s390x-1");
    }
    return collection_named(images, linux_images[number < 60 ? 0 : number < 85 ? 1 : number < 95 ? 2 : 3]);
}

static void pick_status(struct generator *generator, struct instance *instance)
{
    static const struct {
        unsigned share;
        enum status status;
        enum lifecycle lifecycle;
    } rows[] = {
        {60, STATUS_STOPPED, LIFECYCLE_STABLE},   {12, STATUS_FAILED, LIFECYCLE_FAILED},
        {8, STATUS_PENDING, LIFECYCLE_PENDING},   {6, STATUS_STARTING, LIFECYCLE_STABLE},
        {6, STATUS_STOPPING, LIFECYCLE_STABLE},   {4, STATUS_DELETING, LIFECYCLE_DELETING},
        {4, STATUS_RUNNING, LIFECYCLE_SUSPENDED},
    };
    unsigned point = random_below(&generator->random, 1000);

    instance->status = STATUS_RUNNING;
    instance->lifecycle = LIFECYCLE_STABLE;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && generator->options->mix == MIX_REAL; i++) {
        if (point < rows[i].share) {
            instance->status = (uint8_t)rows[i].status;
            instance->lifecycle = (uint8_t)rows[i].lifecycle;
            instance->not_startable = rows[i].status == STATUS_STOPPED && point % 20 == 0;
            return;
        }
        point -= rows[i].share;
    }
}

static void pick_place(struct generator *generator, struct instance *instance)
{
    struct region *region = generator->region;
    unsigned number = random_below(&generator->random, 1000);

    /* a third in the first VPC, the rest spread, as fleets do */
    size_t vpc = number < 333 ? 0 : number % region->vpcs.count;
    instance->vpc = (struct vpc *)region->vpcs.items[vpc];
    instance->zone = (uint8_t)random_below(&generator->random, ZONES);
    instance->subnet = (struct subnet *)region->subnets.items[vpc * ZONES + instance->zone];
    instance->resource_group = resource_group_of(number);
    if (chance(generator, 30)) {
        instance->placement_group =
            (struct placement_group *)region->placement_groups.items[number % region->placement_groups.count];
    }
}

static void pick_trusted_profile(struct generator *generator, struct trusted_profile *profile)
{
    char uuid[UUID_SIZE];
    char id[64];
    unsigned number = random_below(&generator->random, 6);

    if (!chance(generator, 120)) {
        return;
    }
    random_uuid(generator->options->seed + number, 77, uuid);
    snprintf(id, sizeof(id), "Profile-%s", uuid);
    profile->id = alloc_string(number == 0 ? WORLD_TRUSTED_PROFILE : id);
    profile->auto_link = chance(generator, 500);
}

static void restrict_boot_volume(struct generator *generator, struct instance *instance)
{
    const struct metadata *metadata = &instance->metadata;
    const char *rule = !metadata->enabled ? "metadata_service.enabled == false"
                       : metadata->https  ? "metadata_service.enabled == true && metadata_service.protocol == 'https'"
                                          : "metadata_service.protocol == 'http'";

    if (chance(generator, 20)) {
        instance->boot->allowed_use.instance = alloc_string(rule);
    } else if (instance->image != NULL) {
        instance->boot->allowed_use.instance = alloc_string(instance->image->allowed_use.instance);
    }
}

static void make_plain(const struct region *region, const struct group *group, struct instance *instance)
{
    instance->status = STATUS_RUNNING;
    instance->lifecycle = LIFECYCLE_STABLE;
    instance->profile = world_instance_profile("bx2-4x16");
    instance->image = (const struct image *)region->images.items[0];
    instance->subnet = group->subnets[0];
    instance->vpc = instance->subnet->vpc;
    instance->zone = (uint8_t)instance->subnet->zone;
    instance->resource_group = group->resource_group;
}

/* Members of a group live in its subnet and are plain otherwise. */
static struct instance *make_instance(struct generator *generator, const char *name, const struct group *group)
{
    struct instance *instance = alloc_zeroed(1, sizeof(*instance));

    instance->entity.key = random_next(&generator->random);
    instance->entity.name = alloc_string(name);
    instance->entity.created_s = FLEET_BORN_S + (int64_t)random_below(&generator->random, BIRTHS_MINUTES) * 60;
    instance->profile = pick_profile(generator);
    instance->image = pick_image(generator, instance->profile);
    if (chance(generator, 40)) {
        instance->image = NULL;
    }
    instance->metadata = pick_metadata(generator, strcmp(instance->profile->architecture, "amd64") == 0);
    pick_status(generator, instance);
    pick_place(generator, instance);
    if (group != NULL) {
        make_plain(generator->region, group, instance);
    } else {
        pick_trusted_profile(generator, &instance->trusted_profile);
    }
    instance->spot = chance(generator, 30);
    instance->delete_on_preemption = instance->spot && chance(generator, 500);
    instance->interface_style = chance(generator, 200);
    instance->secure_boot = chance(generator, 100);
    instance->data_volumes = (uint8_t)(random_below(&generator->random, 3));
    instance->keys = 1 + random_below(&generator->random, 3);
    if (instance->image != NULL && instance->image->allowed_use.instance != NULL && instance->profile->vcpu < 4) {
        instance->profile = world_instance_profile("bx2-4x16");
    }
    instance_add(generator->region, instance, NULL);
    restrict_boot_volume(generator, instance);
    links_add_server(generator->region, &instance->trusted_profile, "instance", instance->zone, &instance->entity);
    return instance;
}

/* Members are running, as their template says; a quarter of the groups were moved: their members are of another. */
static void make_member(struct generator *generator, struct group *group, const struct template *built_from)
{
    static const char *const first[] = {"quilt", "river", "maple", "cobalt", "ember", "harbor", "meadow", "pixel"};
    static const char *const second[] = {"amber", "birch", "coral", "drift", "echo", "flint", "grove", "haze"};
    uint64_t number = random_next(&generator->random);
    char name[64];

    snprintf(name, sizeof(name), "%.30s-%s-%s-%02u", group->entity.name, first[number & 7], second[number >> 3 & 7],
             (unsigned)group->members.count + 1);
    struct instance *instance = make_instance(generator, name, group);
    instance->metadata = template_metadata(built_from);
    instance->created_disabled = !instance->metadata.enabled;
    instance->template_id = alloc_string(built_from->entity.id);
    group_add_member(generator->region, group, instance, built_from);
}

/* Templates that groups may use, in turn; NULL when there is none. */
static struct template *pick_template(const struct region *region, unsigned number)
{
    for (size_t i = 0; i < region->templates.count; i++) {
        struct template *template = (struct template *)region->templates.items[(number + i) % region->templates.count];
        if (!template_links(template)) {
            return template;
        }
    }
    return NULL;
}

/* The members are part of the fleet's size: at most a quarter of it. Returns how many there are. */
static unsigned make_groups(struct generator *generator)
{
    struct region *region = generator->region;
    unsigned budget = generator->options->instances / 4;
    unsigned made = 0;

    for (unsigned i = 0; i < generator->options->groups && region->templates.count > 0; i++) {
        struct template *template = pick_template(region, i * 2);
        struct group *group = alloc_zeroed(1, sizeof(*group));
        char name[32];
        if (template == NULL) {
            free(group);
            break;
        }
        snprintf(name, sizeof(name), "asg-%s-%02u", roles[i % ROLES].name, i + 1);
        group->entity.key = random_next(&generator->random);
        group->entity.name = alloc_string(name);
        group->entity.created_s = FLEET_BORN_S + (int64_t)i * 86400;
        group->template = template;
        group->resource_group = template->resource_group;
        group->subnets[0] = (struct subnet *)region->subnets.items[i % region->subnets.count];
        group->subnet_count = 1;
        group->managed = i % 4 == 3;
        group->load_balancer_pool = i % 3 == 2;
        group->application_port = group->load_balancer_pool ? 8443 : 0;
        group_add(region, group, NULL);
        const struct template *built_from = i % 4 == 1 ? pick_template(region, i * 2 + 1) : template;
        for (unsigned members = 2 + i % 4; members > 0 && made < budget; members--, made++) {
            make_member(generator, group, built_from);
            group->membership_count++;
        }
    }
    return made;
}

static void make_instances(struct generator *generator, unsigned made)
{
    for (unsigned i = made; i < generator->options->instances; i++) {
        unsigned role = pick_role(generator);
        char name[32];
        snprintf(name, sizeof(name), "%s-%04u", roles[role].name, ++generator->counters[role]);
        make_instance(generator, name, NULL);
    }
}

static json_t *identity(const char *name, const char *value)
{
    return json_pack("{s:s}", name, value);
}

/* What the template says about metadata: nothing, a part, or all. */
static json_t *template_block(struct generator *generator, unsigned number)
{
    struct metadata metadata = pick_metadata(generator, true);

    switch (number % 5) {
    case 0:
        return NULL;
    case 1:
        return json_pack("{s:b}", "enabled", metadata.enabled);
    case 2:
        return json_pack("{s:i}", "response_hop_limit", metadata.hop_limit);
    default:
        return json_pack("{s:b,s:s,s:i}", "enabled", metadata.enabled, "protocol", metadata.https ? "https" : "http",
                         "response_hop_limit", metadata.hop_limit);
    }
}

static void set_boot(struct generator *generator, json_t *prototype, unsigned number)
{
    const struct region *region = generator->region;

    if (number % 7 == 5) {
        json_object_set_new(prototype, "boot_volume_attachment",
                            json_pack("{s:b,s:{s:{s:s},s:{s:s}}}", "delete_volume_on_instance_delete", 1, "volume",
                                      "profile", "name", "general-purpose", "source_snapshot", "id",
                                      region->snapshots.items[number % region->snapshots.count]->id));
    } else if (number % 7 == 6) {
        json_object_set_new(prototype, "catalog_offering",
                            json_pack("{s:{s:s}}", "version", "crn",
                                      "crn:v1:bluemix:public:globalcatalog-collection:global:a/" ACCOUNT
                                      ":1082e7d2-5e2f-0a11-a3bc-f88a8e1931fc:version:00111601-0ec5-41ac-b142-"
                                      "96d1e64e6442/ec66bec2-6a33-42d6-9323-26dd4dc8875d"));
    } else {
        json_object_set_new(prototype, "image", identity("id", region->images.items[0]->id));
    }
}

static json_t *template_prototype(struct generator *generator, unsigned number, unsigned zone)
{
    const struct region *region = generator->region;
    size_t vpc = number % region->vpcs.count;
    const char *subnet = region->subnets.items[vpc * ZONES + zone]->id;
    json_t *prototype = json_object();
    json_t *block = template_block(generator, number);
    char zone_name[48];

    snprintf(zone_name, sizeof(zone_name), "%s-%u", region->name, zone + 1);
    json_object_set_new(prototype, "keys", json_pack("[{s:s}]", "id", region->keys.items[0]->id));
    json_object_set_new(prototype, "profile", identity("name", number % 2 == 0 ? "bx2-4x16" : "cx2-2x4"));
    json_object_set_new(prototype, "vpc", identity("id", region->vpcs.items[vpc]->id));
    json_object_set_new(prototype, "zone", identity("name", zone_name));
    if (block != NULL) {
        json_object_set_new(prototype, "metadata_service", block);
    }
    set_boot(generator, prototype, number);
    if (number % 4 == 3) {
        json_object_set_new(prototype, "primary_network_interface",
                            json_pack("{s:s,s:{s:s}}", "name", "eth0", "subnet", "id", subnet));
    } else {
        json_object_set_new(prototype, "primary_network_attachment",
                            json_pack("{s:s,s:{s:{s:s},s:b}}", "name", "eth0", "virtual_network_interface", "subnet",
                                      "id", subnet, "auto_delete", 1));
    }
    /* every sixth names a profile; auto_link is told, told to be off, or left out in turn */
    if (number % 6 == 4) {
        json_t *profile = json_pack("{s:{s:s}}", "target", "id", WORLD_TRUSTED_PROFILE);
        if (number / 6 % 3 != 2) {
            json_object_set_new(profile, "auto_link", json_boolean(number / 6 % 3 == 0));
        }
        json_object_set_new(prototype, "default_trusted_profile", profile);
    }
    return prototype;
}

static void make_templates(struct generator *generator)
{
    struct region *region = generator->region;

    for (unsigned i = 0; i < generator->options->templates; i++) {
        unsigned zone = i % ZONES;
        char name[48];
        char id[ID_MAX];
        snprintf(name, sizeof(name), "tpl-%s-%03u", roles[i % ROLES].name, i + 1);
        snprintf(id, sizeof(id), "%s-%s", region->zone_prefix[zone], WORLD_TEMPLATE_UUID);
        json_t *prototype = template_prototype(generator, i, zone);
        json_object_set_new(prototype, "resource_group", identity("id", resource_group_of(0)->id));
        struct template *template =
            template_add(region, name, i == 0 ? id : NULL, random_next(&generator->random), prototype);
        template->entity.created_s = FLEET_BORN_S + (int64_t)i * 3600;
    }
}

static void make_bare_metals(struct generator *generator)
{
    struct region *region = generator->region;
    size_t profiles;

    for (unsigned i = 0; i < generator->options->bare_metals; i++) {
        struct bare_metal *server = alloc_zeroed(1, sizeof(*server));
        char name[32];
        unsigned number = random_below(&generator->random, 1000);
        snprintf(name, sizeof(name), "bm-%03u", i + 1);
        server->entity.key = random_next(&generator->random);
        server->entity.name = alloc_string(name);
        server->entity.created_s = FLEET_BORN_S + (int64_t)i * 7200;
        const struct profile *all = world_bare_metal_profiles(&profiles);
        server->profile = &all[chance(generator, 80) ? profiles - 1 : number % (profiles - 1)];
        bool s390x = strcmp(server->profile->architecture, "s390x") == 0;
        server->image = collection_named(&region->images, s390x ? "ibm-ubuntu-24-04-3-minimal-s390x-1"
                                                                : "ibm-ubuntu-24-04-3-minimal-amd64-1");
        server->metadata = pick_metadata(generator, !s390x);
        server->metadata.hop_limit = 0;
        size_t vpc = number % region->vpcs.count;
        server->zone = (uint8_t)(number % ZONES);
        server->vpc = (struct vpc *)region->vpcs.items[vpc];
        server->subnet = (struct subnet *)region->subnets.items[vpc * ZONES + server->zone];
        server->resource_group = resource_group_of(number);
        server->interface_style = chance(generator, 300);
        server->keys = 1;
        server->status = chance(generator, 100) ? STATUS_STOPPED : STATUS_RUNNING;
        server->lifecycle = LIFECYCLE_STABLE;
        pick_trusted_profile(generator, &server->trusted_profile);
        bare_metal_add(region, server, NULL);
        links_add_server(region, &server->trusted_profile, "bare-metal-server", server->zone, &server->entity);
    }
}

void generate_fleet(struct sim *sim)
{
    for (size_t i = 0; i < sim->options.region_count; i++) {
        struct region *region = store_region(sim, sim->options.regions[i]);
        struct generator generator = {
            .region = region,
            .options = &sim->options,
            .random = {random_mix(sim->options.seed, random_hash(region->name, strlen(region->name)))},
        };
        make_templates(&generator);
        make_instances(&generator, make_groups(&generator));
        make_bare_metals(&generator);
    }
}
