#include <string.h>

#include "vpcsim/api/body.h"
#include "vpcsim/api/filter.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/shapes.h"
#include "vpcsim/sim.h"

static void append_instance(const struct request *request, const struct entity *item, struct text *out)
{
    render_instance(request->region, (const struct instance *)item, out);
}

void instances_list(struct request *request, struct reply *reply)
{
    struct filter filter;
    struct page page = {
        .items = &request->region->instances,
        .key = "instances",
        .path = "instances",
        .filter = &filter,
        .append = append_instance,
    };

    page.wanted = filter_read(request, &filter) ? filter_instance : NULL;
    page_reply(request, reply, &page);
}

static void send_instance(const struct request *request, const struct instance *instance, unsigned status,
                          struct reply *reply)
{
    char etag[UUID_SIZE + 4];

    render_instance(request->region, instance, reply_json(reply, status));
    render_etag(&instance->entity, instance->version, etag);
    reply_header(reply, "ETag", "%s", etag);
}

struct instance *instances_named(const struct request *request, struct reply *reply)
{
    struct instance *instance = collection_find(&request->region->instances, request->argument[0]);

    if (instance == NULL) {
        reply_not_found(reply, "Instance", request->argument[0]);
    }
    return instance;
}

bool instances_match(const struct request *request, const struct instance *instance, struct reply *reply)
{
    char etag[UUID_SIZE + 4];

    if (request->headers.if_match == NULL || strcmp(request->headers.if_match, "*") == 0) {
        return true;
    }
    render_etag(&instance->entity, instance->version, etag);
    if (strcmp(request->headers.if_match, etag) == 0) {
        return true;
    }
    reply_problem(reply, 412, "precondition_failed", "header", "If-Match", request->headers.if_match,
                  "The If-Match value does not match the current ETag.");
    return false;
}

void instances_get(struct request *request, struct reply *reply)
{
    const struct instance *instance = instances_named(request, reply);

    if (instance != NULL) {
        send_instance(request, instance, 200, reply);
    }
}

void instances_create(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    const json_t *source = json_object_get(request->document, "source_template");
    const struct template *template = NULL;

    shape_check(request->document, shapes_instance_create, "", reply);
    if (reply_failed(reply)) {
        return;
    }
    json_t *body =
        source != NULL ? instance_merge(region, request->document, &template, reply) : json_incref(request->document);
    const char *template_id = template != NULL ? template->entity.id : NULL;
    struct instance *instance = body != NULL ? instance_build(region, body, template_id, reply) : NULL;
    if (instance != NULL) {
        send_instance(request, instance, 201, reply);
    }
    json_decref(body);
}

void instances_delete(struct request *request, struct reply *reply)
{
    struct instance *instance = instances_named(request, reply);

    if (instance == NULL || !instances_match(request, instance, reply)) {
        return;
    }
    if (instance->status != STATUS_DELETING) {
        instance_set_status(request->region, instance, STATUS_DELETING);
    }
    reply_empty(reply, 204);
}

void instances_initialization(struct request *request, struct reply *reply)
{
    const struct instance *instance = instances_named(request, reply);

    if (instance == NULL) {
        return;
    }
    struct text *out = reply_json(reply, 200);
    render_initialization(request->region, instance, out);
    if (instance->image != NULL && instance->image->windows) {
        const struct key *key = (const struct key *)request->region->keys.items[0];
        text_printf(
            out,
            ",\"password\":{\"encrypted_password\":\"qQ+/YEApnl1ZtEgIrfprzb065307thTkzlnLqL5ICpesdbBN03dyCQ==\","
            "\"encryption_key\":{\"fingerprint\":\"%s\"}}",
            key->fingerprint);
    }
    text_append_char(out, '}');
}

void instances_patch(struct request *request, struct reply *reply)
{
    struct instance *instance = instances_named(request, reply);

    if (instance == NULL) {
        return;
    }
    instance_patch(request, instance, reply);
    if (!reply_failed(reply)) {
        send_instance(request, instance, 200, reply);
    }
}
