/*
 * metadata_service: whether the identity and metadata API answers at all.
 */
#ifndef VPCSIM_METADATA_SERVICE_H
#define VPCSIM_METADATA_SERVICE_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

/* False when the asking instance has the service off, in the other protocol, or is not running: silence follows. */
bool metadata_service_answers(const struct request *request, struct reply *reply);

#endif
