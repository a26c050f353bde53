/*
 * identity: what the calls of the identity API share (vpc-api.md 5.2): times, checks of bodies, claims of tokens.
 */
#ifndef VPCSIM_IDENTITY_H
#define VPCSIM_IDENTITY_H

#include "vpcsim/api/asker.h"

/* "created_at":..,"expires_at":..,"expires_in":.. */
void identity_append_stamps(struct text *out, int64_t now_s, long life_s);

/* Reports the members of a body that are not among `known` (blanks between); NULL: there is no body. */
bool identity_check_members(const json_t *body, const char *known, struct reply *reply);

/* expires_in of a body, `otherwise` where it has none; reports anything that is not a number of seconds in range. */
bool identity_read_life(const json_t *body, long otherwise, long *ret_life, struct reply *reply);

/* The claims of an identity token, without times; nonce NULL: none. For the caller to release. */
json_t *identity_claims(const struct asker *asker, const char *nonce);

#endif
