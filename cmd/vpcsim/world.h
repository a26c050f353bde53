/*
 * world: the furniture of every region, the same in each run: profiles, keys, images, networks, and a few
 * volumes, snapshots and network interfaces to build from. The first of each kind bears a fixed uuid, the one that
 * the vendor's examples use, so that a body from there can be posted as it is (to region eu-de).
 */
#ifndef VPCSIM_WORLD_H
#define VPCSIM_WORLD_H

#include "store.h"

/* uuids of the first of each kind */
#define WORLD_TEMPLATE_UUID   "e6c2c7d8-ad57-4f38-a21c-a86265b6aeb2"
#define WORLD_TRUSTED_PROFILE "Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2"

/* Fills in the prefixes of an empty region and furnishes it; the number of VPCs is an option. */
void world_furnish(struct region *region);

/* One more VPC with a subnet a zone; its records are owned by the region. */
struct vpc *world_add_vpc(struct region *region, const char *name, const char *id);
/* The VPC's subnet in a zone. */
struct subnet *world_subnet(const struct region *region, const struct vpc *vpc, unsigned zone);

/* Profiles by number, and by name (NULL: unknown). */
const struct profile *world_instance_profiles(size_t *ret_count);
const struct profile *world_bare_metal_profiles(size_t *ret_count);
const struct profile *world_instance_profile(const char *name);
const struct profile *world_bare_metal_profile(const char *name);

/* The account's resource groups; the first is the default. */
const struct resource_group *world_resource_groups(size_t *ret_count);
const struct resource_group *world_resource_group(const char *id);

/* Names of the regions that exist, known ones with their real prefixes. */
bool world_region_known(const char *name);

#endif
