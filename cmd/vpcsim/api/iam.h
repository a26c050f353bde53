/*
 * iam: the tokens that the simulated IAM and the identity API issue. They look like JWTs; the signature is an HMAC of
 * this process, so that a token can be checked without a list of those that were issued.
 */
#ifndef VPCSIM_IAM_H
#define VPCSIM_IAM_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

enum auth_audience {
    AUTH_IAM,      /* IAM access tokens: the control plane */
    AUTH_IDENTITY, /* identity tokens of the data plane */
};

/* Appends a token with the claims, which it takes over, and iat and exp besides. */
void auth_issue(struct sim *sim, enum auth_audience audience, json_t *claims, int64_t life_s, struct text *token);

/* The claims of a token that is valid now, for the caller to release; NULL with the reason in words. */
json_t *auth_read(const struct sim *sim, const char *token, enum auth_audience audience, const char **ret_reason);

/* Checks the request's bearer token; otherwise leaves a 401 in the reply. */
bool auth_check(const struct request *request, enum auth_audience audience, struct reply *reply);

#endif
