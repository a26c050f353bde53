/* From a policy to the run that brings resources to what it wants. */
#include "apply_policy.h"

#include <stdint.h>

#include "mem/mem.h"
#include "results.h"

enum { REASONS_SHOWN = 5 };

int apply_policy_refuse(struct app *app, const struct writing *writing, const struct policy_plan *planned,
                        struct err *e)
{
    struct err error = ERR_INIT;

    if (planned->fleet.missing.size == 0) {
        return write_refuse_early(app, writing, e);
    }
    JSON_CLEANUP json_t *more = app_list_head(&planned->fleet.missing);
    json_object_set_new(more, "error", json_build_string(e->message));
    if (!results_print_refusal(app, writing->options->dry_run, more, &error)) {
        app_error(app, &error);
    }
    return ERR_EXIT_PARTLY;
}

bool apply_policy_plan(struct app *app, const struct cli_call *call, const struct policy_opts *policy,
                       const struct selector_opts *select, struct writing *writing, struct policy_plan *planned,
                       struct err *e)
{
    if (!results_check_output(app, writing->options->dry_run, e) || !write_check_history(writing, e)) {
        return false;
    }
    bool made = policy_plan_make(app, call, policy, select, false, planned, e);
    writing->scope = planned->fleet.scope;
    if (!made) {
        return err_wrap(e, "nothing was changed");
    }
    struct plan *plan = &planned->made.plan;
    for (size_t i = 0; i < plan->count; i++) {
        plan->items[i].conflict_policy = PLAN_CONFLICT_STRICT_ALL;
    }
    writing->request.plan = plan;
    writing->request.list = planned->list;
    writing->request.strict = true;
    if (planned->fleet.missing.size == 0) {
        return true;
    }
    (void)app_inventory_status(app, "plan", &planned->fleet.missing, e);
    return err_advise(e, "Nothing was changed: a plan of a part would leave out the rest");
}

void apply_policy_append_left(const struct plan_left left[], size_t count, struct text *out)
{
    CLEANUP(mem_map_free) struct mem_map counts = {0}; /* by reason, in the order of the plan */
    size_t excepted = 0, shown = 0, more = 0;

    for (size_t i = 0; i < count; i++) {
        if (left[i].excepted) {
            excepted++;
        } else {
            uintptr_t same = (uintptr_t)mem_map_get(&counts, left[i].reason) + 1;
            (void)mem_map_put(&counts, left[i].reason, (void *)same); // NOLINT(performance-no-int-to-ptr)
        }
    }
    for (const struct mem_map_entry *entry = mem_map_first(&counts); entry != NULL; entry = mem_map_next(entry)) {
        size_t same = (size_t)(uintptr_t)entry->value;
        if (shown++ < REASONS_SHOWN) {
            text_printf(out, "%zu finding%s left: %s\n", same, same == 1 ? " is" : "s are", entry->key);
        } else {
            more += same;
        }
    }
    if (more > 0) {
        text_printf(out, "%zu finding%s left for other reasons (`vpcmeta plan` shows them)\n", more,
                    more == 1 ? " is" : "s are");
    }
    if (excepted > 0) {
        text_printf(out, "%zu finding%s left to the exceptions of the policy\n", excepted,
                    excepted == 1 ? " is" : "s are");
    }
}
