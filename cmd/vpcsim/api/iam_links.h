/*
 * iam_links: trusted profiles linked to servers (vpc-api.md 3.3, 6.4). A server that is created with auto_link has a
 * link from the start; all its links end with it.
 */
#ifndef VPCSIM_IAM_LINKS_H
#define VPCSIM_IAM_LINKS_H

#include "vpcsim/store/store.h"

void links_free(void *link);

/* Whether the profile may be assumed by the server with that CRN. */
bool links_has(const struct sim *sim, const char *profile_id, const char *crn);

/* Whether containers may assume it: it is linked to a cluster or a project of Code Engine. */
bool links_has_cluster(const struct sim *sim, const char *profile_id);

/* Links a new server when its profile says so; `type` is that of the CRN: "instance", "bare-metal-server". */
void links_add_server(struct region *region, const struct trusted_profile *profile, const char *type, unsigned zone,
                      const struct entity *server);
void links_remove_server(struct region *region, const char *type, unsigned zone, const char *id);

#endif
