/*
 * resolve: from an identity in a body ({"id": ..}, {"crn": ..}, {"href": ..}, {"name": ..}) to the record it names.
 * Assumption: an identity that names nothing is 400 not_found with the field as target.
 */
#ifndef VPCSIM_RESOLVE_H
#define VPCSIM_RESOLVE_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"
#include "vpcsim/store/store.h"

/* How the CRNs and hrefs of a collection's items look. */
struct resolve_kind {
    const char *title;    /* for messages: "Image" */
    const char *crn_type; /* "image" */
    const char *path;     /* "images" */
};

extern const struct resolve_kind resolve_image, resolve_vpc, resolve_subnet, resolve_volume, resolve_snapshot,
    resolve_template;

/* The record, or NULL with the problem reported under the name `at`. */
void *resolve(const struct region *region, const struct collection *collection, const struct resolve_kind *kind,
              const json_t *identity, const char *at, struct reply *reply);

/* The same where the API allows a name or an href ending in one. */
const struct profile *resolve_profile(const struct region *region, const json_t *identity, bool bare_metal,
                                      struct reply *reply);
int resolve_zone(const struct region *region, const json_t *identity, struct reply *reply);

/* Whether the body has network attachments or network interfaces, and not both; reports otherwise. */
bool resolve_network_style(const json_t *body, struct reply *reply);

/* Where a body wants a server; what could not be resolved is NULL and reported. */
struct resolve_place {
    uint8_t zone;
    struct subnet *subnet;
    struct vpc *vpc;
    struct vni *vni; /* an existing interface that the body names, for the caller to mark as attached; NULL: none */
};

/* Zone, and the subnet of the primary network attachment or interface; reports mixed or missing networks. */
void resolve_place(const struct region *region, const json_t *body, struct resolve_place *ret_place,
                   struct reply *reply);

/* The default group for NULL. */
const struct resource_group *resolve_resource_group(const struct region *region, const json_t *identity,
                                                    struct reply *reply);

/* Bits of the keys in an array of identities; 0 for NULL. */
uint64_t resolve_keys(const struct region *region, const json_t *keys, const char *at, struct reply *reply);

/* Whether it has the form of a trusted profile's id, "Profile-<uuid>". */
bool resolve_is_profile_id(const char *id);

/* The id that {"id":..} or {"crn":..} of a trusted profile of this account gives, or NULL. */
const char *resolve_profile_id(const struct sim *sim, const json_t *target);

/* default_trusted_profile of a body into `ret_profile`, which was empty; nothing for NULL. */
void resolve_trusted_profile(const struct region *region, const json_t *body, const char *at,
                             struct trusted_profile *ret_profile, struct reply *reply);

/* metadata_service of a body over the present settings. */
void resolve_metadata(const json_t *body, struct metadata *metadata);

/* Reports enabled metadata on an architecture that does not support it. */
void resolve_metadata_support(const struct metadata *metadata, const struct profile *profile, struct reply *reply);

/* The record whose id the path has as argument `number`, or NULL and 404. */
void *resolve_argument(const struct request *request, size_t number, const struct collection *collection,
                       const char *title, struct reply *reply);

/* Reports a name that another record than `own` (NULL: a new one) has already. `name` NULL: none is wanted. */
void resolve_unique_name(const struct collection *collection, const char *name, const struct entity *own,
                         struct reply *reply);

/* Whether there is an initialization to answer with; 404: a copy without it, where "none" would be made up. */
bool resolve_initialization(bool unknown, struct reply *reply);

#endif
