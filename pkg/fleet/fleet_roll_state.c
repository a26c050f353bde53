/* What to do next with an instance group whose stale members are replaced. */
#include "fleet/fleet_roll_state.h"

#include <string.h>

static bool is_stale(const struct resource *group, const struct resource *membership)
{
    return strcmp(membership->template_id, group->template_id) != 0;
}

struct fleet_roll_state fleet_roll_read(const struct resource *group, const struct resource_list *memberships)
{
    struct fleet_roll_state state = {.count = group->membership_count,
                                     .expected = group->membership_count,
                                     .status = group->status,
                                     .managed = group->managers != NULL};

    for (size_t i = 0; i < resource_list_count(memberships); i++) {
        const struct resource *membership = resource_list_at(memberships, i);
        bool unhealthy = resource_status(membership->status) != RESOURCE_STATUS_HEALTHY;
        if (resource_status(membership->status) == RESOURCE_STATUS_DELETING) {
            state.deleting++;
        } else if (is_stale(group, membership)) {
            state.stale++;
            state.stale_unhealthy += unhealthy;
        } else {
            state.fresh++;
            state.fresh_unhealthy += unhealthy;
            state.failed =
                resource_status(membership->status) == RESOURCE_STATUS_FAILED ? membership->name : state.failed;
        }
    }
    return state;
}

/* No member is missing or on its way in or out; only what is deleted next may be unhealthy. */
static bool is_complete(const struct fleet_roll_state *state)
{
    return state->deleting == 0 && (int64_t)(state->stale + state->fresh) == state->expected &&
           state->fresh_unhealthy == 0 &&
           (resource_status(state->status) == RESOURCE_STATUS_HEALTHY || state->stale_unhealthy > 0);
}

enum fleet_roll_step fleet_roll_next(const struct fleet_roll_state *state)
{
    bool lowered = state->begun && state->count < state->expected;

    if (resource_status(state->status) == RESOURCE_STATUS_DELETING || state->failed != NULL ||
        (lowered && state->managed)) {
        return FLEET_ROLL_STOP;
    }
    if (lowered) {
        return FLEET_ROLL_RESTORE;
    }
    if (!is_complete(state)) {
        return FLEET_ROLL_WAIT;
    }
    return state->stale > 0 ? FLEET_ROLL_DELETE : FLEET_ROLL_DONE;
}

void fleet_roll_describe(const struct fleet_roll_state *state, struct text *out)
{
    size_t well = state->stale - state->stale_unhealthy + state->fresh - state->fresh_unhealthy;

    if (resource_status(state->status) == RESOURCE_STATUS_DELETING) {
        text_append(out, "the group is being deleted");
    } else if (state->failed != NULL) {
        text_printf(out, "the new member %s failed", state->failed);
    } else if (state->begun && state->count < state->expected && state->managed) {
        text_printf(out,
                    "deleting members lowered membership_count from %lld to %lld, which cannot be set back while a "
                    "manager rules it",
                    (long long)state->expected, (long long)state->count);
    } else {
        text_printf(out, "it is %s with %zu of %lld members healthy", state->status, well, (long long)state->expected);
    }
}

size_t fleet_roll_choose(const struct resource *group, const struct resource_list *memberships, size_t most,
                         bool ret_chosen[])
{
    size_t count = 0;

    for (int unhealthy = 1; unhealthy >= 0; unhealthy--) {
        for (size_t i = 0; i < resource_list_count(memberships) && count < most; i++) {
            const struct resource *membership = resource_list_at(memberships, i);
            if (is_stale(group, membership) && resource_status(membership->status) != RESOURCE_STATUS_DELETING &&
                (resource_status(membership->status) != RESOURCE_STATUS_HEALTHY) == (unhealthy == 1)) {
                ret_chosen[i] = true;
                count++;
            }
        }
    }
    return count;
}
