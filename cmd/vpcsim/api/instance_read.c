/* GET of instances: lists, single ones, their initialization. */
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/instance.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/http/reply.h"

static void append_instance(const struct request *request, const struct entity *item, struct text *out)
{
    render_instance(request->region, (const struct instance *)item, out);
}

void instances_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->instances, "instances", filter_instance, append_instance);
}

void instance_send(const struct request *request, const struct instance *instance, unsigned status, struct reply *reply)
{
    char etag[UUID_SIZE + 4];

    render_instance(request->region, instance, reply_json(reply, status));
    render_etag(&instance->entity, instance->version, etag);
    reply_header(reply, "ETag", "%s", etag);
}

void instances_get(struct request *request, struct reply *reply)
{
    const struct instance *instance = resolve_argument(request, 0, &request->region->instances, "Instance", reply);

    if (instance != NULL) {
        instance_send(request, instance, 200, reply);
    }
}

void instances_initialization(struct request *request, struct reply *reply)
{
    const struct instance *instance = resolve_argument(request, 0, &request->region->instances, "Instance", reply);

    if (instance != NULL && resolve_initialization(instance->initialization_unknown, reply)) {
        render_initialization(request->region, instance, reply_json(reply, 200));
    }
}
