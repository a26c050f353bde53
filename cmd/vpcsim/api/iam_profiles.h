/*
 * iam_profiles: the trusted profiles of the account (facts-next.md 2.1). One exists from when a server, a
 * template or a link names it (assumption), or when POST /v1/profiles creates it.
 */
#ifndef VPCSIM_IAM_PROFILES_H
#define VPCSIM_IAM_PROFILES_H

#include "vpcsim/store/store.h"

struct iam_profile {
    struct entity entity;
    char *description; /* NULL: none */
};

void profiles_free(void *profile);

/* It is named somewhere; NULL: nothing is. */
void profiles_learn(struct sim *sim, const char *id);

/* NULL: there is none. */
const struct iam_profile *profiles_find(const struct sim *sim, const char *id);

/* Claims of an access token for who has assumed it. `authn` {sub, iam_id, name} is taken over. */
json_t *profiles_claims(const struct sim *sim, const struct iam_profile *profile, const char *grant_type,
                        json_t *authn);

/* That `authn` of a server; name NULL: not known. */
json_t *profiles_server(const char *crn, const char *name);

#endif
