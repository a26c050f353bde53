/* The certificates of the identity API (vpc-api.md 5.2). */
#include <string.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/api/identity.h"
#include "vpcsim/api/render.h"
#include "vpcsim/sim.h"

enum { LIFE_DEFAULT_S = 3600 };

void identity_certificate(struct request *request, struct reply *reply)
{
    static const char begin[] = "-----BEGIN CERTIFICATE REQUEST-----";
    const char *csr = json_string_value(json_object_get(request->document, "csr"));
    long life;

    if (!identity_check_members(request->document, "csr expires_in", reply) ||
        !identity_read_life(request->document, LIFE_DEFAULT_S, &life, reply)) {
        return;
    }
    if (csr == NULL || strncmp(csr, begin, sizeof(begin) - 1) != 0) {
        reply_problem(reply, 400, csr == NULL ? "missing_field" : "invalid_value", "field", "csr", NULL,
                      "The csr must be a certificate request in PEM.");
        return;
    }
    struct text *out = reply_json(reply, 200);
    text_append(out, "{\"certificates\":["
                     "\"-----BEGIN CERTIFICATE-----\\nU0lNVUxBVEVEIExFQUY=\\n-----END CERTIFICATE-----\\n\","
                     "\"-----BEGIN CERTIFICATE-----\\nU0lNVUxBVEVEIENB\\n-----END CERTIFICATE-----\\n\"],");
    identity_append_stamps(out, request->sim->now_s, life);
    text_append(out, ",\"id\":\"");
    render_uuid(random_next(&request->sim->random), 0, out);
    text_append(out, "\"}");
}
