/*
 * fleet_steps: what the restart of a server does next, given how far it came and the status that was read. Pure.
 * Private to the room.
 *
 * Requests for actions are not simply sent again: after one whose answer never came the status decides. It may lag behind,
 * so a server has to be seen FLEET_STEPS_SEEN times as it was before the request counts as never arrived.
 */
#ifndef FLEET_FLEET_STEPS_H
#define FLEET_FLEET_STEPS_H

#include <stdbool.h>

enum { FLEET_STEPS_SEEN = 2 };

/* What is known of a request. */
enum fleet_sending {
    FLEET_UNSENT,  /* not sent, or certainly without effect */
    FLEET_DOUBTED, /* it may have arrived: no answer, or an earlier run was cut off */
    FLEET_SENT,    /* accepted */
};

struct fleet_stand {
    enum fleet_sending stop, start;
    unsigned seen;  /* times that the status was as before the last request, since then */
    bool been_down; /* was seen leaving `running` since the stop */
    bool been_up;   /* was seen leaving `stopped` since the start */
};

enum fleet_step {
    FLEET_STEP_STOP,  /* send the stop */
    FLEET_STEP_START, /* send the start */
    FLEET_STEP_WAIT,  /* and look again */
    FLEET_STEP_DONE,  /* it is running again */
    FLEET_STEP_LEAVE, /* somebody else is at it: it was not us who took it down */
    FLEET_STEP_LOST,  /* it will not come to run by itself: failed, being deleted, or down again after its start */
};

/* Takes the status into account and says what to do. Statuses that it does not know are passing ones. */
enum fleet_step fleet_steps_next(struct fleet_stand *stand, const char *status);

#endif
