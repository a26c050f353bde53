/* plan_roll: how plans and the history write down the rolling of an instance group. */
#ifndef PLAN_PLAN_ROLL_H
#define PLAN_PLAN_ROLL_H

#include "resource/resource_list.h"

/* How to roll. */
struct plan_roll {
    unsigned max_unavailable; /* members that are deleted at a time; of a hundred with `percent` */
    bool percent;
    int64_t heal_timeout_ms; /* for the group to be healthy again after a batch */
    unsigned poll_ms;        /* between looks at it; 0: longer and longer */
};

/* The body of the item; kept in the list. */
const char *plan_roll_body(struct resource_list *list, const struct plan_roll *roll);

/* What such a body says; members it lacks are 1, not a percentage, 15 minutes, 0. */
struct plan_roll plan_roll_read(const char *body);

/* The state of a group: {"membership_count":...,"stale_members":...}; kept in the list. */
const char *plan_roll_text(struct resource_list *list, int64_t membership_count, int64_t stale_members);

/* The membership_count of such a text; 0 where it says none. */
int64_t plan_roll_count(const char *text);

#endif
