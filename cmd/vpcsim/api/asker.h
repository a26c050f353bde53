/*
 * asker: the server that the identity and metadata API is served to (vpc-api.md 5): the one of --metadata-instance, or
 * the first instance. The real service knows it by the network it is asked from.
 */
#ifndef VPCSIM_ASKER_H
#define VPCSIM_ASKER_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

/* Exactly one of the two records is set. */
struct asker {
    struct region *region;
    const struct instance *instance;
    const struct bare_metal *bare_metal;
};

/*
 * False when nothing answers: there is no such server, it is not running, or it has the service off or in the other
 * protocol. The connection is held and closed in the end (4.1).
 */
bool asker_answers(const struct request *request, struct reply *reply);

/* The server, with version and path set checked; false: a reply says why not. */
bool asker_open(const struct request *request, struct asker *ret_asker, struct reply *reply);

#endif
