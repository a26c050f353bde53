/*
 * policy: desired metadata settings of a fleet as ordered rules with exceptions, read from a file that people write and
 * review. The first rule that matches a resource says what it is to have; a resource that no rule matches is unmanaged.
 * No request is sent and nothing is printed; the only file that is read is the policy.
 *
 * A file is YAML or JSON and is checked against schemas/policy.json: a key that is not known, a rule that can match
 * nothing and a value that YAML would read as another type are errors with line and column.
 *
 * Sources: vpc-api.md 3.1 (settings), 5.7 (the built-in baseline); facts-next.md 5 (what users of other tools ask for).
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdint.h>

#include "query/query.h"
#include "resource/resource_list.h"
#include "schema/schema.h"

enum policy_severity {
    POLICY_INFO,
    POLICY_LOW,
    POLICY_MEDIUM,
    POLICY_HIGH,
    POLICY_CRITICAL,
    POLICY_SEVERITIES,
    POLICY_SEVERITY_OF_CHECK = POLICY_SEVERITIES, /* the rule gives none: that of the check holds */
};
extern const char *const policy_severity_names[]; /* by enum policy_severity, NULL-terminated */

/* A place in the policy file; zero: none, as of the built-in policy. */
struct policy_place {
    size_t line, column;
};

enum policy_truth { POLICY_NO, POLICY_YES, POLICY_UNKNOWN };

/* Whether a resource may have a trusted profile. */
enum policy_profile {
    POLICY_PROFILE_ANY,      /* the rule says nothing about it */
    POLICY_PROFILE_REQUIRED, /* one of `profiles`; any where the rule names none */
    POLICY_PROFILE_FORBIDDEN,
    POLICY_PROFILE_ALLOWED, /* one of `profiles`, or none */
};

/* What a rule wants. A setting that a kind does not have is not applicable there. */
struct policy_wanted {
    unsigned given; /* RESOURCE_ENABLED, RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT, RESOURCE_AUTO_LINK */
    bool enabled;
    bool auto_link;
    bool hop_limit_is_max; /* `hop_limit` and less is right; else exactly that */
    int hop_limit;
    const char *protocol;
    enum policy_profile profile;
    const char *const *profiles; /* names, ids or CRNs, `profile_count` of them */
    size_t profile_count;
};

struct policy;

/* How `apply` brings resources of the rule to what it wants. */
struct policy_apply {
    bool restart;             /* servers whose service is complete only after it; `restart: needed` */
    bool update_groups;       /* move the groups of a template that is replaced; the default */
    bool roll;                /* and replace their members */
    bool delete_old;          /* delete templates that are replaced and unused; the default */
    unsigned max_unavailable; /* of `roll` and `restart`; 1 by default */
    bool percent;             /* of a hundred */
};

/* A finding that is accepted for a time. */
struct policy_exception {
    const char *name;          /* glob over the whole name; NULL */
    const char *crn;           /* glob over the whole CRN; NULL */
    const char *const *checks; /* ids of the checks of the audit that it is about, `check_count` of them; 0: all */
    size_t check_count;
    const char *reason, *owner;
    const char *ticket;             /* NULL: none */
    const char *expires;            /* "2027-01-31", valid to the end of that day in UTC; NULL: without end */
    bool expired;                   /* as of the date of policy_terms */
    bool expires_soon;              /* within POLICY_WARNING_DAYS */
    size_t number;                  /* its index of policy_exception_at */
    const struct policy_rule *rule; /* that it stands in; NULL: it is about those named, or all where none is */
    const char *const *policy_rules;
    size_t policy_rule_count;
    const char *file; /* that it stands in, as it was called when it was read */
    struct policy_place place;
};
enum { POLICY_WARNING_DAYS = 14 };

struct policy_rule {
    const char *name;
    enum policy_severity severity;
    struct policy_wanted wanted;
    struct policy_apply apply;
    const struct policy_exception *exceptions; /* of this rule alone; see policy_exception_at */
    size_t exception_count;
    struct policy_place place;
    size_t number; /* its index of policy_rule_at */
    const struct policy *policy;
};

