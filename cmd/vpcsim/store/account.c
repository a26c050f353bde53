/* Resource groups and hardware profiles: what a copy brought, and the constants beside it. */
#include "vpcsim/store/account.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mem/mem.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/catalog.h"
#include "vpcsim/store/profile_name.h"

struct collection *account_profiles(struct region *region, bool bare_metal)
{
    return bare_metal ? &region->bare_metal_profiles : &region->instance_profiles;
}

const struct profile *account_profile(const struct region *region, const char *name, bool bare_metal)
{
    const struct region_profile *own =
        collection_find(bare_metal ? &region->bare_metal_profiles : &region->instance_profiles, name);

    if (own != NULL) {
        return &own->profile;
    }
    if (region->own_profiles[bare_metal]) {
        return NULL;
    }
    return bare_metal ? catalog_bare_metal_profile(name) : catalog_instance_profile(name);
}

const char *account_intern(struct sim *sim, const char *string)
{
    char *own = string != NULL ? mem_map_get(&sim->strings, string) : NULL;

    if (own == NULL && string != NULL) {
        own = mem_copy(string);
        mem_map_put(&sim->strings, string, own);
    }
    return own;
}

struct region_profile *account_add_profile(struct region *region, const struct profile *profile, bool bare_metal)
{
    struct region_profile *own = mem_alloc(sizeof(*own));
    struct sim *sim = region->sim;

    own->entity.id = mem_copy(profile->name);
    own->entity.name = mem_copy(profile->name);
    own->profile = *profile;
    own->profile.name = own->entity.name;
    own->profile.family = account_intern(sim, profile->family);
    own->profile.architecture = account_intern(sim, profile->architecture);
    own->profile.manufacturer = account_intern(sim, profile->manufacturer);
    own->profile.gpu_model = account_intern(sim, profile->gpu_model);
    if (profile->gpu_model != NULL) {
        own->profile.gpu_manufacturer =
            account_intern(sim, profile->gpu_manufacturer != NULL ? profile->gpu_manufacturer : "nvidia");
        own->profile.gpus = profile->gpus > 0 ? profile->gpus : 1;
    }
    collection_add(region, account_profiles(region, bare_metal), &own->entity);
    return own;
}

const struct profile *account_read_profile(const struct region *region, const char *name, bool bare_metal,
                                           struct profile *space)
{
    const struct profile *profile = account_profile(region, name, bare_metal);
    bool read = profile == NULL && region->sim->options.lenient_profiles && profile_name_read(name, bare_metal, space);

    return read ? space : profile;
}

const struct profile *account_named_profile(const struct region *region, const char *name, bool bare_metal)
{
    struct profile space;
    const struct profile *profile = account_read_profile(region, name, bare_metal, &space);

    return profile != &space
               ? profile
               : &account_add_profile(store_find_region(region->sim, region->name), &space, bare_metal)->profile;
}

const struct resource_group *account_resource_group(const struct sim *sim, const char *id)
{
    const struct account_group *own = collection_find(&sim->resource_groups, id);

    return own != NULL ? &own->group : catalog_resource_group(id);
}

const struct resource_group *account_default_resource_group(const struct sim *sim)
{
    size_t count;

    for (size_t i = 0; i < sim->resource_groups.count; i++) {
        const struct account_group *own = (const struct account_group *)sim->resource_groups.items[i];
        if (strcasecmp(own->group.name, "default") == 0) {
            return &own->group;
        }
    }
    return sim->resource_groups.count > 0 ? &((const struct account_group *)sim->resource_groups.items[0])->group
                                          : catalog_resource_groups(&count);
}

const struct resource_group *account_add_resource_group(struct sim *sim, const char *id, const char *name)
{
    struct account_group *own = mem_alloc(sizeof(*own));

    own->entity.id = mem_copy(id);
    own->entity.name = mem_copy(name);
    own->group = (struct resource_group){.id = own->entity.id, .name = own->entity.name};
    collection_add(&sim->regions[0], &sim->resource_groups, &own->entity);
    return &own->group;
}

void account_empty(struct sim *sim)
{
    collection_free(&sim->resource_groups, store_free_entity);
    for (const struct mem_map_entry *entry = mem_map_first(&sim->strings); entry != NULL; entry = mem_map_next(entry)) {
        free(entry->value);
    }
    mem_map_free(&sim->strings);
}
