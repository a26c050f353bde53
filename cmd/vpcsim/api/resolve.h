/*
 * resolve: from an identity in a body ({"id": ..}, {"crn": ..}, {"href": ..}, {"name": ..}) to the record it names.
 * Assumption: an identity that names nothing is 400 not_found with the field as target.
 */
#ifndef VPCSIM_RESOLVE_H
#define VPCSIM_RESOLVE_H

#include "vpcsim/http/reply.h"
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
const struct profile *resolve_profile(const json_t *identity, bool bare_metal, struct reply *reply);
int resolve_zone(const struct region *region, const json_t *identity, struct reply *reply);

/* Whether the body has network attachments or network interfaces, and not both; reports otherwise. */
bool resolve_network_style(const json_t *body, struct reply *reply);

/*
 * The subnet of a body's primary network attachment or interface. `ret_vni` is the existing interface that it names,
 * which is marked by the caller when it is taken; NULL: it names none. Reports mixed or missing networks.
 */
struct subnet *resolve_network(const struct region *region, const json_t *body, unsigned zone, struct vni **ret_vni,
                               struct reply *reply);

/* The default group for NULL. */
const struct resource_group *resolve_resource_group(const json_t *identity, struct reply *reply);

/* Bits of the keys in an array of identities; 0 for NULL. */
uint64_t resolve_keys(const struct region *region, const json_t *keys, const char *at, struct reply *reply);

/* default_trusted_profile of a body into `ret_profile`, which was empty; nothing for NULL. */
void resolve_trusted_profile(const json_t *body, const char *at, struct trusted_profile *ret_profile,
                             struct reply *reply);

/* metadata_service of a body over what is there. */
void resolve_metadata(const json_t *body, struct metadata *metadata);

#endif
