/*
 * policy_plan: what a policy would change, from the command line to the plan: read, match, plan, check. For `plan` and
 * `apply --policy`:
 *
 *     CLEANUP(policy_plan_free) struct policy_plan planned = {0};
 *     policy_plan_make(app, call, &opts->policy, &opts->select, false, &planned, e)
 *
 * What could not be read is in planned.fleet.missing: the plan is about the rest, and must not be kept or executed.
 */
#ifndef VPCMETA_POLICY_PLAN_H
#define VPCMETA_POLICY_PLAN_H

#include "fleet/fleet.h"
#include "plan/plan_policy.h"
#include "policy_read.h"

struct policy_plan {
    struct policy_loaded loaded;
    struct selection selection;
    struct policy_fleet fleet; /* its `scope` is where the plan works */
    struct inventory_templates templates;
    struct resource_list *groups; /* all of the regions */
    struct resource_list *list;   /* records and words of the plan */
    struct plan_policy made;
    struct text_arena memory;
};

/*
 * Makes the plan. With `etags` what changes is read singly once more, so that the plan can be kept. False: there is
 * none, but `fleet.missing` may be filled all the same (app_refuse_inventory). Free it in any case.
 */
bool policy_plan_make(struct app *app, const struct cli_call *call, const struct policy_opts *policy,
                      const struct selector_opts *select, bool etags, struct policy_plan *ret, struct err *e)
    __attribute__((warn_unused_result));
void policy_plan_free(struct policy_plan *planned); /* zero-initialised values allowed; for CLEANUP */

/* The plan as a file has it, except when it was made, expires and with which words. Borrows from it. */
void policy_plan_describe(const struct app *app, struct policy_plan *planned, struct plan_file *ret);

#endif
