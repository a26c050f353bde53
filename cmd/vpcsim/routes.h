/*
 * routes: the table of operations, and the way from a request to its handler.
 */
#ifndef VPCSIM_ROUTES_H
#define VPCSIM_ROUTES_H

#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

enum route_flag {
    ROUTE_API = 1 << 0,           /* version and generation, bearer token */
    ROUTE_JSON = 1 << 1,          /* takes a body of application/json */
    ROUTE_MERGE_PATCH = 1 << 2,   /* takes a body of application/merge-patch+json */
    ROUTE_OPTIONAL_BODY = 1 << 3, /* the JSON body may be left out */
    ROUTE_FORM = 1 << 4,          /* takes a form */
    ROUTE_BEARER = 1 << 5,        /* bearer token without version */
    ROUTE_DATA_PLANE = 1 << 6,    /* served to the instance that asks: version, no generation */
    ROUTE_ADMIN = 1 << 7,         /* the simulator's own: no faults, not in the log */
};

typedef void route_handler(struct request *request, struct reply *reply);

struct route {
    const char *method;
    const char *pattern;   /* {} stands for one segment */
    const char *operation; /* its name in scenarios, counters and the log */
    unsigned flags;
    const char *query; /* names that are accepted besides version, generation and maturity; blanks between */
    route_handler *run;
};

/* The table; ends with a NULL method. */
const struct route *routes_all(void);

/*
 * Finds the route and its arguments. Unknown paths and methods leave `route` NULL and the reason (404, or 405 with
 * Allow) in the reply.
 */
void routes_match(struct request *request, struct reply *reply);

#endif
