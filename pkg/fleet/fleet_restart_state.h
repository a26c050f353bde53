/*
 * fleet_restart_state: what the restart of a server does next, given how far it came and the status that was read.
 * Pure. Private to the room.
 *
 * Requests for actions are not simply sent again: after one whose answer never came the status decides. It may lag
 * behind, so a status has to be read FLEET_STATUS_READS times as it was before the request counts as never arrived.
 */
#ifndef FLEET_FLEET_RESTART_STATE_H
#define FLEET_FLEET_RESTART_STATE_H

#include "fleet/fleet_reconcile.h"

enum { FLEET_STATUS_READS = 2 };

struct fleet_restart_state {
    enum fleet_receipt stop, start;
    unsigned same_reads; /* times that the status was as before the last request, since then */
    bool left_running;   /* since the stop */
    bool left_stopped;   /* since the start */
};

enum fleet_restart_step {
    FLEET_RESTART_STOP,     /* send the stop */
    FLEET_RESTART_START,    /* send the start */
    FLEET_RESTART_WAIT,     /* and read the status again */
    FLEET_RESTART_DONE,     /* it is running again */
    FLEET_RESTART_LEAVE,    /* no request of ours stopped it */
    FLEET_RESTART_HOPELESS, /* it will not run by itself: failed, being deleted, or down again after its start */
};

/* Takes the status into account and says what to do. Statuses that are not known are passing ones. */
enum fleet_restart_step fleet_restart_next(struct fleet_restart_state *state, const char *status);

#endif
