/*
 * request: one request as it was received, with what the router found out about it.
 */
#ifndef VPCSIM_REQUEST_H
#define VPCSIM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/text.h"
#include "vpcsim/store/store.h"
#include "json/json.h"

enum {
    REQUEST_QUERY_MAX = 32,             /* parameters of one request */
    REQUEST_SEGMENTS_MAX = 12,          /* of the path */
    REQUEST_BODY_MAX = 4 * 1024 * 1024, /* bytes; larger ones are answered with 413 */
};

enum route_flag {
    ROUTE_API = 1 << 0,           /* version and generation, bearer token */
    ROUTE_JSON = 1 << 1,          /* takes a body of application/json */
    ROUTE_MERGE_PATCH = 1 << 2,   /* takes a body of application/merge-patch+json */
    ROUTE_OPTIONAL_BODY = 1 << 3, /* the JSON body may be left out */
    ROUTE_FORM = 1 << 4,          /* takes a form */
    ROUTE_BEARER = 1 << 5,        /* bearer token without version */
    ROUTE_DATA_PLANE = 1 << 6,    /* served to the server that asks: version, no generation; its JSON has any type */
    ROUTE_ADMIN = 1 << 7,         /* the simulator's own: no faults, not in the log */
    ROUTE_IDENTITY = 1 << 8,      /* takes a bearer token of the identity API */
};

/* Whose path it is, known before a route is: each plane has its own form of errors. */
enum plane {
    PLANE_API,
    PLANE_IAM,
    PLANE_DATA, /* identity and metadata API */
    PLANE_ADMIN,
};

struct request;
struct reply;

typedef void route_handler(struct request *request, struct reply *reply);

struct route {
    const char *method;
    const char *pattern;   /* {} stands for one segment */
    const char *operation; /* its name in scenarios, counters and the log */
    unsigned flags;
    const char *query; /* names that are accepted besides version, generation and maturity; blanks between */
    route_handler *run;
};

struct parameter {
    char *name, *value;
};

/* The headers that the simulator reads; NULL: not sent. */
struct request_headers {
    char *authorization, *content_type, *if_match, *user_agent, *request_id, *accept, *accept_encoding;
    char *metadata_flavor, *host, *forwarded_proto;
};

struct request {
    struct sim *sim;
    struct region *region; /* that the path names, or the default one */
    enum plane plane;
    const struct route *route; /* NULL while not found */
    char *method, *path;       /* as sent, without the query */
    struct request_headers headers;
    struct parameter query[REQUEST_QUERY_MAX];
    size_t query_count;
    bool query_overflow;
    struct text body;
    bool body_too_large;
    json_t *document; /* the body, when the route takes JSON */
    char *segment_text;
    const char *segments[REQUEST_SEGMENTS_MAX];
    size_t segment_count;
    const char *argument[3]; /* what stands for {} in the route's pattern */
    int version;             /* 20260401; 0 when the operation takes none */
    bool tls;
    unsigned long connection; /* number of the connection, from 1 */
    uint64_t number;          /* of the request, from 1 */
};

/* The value of a query parameter, or NULL. */
const char *request_query(const struct request *request, const char *name);

/*
 * Finds the route in a table that ends with a NULL method, and its arguments. Unknown paths and methods leave `route`
 * NULL and the reason (404, or 405 with Allow) in the reply.
 */
void request_match(struct request *request, const struct route *routes, struct reply *reply);

/* Frees what the request holds. */
void request_free(struct request *request);

#endif
