#include "pace.h"

#include <inttypes.h>

#include "routes.h"
#include "sim.h"

bool pace_refuses(const struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    const struct options *options = &sim->options;

    if (options->rate == 0 || request->route == NULL || (request->route->flags & ROUTE_API) == 0) {
        return false;
    }
    if (sim->bucket_ms == 0) {
        sim->bucket = options->burst;
    } else {
        sim->bucket += (double)(sim->now_ms - sim->bucket_ms) * options->rate / 1000.0;
    }
    if (sim->bucket > options->burst) {
        sim->bucket = options->burst;
    }
    sim->bucket_ms = sim->now_ms;
    bool refused = sim->bucket < 1;
    sim->bucket -= refused ? 0 : 1;
    if (options->rate_headers) {
        reply_header(reply, "X-RateLimit-Limit", "%u", options->rate);
        reply_header(reply, "X-RateLimit-Remaining", "%u", (unsigned)sim->bucket);
        reply_header(reply, "X-RateLimit-Reset", "%" PRId64, sim->now_s + 1);
    }
    if (refused) {
        reply->fault = "rate";
        reply_error(reply, 429, "too_many_requests", "Too many requests.");
        if (options->retry_after) {
            reply_header(reply, "Retry-After", "1");
        }
    }
    return refused;
}
