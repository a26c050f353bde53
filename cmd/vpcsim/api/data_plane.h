/*
 * data_plane: whether the identity and metadata API says anything at all.
 */
#ifndef VPCSIM_DATA_PLANE_H
#define VPCSIM_DATA_PLANE_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

/* False when the asking instance has the service off, in the other protocol, or is not running: silence follows. */
bool data_plane_answers(const struct request *request, struct reply *reply);

#endif
