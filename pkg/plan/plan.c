#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *value, const char *const words[])
{
    for (size_t i = 0; value != NULL && words[i] != NULL; i++) {
        if (strcmp(value, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* vpc-api.md 4.1: no status is documented to refuse the patch, but in these nothing useful can come of it. */
static bool state_refuses(const struct resource *record, char *reason)
{
    static const char *const lifecycle_states[] = {"deleting", "failed", "suspended", NULL};
    static const char *const statuses[] = {"deleting", "failed", NULL};

    if (is_one_of(record->lifecycle_state, lifecycle_states)) {
        snprintf(reason, PLAN_REASON_SIZE, "lifecycle state is %s", record->lifecycle_state);
        return true;
    }
    if (is_one_of(record->status, statuses)) {
        snprintf(reason, PLAN_REASON_SIZE, "status is %s", record->status);
        return true;
    }
    return false;
}

enum plan_verdict plan_judge(const struct resource *record, const struct resource_settings *wanted, unsigned *ret_mask,
                             char ret_reason[PLAN_REASON_SIZE])
{
    unsigned mask = resource_settings_diff(&record->settings, wanted);
    bool turns_off = (mask & RESOURCE_ENABLED) != 0 && !wanted->enabled;

    *ret_mask = mask;
    ret_reason[0] = '\0';
    if (mask == 0) {
        return PLAN_UNCHANGED;
    }
    if (state_refuses(record, ret_reason)) {
        return PLAN_SKIP;
    }
    /* turning it off is right wherever it is on */
    if (!resource_architecture_supported(record->architecture) && !turns_off) {
        snprintf(ret_reason, PLAN_REASON_SIZE, "architecture %s has no metadata service (x86 only)",
                 record->architecture);
        return PLAN_SKIP;
    }
    return PLAN_CHANGE;
}

/* `step` is 0 where all records share one value of `wanted`, 1 where each has its own. */
static void make(const struct resource_list *list, const struct resource_settings wanted[], size_t step,
                 struct plan *ret)
{
    size_t count = resource_list_count(list);
    size_t values = step > 0 ? count : 1;

    *ret = (struct plan){.count = count};
    ret->items = calloc(count + 1, sizeof(*ret->items));
    if (ret->items == NULL) {
        text_out_of_memory();
    }
    struct resource_settings *own = text_arena_alloc(&ret->memory, (values + 1) * sizeof(*own));
    if (values > 0) {
        memcpy(own, wanted, values * sizeof(*own));
    }
    for (size_t i = 0; i < count; i++) {
        struct plan_item *item = &ret->items[i];
        char reason[PLAN_REASON_SIZE];
        item->resource = resource_list_at(list, i);
        item->wanted = &own[i * step];
        item->verdict = plan_judge(item->resource, item->wanted, &item->mask, reason);
        if (item->verdict == PLAN_SKIP) {
            item->reason = text_arena_copy(&ret->memory, reason, strlen(reason));
        }
        item->after = resource_settings_over(&item->resource->settings, item->wanted, item->mask);
    }
}

void plan_make(const struct resource_list *list, const struct resource_settings *wanted, struct plan *ret)
{
    make(list, wanted, 0, ret);
}

void plan_make_each(const struct resource_list *list, const struct resource_settings wanted[], struct plan *ret)
{
    make(list, wanted, 1, ret);
}

void plan_make_creations(struct resource_list *list, const struct resource_settings *wanted, const char *body,
                         const char *identity, struct plan *ret)
{
    make(list, wanted, 0, ret);
    for (size_t i = 0; i < ret->count; i++) {
        struct plan_item *item = &ret->items[i];
        item->action = PLAN_CREATE;
        item->body = body;
        item->identity = identity;
        item->verdict = PLAN_CHANGE;
    }
}

void plan_free(struct plan *plan)
{
    free(plan->items);
    text_arena_free(&plan->memory);
    *plan = (struct plan){0};
}

struct plan_counts plan_count(const struct plan *plan)
{
    struct plan_counts counts = {0};

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict != PLAN_CHANGE) {
            counts.unchanged += item->verdict == PLAN_UNCHANGED;
            counts.skip += item->verdict == PLAN_SKIP;
            continue;
        }
        bool enables = (item->mask & RESOURCE_ENABLED) != 0 && item->after.enabled;
        bool https = (item->mask & RESOURCE_PROTOCOL) != 0 && strcmp(item->after.protocol, "https") == 0;
        counts.change++;
        counts.restarts += item->action == PLAN_RESTART;
        if (item->action != PLAN_SET && item->action != PLAN_RESTART) {
            continue; /* no server changes */
        }
        counts.enable += enables;
        counts.restart += enables && item->action == PLAN_SET && item->resource->kind->restart_to_enable;
        counts.to_https += https && item->resource->settings.enabled;
        counts.while_off += !item->after.enabled && (item->mask & (RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT)) != 0;
    }
    return counts;
}
