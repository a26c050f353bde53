/* Which servers are restarted. */
#include "plan/plan.h"

#include <stdio.h>
#include <string.h>

static enum plan_verdict judge_stopped(const struct resource *record, char *reason)
{
    if (record->startable == RESOURCE_OFF) {
        snprintf(reason, PLAN_REASON_SIZE, "is stopped and cannot be started now (startable is false)");
        return PLAN_SKIP;
    }
    snprintf(reason, PLAN_REASON_SIZE, "is stopped: the metadata service will be complete at its next start");
    return PLAN_UNCHANGED;
}

enum plan_verdict plan_judge_restart(const struct resource *record, bool pending,
                                     const struct plan_restart_terms *terms, char ret_reason[PLAN_REASON_SIZE])
{
    const char *reason = "";
    enum plan_verdict verdict = PLAN_SKIP;
    enum resource_status lifecycle = resource_status(record->lifecycle_state);

    if (!record->kind->restart_to_enable || record->kind->actions == NULL) {
        verdict = PLAN_UNCHANGED;
        reason = "needs no restart";
    } else if (!terms->always && !pending) {
        verdict = PLAN_UNCHANGED;
        reason = "no restart is pending";
    } else if (!terms->always && !record->settings.enabled) {
        verdict = PLAN_UNCHANGED;
        reason = "the metadata service is off: no restart is needed";
    } else if (lifecycle == RESOURCE_STATUS_SUSPENDED || lifecycle == RESOURCE_STATUS_DELETING ||
               lifecycle == RESOURCE_STATUS_FAILED) {
        snprintf(ret_reason, PLAN_REASON_SIZE, "lifecycle state is %s", record->lifecycle_state);
        return PLAN_SKIP;
    } else if (resource_status(record->status) == RESOURCE_STATUS_STOPPED) {
        return judge_stopped(record, ret_reason);
    } else if (resource_status(record->status) != RESOURCE_STATUS_RUNNING) {
        snprintf(ret_reason, PLAN_REASON_SIZE, "status is %s: only running servers are restarted",
                 record->status != NULL ? record->status : "unknown");
        return PLAN_SKIP;
    } else if (text_equal(record->availability, "spot")) {
        reason = "is a spot server: there may be no capacity to start it again";
    } else if (record->disk_count > 0 && !terms->allow_disk_loss) {
        reason = "a stop erases its instance storage (--allow-disk-loss restarts it all the same)";
    } else {
        verdict = PLAN_CHANGE;
    }
    snprintf(ret_reason, PLAN_REASON_SIZE, "%s", reason);
    return verdict;
}

static void make_item(struct plan *plan, struct plan_item *item, bool pending, const struct plan_restart_terms *terms)
{
    char reason[PLAN_REASON_SIZE];

    item->action = PLAN_RESTART;
    item->verdict = plan_judge_restart(item->resource, pending, terms, reason);
    item->reason = reason[0] != '\0' ? text_arena_copy(&plan->memory, reason, strlen(reason)) : NULL;
}

void plan_make_restart(const struct resource_list *list, const bool pending[], const struct plan_restart_terms *terms,
                       struct plan *ret)
{
    const struct resource_settings nothing = {0};

    plan_make(list, &nothing, ret);
    for (size_t i = 0; i < ret->count; i++) {
        make_item(ret, &ret->items[i], pending[i], terms);
    }
}

void plan_add_restarts(struct plan *plan, const bool pending[], const struct plan_restart_terms *terms)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_UNCHANGED && pending[i]) {
            make_item(plan, &plan->items[i], true, terms);
        }
    }
}
