/*
 * What a bare metal server can read of the metadata API: the one path that its documentation has a request for. Others
 * give 404, because the same documentation says that there are only tokens and certificates (vpc-api.md 5.4).
 */
#include <string.h>

#include "vpcsim/api/asker.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/metadata.h"
#include "vpcsim/api/render.h"
#include "vpcsim/api/resolve.h"
#include "vpcsim/sim.h"

void metadata_bare_metal_initialization(struct request *request, struct reply *reply)
{
    struct asker asker;

    const struct bare_metal *server = asker_open(request, &asker) ? asker.bare_metal : NULL;
    if (server == NULL || strcmp(server->entity.id, request->argument[0]) != 0) {
        reply_not_found(reply, "Bare metal server", request->argument[0]);
        return;
    }
    if (!resolve_initialization(server->initialization_unknown, reply)) {
        return;
    }
    struct text control CLEANUP(text_free) = {0};
    render_bare_metal_initialization(asker.region, server, &control);
    json_t *full = render_tree(&control);
    json_t *body = metadata_select(full, "default_trusted_profile{auto_link target{crn id}} image{crn id name} "
                                         "keys{crn fingerprint id name} user_accounts");
    json_object_set_new(body, "user_data", json_build_string(server->user_data != NULL ? server->user_data : ""));
    json_decref(full);
    metadata_send(reply, body);
}
