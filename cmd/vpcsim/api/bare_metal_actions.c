/* Start, stop, restart and reinitialization of bare metal servers (vpc-api.md 2.14). */
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/bare_metal.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/links.h"
#include "vpcsim/api/shapes.h"
#include "vpcsim/sim.h"

/* Whether the server is at rest in `wanted`; 409 otherwise. */
static bool is_in(const struct bare_metal *server, enum status wanted, struct reply *reply)
{
    if (server->status == wanted && server->due_ms == 0 && server->lifecycle != LIFECYCLE_SUSPENDED) {
        return true;
    }
    reply_error(reply, 409, "conflict", "The server must be %s for this, it is %s.", store_status_name(wanted),
                store_status_name(server->status));
    return false;
}

void bare_metal_start(struct request *request, struct reply *reply)
{
    struct bare_metal *server = bare_metal_named(request, reply);

    if (server != NULL && is_in(server, STATUS_STOPPED, reply)) {
        bare_metal_set_status(request->region, server, STATUS_STARTING, STATUS_RUNNING);
        reply_empty(reply, 204);
    }
}

/* There is no status stopping: the server is running until it is stopped (assumption: soft stops do finish). */
void bare_metal_stop(struct request *request, struct reply *reply)
{
    struct bare_metal *server = bare_metal_named(request, reply);

    if (server == NULL) {
        return;
    }
    shape_check(request->document, shapes_bare_metal_stop, "", reply);
    if (!reply_failed(reply) && is_in(server, STATUS_RUNNING, reply)) {
        bare_metal_set_status(request->region, server, STATUS_RUNNING, STATUS_STOPPED);
        reply_empty(reply, 204);
    }
}

void bare_metal_restart(struct request *request, struct reply *reply)
{
    struct bare_metal *server = bare_metal_named(request, reply);

    if (server != NULL && is_in(server, STATUS_RUNNING, reply)) {
        bare_metal_set_status(request->region, server, STATUS_RESTARTING, STATUS_RUNNING);
        reply_empty(reply, 204);
    }
}

void bare_metal_replace_initialization(struct request *request, struct reply *reply)
{
    struct region *region = request->region;
    struct bare_metal *server = bare_metal_named(request, reply);

    if (server == NULL) {
        return;
    }
    shape_check(request->document, shapes_bare_metal_initialization, "", reply);
    if (reply_failed(reply) || (server->status != STATUS_FAILED && !is_in(server, STATUS_STOPPED, reply))) {
        return;
    }
    struct bare_metal next = *server;
    next.user_data = NULL;
    next.trusted_profile = (struct trusted_profile){0};
    bare_metal_read_initialization(region, request->document, "", &next, reply);
    if (!reply_failed(reply)) {
        allowed_use_bare_metal(next.image->allowed_use.bare_metal_server, &next, "image.allowed_use.bare_metal_server",
                               reply);
    }
    if (reply_failed(reply)) {
        bare_metal_drop_initialization(&next);
        return;
    }
    bare_metal_drop_initialization(server);
    *server = next;
    links_add_server(region, &server->trusted_profile, "bare-metal-server", server->zone, &server->entity);
    bare_metal_set_status(region, server, STATUS_REINITIALIZING, STATUS_STARTING);
    bare_metal_initialization(request, reply);
}
