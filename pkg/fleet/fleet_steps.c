#include "fleet/fleet_steps.h"

#include <string.h>

static bool seen_often(struct fleet_stand *stand, enum fleet_sending sending)
{
    return sending == FLEET_DOUBTED && ++stand->seen >= FLEET_STEPS_SEEN;
}

static enum fleet_step while_running(struct fleet_stand *stand)
{
    if (stand->start != FLEET_UNSENT || stand->been_down) {
        return FLEET_STEP_DONE;
    }
    if (stand->stop == FLEET_UNSENT || seen_often(stand, stand->stop)) {
        return FLEET_STEP_STOP;
    }
    return FLEET_STEP_WAIT;
}

static enum fleet_step while_stopped(struct fleet_stand *stand)
{
    if (stand->stop == FLEET_UNSENT && stand->start == FLEET_UNSENT) {
        return FLEET_STEP_LEAVE;
    }
    stand->been_down = true;
    if (stand->been_up) {
        return FLEET_STEP_LOST;
    }
    return stand->start == FLEET_UNSENT || seen_often(stand, stand->start) ? FLEET_STEP_START : FLEET_STEP_WAIT;
}

enum fleet_step fleet_steps_next(struct fleet_stand *stand, const char *status)
{
    bool ours = stand->stop != FLEET_UNSENT || stand->start != FLEET_UNSENT;

    if (strcmp(status, "running") == 0) {
        return while_running(stand);
    }
    if (strcmp(status, "stopped") == 0) {
        return while_stopped(stand);
    }
    if (!ours) {
        return FLEET_STEP_LEAVE;
    }
    if (strcmp(status, "failed") == 0 || strcmp(status, "deleting") == 0) {
        return FLEET_STEP_LOST;
    }
    stand->been_down |= strcmp(status, "stopping") == 0 || strcmp(status, "starting") == 0;
    stand->been_up |= stand->start != FLEET_UNSENT;
    return FLEET_STEP_WAIT;
}
