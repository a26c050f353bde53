/* Templates of every variant, and groups of them with their members. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "group.h"
#include "mem/mem.h"
#include "template.h"
#include "world.h"

static json_t *identity(const char *name, const char *value)
{
    return json_pack("{s:s}", name, value);
}

/* What the template says about metadata: nothing, a part, or all. */
static json_t *template_block(struct generator *generator, unsigned number)
{
    struct metadata metadata = generator_metadata(generator, true);

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

void generator_templates(struct generator *generator)
{
    struct region *region = generator->region;

    for (unsigned i = 0; i < generator->options->templates; i++) {
        unsigned zone = i % ZONES;
        char name[48];
        char id[ID_MAX];
        size_t groups;
        snprintf(name, sizeof(name), "tpl-%s-%03u", generator_role(i % GENERATOR_ROLES), i + 1);
        snprintf(id, sizeof(id), "%s-%s", region->zone_prefix[zone], WORLD_TEMPLATE_UUID);
        json_t *prototype = template_prototype(generator, i, zone);
        json_object_set_new(prototype, "resource_group", identity("id", world_resource_groups(&groups)[0].id));
        struct template *template =
            template_add(region, name, i == 0 ? id : NULL, random_next(&generator->random), prototype);
        template->entity.created_s = GENERATOR_BORN_S + (int64_t)i * 3600;
    }
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
    struct instance *instance = generator_instance(generator, name, group);
    instance->metadata = template_metadata(built_from);
    instance->created_disabled = !instance->metadata.enabled;
    instance->template_id = mem_copy(built_from->entity.id);
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
unsigned generator_groups(struct generator *generator)
{
    struct region *region = generator->region;
    unsigned budget = generator->options->instances / 4;
    unsigned made = 0;

    for (unsigned i = 0; i < generator->options->groups && region->templates.count > 0; i++) {
        struct template *template = pick_template(region, i * 2);
        struct group *group = mem_alloc(sizeof(*group));
        char name[32];
        if (template == NULL) {
            free(group);
            break;
        }
        snprintf(name, sizeof(name), "asg-%s-%02u", generator_role(i % GENERATOR_ROLES), i + 1);
        group->entity.key = random_next(&generator->random);
        group->entity.name = mem_copy(name);
        group->entity.created_s = GENERATOR_BORN_S + (int64_t)i * 86400;
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
