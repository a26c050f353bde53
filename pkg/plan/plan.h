/*
 * plan: what a command would change: an item for each resource, with what it has, what it is to get, and whether it
 * can. Pure: no request is sent, no file is read, nothing is printed.
 *
 * An item is a tagged union by its action. Strings and records are borrowed from the lists that the plan was made
 * from; request bodies are JSON trees that the plan owns (plan_own) or that outlive it. They are shared: nothing
 * changes them.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "resource/resource_list.h"
#include "text/text_arena.h"

enum plan_verdict {
    PLAN_CHANGE,    /* has another value and can take the wanted one */
    PLAN_UNCHANGED, /* no change is needed */
    PLAN_SKIP,      /* cannot take it now; `reason` says why */
};

/* Which changes made by others since the plan was made keep an item from being carried out. */
enum plan_conflict_policy {
    PLAN_CONFLICT_STRICT_TOUCHED, /* changes of the settings that the item changes */
    PLAN_CONFLICT_STRICT_ALL,     /* changes of any setting */
    PLAN_CONFLICT_IGNORE,         /* none */
    PLAN_CONFLICT_STRICT_RECORD,  /* changes of any setting, and of anything else where the resource has an ETag */
};

/* Which state of a resource PLAN_SET compares last before it is changed. */
enum plan_guard {
    PLAN_GUARD_ETAG, /* of a read just before; the change is bound to its ETag where the kind has one */
    PLAN_GUARD_LIST, /* as it was listed: half the requests, but a change made since then may be overwritten */
};

/* What is to be done with the resource of an item. */
enum plan_action {
    PLAN_SET,     /* change its metadata settings */
    PLAN_CREATE,  /* create it */
    PLAN_MOVE,    /* an instance group: use another instance template */
    PLAN_ROLL,    /* an instance group: delete the members made from another template; the group replaces them */
    PLAN_DELETE,  /* delete it */
    PLAN_RESTART, /* stop it and start it again */
    PLAN_ACTIONS,
};

/* "set", "create", ... */
const char *plan_action_name(enum plan_action action);

/* An instance template; what is not known is NULL, as is the id of one that an earlier item creates. */
struct plan_template {
    const char *id, *name;
};

/* {"instance_template":{"id":...,"name":...}} without what is NULL: a patch of a group. New reference. */
json_t *plan_template_json(const struct plan_template *template);

/* How the members of an instance group are replaced. */
struct plan_roll {
    unsigned max_unavailable; /* members that are deleted at a time; of a hundred with `percent` */
    bool percent;
    int64_t heal_timeout_ms; /* for the group to be healthy again after a batch */
    unsigned poll_ms;        /* between two reads of its state; 0: longer and longer */
};

/* Members of an instance group: all of them, and those made from another template than the group's. */
struct plan_members {
    int64_t count, stale;
};

/* What an action changes that is no setting, at one moment. Zero-initialised: nothing, or not known. */
struct plan_state {
    enum { PLAN_STATE_NONE, PLAN_STATE_TEMPLATE, PLAN_STATE_MEMBERS } type;
    union {
        struct plan_template template; /* of PLAN_MOVE */
        struct plan_members members;   /* of PLAN_ROLL */
    };
};

/*
 * {"instance_template":{...}} or {"membership_count":...,"stale_members":...}; NULL for PLAN_STATE_NONE. New
 * reference.
 */
json_t *plan_state_json(const struct plan_state *state);

/* Appends "stale members 3 -> 0" for what differs; nothing unless both are of one type. */
void plan_state_describe(struct text *out, const struct plan_state *before, const struct plan_state *after);

/* One resource of a plan. */
struct plan_item {
    enum plan_action action;
    enum plan_verdict verdict;
    enum plan_conflict_policy conflict_policy;
    enum plan_guard guard;
    bool journaled;                         /* by an earlier run that was cut off: its request may have been sent */
    const struct resource *resource;        /* borrowed; of PLAN_CREATE: `create.record` */
    const struct resource_settings *wanted; /* owned by the plan; `given` is 0 where no setting is asked for */
    struct resource_settings after;         /* all settings as they will be */
    unsigned mask;                          /* settings that differ (bits of enum resource_setting) */
    const char *reason;      /* of PLAN_SKIP, or why no change is needed; may be NULL; owned by the plan */
    const char *phase;       /* how far a run came that was cut off; NULL: not started, or the action has one phase */
    size_t depends_on;       /* number (from 1) of an earlier item that has to succeed first; 0: none */
    const char *policy_rule; /* that it comes from; NULL: none, or that of no policy. Borrowed as strings are */
    bool leave_restart;      /* of PLAN_SET: the restart that it makes necessary is not part of the run */
    union {                  /* by action; PLAN_SET needs nothing else */
        struct {
            bool only_starts; /* an earlier run has stopped it: it is started, and left as it is where it runs */
        } restart;
        struct {
            json_t *body;            /* of the request; its name is the record's. NULL: not known */
            json_t *identity;        /* of resource_create.h; NULL: that of the body */
            struct resource *record; /* `resource`, which is filled in once it is created */
        } create;
        struct {
            struct plan_template from; /* id NULL: any */
            struct plan_template to;   /* see plan_template_target */
        } move;
        struct {
            struct plan_roll terms;
            struct plan_members before;
        } roll;
        struct {
            json_t *body; /* what it takes to create it again; NULL: not known */
        } delete;
    };
};

