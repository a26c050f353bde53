/*
 * pace: the rate limit of --rate and --burst, a token bucket over all operations of the API.
 */
#ifndef VPCSIM_PACE_H
#define VPCSIM_PACE_H

#include "reply.h"
#include "request.h"

/* Takes a token; without one the reply is a 429 (with Retry-After and X-RateLimit headers if so told). */
bool pace_refuses(const struct request *request, struct reply *reply);

#endif
