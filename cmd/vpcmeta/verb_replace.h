/* verb_replace: what is told about a replacement. Private to template replace. */
#ifndef VPCMETA_VERB_REPLACE_H
#define VPCMETA_VERB_REPLACE_H

#include "plan/plan_replace.h"
#include "verbs.h"

/* Before: what follows from the managers, pools and members of the groups that are rolled. Reads their memberships. */
bool replace_tell_rolls(const struct app *app, const struct inventory_scope *scope, const struct plan *plan,
                        struct err *e) __attribute__((warn_unused_result));

/* Afterwards, without --update-groups: which groups still use an old template, and what moves them. */
void replace_tell_left(const struct app *app, const struct resource_list *selected, const struct plan *plan,
                       const struct resource_settings *wanted, const struct resource_list *groups);

#endif
