/*
 * vpc_remedy: what can be done about an error of the API. Private to the room.
 */
#ifndef VPC_VPC_REMEDY_H
#define VPC_VPC_REMEDY_H

#include "vpc/vpc_url.h"

/* What was asked for when the error came. */
struct vpc_asked {
    const struct vpc *vpc;
    const struct resource_kind *kind;
    enum http_method method;
    bool single; /* one resource, or something below it; false: the collection */
    bool action; /* it is to be started or stopped */
};

/*
 * Completes the message of an error that the reply is: a 403 of the API by the IAM role that the operation takes, a 404
 * of a list by what an endpoint looks like, or by what the API does not have. It stands before the trace, which stays
 * at the end.
 */
void vpc_add_remedy(const struct vpc_asked *asked, const struct http_reply *reply, struct err *error);

#endif
