/* Remedies of errors of the API: the role that is missing, the endpoint that is wrong. */
#include "vpc/vpc_remedy.h"

#include <string.h>

/* The last part of the name of the action that IAM wants (vpc-api.md 4.5). */
static const char *action_of(const struct vpc_asked *asked)
{
    static const char *const names[] = {[HTTP_PATCH] = "update", [HTTP_POST] = "create", [HTTP_DELETE] = "delete"};

    if (asked->method == HTTP_GET) {
        return asked->single ? "read" : "list";
    }
    return asked->action ? "operate" : names[asked->method];
}

/* Viewer reads, Editor does everything else that this program does (vpc-api.md 4.5). */
static void append_role(const struct vpc_asked *asked, struct text *out)
{
    text_printf(out, "it takes the role %s on VPC Infrastructure Services",
                asked->method == HTTP_GET ? "Viewer" : "Editor");
    if (asked->kind->iam_actions != NULL) {
        text_printf(out, " (%s.%s)", asked->kind->iam_actions, action_of(asked));
    }
}

/* Every VPC API has what operators work on; what is read beside it may be missing from one. */
static void append_endpoint(const struct vpc_asked *asked, struct text *out)
{
    const char *base = asked->vpc->base;
    size_t size = strlen(base);
    const char *authority = strstr(base, "://");
    bool versioned = size >= 3 && strcmp(base + size - 3, "/v1") == 0;

    if (versioned && resource_kind_find(asked->kind->name) == NULL) {
        text_printf(out, "the API at %s does not have %s", base, asked->kind->plural);
        return;
    }
    if (versioned) {
        text_printf(out, "%s is not an endpoint of a VPC API: one looks like https://us-south.iaas.cloud.ibm.com/v1",
                    base);
        return;
    }
    authority = authority != NULL ? authority + 3 : base;
    text_printf(out, "an endpoint ends in /v1: --endpoint %.*s/v1", (int)(authority - base + strcspn(authority, "/")),
                base);
}

/* Servers that speak TLS answer http with 400 where they answer it, in words about HTTPS or in a page of their own. */
static bool speaks_tls(const struct vpc_asked *asked, const struct http_reply *reply, const struct err *error)
{
    return reply->status == 400 && strncmp(asked->vpc->base, "http://", 7) == 0 &&
           (reply->foreign || strstr(error->message, "HTTPS") != NULL);
}

static void append_other_protocol(const struct vpc_asked *asked, struct text *out)
{
    const char *authority = asked->vpc->base + strlen("http://");

    text_printf(out, "If the port speaks TLS, write https://%.*s", (int)strcspn(authority, "/"), authority);
}

void vpc_add_remedy(const struct vpc_asked *asked, const struct http_reply *reply, struct err *error)
{
    CLEANUP(text_free) struct text remedy = {0};
    const char *join = "; ";
    bool collection = !asked->single && asked->method == HTTP_GET && asked->kind->below == NULL;

    if (reply->status == 403 && !reply->foreign) {
        append_role(asked, &remedy);
    } else if (reply->status == 404 && collection) {
        append_endpoint(asked, &remedy);
    } else if (collection && speaks_tls(asked, reply, error)) {
        append_other_protocol(asked, &remedy);
        join = ". ";
    } else {
        return;
    }
    err_append(error, "%s%s", join, text_string(&remedy));
}
