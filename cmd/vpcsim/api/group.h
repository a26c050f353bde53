/*
 * group: how instance groups keep their number of members (vpc-api.md 2.10, 4.2).
 *
 * Every change looks at what is missing or too much after the transition time and makes or ends members; members are
 * made of the template that the group has by then, in the group's subnets in turn. Assumption: deleting a membership
 * leaves membership_count as it is and the group refills (--membership-delete shrink: lowers it).
 */
#ifndef VPCSIM_GROUP_H
#define VPCSIM_GROUP_H

#include "vpcsim/store/store.h"

/* A new group with everything but its entity's id set by the caller. */
void group_add(struct region *region, struct group *group, const char *id);

/* Looks at the number of members after the transition time. */
void group_settle_later(struct region *region, struct group *group);

/* Makes an existing instance a member, built from a template. */
struct membership *group_add_member(struct region *region, struct group *group, struct instance *instance,
                                    const struct template *template);

/* Ends a membership after the transition time, its instance with it if it says so. */
void group_remove_member(struct region *region, struct membership *membership);

/* The instance of a member is being freed. */
void group_member_gone(struct region *region, struct membership *membership);

/* Ends the group and all its members. */
void group_delete(struct region *region, struct group *group);

enum status group_status(const struct group *group);
enum status group_member_status(const struct membership *membership);

#endif
