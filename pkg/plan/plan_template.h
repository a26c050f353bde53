/*
 * plan_template: how plans and the history write down which instance template a group uses:
 * {"instance_template":{"id":"...","name":"..."}}. A template that an earlier item of the plan makes has no id yet: then
 * the item that moves the group needs, perhaps through others, the one that creates it.
 */
#ifndef PLAN_PLAN_TEMPLATE_H
#define PLAN_PLAN_TEMPLATE_H

#include "plan/plan.h"

/* The text; `id` and `name` may be NULL. Kept in the list. */
const char *plan_template_text(struct resource_list *list, const char *id, const char *name);

/* What such a text says; NULL where it says nothing or is none (NULL is allowed). Kept in the list. */
struct plan_template_name {
    const char *id, *name;
};
struct plan_template_name plan_template_read(struct resource_list *list, const char *text);

/*
 * The template that the item of the plan moves its group to: by its body or, where that has no id, what is created by an
 * item that it needs. The id is NULL while that is not known.
 */
struct plan_template_name plan_template_target(struct resource_list *list, const struct plan *plan,
                                               const struct plan_item *item);

/* The body, without the name, that makes a template again, from the API's answer about it; kept in the list. */
const char *plan_template_body(struct resource_list *list, const json_t *answer);

/*
 * Whether the template `made` has what `source` has, but for the members of `overrides` (those of the body it was made
 * with); appends the names of the members that differ, separated by ", ". All are answers or bodies.
 */
bool plan_template_same(const json_t *source, const json_t *made, const json_t *overrides, struct text *ret_different);

/* The item that creates something and that `item` needs, perhaps through others; NULL: there is none. */
const struct plan_item *plan_creation_before(const struct plan *plan, const struct plan_item *item);

#endif
