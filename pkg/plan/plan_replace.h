/*
 * plan_replace: the plan that gives templates other settings. Templates are immutable (vpc-api.md 3.4), so for each one
 * that differs there is a chain of items, each of which needs the one before: create a template from it with the settings
 * over it, move the groups that use it, roll their members, delete it. Pure.
 */
#ifndef PLAN_PLAN_REPLACE_H
#define PLAN_PLAN_REPLACE_H

#include "plan/plan.h"
#include "plan/plan_roll.h"

/* How to replace. All borrowed. */
struct plan_replacement {
    const struct resource_settings *wanted;
    const char *name;   /* of the new template, where there is but one; NULL */
    const char *suffix; /* behind the old names; NULL: the first "-rN" that is free, from 2 on */
    bool update_groups, delete_old;
    const struct plan_roll *roll; /* members of the groups that are moved; NULL: they stay */
};

/* What there is. All borrowed. */
struct plan_surroundings {
    const struct resource_list *templates; /* all of the regions */
    const char *const *bodies;             /* of each of them: what it takes to make it again (plan_template_body) */
    const struct resource_list *groups;    /* all of the regions */
};

/*
 * Makes the plan for the templates in `selected`, in their order. The first item of each is about its successor: PLAN_CREATE or, when
 * the template itself is as wanted or `name` is that of one which replaces it already, PLAN_SET that is PLAN_UNCHANGED.
 * `list` keeps records and words. Errors, all ERR_USAGE: a name that is taken (with `name` or `suffix`; names of other templates,
 * and those that the plan gives), one name for several templates, auto_link on where groups use the template, which
 * the API refuses (vpc-api.md 2.10), a setting without the profile it belongs to.
 */
bool plan_replace(const struct resource_list *selected, const struct plan_replacement *how,
                  const struct plan_surroundings *surroundings, struct resource_list *list, struct plan *ret,
                  struct err *e) __attribute__((warn_unused_result));

/* Whether the group uses the template. */
bool plan_group_uses(const struct resource *group, const struct resource *template);

#endif
