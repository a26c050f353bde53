/* The plan that takes back what a run did. */
#include "plan/plan_rollback.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

struct rollback {
    struct resource_list *list;
    const struct plan_applied *applied; /* all items of the run */
    size_t count;
    size_t *pending; /* of each item of the run: the number of the item that its rollback depends on; 0: none */
    struct plan *plan;
};

/*
 * Fills the verdict and what the action needs into `item`, whose resource is a copy. False: nothing to say about it.
 */
typedef bool take_back_fn(const struct rollback *rollback, const struct plan_applied *applied,
                          struct resource *resource, struct plan_item *item);

static bool skip(struct plan_item *item, const char *reason)
{
    item->verdict = PLAN_SKIP;
    item->reason = reason;
    return true;
}

static bool take_back_set(const struct rollback *rollback, const struct plan_applied *applied,
                          struct resource *resource, struct plan_item *item)
{
    const struct resource_settings *asked = applied->item->wanted;
    struct resource_settings *wanted = text_arena_alloc(&rollback->plan->memory, sizeof(*wanted));
    char reason[PLAN_REASON_SIZE];

    *wanted = *applied->before;
    wanted->given &= asked->given;
    if (applied->effect == PLAN_EFFECT_APPLIED && applied->after->given != 0) {
        wanted->given &= ~resource_settings_diff(applied->after, asked); /* what another writer set is not the run's */
    }
    resource->settings = applied->effect == PLAN_EFFECT_APPLIED
                             ? *applied->after
                             : resource_settings_over(applied->before, asked, asked->given);
    item->action = PLAN_SET;
    item->wanted = wanted;
    (void)plan_judge(resource, wanted, &item->mask, reason);
    item->after = resource_settings_over(&resource->settings, wanted, item->mask);
    return wanted->given != 0 || skip(item, "its earlier settings are unknown");
}

static bool take_back_create(const struct rollback *rollback, const struct plan_applied *applied,
                             struct resource *resource, struct plan_item *item)
{
    (void)rollback;
    item->action = PLAN_DELETE;
    if (resource->id == NULL) {
        return skip(item, "it may have been created: look for it by name");
    }
    resource->settings = applied->after->given != 0 ? *applied->after : resource->settings;
    return resource->kind->disposable || skip(item, "it was created by the run, and nothing is deleted");
}

/* Whether the run has deleted the template that the item's group used: then it gets a new id. */
static bool is_made_again(const struct rollback *rollback, const struct plan_item *item, const char *template_id)
{
    const struct plan_item *creation = plan_creation_before(rollback->plan, item);

    for (size_t i = 0; creation != NULL && i < rollback->count; i++) {
        const struct plan_item *past = rollback->applied[i].item;
        if (past->action == PLAN_DELETE && text_equal(past->resource->id, template_id)) {
            return strcmp(past->resource->name, creation->resource->name) == 0;
        }
    }
    return false;
}

static bool take_back_move(const struct rollback *rollback, const struct plan_applied *applied,
                           struct resource *resource, struct plan_item *item)
{
    struct plan_template former = applied->item->move.from;

    (void)resource;
    item->action = PLAN_MOVE;
    if (applied->after_state.type == PLAN_STATE_TEMPLATE) {
        item->move.from = applied->after_state.template;
    }
    if (former.id == NULL) {
        return skip(item, "the template it used before is unknown");
    }
    item->move.to = former;
    if (is_made_again(rollback, item, former.id)) {
        item->move.to.id = NULL;
    }
    return true;
}

static bool take_back_roll(const struct rollback *rollback, const struct plan_applied *applied,
                           struct resource *resource, struct plan_item *item)
{
    (void)rollback, (void)applied, (void)resource;
    item->action = PLAN_ROLL;
    return skip(item, "members that were made meanwhile stay: they are stale once the group has its former template");
}

static bool take_back_delete(const struct rollback *rollback, const struct plan_applied *applied,
                             struct resource *resource, struct plan_item *item)
{
    item->action = PLAN_CREATE;
    item->create.body = plan_own(rollback->plan, json_incref(applied->item->delete.body));
    item->create.record = resource;
    item->after = resource->settings;
    resource->settings = (struct resource_settings){0};
    resource->id = resource->crn = NULL;
    return item->create.body != NULL || skip(item, "the body it was created from is unknown");
}

