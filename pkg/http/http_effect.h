/*
 * http_effect: whether a write may have been carried out, by how its attempt ended. Pure.
 *
 * The rule: it may have, as soon as bytes of it left this machine, whatever came back. Only a statement of the API
 * itself, whole and unambiguous, says that nothing was done:
 *   401, 407 and 429        in any shape: they come before a request is looked at;
 *   another 4xx but 408     with the API's own error container (vpc-api.md 1.6), 501 and 505 likewise;
 *   503                     with that container, for what must not be done twice (a create, an action): such a request
 *                           is sent again because of it. What may be repeated is looked up instead.
 * Assumptions: a 4xx that is not the API's (a page of a gateway, nothing at all) may hide a request that went through,
 * and so may a redirect that is not followed. One that is followed (307, 308) says that its server did not act.
 */
#ifndef HTTP_HTTP_EFFECT_H
#define HTTP_HTTP_EFFECT_H

#include "http/http.h"

/* What came as the body of an answer. */
enum http_body {
    HTTP_BODY_NONE,      /* nothing came, or not all of it */
    HTTP_BODY_FOREIGN,   /* whole, of no shape of the API's */
    HTTP_BODY_API_ERROR, /* whole, the API's error container */
    HTTP_BODY_TAKEN,     /* whole, of a 2xx, and its reader could use it */
};

/* How an attempt ended. */
struct http_evidence {
    int curl_code;
    bool sent;  /* bytes of the request left this machine */
    int status; /* 0: none came */
    enum http_body body;
    bool write;              /* its method may change something */
    enum http_repeat repeat; /* not HTTP_REPEAT_BY_METHOD: see http_retry_class */
};

/* Whether the server may have carried out the request; false where the answer says what became of it. */
bool http_maybe_processed(const struct http_evidence *evidence);

#endif
