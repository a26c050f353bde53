/* plan_replacing: what the files of plan_replace share. Private to the room. */
#ifndef PLAN_PLAN_REPLACING_H
#define PLAN_PLAN_REPLACING_H

#include "plan/plan_replace.h"

/* A plan in the making. All borrowed. */
struct plan_replacing {
    const struct plan_replacement *how;
    const struct plan_template_context *context;
    struct resource_list *list;
    struct plan *plan;
};

/* Adds an item that changes the resource, with the policy rule of all items. */
struct plan_item *plan_replace_add(struct plan_replacing *replacing, enum plan_action action,
                                   const struct resource *resource);

/*
 * Adds the creation of the successor of `old`, with these settings, of which `mask` differ. False, and nothing is
 * added, where there is no name for it, or the API accepts no such settings (ERR_USAGE).
 */
bool plan_replace_add_creation(struct plan_replacing *replacing, const struct resource *old,
                               const struct resource_settings *after, unsigned mask, struct err *e);

/* Adds a template that exists and needs no change. */
struct plan_item *plan_replace_add_unchanged(struct plan_replacing *replacing, const struct resource *template);

/* Whether both are in one region, as far as that is known. */
bool plan_replace_same_region(const struct resource *one, const struct resource *other);

/* The name of the successor of `old`. False where it is taken, or is none that the API accepts (ERR_USAGE). */
bool plan_replace_choose_name(const struct plan_replacing *replacing, const struct resource *old,
                              char ret_name[PLAN_NAME_MAX + 1], struct err *e);

/*
 * Adds the moves of the groups that use `old` to `new`, then their rolls, each of which depends on the one before and
 * the first of all on the item with the number `last` (from 1). Returns the number of the item that comes last.
 */
size_t plan_replace_add_groups(struct plan_replacing *replacing, const struct resource *old, const struct resource *new,
                               size_t last);

/* The same for the rolls of groups that use the template already and have members from before. */
size_t plan_replace_add_stale(struct plan_replacing *replacing, const struct resource *template, size_t last);

/* How many groups use the template, and the first of them; `ret_first` stays as it is where there is none. */
size_t plan_replace_count_users(const struct plan_replacing *replacing, const struct resource *template,
                                const struct resource **ret_first);

/* Why it is not known whether an instance group uses the template; NULL: it is. Owned by the plan. */
const char *plan_replace_unknown_user(const struct plan_replacing *replacing, const struct resource *template);

/* Which group uses the template also afterwards, and why; NULL: none. Owned by the plan. */
const char *plan_replace_why_used(const struct plan_replacing *replacing, const struct resource *template);

#endif
