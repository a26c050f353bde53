/* plan_policy_make: what the files of plan_policy share. Private to the room. */
#ifndef PLAN_PLAN_POLICY_MAKE_H
#define PLAN_PLAN_POLICY_MAKE_H

#include "mem/mem.h"
#include "plan/plan_policy.h"

/* A group of the context. */
struct plan_group_item {
    size_t item; /* number (from 1) of its first item; 0: it has none yet */
    bool done;   /* what is left of it is noted */
    bool chosen; /* how its members are replaced where its template stays: */
    const struct plan_roll *roll_of_stale;
};

struct plan_making {
    const struct plan_policy_terms *terms;
    struct resource_list *list;
    struct plan_policy *made;
    struct plan *plan;                 /* of `made` */
    struct plan_group_item *of_groups; /* of each group of the context */
    struct mem_map group_numbers;      /* number (from 1) of each group of the context, by id */
    struct mem_map template_items;     /* number (from 1) of the item of each template that was planned, by id */
    struct mem_set rolled;             /* ids of groups all of whose members are replaced */
    struct mem_set rolled_stale;       /* ids of groups that are rolled: of those of another template */
    struct {
        const struct policy_rule **items;
        size_t count, capacity;
    } restarting;             /* rules by which servers are restarted */
    struct mem_map conflicts; /* by id of group: why its members are not replaced; borrowed words */
};

/* What a resource is to be changed to, and what of the policy rule is left. */
struct plan_choice {
    struct resource_settings wanted; /* `given` is 0: nothing */
    struct plan_left left[8];        /* check, reason and excepted */
    size_t left_count;
};

/* What fixes the finding of a check. */
struct plan_policy_check {
    const char *check;
    unsigned mask;                  /* settings one of which fixes it, if it is changed */
    bool moves;                     /* of a group: another template does, */
    bool rolls;                     /* or other members */
    bool restarts;                  /* a stop and start does */
    const char *remedy;             /* why the plan does nothing about it; NULL: not known beforehand */
    const char *remedy_of_template; /* the same of a template; NULL: the one above */
};

/* The row of the check; the last one, whose check is NULL, where there is none. */
const struct plan_policy_check *plan_policy_check_find(const char *id);

/* Adds an item that needs no change. */
struct plan_item *plan_policy_add(struct plan_making *making, const struct resource *record,
                                  const struct policy_rule *rule);

/* The exception that holds for the finding, or NULL. */
const struct policy_exception *plan_policy_excepted(const struct policy_rule *rule, const struct resource *record,
                                                    const char *check);

/* "excepted until 2027-01-31: agent speaks http only (team-pay)". Owned by the plan. */
const char *plan_policy_exception_words(struct plan_making *making, const struct policy_exception *exception);

void plan_policy_choose(struct plan_making *making, const struct plan_subject *subject, const struct resource *record,
                        struct plan_choice *ret);
void plan_policy_note_choice(struct plan_making *making, size_t item, const struct plan_choice *choice);

/* Notes that the finding is left; what is noted of an item already stays. All of an item is noted in one go. */
void plan_policy_leave(struct plan_making *making, size_t item, const char *check, const char *reason, bool excepted);

/* Orders what is left by items. */
void plan_policy_sort_left(struct plan_policy *made);

/* Why the finding is left, where no item of the resource fixes it; `item` is the first of them. */
const char *plan_policy_why_left(struct plan_making *making, const struct plan_finding *finding,
                                 const struct plan_policy_check *row, const struct plan_item *item);

/* Notes every finding that no item of the resource, the first of which is at that index, fixes. */
void plan_policy_account(struct plan_making *making, const struct plan_subject *subject, size_t first);

/* Where nothing changes and something is left, the item says so. Ends what is noted of it. */
void plan_policy_conclude(struct plan_making *making, size_t index);

/* The template, and the groups that follow it; a group; both by their index among the selected. */
void plan_policy_template(struct plan_making *making, size_t index);
void plan_policy_group(struct plan_making *making, size_t index);

/* Before all of them. */
void plan_policy_begin_groups(struct plan_making *making);

/* After all of them: groups that are not selected and have followed their templates. */
void plan_policy_end_groups(struct plan_making *making);

#endif
