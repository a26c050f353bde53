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
 * False when there is no such server, it is not running, or it has the service off or in the other protocol: nothing
 * answers, the connection is held and closed in the end (4.1). False and 500 when the instance was created with the
 * service off and not stopped and started since it is on.
 */
bool asker_answers(const struct request *request, struct reply *reply);

/* The old paths exist until their version ends, and not on bare metal (5.2); false: a reply says so. */
bool asker_has_path(const struct request *request, struct reply *reply);

/* The server of a request that asker_answers() lets through; false: there is none. */
bool asker_open(const struct request *request, struct asker *ret_asker);

/* How many hops an answer survives; 0: no limit of its own, as where the service is off, and on bare metal. */
int asker_hop_limit(struct sim *sim);

/* One line for people: which server asks. */
void asker_describe(struct sim *sim, struct text *out);

/* What the control plane says about it, for the caller to release. */
json_t *asker_record(const struct asker *asker);

#endif
