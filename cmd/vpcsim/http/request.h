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

struct parameter {
    char *name, *value;
};

/* The headers that the simulator looks at; NULL: not sent. */
struct request_headers {
    char *authorization, *content_type, *if_match, *user_agent, *request_id, *accept, *accept_encoding;
    char *metadata_flavor, *host, *forwarded_proto;
};

struct request {
    struct sim *sim;
    struct region *region;     /* that the path names, or the default one */
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

/* Frees what the request holds. */
void request_free(struct request *request);

#endif
