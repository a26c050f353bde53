/*
 * http_explain: why no usable answer came, and what can be done about it. A pure function.
 */
#ifndef HTTP_HTTP_EXPLAIN_H
#define HTTP_HTTP_EXPLAIN_H

#include <stddef.h>

#include "http/http.h"
#include "http/http_url.h"

struct http_failure {
    const struct http_origin *origin;
    enum http_fault fault;
    int curl_code;
    const char *words; /* libcurl's; harmless to print */
    bool direct;       /* no proxy may be used, and the caller has the remedies of a server that is not reached */
    bool reopened;     /* the request was sent on more than one connection */
    unsigned attempts;
    size_t too_large; /* the limit that the answer was beyond, or 0 */
};

/* Sets the error: where, why, and behind a full stop the remedy, where there is one. */
void http_explain(const struct http_failure *failure, struct err *e);

#endif