/* What a policy is read for. All borrowed. */
struct policy_terms {
    const char *as_of;              /* the date, "2026-11-28", that exceptions are judged by */
    const char *const *check_ids;   /* that exceptions may name, NULL-terminated */
    bool allow_unlimited;           /* exceptions without `expires` */
    struct schema_catalog *schemas; /* for schemas/policy.json */
    const struct query_wait *wait;  /* for jq predicates; NULL */
    int baseline_hop_limit;         /* the highest that the built-in policy allows; 0: 1 */
    json_t *faults; /* an array that takes {"file", "line", "column", "pointer", "message"} of each; NULL: not wanted */
};

/* The name that stands for the built-in policy where a file is expected. */
#define POLICY_BASELINE "baseline"

/*
 * Reads the policy in `text` (of the file called `name`); or the built-in one. Faults are all reported, each with its
 * place, in `ret_faults`. ERR_INVALID with a summary; ERR_USAGE for a predicate that jq refuses.
 */
struct policy *policy_read(const char *text, size_t size, const char *name, const struct policy_terms *terms,
                           struct text *ret_faults, struct err *e) __attribute__((warn_unused_result));
struct policy *policy_baseline(const struct policy_terms *terms, struct err *e) __attribute__((warn_unused_result));

/*
 * Adds the exceptions of a file of their own (schemas/policy_exceptions.json), which are about all rules, or about
 * those that one names. Faults and errors as policy_read; on failure the policy is unchanged. The digest then covers
 * both.
 */
bool policy_add_exceptions(struct policy *policy, const char *text, size_t size, const char *name,
                           const struct policy_terms *terms, struct text *ret_faults, struct err *e)
    __attribute__((warn_unused_result));

void policy_destroy(struct policy *policy); /* NULL allowed */

/* The text of the built-in policy, and of one that shows every key, both YAML. */
extern const char policy_baseline_text[], policy_example_text[];

const char *policy_name(const struct policy *policy);   /* the file's, or "baseline" */
const char *policy_digest(const struct policy *policy); /* "sha256:<hex>" of the text */
size_t policy_rule_count(const struct policy *policy);
const struct policy_rule *policy_rule_at(const struct policy *policy, size_t index);

/*
 * All exceptions: those of the rules in their order, then those of files of their own. One of them may be about several
 * rules (policy_exception_covers), and `number` counts them through.
 */
size_t policy_exception_count(const struct policy *policy);
const struct policy_exception *policy_exception_at(const struct policy *policy, size_t index);
bool policy_exception_covers(const struct policy_exception *exception, const struct policy_rule *rule);

/*
 * Append what a rule is about and what it wants, for people: "instance, template"; "name web-* or db-*; vpc vpc-prod"
 * (nothing where it has no `where`); "enabled, https, hop limit 2 or less, no auto_link".
 */
void policy_append_kinds(const struct policy_rule *rule, struct text *out);
void policy_append_where(const struct policy_rule *rule, struct text *out);
void policy_append_wanted(const struct policy_rule *rule, struct text *out);

/*
 * What a rule refers to by name, id or CRN; in the order of the rules. A policy outlives resources: that one does not
 * exist is no fault of the file.
 */
enum policy_referent {
    POLICY_REFERS_TO_REGION,
    POLICY_REFERS_TO_VPC,
    POLICY_REFERS_TO_RESOURCE_GROUP,
    POLICY_REFERS_TO_ZONE,
    POLICY_REFERS_TO_NAME,     /* pattern over the names that the rule is about */
    POLICY_REFERS_TO_EXCLUDED, /* pattern over the names that it is not about */
    POLICY_REFERS_TO_PROFILE,
};
struct policy_reference {
    enum policy_referent referent;
    const char *word;
    const struct policy_rule *rule;
    struct policy_place place;
};
size_t policy_reference_count(const struct policy *policy);
const struct policy_reference *policy_reference_at(const struct policy *policy, size_t index);

/* Sets `seen`, by index, for references to names of the rule's kinds that the name of the record matches. */
void policy_references_see(const struct policy *policy, const struct resource *record, bool *seen);

bool policy_rule_is_about(const struct policy_rule *rule, const struct resource_kind *kind);

/* Whether all regions that the rule is about are among these; unknown where it does not say. */
enum policy_truth policy_rule_is_within(const struct policy_rule *rule, const char *const regions[], size_t count);

