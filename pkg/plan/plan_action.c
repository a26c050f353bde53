#include "plan/plan.h"

#include <string.h>

static const char *const names[PLAN_ACTIONS] = {
    [PLAN_SET] = "set",   [PLAN_CREATE] = "create", [PLAN_MOVE] = "move",
    [PLAN_ROLL] = "roll", [PLAN_DELETE] = "delete", [PLAN_RESTART] = "restart"};

const char *plan_action_name(enum plan_action action)
{
    return names[action];
}

bool plan_action_find(const char *name, enum plan_action *ret)
{
    for (int action = 0; action < PLAN_ACTIONS; action++) {
        if (strcmp(names[action], name) == 0) {
            *ret = (enum plan_action)action;
            return true;
        }
    }
    return false;
}
