/*
 * plan_policy: the plan that gives resources what a policy wants of them: settings of servers, restarts that are
 * pending, other templates, and groups and members that follow those. Pure.
 *
 * What an audit with the same policy finds is either changed or left with the reason why not (struct plan_left):
 * plan_policy_checks.c has a row for each check.
 *
 * Order: templates and groups come before servers, because a group that replaces a member meanwhile makes it from the
 * template that it has then. Members of a group that the plan rolls are not changed: the roll deletes them.
 * A group is not rolled where its template would give a member what that member's own policy rule does not want.
 *
 *   server    PLAN_SET with only the settings that differ; PLAN_RESTART behind it, or alone, where one is pending
 *   template  a chain of plan_replace.h, by the `apply` of its own policy rule
 *   group     moved and rolled as a step of that chain, and rolled where members are stale, unless its own policy rule
 *             says no. A group that no policy rule matches follows its template.
 *   excepted  left as it is: an exception that covers the check which finds a setting wrong keeps that setting
 *   unmanaged counted only
 */
#ifndef PLAN_PLAN_POLICY_H
#define PLAN_PLAN_POLICY_H

#include "mem/mem.h"
#include "plan/plan_file.h"
#include "plan/plan_replace.h"
#include "policy/policy.h"

/* A finding of the audit with the same policy. All borrowed. */
struct plan_finding {
    const char *check;                        /* "profile-missing" */
    const char *message;                      /* of what could not be checked: why */
    const struct policy_exception *exception; /* that covers it; NULL: none does */
    bool cannot_tell;
};

/* What is known of a resource beyond its record. Zero-initialised: it is unmanaged. All borrowed. */
struct plan_subject {
    struct policy_match match;
    enum resource_switch restart_pending; /* of a server, by the history */
    const char *forbidden; /* why an allowed_use forbids what the policy wants of it; NULL: none is known to */
    const struct plan_finding *findings;
    size_t finding_count;
};

/* What to plan for. All borrowed. */
struct plan_policy_terms {
    const struct resource_list *selected; /* sorted as an inventory is */
    const struct plan_subject *subjects;  /* of each of them */
    struct plan_template_context context; /* all templates and groups of the regions */
    const struct plan_subject *groups;    /* of each group of the context */
    const struct mem_set *stale_members;  /* as of inventory_facts_terms; NULL: not known */
    struct plan_restart_terms restart;
    int64_t heal_timeout_ms; /* as of plan_roll */
    unsigned poll_ms;
};

struct plan_policy {
    struct plan plan;
    struct {
        struct plan_left *items; /* in the order of the plan's items */
        size_t count, capacity;
    } left;
    size_t unmanaged;          /* resources that no policy rule matches: they have no item */
    size_t restarts;           /* servers that are stopped and started */
    size_t restarts_left;      /* servers whose restart is pending afterwards, because their policy rule says never */
    size_t templates_replaced; /* that have a successor in the plan */
    unsigned max_unavailable;  /* of restarts: the smallest that a policy rule of one of these servers gives; */
    bool percent;              /* a share is one of all `restarts` */
};

/* Makes the plan; `list` keeps records and words. Free with plan_policy_free. */
void plan_policy_make(const struct plan_policy_terms *terms, struct resource_list *list, struct plan_policy *ret);

/* What the audit finds of a resource once the plan is carried out. */
struct plan_foreseen {
    size_t item;  /* index of the item that makes the resource so */
    size_t first; /* index of the item that has what is left of the resource as it is now; may be the same */
    struct plan_finding finding;
};

/* Adds what is not left already to what is left. */
void plan_policy_foresee(struct plan_policy *made, const struct plan_foreseen foreseen[], size_t count);

void plan_policy_free(struct plan_policy *made); /* zero-initialised values allowed; for CLEANUP */

#endif
