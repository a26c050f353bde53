/*
 * account: the resource groups of the account and the hardware profiles of its regions: those that a copy brought, and
 * the constants of the catalog beside them.
 */
#ifndef VPCSIM_ACCOUNT_H
#define VPCSIM_ACCOUNT_H

#include "vpcsim/store/store.h"

/* A profile that is no constant; its entity's id is its name, too. */
struct region_profile {
    struct entity entity;
    struct profile profile;
};

/* A resource group that is no constant. */
struct account_group {
    struct entity entity;
    struct resource_group group;
};

/* The collection of the region's own profiles of a kind. */
struct collection *account_profiles(struct region *region, bool bare_metal);

/* By name: of the region, else of the catalog; NULL: there is none. */
const struct profile *account_profile(const struct region *region, const char *name, bool bare_metal);

/*
 * The same, and with --lenient-profiles any well-formed name: where the region has no such profile, `space` with the
 * members that the name gives it, which borrows from `name`.
 */
const struct profile *account_read_profile(const struct region *region, const char *name, bool bare_metal,
                                           struct profile *space);

/* The same for what is made of a profile: one that is not there yet is added to the region. */
const struct profile *account_named_profile(const struct region *region, const char *name, bool bare_metal);

/*
 * Adds a profile to the region; strings of `profile` are copied. The name may not be in the region's own collection
 * yet; a constant of that name is hidden by it.
 */
struct region_profile *account_add_profile(struct region *region, const struct profile *profile, bool bare_metal);

/* By id; NULL: there is none. */
const struct resource_group *account_resource_group(const struct sim *sim, const char *id);
const struct resource_group *account_default_resource_group(const struct sim *sim);
/* Adds a group whose id is not there yet. */
const struct resource_group *account_add_resource_group(struct sim *sim, const char *id, const char *name);

/* One copy of the string for as long as the store is not emptied. NULL gives NULL. */
const char *account_intern(struct sim *sim, const char *string);

/* Frees resource groups and strings. */
void account_empty(struct sim *sim);

#endif
