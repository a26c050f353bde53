/*
 * policy_read: what `audit`, `plan` and `apply --policy` have in common: the policy that the command line names, the
 * resources that it is about, and what has to be known of each beyond its record.
 *
 *     policy_load(app, &opts->policy, &(struct policy_usual){.path = POLICY_BASELINE, ...}, &loaded, e) &&
 *         selection_read(app, &opts->select, call, &selection, e) &&
 *         policy_read_fleet(app, call, &(struct policy_reading){.loaded = &loaded, ...}, &fleet, e)
 */
#ifndef VPCMETA_POLICY_READ_H
#define VPCMETA_POLICY_READ_H

#include "app.h"
#include "audit/audit_facts.h"
#include "clock/clock.h"
#include "mem/mem.h"
#include "selection.h"

struct policy_opts {
    const char *policy;
    struct opt_list exceptions;
    const char *as_of;
    bool allow_unlimited;
};
extern const struct opt_group policy_group;

struct policy_loaded {
    struct policy *policy;
    const char *path; /* of the file; NULL: the built-in one. Borrowed from the options */
    char as_of[CLOCK_DATE_SIZE];
};

/* What holds where the options do not say. */
struct policy_usual {
    const char *path; /* or POLICY_BASELINE; NULL: a policy must be named, else ERR_USAGE */
    const char *const *check_ids;
    int baseline_hop_limit; /* as of policy_terms */
    json_t *faults;         /* the same */
    bool operand;           /* the policy is an argument, not the value of --policy */
};

/*
 * Reads the policy of the options, with the files of --exceptions. Each fault is printed as an error with its place.
 * The regions and the credentials of the policy become those of the command where the command line gives none: call it
 * before app_connect. ERR_USAGE, ERR_INVALID.
 */
bool policy_load(struct app *app, const struct policy_opts *opts, const struct policy_usual *usual,
                 struct policy_loaded *ret, struct err *e) __attribute__((warn_unused_result));
void policy_loaded_free(struct policy_loaded *loaded); /* zero-initialised values allowed; for CLEANUP */

/* Whether there is a region of the policy, or of the account where the policy names none, that is not read. */
bool policy_leaves_regions_out(const struct app *app, const struct policy *policy, const struct inventory_scope *scope);

/* As messages call the file of that path. */
const char *policy_file_name(const char *path);

/* What is to be known beyond the records; the rest is AUDIT_NOT_ASKED. user_data is looked at wherever it is listed. */
enum policy_reading_part {
    POLICY_READ_PROFILES = 1 << 0,      /* of every server */
    POLICY_READ_USE = 1 << 1,           /* allowed_use, of servers */
    POLICY_READ_MEMBERS = 1 << 2,       /* of instance groups */
    POLICY_READ_RESTARTS = 1 << 3,      /* pending ones, from the history */
    POLICY_READ_OTHERS = 1 << 4,        /* templates and groups outside of the selection: they judge each other */
    POLICY_READ_RULE_PROFILES = 1 << 5, /* of servers whose rule has `trusted_profile` */
    POLICY_READ_ARCHITECTURES = 1 << 6, /* of templates: of the profiles that they name */
};

struct policy_reading {
    const struct policy_loaded *loaded;
    struct selection *selection;
    unsigned parts; /* bits of enum policy_reading_part */
};

struct policy_fleet {
    struct inventory_scope scope; /* filled in also where the reading fails, once there is a session */
    struct resource_list *selected;
    struct resource_list *known;     /* `selected` itself, or all templates and groups */
    struct audit_facts *facts;       /* beside `selected` */
    struct audit_facts *known_facts; /* beside `known`: `facts` itself, or what takes no request of its own */
    struct mem_set stale_members;    /* of groups of `selected`, as of inventory_facts_terms */
    struct text missing;             /* lines about what could not be read */
    struct text_arena memory;        /* of reasons and profiles */
};

/*
 * Connects, unless `ret->scope` is set already, selects, matches and reads, everything of all regions and kinds side
 * by side. What could not be read is named in `missing`, the rest is there. False: nothing is; `missing`
 * may be filled all the same (app_refuse_inventory). Free it in any case. What the rules name and does not
 * exist is warned of (policy_names.h).
 */
bool policy_read_fleet(struct app *app, const struct cli_call *call, const struct policy_reading *reading,
                       struct policy_fleet *ret, struct err *e) __attribute__((warn_unused_result));
void policy_fleet_free(struct policy_fleet *fleet); /* zero-initialised values allowed; for CLEANUP */

#endif
