/*
 * plan_replace: the plan that gives templates other settings. Templates are immutable (vpc-api.md 3.4), so for each
 * one that differs there is a chain of items, each of which depends on the one before: create a template from it with
 * the settings over it, move the instance groups that use it, roll their members, delete it. Pure.
 */
#ifndef PLAN_PLAN_REPLACE_H
#define PLAN_PLAN_REPLACE_H

#include "plan/plan.h"

/* How to replace. All borrowed. */
struct plan_replacement {
    const struct resource_settings *wanted;
    const char *name;   /* of the new template, where there is only one; NULL */
    const char *suffix; /* behind the old names; NULL: the first "-rN" that is free, from 2 on */
    bool update_groups, delete_old;
    const struct plan_roll *roll; /* members of the groups that are moved; NULL: they stay */
};

/* What exists. All borrowed. */
struct plan_template_context {
    const struct resource_list *templates; /* all of the regions */
    const json_t *bodies;                  /* by id of the template: what it takes to create it again */
    const struct resource_list *groups;    /* all of the regions */
    const int64_t *stale; /* of each group: members made from another template than its own; NULL: not counted */
};

/*
 * Makes the plan for the templates in `selected`, in their order. The first item of each is about its successor:
 * PLAN_CREATE or, when the template itself has the settings or `name` is that of one which replaces it already,
 * PLAN_SET that is PLAN_UNCHANGED. With `roll`, groups that use that one already are rolled where members are stale,
 * such as those that an earlier move left. `list` keeps records and words. Errors, all ERR_USAGE: a name that is taken
 * (with `name` or `suffix`; names of other templates, and those that the plan gives), one name for several templates,
 * auto_link on where groups use the template, which the API refuses (vpc-api.md 2.10), a setting without the profile
 * it belongs to.
 */
bool plan_replace(const struct resource_list *selected, const struct plan_replacement *how,
                  const struct plan_template_context *context, struct resource_list *list, struct plan *ret,
                  struct err *e) __attribute__((warn_unused_result));

/* Whether the group uses the template. */
bool plan_group_uses(const struct resource *group, const struct resource *template);

/* --- templates --------------------------------------------------------------------------------------- */

/*
 * Whether the template `made` has what `source` has, except the members of `overrides` (those of the body it was made
 * with); appends the names of the members that differ, separated by ", ". All are answers or bodies.
 */
bool plan_template_same(json_t *source, json_t *made, const json_t *overrides, struct text *ret_different);

/* --- names ------------------------------------------------------------------------------------------- */

enum { PLAN_NAME_MAX = 63 }; /* characters (vpc-api.md 1.8) */

/*
 * `base` and `suffix`, cut to PLAN_NAME_MAX characters at the end of the base, which keeps no dash there. A suffix
 * that long by itself gives a name that resource_check_name refuses, or the suffix alone.
 */
void plan_name_with(const char *base, const char *suffix, char ret_name[PLAN_NAME_MAX + 1]);

/*
 * The name that comes `steps` (from 0) after the first one: "web" is followed by "web-r2", "web-r3", ...; "web-r9" by
 * "web-r10", ...
 */
void plan_name_next(const char *name, unsigned steps, char ret_name[PLAN_NAME_MAX + 1]);

#endif