/* Regions that the file names, for commands that are given none; and options of the login it names. */
size_t policy_region_count(const struct policy *policy);
const char *policy_region_at(const struct policy *policy, size_t index);
const char *policy_auth(const struct policy *policy);         /* word of --auth; NULL */
const char *policy_api_key_file(const struct policy *policy); /* relative to the folder of the policy; NULL */
struct policy_place policy_api_key_place(const struct policy *policy);

/* Whether the rule says something about trusted profiles: reading that of a server costs a request. */
bool policy_rule_needs_profile(const struct policy_rule *rule);

/* Whether a rule selects by the names of VPCs, which answers about templates lack; and names a profile by its name. */
bool policy_needs_vpcs(const struct policy *policy);
bool policy_names_profiles(const struct policy *policy);

/* --- matching --------------------------------------------------------------------------------------- */

/*
 * jq predicates are over the API's object, which is not kept: they are evaluated while it is there, once for each
 * resource, and the result is handed to policy_match. A predicate that gives no boolean or null is ERR_USAGE. Where it
 * fails on an odd record, POLICY_NOT_EVALUATED is in `*ret_holds`: those that do not hold are unknown.
 */
bool policy_has_predicates(const struct policy *policy);
bool policy_test(struct policy *policy, const struct resource *record, const char *json, size_t size,
                 uint64_t *ret_holds, struct err *e) __attribute__((warn_unused_result));
enum { POLICY_PREDICATES_MAX = 63 };
#define POLICY_NOT_EVALUATED (UINT64_C(1) << POLICY_PREDICATES_MAX)

/* Which rule holds for a resource. */
struct policy_match {
    const struct policy_rule *rule; /* NULL: unmanaged, or undecided */
    bool cannot_tell;               /* the record lacks what `undecided` asks for */
    const struct policy_rule *undecided;
    const char *lacks; /* the member of the answer, such as "zone"; NULL */
};
struct policy_match policy_match(const struct policy *policy, const struct resource *record, uint64_t holds);

/* Why a rule did or did not match: appends "vpc is vpc-dev, not vpc-prod", or nothing where it matches. */
bool policy_explain(const struct policy *policy, size_t rule, const struct resource *record, uint64_t holds,
                    struct text *out);

/* Whether the exception is about the resource, by its CRN or name; of which rules and findings is not looked at. */
bool policy_exception_matches(const struct policy_exception *exception, const struct resource *record);

/* Whether it names the resource and the check, for a rule that it covers; another one may come before it. */
bool policy_exception_is_about(const struct policy_exception *exception, const struct resource *record,
                               const char *check);

/* The exception of the rule that covers the finding of the check, the one by CRN before one by name; or NULL. */
const struct policy_exception *policy_exception_for(const struct policy_rule *rule, const struct resource *record,
                                                    const char *check);

/* --- what is wanted ---------------------------------------------------------------------------------- */

/*
 * The settings that the resource has to be changed to, as a request for `plan`: only those that the kind can be given
 * and that what it has does not fulfil already; a hop limit above `max` becomes `max`. `given` is 0: nothing to change.
 */
void policy_settings(const struct policy_wanted *wanted, const struct resource *record, struct resource_settings *ret);

/* Whether the value of the setting fulfils the rule; true where the rule does not say or the kind does not have it. */
bool policy_fulfils(const struct policy_wanted *wanted, const struct resource_settings *settings, unsigned setting);

/*
 * The settings, as bits, of which no value fulfils both rules; protocol and hop limit do not count where one wants the
 * service off. Then append: policy rule web wants https, policy rule base wants http: no template can have both,
 * change one of the rules.
 */
unsigned policy_contradiction(const struct policy_rule *rule, const struct policy_rule *other);
void policy_append_contradiction(const struct policy_rule *rule, const struct policy_rule *other, struct text *out);

/*
 * Whether a resource with that trusted profile (id or CRN; NULL: none) is right by the rule; `name` may be NULL.
 * Unknown where the rule names a profile by its name and only the id is known.
 */
enum policy_truth policy_allows_profile(const struct policy_wanted *wanted, const char *profile, const char *name);

#endif
