/*
 * audit_facts: what an audit has to know of a resource beyond its record. Filled in by who reads it (cmd), judged by
 * the audit. Zero-initialised: nothing was read, and the checks that need it are not part of the audit.
 */
#ifndef AUDIT_AUDIT_FACTS_H
#define AUDIT_AUDIT_FACTS_H

#include "policy/policy.h"
#include "preflight/preflight.h"

enum audit_reading {
    AUDIT_NOT_ASKED, /* nothing needs it */
    AUDIT_READ,
    AUDIT_UNREADABLE, /* `missing` has a line about it: checks that need it are cannot_tell */
};

struct audit_facts {
    struct policy_match match; /* by the policy */
    uint64_t holds;            /* which of its predicates hold */
    /* trusted profile of a server (GET {id}/initialization); of a template its own record has it */
    enum audit_reading profile_reading;
    const char *profile;            /* id or CRN; NULL: none */
    const char *profile_name;       /* NULL: unknown */
    enum resource_switch auto_link; /* RESOURCE_UNKNOWN: the answer does not say */
    /* user_data of a template or, from the initialization, of a server */
    enum audit_reading user_data_reading;
    const char *secret; /* what it looks like, "a private key", never the text; NULL: nothing was found */
    /* of a template: whether its record has the architecture of its profile; and what is unknown, for messages */
    enum audit_reading architecture_reading;
    const char *architecture_lacks;
    /* allowed_use of the boot volume or image; of a group: of those of its template, by the rule of the group */
    enum audit_reading use_reading;
    enum preflight_verdict use_now, use_wanted; /* of the settings as they are, and as the policy wants them */
    const char *use_now_reason, *use_wanted_reason;
    /* whether a stop and start is pending, by the history */
    enum audit_reading restart_reading;
    enum resource_switch restart_pending; /* RESOURCE_UNKNOWN: the history does not say */
    /* of a group: members made from another template than its own */
    enum audit_reading members_reading;
    int64_t members, stale_members;
};

#endif
