/*
 * http_url: where a URL leads, by libcurl's own parser, so that what is checked is what is connected to.
 */
#ifndef HTTP_HTTP_URL_H
#define HTTP_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "err/err.h"

enum { HTTP_HOST_MAX = 256 };

struct http_origin {
    bool https;
    bool loopback; /* 127.0.0.0/8, ::1 or localhost: what is sent stays on this machine */
    bool metadata; /* where the metadata service of this server is: 169.254.169.254 or api.metadata.cloud.ibm.com */
    unsigned port;
    char host[HTTP_HOST_MAX]; /* IPv6 addresses in brackets */
};

/* ERR_USAGE when the URL is malformed, neither http nor https, or holds a user name. */
bool http_url_origin(const char *url, struct http_origin *ret, struct err *e) __attribute__((warn_unused_result));

bool http_url_same_origin(const struct http_origin *a, const struct http_origin *b);

/* Bytes of the URL up to the end of host and port: equal prefixes have equal origins. */
size_t http_url_prefix(const char *url);

#endif
