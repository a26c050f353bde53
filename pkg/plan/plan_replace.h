/*
 * plan_replace: the plan that gives templates other settings. Templates are immutable (vpc-api.md 3.4), so for each
 * one that differs there is a chain of items, each of which depends on the one before: create a template from it with
 * the settings over it, move the instance groups that use it, roll their members, delete it. Pure.
 */
#ifndef PLAN_PLAN_REPLACE_H
#define PLAN_PLAN_REPLACE_H

#include "plan/plan.h"

/* What becomes of one instance group whose template is replaced. All borrowed. */
struct plan_group_choice {
    const char *stays;            /* why it is not moved; NULL: it is */
    const struct plan_roll *roll; /* how its members are replaced; NULL: they stay */
    const char *policy_rule;      /* of its items */
};

/* How to replace. All borrowed. */
struct plan_replacement {
    const struct resource_settings *wanted;
    const char *name;   /* of the new template, where there is only one; NULL */
    const char *suffix; /* behind the old names; NULL: the first "-rN" that is free, from 2 on */
    bool update_groups, delete_old;
    const struct plan_roll *roll; /* members of the groups that are moved; NULL: they stay */
    /* of each group of the context, instead of update_groups and roll; NULL: they hold for all */
    const struct plan_group_choice *groups;
    bool reuse; /* what has the next names, the settings and the rest is the successor: nothing is made twice */
    const char *policy_rule; /* of the items; NULL: none */
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

/* Items that replacing takes at most. */
enum { PLAN_ITEMS_OF_TEMPLATE = 2, PLAN_ITEMS_OF_GROUP = 2 };

/*
 * Adds the chain of one template to `plan`, which has room for it. False, with the reason, where the template cannot be
 * replaced; nothing is added then.
 */
bool plan_replace_one(const struct resource *old, const struct plan_replacement *how,
                      const struct plan_template_context *context, struct resource_list *list, struct plan *plan,
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

/* Whether `name` is one of those that come after `old`. */
bool plan_name_follows(const char *name, const char *old);

#endif