static bool take_back_restart(const struct rollback *rollback, const struct plan_applied *applied,
                              struct resource *resource, struct plan_item *item)
{
    (void)rollback, (void)applied, (void)resource;
    item->action = PLAN_RESTART;
    return skip(item, "there is nothing to undo of a restart");
}

static take_back_fn *const rows[PLAN_ACTIONS] = {
    [PLAN_SET] = take_back_set,   [PLAN_CREATE] = take_back_create, [PLAN_MOVE] = take_back_move,
    [PLAN_ROLL] = take_back_roll, [PLAN_DELETE] = take_back_delete, [PLAN_RESTART] = take_back_restart};

/* Adds the item that takes one back, if there is any; returns the number of what the items before it wait for. */
static size_t add(struct rollback *rollback, size_t index)
{
    static const struct resource_settings none;
    const struct plan_applied *applied = &rollback->applied[index];
    struct plan *plan = rollback->plan;
    struct plan_item *item = &plan->items[plan->count];
    size_t before = rollback->pending[index];

    bool starts = applied->may_be_down && applied->item->action == PLAN_RESTART; /* which is all */
    if (starts || applied->effect == PLAN_EFFECT_NONE || rows[applied->item->action] == NULL) {
        return before;
    }
    struct resource *resource =
        resource_list_append(rollback->list, applied->item->resource->kind, applied->item->resource->region);
    *resource = *applied->item->resource;
    *item = (struct plan_item){.resource = resource, .wanted = &none, .verdict = PLAN_CHANGE, .depends_on = before};
    if (!rows[applied->item->action](rollback, applied, resource, item)) {
        return before;
    }
    plan->count++;
    if (item->verdict == PLAN_CHANGE) {
        return plan->count;
    }
    item->depends_on = 0; /* who waits for what is not carried out waits for what comes before it */
    return before;
}

/* Servers that the run may have left stopped. Returns how many. */
static size_t add_starts(struct rollback *rollback)
{
    size_t count = 0;

    for (size_t i = 0; i < rollback->count; i++) {
        const struct plan_applied *applied = &rollback->applied[i];
        if (!applied->may_be_down) {
            continue;
        }
        const struct resource *earlier = applied->item->resource;
        struct resource *resource = resource_list_append(rollback->list, earlier->kind, earlier->region);
        *resource = *earlier;
        plan_set_start(&rollback->plan->items[rollback->plan->count++], resource);
        count++;
    }
    return count;
}

void plan_rollback(const struct plan_applied applied[], size_t count, enum plan_conflict_policy policy,
                   struct resource_list *list, struct plan *ret)
{
    struct rollback rollback = {.list = list, .applied = applied, .count = count, .plan = ret};

    *ret = (struct plan){0};
    ret->items = mem_array(2 * count + 1, sizeof(*ret->items));
    rollback.pending = mem_array(count + 1, sizeof(*rollback.pending));
    size_t starts = add_starts(&rollback);
    for (size_t i = count; i > 0; i--) {
        size_t number = add(&rollback, i - 1);
        size_t needed = applied[i - 1].item->depends_on;
        if (needed != 0 && number != 0) {
            rollback.pending[needed - 1] = number;
        }
    }
    for (size_t i = 0; i < ret->count; i++) {
        ret->items[i].conflict_policy = policy;
        ret->items[i].leave_restart = starts > 0 && ret->items[i].action == PLAN_SET; /* nothing is stopped */
    }
    free(rollback.pending);
}

bool plan_can_roll_back(const struct plan_item *item)
{
    switch (item->action) {
    case PLAN_SET:
    case PLAN_MOVE:
    case PLAN_DELETE:
        return true;
    case PLAN_CREATE:
        return item->resource->kind->disposable;
    case PLAN_ROLL:
    case PLAN_RESTART:
    case PLAN_ACTIONS:
        break;
    }
    return false;
}
