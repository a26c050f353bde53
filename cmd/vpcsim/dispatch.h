/*
 * dispatch: from a received request to a finished reply: route, faults, rate limit, the checks that all operations
 * share, the handler, the log line.
 */
#ifndef VPCSIM_DISPATCH_H
#define VPCSIM_DISPATCH_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

/* The table of operations (routes.c); ends with a NULL method. */
extern const struct route routes[];

void dispatch(struct request *request, struct reply *reply);

#endif
