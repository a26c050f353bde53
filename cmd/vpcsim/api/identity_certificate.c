/* The certificates of the identity API (vpc-api.md 5.2). */
#include <stdlib.h>

#include "vpcsim/api/authority.h"
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/identity.h"
#include "vpcsim/api/render.h"
#include "vpcsim/sim.h"

enum { LIFE_DEFAULT_S = 3600 };

static void send(struct sim *sim, const char *leaf, long life_s, struct reply *reply)
{
    struct text *out = reply_json(reply, 200);

    text_append(out, "{\"certificates\":[");
    reply_string(out, leaf);
    text_append_char(out, ',');
    reply_string(out, authority_certificate(sim->authority));
    text_append(out, "],");
    identity_append_stamps(out, sim->now_s, life_s);
    text_append(out, ",\"id\":\"");
    render_uuid(random_next(&sim->random), 0, out);
    text_append(out, "\"}");
}

void identity_certificate(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    const json_t *csr = json_object_get(request->document, "csr");
    char *leaf = NULL;
    long life;

    if (csr == NULL) {
        reply_problem(reply, 400, "missing_field", "field", "csr", NULL, "The csr is missing.");
    }
    if (!identity_check_members(request->document, "csr expires_in", reply) ||
        !identity_read_life(request->document, LIFE_DEFAULT_S, &life, reply)) {
        return;
    }
    sim->authority = sim->authority != NULL ? sim->authority : authority_create(sim->now_s);
    if (sim->authority == NULL) {
        reply_error(reply, 500, "service_error", "There is no certificate authority.");
        return;
    }
    const char *reason = json_is_string(csr)
                             ? authority_sign(sim->authority, json_string_value(csr), sim->now_s, life, &leaf)
                             : "The csr must be a string.";
    if (reason != NULL) {
        reply_problem(reply, 400, "invalid_value", "field", "csr", NULL, "%s", reason);
        return;
    }
    send(sim, leaf, life, reply);
    free(leaf);
}
