#include "fleet/fleet_settle.h"

#include "resource/resource_asked.h"

enum fleet_finding fleet_settle(const struct fleet_sought *sought, const struct fleet_found *found,
                                struct text *ret_how)
{
    if (found->identity == NULL) {
        return FLEET_ABSENT;
    }
    if (found->deleting) {
        text_append(ret_how, "it is being deleted");
        return FLEET_CONFLICT;
    }
    if (!resource_same_identity(sought->identity, found->identity, ret_how)) {
        return FLEET_CONFLICT;
    }
    return sought->may_be_ours && found->created_s >= sought->since_s ? FLEET_ADOPTED : FLEET_THERE;
}

int64_t fleet_settle_since(int64_t server_now_s, int64_t now_s, int64_t began_s)
{
    int64_t passed_s = now_s > began_s ? now_s - began_s : 0;

    return (server_now_s >= 0 ? server_now_s : now_s) - passed_s - FLEET_CLOCK_SLACK_S;
}
