#include "fleet/fleet_roll_steps.h"

#include <string.h>

static bool is(const char *status, const char *word)
{
    return status != NULL && strcmp(status, word) == 0;
}

static bool is_stale(const struct resource *group, const struct resource *membership)
{
    return strcmp(membership->template_id, group->template_id) != 0;
}

struct fleet_roll_look fleet_roll_look_at(const struct resource *group, const struct resource_list *memberships)
{
    struct fleet_roll_look look = {.count = group->membership_count,
                                   .wanted = group->membership_count,
                                   .status = group->status,
                                   .managed = group->managers != NULL};

    for (size_t i = 0; i < resource_list_count(memberships); i++) {
        const struct resource *membership = resource_list_at(memberships, i);
        bool unwell = !is(membership->status, "healthy");
        if (is(membership->status, "deleting")) {
            look.leaving++;
        } else if (is_stale(group, membership)) {
            look.stale++;
            look.stale_unwell += unwell;
        } else {
            look.fresh++;
            look.fresh_unwell += unwell;
            look.failed = is(membership->status, "failed") ? membership->name : look.failed;
        }
    }
    return look;
}

/* Nobody is missing, on the way in or out; only what is deleted next may be unwell. */
static bool is_settled(const struct fleet_roll_look *look)
{
    return look->leaving == 0 && (int64_t)(look->stale + look->fresh) == look->wanted && look->fresh_unwell == 0 &&
           (is(look->status, "healthy") || look->stale_unwell > 0);
}

enum fleet_roll_step fleet_roll_next(const struct fleet_roll_look *look)
{
    bool lowered = look->begun && look->count < look->wanted;

    if (is(look->status, "deleting") || look->failed != NULL || (lowered && look->managed)) {
        return FLEET_ROLL_STOP;
    }
    if (lowered) {
        return FLEET_ROLL_RESTORE;
    }
    if (!is_settled(look)) {
        return FLEET_ROLL_WAIT;
    }
    return look->stale > 0 ? FLEET_ROLL_DELETE : FLEET_ROLL_DONE;
}

void fleet_roll_trouble(const struct fleet_roll_look *look, struct text *out)
{
    size_t well = look->stale - look->stale_unwell + look->fresh - look->fresh_unwell;

    if (is(look->status, "deleting")) {
        text_append(out, "the group is being deleted");
    } else if (look->failed != NULL) {
        text_printf(out, "the new member %s failed", look->failed);
    } else if (look->begun && look->count < look->wanted && look->managed) {
        text_printf(out,
                    "deleting members lowered membership_count from %lld to %lld, which cannot be set back while a "
                    "manager rules it",
                    (long long)look->wanted, (long long)look->count);
    } else {
        text_printf(out, "it is %s with %zu of %lld members healthy", look->status, well, (long long)look->wanted);
    }
}

size_t fleet_roll_choose(const struct resource *group, const struct resource_list *memberships, size_t most,
                         bool ret_chosen[])
{
    size_t count = 0;

    for (int unwell = 1; unwell >= 0; unwell--) {
        for (size_t i = 0; i < resource_list_count(memberships) && count < most; i++) {
            const struct resource *membership = resource_list_at(memberships, i);
            if (is_stale(group, membership) && !is(membership->status, "deleting") &&
                !is(membership->status, "healthy") == (unwell == 1)) {
                ret_chosen[i] = true;
                count++;
            }
        }
    }
    return count;
}
