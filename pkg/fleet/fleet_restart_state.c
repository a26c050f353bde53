/* What the restart of a server does next, by how far it came and the status that was read. */
#include "fleet/fleet_restart_state.h"

#include "resource/resource.h"

static bool never_arrived(struct fleet_restart_state *state, enum fleet_receipt receipt)
{
    return receipt == FLEET_UNCONFIRMED && ++state->same_reads >= FLEET_STATUS_READS;
}

static enum fleet_restart_step while_running(struct fleet_restart_state *state)
{
    if (state->start != FLEET_UNSENT || state->left_running) {
        return FLEET_RESTART_DONE;
    }
    return state->stop == FLEET_UNSENT || never_arrived(state, state->stop) ? FLEET_RESTART_STOP : FLEET_RESTART_WAIT;
}

static enum fleet_restart_step while_stopped(struct fleet_restart_state *state)
{
    if (state->stop == FLEET_UNSENT && state->start == FLEET_UNSENT) {
        return FLEET_RESTART_LEAVE;
    }
    state->left_running = true;
    if (state->left_stopped) {
        return FLEET_RESTART_HOPELESS;
    }
    return state->start == FLEET_UNSENT || never_arrived(state, state->start) ? FLEET_RESTART_START
                                                                              : FLEET_RESTART_WAIT;
}

enum fleet_restart_step fleet_restart_next(struct fleet_restart_state *state, const char *status)
{
    bool ours = state->stop != FLEET_UNSENT || state->start != FLEET_UNSENT;
    enum resource_status now = resource_status(status);

    if (now == RESOURCE_STATUS_RUNNING) {
        return while_running(state);
    }
    if (now == RESOURCE_STATUS_STOPPED) {
        return while_stopped(state);
    }
    if (!ours) {
        return FLEET_RESTART_LEAVE;
    }
    if (now == RESOURCE_STATUS_FAILED || now == RESOURCE_STATUS_DELETING) {
        return FLEET_RESTART_HOPELESS;
    }
    state->left_running |= now == RESOURCE_STATUS_STOPPING || now == RESOURCE_STATUS_STARTING;
    state->left_stopped |= state->start != FLEET_UNSENT;
    return FLEET_RESTART_WAIT;
}
