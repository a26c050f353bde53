/* apply_policy: what `apply --policy FILE` does: it plans, shows, asks and carries out, in one run. */
#ifndef VPCMETA_APPLY_POLICY_H
#define VPCMETA_APPLY_POLICY_H

#include "policy_plan.h"
#include "write.h"

/*
 * Reads and plans. False where the inventory lacks a part, or the plan cannot be made: end with apply_policy_refuse.
 * Free `planned` in any case. The request of `writing` borrows from it.
 */
bool apply_policy_plan(struct app *app, const struct cli_call *call, const struct policy_opts *policy,
                       const struct selector_opts *select, struct writing *writing, struct policy_plan *planned,
                       struct err *e) __attribute__((warn_unused_result));

/* Ends such a command; programs get the write object all the same, once a request was sent. Returns the status. */
int apply_policy_refuse(struct app *app, const struct writing *writing, const struct policy_plan *planned,
                        struct err *e);

/*
 * Appends lines about findings that the plan leaves as they are, those with a reason in common as one: an audit with
 * the same policy will still have them. Exceptions are one line.
 */
void apply_policy_append_left(const struct plan_left left[], size_t count, struct text *out);

#endif
