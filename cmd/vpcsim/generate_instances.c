#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "instance.h"
#include "links.h"
#include "mem/mem.h"
#include "world.h"

/* Ordinary profiles stand first in the table; architecture and disks are what the mix decides on. */
static const struct profile *pick_profile(struct generator *generator)
{
    static const char *const common[] = {"bx2-2x8", "bx2-4x16", "bx2-8x32", "cx2-2x4",
                                         "cx2-4x8", "mx2-4x32", "bx2-4x16"};
    static const char *const disks[] = {"bx2d-4x16", "mx2d-8x64", "bx3d-8x32", "gx3d-160x1792"};
    static const char *const mainframe[] = {"bz2-2x8", "bz2-4x16", "mz2-2x16"};
    unsigned number = random_below(&generator->random, 1000);

    if (generator_chance(generator, 40)) {
        return world_instance_profile(mainframe[number % 3]);
    }
    if (generator_chance(generator, 60)) {
        return world_instance_profile(disks[number % (number < 900 ? 3 : 4)]);
    }
    if (generator_chance(generator, 10)) {
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
    instance->resource_group = generator_resource_group(number);
    if (generator_chance(generator, 30)) {
        instance->placement_group =
            (struct placement_group *)region->placement_groups.items[number % region->placement_groups.count];
    }
}

static void restrict_boot_volume(struct generator *generator, struct instance *instance)
{
    const struct metadata *metadata = &instance->metadata;
    const char *rule = !metadata->enabled ? "metadata_service.enabled == false"
                       : metadata->https  ? "metadata_service.enabled == true && metadata_service.protocol == 'https'"
                                          : "metadata_service.protocol == 'http'";

    if (generator_chance(generator, 20)) {
        instance->boot->allowed_use.instance = mem_copy(rule);
    } else if (instance->image != NULL) {
        instance->boot->allowed_use.instance = mem_copy(instance->image->allowed_use.instance);
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
struct instance *generator_instance(struct generator *generator, const char *name, const struct group *group)
{
    struct instance *instance = mem_alloc(sizeof(*instance));

    instance->entity.key = random_next(&generator->random);
    instance->entity.name = mem_copy(name);
    instance->entity.created_s =
        GENERATOR_BORN_S + (int64_t)random_below(&generator->random, GENERATOR_BIRTHS_MINUTES) * 60;
    instance->profile = pick_profile(generator);
    instance->image = pick_image(generator, instance->profile);
    if (generator_chance(generator, 40)) {
        instance->image = NULL;
    }
    instance->metadata = generator_metadata(generator, strcmp(instance->profile->architecture, "amd64") == 0);
    pick_status(generator, instance);
    pick_place(generator, instance);
    if (group != NULL) {
        make_plain(generator->region, group, instance);
    } else {
        generator_trusted_profile(generator, &instance->trusted_profile);
    }
    instance->spot = generator_chance(generator, 30);
    instance->delete_on_preemption = instance->spot && generator_chance(generator, 500);
    instance->interface_style = generator_chance(generator, 200);
    instance->secure_boot = generator_chance(generator, 100);
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
