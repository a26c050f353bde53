/*
 * membership: how instance groups keep their number of members (vpc-api.md 2.10, 4.2).
 *
 * The transition time after every change, members that are missing are made and those too many end; members are
 * made of the template that the group has by then, in the group's subnets in turn. Assumption: deleting a membership
 * leaves membership_count as it is and the group refills (--membership-delete shrink: lowers it).
 */
#ifndef VPCSIM_MEMBERSHIP_H
#define VPCSIM_MEMBERSHIP_H

#include "vpcsim/store/store.h"

/* A new group with everything but its entity's id set by the caller. */
void instance_group_add(struct region *region, struct instance_group *group, const char *id);

/* Looks at the number of members after the transition time. */
void instance_group_reconcile_later(struct region *region, struct instance_group *group);

/*
 * A member whose entity is known, which is taken over; the caller sets the template. `instance` NULL: it does not exist
 * here.
 */
struct membership *membership_insert(struct region *region, struct instance_group *group, struct instance *instance,
                                     const struct entity *entity);

/* Makes an existing instance a member, built from a template. */
struct membership *membership_add(struct region *region, struct instance_group *group, struct instance *instance,
                                  const struct template *template);

/* Ends the group and all its members. */
void instance_group_delete(struct region *region, struct instance_group *group);

enum status instance_group_status(const struct instance_group *group);
enum status membership_status(const struct membership *membership);

#endif
