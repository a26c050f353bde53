/* The simulator's own operations under /_sim: no version, no token, never a fault, not in the log. */
#include <signal.h>
#include <unistd.h>

#include "vpcsim/api/handlers.h"
#include "vpcsim/faults/faults.h"
#include "vpcsim/fixtures/state.h"
#include "vpcsim/http/log.h"
#include "vpcsim/sim.h"

void admin_state(struct request *request, struct reply *reply)
{
    state_append(request->sim, reply_json(reply, 200));
}

void admin_requests(struct request *request, struct reply *reply)
{
    log_append_requests(request->sim->log, reply_json(reply, 200));
}

void admin_counters(struct request *request, struct reply *reply)
{
    log_append_counters(request->sim->log, reply_json(reply, 200));
}

void admin_faults(struct request *request, struct reply *reply)
{
    struct err e = ERR_INIT;

    if (faults_set(request->sim->faults, request->document, &e)) {
        reply_empty(reply, 204);
    } else {
        reply_error(reply, 400, "bad_scenario", "%s", e.message);
    }
}

void admin_reset(struct request *request, struct reply *reply)
{
    struct err e = ERR_INIT;

    if (sim_reset(request->sim, &e)) {
        faults_reset(request->sim->faults);
        log_clear(request->sim->log);
        reply_empty(reply, 204);
    } else {
        reply_error(reply, 500, "internal_error", "%s", e.message);
    }
}

void admin_quit(struct request *request, struct reply *reply)
{
    (void)request;
    reply_empty(reply, 204);
    kill(getpid(), SIGTERM);
}
