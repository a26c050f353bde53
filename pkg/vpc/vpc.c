/* Single calls. */
#include "vpc/vpc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpc/vpc_identity.h"
#include "vpc/vpc_remedy.h"
#include "vpc/vpc_url.h"

struct vpc *vpc_create(struct http *http, struct answer_parser *parser, const char *region, const char *base,
                       const char *api_version)
{
    struct vpc *vpc = mem_alloc(sizeof(*vpc));

    *vpc = (struct vpc){.http = http,
                        .parser = parser,
                        .region = mem_copy(region),
                        .base = mem_copy(base),
                        .api_version = mem_copy(api_version)};
    return vpc;
}

void vpc_destroy(struct vpc *vpc)
{
    if (vpc == NULL) {
        return;
    }
    free(vpc->region);
    free(vpc->base);
    free(vpc->api_version);
    free(vpc);
}

const char *vpc_region(const struct vpc *vpc)
{
    return vpc->region;
}

void vpc_set_unconfirmed(struct vpc *vpc)
{
    vpc->unconfirmed = true;
}

bool vpc_check_region(const struct vpc *vpc, const struct resource *record, struct err *e)
{
    return !vpc->unconfirmed || text_equal(record->region, vpc->region) ||
           err_set(e, ERR_USAGE,
                   "--region %s: the endpoint %s serves %s. Give the endpoint of %s with --endpoint, or name no "
                   "endpoint, or work in %s",
                   vpc->region, vpc->base, record->region, vpc->region, record->region);
}

const char *vpc_base(const struct vpc *vpc)
{
    return vpc->base;
}

struct vpc_reading vpc_reading(const struct vpc *vpc)
{
    return vpc->reading;
}

/* A call under way: the caller's callbacks behind http's. */
struct pending {
    struct vpc *vpc;
    vpc_read_fn *read;
    vpc_done_fn *done;
    void *context;
    struct vpc_expected expected;
    const char *what; /* it reads, for people; NULL: nothing */
    struct vpc_asked asked;
    bool write;
    bool shown;
};

/* What a call reads; literals, because whoever shows it may outlive the call. */
static const char *what_is_read(const struct resource_kind *kind, const struct vpc_call *call)
{
    return text_equal(call->below, "initialization") ? "initializations"
           : text_equal(call->below, "zones")        ? "zones"
                                                     : kind->plural;
}

static bool is_blank(const struct http_reply *reply)
{
    return strspn(reply->body, " \t\r\n") >= reply->size;
}

static bool read_reply(struct http_reply *reply, void *context, struct err *e)
{
    struct pending *pending = context;
    struct answer_node root;

    pending->shown = false;
    if ((pending->read == NULL && pending->expected.kind == VPC_EXPECT_ANYTHING) ||
        (pending->write && is_blank(reply))) {
        return true;
    }
    reply->well_formed = answer_parse_padded(pending->vpc->parser, reply->body, reply->size, &root, e);
    if (!reply->well_formed) {
        return false;
    }
    if (!vpc_expected_check(&pending->expected, root, e)) {
        reply->misdirected = true;
        return false;
    }
    pending->shown = pending->read != NULL && pending->read(root, reply, pending->context, e);
    return pending->shown || pending->read == NULL;
}

static void reply_done(struct http_reply *reply, void *context)
{
    struct pending *pending = context;
    struct err error = ERR_INIT;

    if (pending->what != NULL) {
        wait_read_ended(http_work(pending->vpc->http), pending->what, false);
    }
    if (reply->error != NULL) {
        error = *reply->error;
        vpc_add_remedy(&pending->asked, reply, &error);
    }
    pending->done(
        &(struct vpc_answer){.reply = reply, .error = reply->error != NULL ? &error : NULL, .shown = pending->shown},
        pending->context);
    vpc_expected_free(&pending->expected);
    free(pending);
}

static void submit(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call,
                   struct http_request *request)
{
    CLEANUP(text_free) struct text url = {0};
    struct pending *pending = mem_alloc(sizeof(*pending));

    *pending = (struct pending){.vpc = vpc,
                                .read = call->read,
                                .done = call->done,
                                .context = call->context,
                                .expected = vpc_expect(request->method, kind, call),
                                .what = request->method == HTTP_GET ? what_is_read(kind, call) : NULL,
                                .asked = {.vpc = vpc,
                                          .kind = kind,
                                          .method = request->method,
                                          .single = call->id != NULL,
                                          .action = kind->actions != NULL && text_equal(call->below, kind->actions)},
                                .write = request->method != HTTP_GET};
    if (pending->what != NULL) {
        wait_read_begun(http_work(vpc->http), pending->what, false);
    }
    vpc_url(&url, vpc, kind->path, call->id, call->below);
    if (request->method == HTTP_GET && (kind->filters & RESOURCE_FILTER_NAME) != 0) {
        vpc_url_query(&url, "name", call->name);
    }
    request->flags = HTTP_WITH_TOKEN | (call->must_finish ? HTTP_MUST_FINISH : 0U);
    request->url = text_string(&url);
    request->if_match = call->etag;
    request->body = call->body;
    request->body_size = call->body_size;
    request->read = read_reply;
    request->done = reply_done;
    request->context = pending;
    http_submit(vpc->http, request);
}

void vpc_get(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call)
{
    submit(vpc, kind, call, &(struct http_request){.method = HTTP_GET});
}

void vpc_patch(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call)
{
    submit(vpc, kind, call,
           &(struct http_request){.method = HTTP_PATCH, .content_type = "application/merge-patch+json"});
}

void vpc_create_resource(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call)
{
    submit(vpc, kind, call, &(struct http_request){.method = HTTP_POST, .content_type = "application/json"});
}

void vpc_delete(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call)
{
    submit(vpc, kind, call, &(struct http_request){.method = HTTP_DELETE});
}

void vpc_act(struct vpc *vpc, const struct resource_kind *kind, const struct vpc_call *call)
{
    struct vpc_call action = *call;

    assert(kind->actions != NULL);
    action.below = kind->actions;
    submit(vpc, kind, &action,
           &(struct http_request){
               .method = HTTP_POST, .repeat = HTTP_REPEAT_UNPROCESSED, .content_type = "application/json"});
}
