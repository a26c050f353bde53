/*
 * http_error: what the body of an error answer says, whoever sent it: the API, IAM, a gateway, a firewall. One reader
 * for all of them, because any of them may answer any request. Everything here may hold any bytes and is fuzzed.
 */
#ifndef HTTP_HTTP_ERROR_H
#define HTTP_HTTP_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "text/text.h"

/* Free with http_error_free. */
struct http_error {
    struct text message;  /* in one line without a full stop, cut; "": the body says nothing */
    struct text trace;    /* the server's name for the request; "": none */
    struct text iam_code; /* IAM's errorCode; "": none */
    bool is_api;          /* {"errors":[...]} with an item: the API's own error (vpc-api.md 1.6) */
    bool is_foreign;      /* a text or a page: of what stands before the API */
    bool has_target;      /* and it names the parameter or field that it is about */
};

/*
 * Reads the shapes that are known of IBM Cloud and of what stands before it:
 *   {"errors":[{"code","message","target":{"name","type","value"}}],"trace"}   every item of at most 8
 *   {"errorCode","errorMessage","context":{"requestId"}}                       IAM
 *   {"error":TEXT|{"code","message"},"error_description"}, {"code","message"}, {"title","detail"}, {"description"},
 *   {"detail":TEXT|[{"loc","msg"}]}, {"incidentID","code"}, {"fault":{"faultstring"}}
 *   any other JSON as it is; a page of HTML: its title and text; anything else as text.
 */
void http_error_read(const char *body, size_t size, struct http_error *ret);
void http_error_free(struct http_error *error); /* for CLEANUP */

#endif
