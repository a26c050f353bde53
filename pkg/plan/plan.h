/*
 * plan: what a command would change: selected resources, what each has, what it shall have, and whether it can.
 * Pure: no request is sent, nothing is printed.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "resource/resource_list.h"
#include "text/text_arena.h"

enum plan_verdict {
    PLAN_CHANGE,    /* has another value and can take the wanted one */
    PLAN_UNCHANGED, /* is as wanted already */
    PLAN_SKIP,      /* cannot take it now; `reason` says why */
};

/* What somebody else may have changed since the plan was made, so that it is still carried out. */
enum plan_guard {
    PLAN_GUARD_WANTED, /* other settings than those that are wanted */
    PLAN_GUARD_ALL,    /* none */
    PLAN_GUARD_NONE,   /* any */
};

/* What is to be done with the resource of an item. */
enum plan_action {
    PLAN_SET,     /* give it metadata settings */
    PLAN_CREATE,  /* make it */
    PLAN_MOVE,    /* an instance group: let it use another instance template (plan_template.h) */
    PLAN_ROLL,    /* an instance group: delete the members made from another template, so that it makes new ones */
    PLAN_DELETE,  /* delete it; `body` is what it takes to make it again */
    PLAN_RESTART, /* stop it and start it again */
    PLAN_ACTIONS,
};

/* "set", "create", ...: as the history keeps it. */
const char *plan_action_name(enum plan_action action);

/* The action called so. False when there is none: a newer program knew it. */
bool plan_action_find(const char *name, enum plan_action *ret);

/* One resource of a plan. */
struct plan_item {
    enum plan_action action;
    const struct resource *resource; /* borrowed from the list the plan was made from; what is created fills it in */
    const struct resource_settings *wanted; /* owned by the plan; its strings are borrowed */
    enum plan_verdict verdict;
    enum plan_guard guard;
    bool intended; /* by a run that was cut off: its request may have been sent, what is as wanted was its doing */
    unsigned mask; /* settings that differ (bits of enum resource_setting) */
    struct resource_settings after; /* all settings as they will be */
    const char *reason;             /* of PLAN_SKIP, or why there is nothing to do; may be NULL; owned by the plan */
    const char *body;               /* JSON: what the action sends beyond settings; NULL: nothing. Borrowed */
    const char *identity;           /* of PLAN_CREATE: JSON of resource_asked.h; NULL: that of the body. Borrowed */
    const char *before_text; /* JSON object: what the action changes that is no setting; NULL: settings. Borrowed */
    const char *after_text;  /* the same as it will be; NULL: settings, or not known before */
    const char *phase;       /* how far a run came that was cut off; NULL: not begun, or there is but one */
    size_t needs;            /* number (from 1) of an earlier item that has to succeed first; 0: none */
};

struct plan {
    struct plan_item *items;
    size_t count;
    struct text_arena memory; /* of what the items own */
};

/*
 * Makes a plan of PLAN_CREATE: one item for each record of the list, which have nothing but kind, region and, but for a
 * single one, a name. `body` is the request's; its name is the record's. Id, CRN and state are filled in once it is made. `wanted` is what the answer has to say. All strings are borrowed.
 */
void plan_make_creations(struct resource_list *list, const struct resource_settings *wanted, const char *body,
                         const char *identity, struct plan *ret);

/* Counts for the confirmation and the warnings. */
struct plan_counts {
    size_t change, unchanged, skip;
    size_t enable;    /* false to true: these need a stop and a start when the kind says so */
    size_t restart;   /* of those, the ones whose kind needs it */
    size_t to_https;  /* http to https: clients of the bare address break (vpc-api.md 4.1) */
    size_t restarts;  /* items that are a restart and nothing else */
    size_t while_off; /* protocol or hop limit set on a resource that stays disabled */
};

/* Makes the plan: one item for each record of the list, in its order. `wanted` strings are borrowed. */
void plan_make(const struct resource_list *list, const struct resource_settings *wanted, struct plan *ret);

/* The same with wanted settings of its own for each record: as many as the list has. */
void plan_make_each(const struct resource_list *list, const struct resource_settings wanted[], struct plan *ret);
void plan_free(struct plan *plan); /* zero-initialised values allowed; for CLEANUP */

struct plan_counts plan_count(const struct plan *plan);

enum { PLAN_REASON_SIZE = 160 };

/* The verdict for one record: the one place where the rules about architecture and state live (vpc-api.md 4.1). */
enum plan_verdict plan_judge(const struct resource *record, const struct resource_settings *wanted, unsigned *ret_mask,
                             char ret_reason[PLAN_REASON_SIZE]);

#endif
