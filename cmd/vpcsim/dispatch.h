/*
 * dispatch: from a received request to a finished reply: faults, pace, route, the checks that all operations share,
 * the handler, the log line. Called with the store locked.
 */
#ifndef VPCSIM_DISPATCH_H
#define VPCSIM_DISPATCH_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

void dispatch(struct request *request, struct reply *reply);

#endif
