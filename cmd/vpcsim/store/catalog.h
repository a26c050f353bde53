/*
 * catalog: the constants of the simulated account: resource groups, profiles of servers, and the regions that exist.
 */
#ifndef VPCSIM_CATALOG_H
#define VPCSIM_CATALOG_H

#include "vpcsim/store/store.h"

/* Profiles in the order of pages, and by name (NULL: unknown). */
const struct profile *catalog_instance_profiles(size_t *ret_count);
const struct profile *catalog_bare_metal_profiles(size_t *ret_count);
const struct profile *catalog_instance_profile(const char *name);
const struct profile *catalog_bare_metal_profile(const char *name);

/* The account's resource groups; the first is the default. */
const struct resource_group *catalog_resource_groups(size_t *ret_count);
const struct resource_group *catalog_resource_group(const char *id);

struct catalog_region {
    const char *name, *prefix, *zone_prefix[ZONES];
};

/* A region of the vendor with its real prefixes, or NULL. */
const struct catalog_region *catalog_region(const char *name);

#endif
