#include "plan/plan_undo.h"

#include <stdlib.h>
#include <string.h>

#include "plan/plan_template.h"

struct undoing {
    struct resource_list *list;
    const struct plan_done *done; /* all items of the run */
    size_t count;
    size_t *pending; /* of each item of the run: the number of the item that its undoing needs; 0: none */
    struct plan *plan;
};

/* Fills the verdict and what the action needs into `item`, whose resource is a copy. False: nothing to say about it. */
typedef bool undo_fn(const struct undoing *undoing, const struct plan_done *done, struct resource *resource,
                     struct plan_item *item);

static bool skip(struct plan_item *item, const char *reason)
{
    item->verdict = PLAN_SKIP;
    item->reason = reason;
    return true;
}

static bool undo_set(const struct undoing *undoing, const struct plan_done *done, struct resource *resource,
                     struct plan_item *item)
{
    const struct resource_settings *asked = done->item->wanted;
    struct resource_settings *wanted = text_arena_alloc(&undoing->plan->memory, sizeof(*wanted));
    char reason[PLAN_REASON_SIZE];

    *wanted = *done->before;
    wanted->given &= asked->given;
    resource->settings =
        done->trace == PLAN_TRACE_DONE ? *done->after : resource_settings_over(done->before, asked, asked->given);
    item->action = PLAN_SET;
    item->wanted = wanted;
    (void)plan_judge(resource, wanted, &item->mask, reason);
    item->after = resource_settings_over(&resource->settings, wanted, item->mask);
    return wanted->given != 0 || skip(item, "nothing is known of what it was before");
}

static bool undo_create(const struct undoing *undoing, const struct plan_done *done, struct resource *resource,
                        struct plan_item *item)
{
    (void)undoing;
    item->action = PLAN_DELETE;
    if (resource->id == NULL) {
        return skip(item, "it may have been created: look for it by name");
    }
    resource->settings = done->after->given != 0 ? *done->after : resource->settings;
    return resource->kind->disposable || skip(item, "it was created by the run, and nothing is deleted");
}

/* Whether the run has deleted the template that the item's group used: then it gets a new id. */
static bool is_made_again(const struct undoing *undoing, const struct plan_item *item, const char *template_id)
{
    const struct plan_item *creation = plan_creation_before(undoing->plan, item);

    for (size_t i = 0; creation != NULL && i < undoing->count; i++) {
        const struct plan_item *past = undoing->done[i].item;
        if (past->action == PLAN_DELETE && past->resource->id != NULL && strcmp(past->resource->id, template_id) == 0) {
            return strcmp(past->resource->name, creation->resource->name) == 0;
        }
    }
    return false;
}

static bool undo_move(const struct undoing *undoing, const struct plan_done *done, struct resource *resource,
                      struct plan_item *item)
{
    struct plan_template_name former = plan_template_read(undoing->list, done->item->before_text);

    (void)resource;
    item->action = PLAN_MOVE;
    item->before_text = done->after_text;
    if (former.id == NULL) {
        return skip(item, "nothing is known of the template it used before");
    }
    item->body = is_made_again(undoing, item, former.id) ? plan_template_text(undoing->list, NULL, former.name)
                                                         : done->item->before_text;
    item->after_text = item->body;
    return true;
}

static bool undo_roll(const struct undoing *undoing, const struct plan_done *done, struct resource *resource,
                      struct plan_item *item)
{
    (void)undoing, (void)done, (void)resource;
    item->action = PLAN_ROLL;
    item->before_text = item->after_text = "{}";
    return skip(item, "members that were made meanwhile stay: they are stale once the group has its former template");
}

static bool undo_delete(const struct undoing *undoing, const struct plan_done *done, struct resource *resource,
                        struct plan_item *item)
{
    item->action = PLAN_CREATE;
    item->body = done->item->body;
    item->after = resource->settings;
    resource->settings = (struct resource_settings){0};
    resource->id = resource->crn = NULL;
    (void)undoing;
    return item->body != NULL || skip(item, "nothing is known of what it was made from");
}

static bool undo_restart(const struct undoing *undoing, const struct plan_done *done, struct resource *resource,
                         struct plan_item *item)
{
    (void)undoing, (void)done, (void)resource;
    item->action = PLAN_RESTART;
    return skip(item, "there is nothing to undo of a restart");
}

static undo_fn *const rows[PLAN_ACTIONS] = {
    [PLAN_SET] = undo_set,   [PLAN_CREATE] = undo_create, [PLAN_MOVE] = undo_move,
    [PLAN_ROLL] = undo_roll, [PLAN_DELETE] = undo_delete, [PLAN_RESTART] = undo_restart};

/* Adds the undoing of an item, if there is one; returns the number of what the items before it have to wait for. */
static size_t add(struct undoing *undoing, size_t index)
{
    static const struct resource_settings none;
    const struct plan_done *done = &undoing->done[index];
    struct plan *plan = undoing->plan;
    struct plan_item *item = &plan->items[plan->count];
    size_t before = undoing->pending[index];

    if (done->trace == PLAN_TRACE_NONE || rows[done->item->action] == NULL) {
        return before;
    }
    struct resource *resource =
        resource_list_append(undoing->list, done->item->resource->kind, done->item->resource->region);
    *resource = *done->item->resource;
    *item = (struct plan_item){.resource = resource, .wanted = &none, .verdict = PLAN_CHANGE, .needs = before};
    if (!rows[done->item->action](undoing, done, resource, item)) {
        return before;
    }
    plan->count++;
    if (item->verdict == PLAN_CHANGE) {
        return plan->count;
    }
    item->needs = 0; /* who waits for what is not carried out waits for what comes before it */
    return before;
}

void plan_undo(const struct plan_done done[], size_t count, enum plan_guard guard, struct resource_list *list,
               struct plan *ret)
{
    struct undoing undoing = {.list = list, .done = done, .count = count, .plan = ret};

    *ret = (struct plan){0};
    ret->items = calloc(count + 1, sizeof(*ret->items));
    undoing.pending = calloc(count + 1, sizeof(*undoing.pending));
    if (ret->items == NULL || undoing.pending == NULL) {
        text_out_of_memory();
    }
    for (size_t i = count; i > 0; i--) {
        size_t number = add(&undoing, i - 1);
        size_t needed = done[i - 1].item->needs;
        if (needed != 0 && number != 0) {
            undoing.pending[needed - 1] = number;
        }
    }
    for (size_t i = 0; i < ret->count; i++) {
        ret->items[i].guard = guard;
    }
    free(undoing.pending);
}

bool plan_can_be_undone(const struct plan_item *item)
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