struct plan {
    struct plan_item *items;
    size_t count;
    struct text_arena memory; /* of what the items own */
    json_t *owned;            /* array of bodies; NULL: none */
};

void plan_free(struct plan *plan); /* zero-initialised values allowed; for CLEANUP */

/* Takes over a reference until plan_free; gives it back borrowed. NULL gives NULL. */
json_t *plan_own(struct plan *plan, json_t *value);

/* What the item changes that is no setting, before it and as it will be. */
struct plan_state plan_item_before(const struct plan_item *item);
struct plan_state plan_item_after(const struct plan_item *item);

/*
 * The template that the item moves its group to or, where that has no id, what is created by an item that it depends
 * on, perhaps through others. The id is NULL while that is not known.
 */
struct plan_template plan_template_target(const struct plan *plan, const struct plan_item *item);

/* The PLAN_CREATE that `item` depends on, perhaps through others; NULL: there is none. */
const struct plan_item *plan_creation_before(const struct plan *plan, const struct plan_item *item);

/* --- settings ---------------------------------------------------------------------------------------- */

/* Makes the plan: one item for each record of the list, in its order. `wanted` strings are borrowed. */
void plan_make(const struct resource_list *list, const struct resource_settings *wanted, struct plan *ret);

/*
 * Makes a plan of PLAN_CREATE: one item for each record of the list, which have nothing but kind, region and, unless
 * there is a single one, a name. `wanted` is what the answer has to say. Everything is borrowed.
 */
void plan_make_creations(struct resource_list *list, const struct resource_settings *wanted, json_t *body,
                         json_t *identity, struct plan *ret);

enum { PLAN_REASON_SIZE = 160 };

/* The verdict for one record: the one place where the rules about architecture and state live (vpc-api.md 4.1). */
enum plan_verdict plan_judge(const struct resource *record, const struct resource_settings *wanted, unsigned *ret_mask,
                             char ret_reason[PLAN_REASON_SIZE]);

/*
 * Whether what the record lacks keeps it from being changed: an odd one (resource_read) is changed only where it is
 * named and says its state and the settings of `wanted`. The reason names what it lacks.
 */
bool plan_odd_refuses(const struct resource *record, const struct resource_settings *wanted,
                      char ret_reason[PLAN_REASON_SIZE]);

/* Counts for the confirmation and the warnings. */
struct plan_counts {
    size_t change, unchanged, skip;
    size_t enable;        /* false to true: these need a stop and a start when the kind says so */
    size_t restart;       /* of those, the ones whose kind needs it and that are not stopped */
    size_t leave_restart; /* of those, the ones that the run does not restart in any case */
    size_t to_https;      /* http to https: clients of the bare address break (vpc-api.md 4.1) */
    size_t restarts;      /* items that are a restart and nothing else */
    size_t starts;        /* of servers that an earlier run has stopped; no others of these counts have them */
};
struct plan_counts plan_count(const struct plan *plan);

/* Servers that a run of the plan stops and starts, where it may restart any. */
size_t plan_counts_restarted(const struct plan_counts *counts);

/* The start of a server that an earlier run has stopped; the record is borrowed. */
void plan_set_start(struct plan_item *item, const struct resource *record);
void plan_add_start(struct plan *plan, const struct resource *record);

/* --- restarts ---------------------------------------------------------------------------------------- */

/*
 * Which servers are stopped and started, so that a metadata service that was turned on later is complete (vpc-api.md
 * 4.1). A stop is not harmless: servers that may not come back, or not as they were, are skipped. `startable` counts
 * only while a server is stopped: it says whether a start is accepted now, and is off for all that run (vpc-api.md
 * 4.4).
 */
struct plan_restart_terms {
    bool allow_disk_loss; /* also servers whose instance storage a stop erases */
    bool always;          /* also those that have no restart pending */
    bool settles;         /* also those whose status passes by itself: it is waited for */
};

/*
 * Whether a server needs a restart, by what it is now and by what records say (`pending`: its service was turned on and
 * it was not restarted since). The API does not say it (vpc-api.md 4.1); a server whose service is off, or that is
 * stopped, needs none in any case.
 */
enum resource_switch plan_needs_restart(const struct resource *record, enum resource_switch pending);

/* The verdict for one record. A stopped server stays stopped: its service will be complete at its next start. */
enum plan_verdict plan_judge_restart(const struct resource *record, enum resource_switch pending,
                                     const struct plan_restart_terms *terms, char ret_reason[PLAN_REASON_SIZE]);

/* Whether a restart is left to people: a spot server, for whose start there may be no capacity. */
bool plan_restarts_by_hand(const struct resource *record);

/* The plan of `instance restart`: an item for each record; pending[i] is about record i. */
void plan_make_restart(const struct resource_list *list, const enum resource_switch pending[],
                       const struct plan_restart_terms *terms, struct plan *ret);

/* Items of a plan of settings that need no change, but whose restart is pending, become restarts. */
void plan_add_restarts(struct plan *plan, const enum resource_switch pending[], const struct plan_restart_terms *terms);

#endif
