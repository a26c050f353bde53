/*
 * audit: results of checks over an inventory. Which resources break what their policy rule wants, in what order the
 * findings matter, what each of them says, the recommended fix, and the counts that an audit begins with. Pure: no
 * request is sent, nothing is printed.
 *
 * A check is a row of one table (audit_checks.c): its id is stable, because scripts, policies and reports name it;
 * users know it as `rule`. Checks ask what a kind can do (room resource), never which kind it is: a new kind is audited
 * without a change here. What a resource is to have comes from the policy rule that holds for it (audit_facts.match);
 * what a record does not hold itself comes from its facts. What is not known is never guessed.
 *
 * Sources: vpc-api.md 5.7 (A1 to A12), 2.9 and 2.10 (templates and groups), 4.1 (architectures); facts-next.md 5.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "audit/audit_facts.h"
#include "cli/cli_command_line.h"
#include "resource/resource_list.h"
#include "table/table.h"
#include "json/json.h"

/* In the order in which findings of one severity are reported. */
enum audit_check_number {
    AUDIT_ENABLED_OVER_HTTP,
    AUDIT_TEMPLATE_OVER_HTTP,
    AUDIT_SECRET_IN_USER_DATA,
    AUDIT_PROFILE_FORBIDDEN,
    AUDIT_PROFILE_NOT_ALLOWED,
    AUDIT_HOP_LIMIT,
    AUDIT_HOP_LIMIT_WITH_PROFILE,
    AUDIT_ENABLED_WHERE_FORBIDDEN,
    AUDIT_UNSUPPORTED_ARCHITECTURE,
    AUDIT_ALLOWED_USE,
    AUDIT_PROFILE_MISSING,
    AUDIT_PROFILE_AUTO_LINK,
    AUDIT_TEMPLATE_HOP_LIMIT,
    AUDIT_TEMPLATE_ENABLED_WHERE_FORBIDDEN,
    AUDIT_TEMPLATE_AUTO_LINK,
    AUDIT_GROUP_TEMPLATE,
    AUDIT_GROUP_TEMPLATE_MISSING,
    AUDIT_ENABLED_OVER_HTTPS,
    AUDIT_TEMPLATE_OVER_HTTPS,
    AUDIT_DISABLED,
    AUDIT_TEMPLATE_DISABLED,
    AUDIT_PROFILE_WHILE_DISABLED,
    AUDIT_STORED_WHILE_DISABLED,
    AUDIT_UNUSED_EXCEPTION,
    AUDIT_RESTART_PENDING,
    AUDIT_GROUP_MEMBERS,
    AUDIT_UNMANAGED,
    AUDIT_CHECKS,
};

/* What a check comes to for one resource; findings are those that are fail, cannot_tell or excepted. */
enum audit_result {
    AUDIT_PASS,
    AUDIT_FAIL,
    AUDIT_EXCEPTED,       /* it fails, and an exception of the policy covers that */
    AUDIT_CANNOT_TELL,    /* something that it needs could not be read */
    AUDIT_NOT_APPLICABLE, /* the kind has no such setting, or the policy rule does not say what it is to be */
    AUDIT_RESULTS,
    AUDIT_NO_RESULT = AUDIT_RESULTS, /* what it needs was not asked for: it is not part of the audit */
};
extern const char *const audit_result_names[]; /* by enum audit_result, NULL-terminated */

/* What a resource is to an audit, as bits. */
enum audit_role { AUDIT_SERVER = 1 << 0, AUDIT_TEMPLATE = 1 << 1, AUDIT_GROUP = 1 << 2 };

/* What has to be read for a check besides the records, as bits. */
enum audit_need {
    AUDIT_NEEDS_INITIALIZATIONS = 1 << 0, /* of servers, a request each: trusted profile and user_data */
    AUDIT_NEEDS_USER_DATA = 1 << 1,       /* of templates */
    AUDIT_NEEDS_USE = 1 << 2,             /* allowed_use */
    AUDIT_NEEDS_RESTARTS = 1 << 3,        /* pending ones, from the history */
    AUDIT_NEEDS_MEMBERS = 1 << 4,         /* of groups */
    AUDIT_NEEDS_RULE_PROFILES = 1 << 5,   /* initializations of servers whose policy rule is about trusted profiles */
    AUDIT_NEEDS_ARCHITECTURES = 1 << 6,   /* of templates: those of the profiles that they name */
};

struct audit_subject;

/* A row of the table; {words} in message are filled in from the finding. */
struct audit_check {
    const char *title; /* a heading: what is wrong, in a few words */
    enum policy_severity
        severity;        /* of its findings; those of AUDIT_GROUP_TEMPLATE have their template's worst, this at most */
    const char *meaning; /* why it matters */
    const char *message; /* of a finding */
    const char *fix;     /* the command for a resource that fails this alone; WORDS in capitals are examples */
    const char *basis;   /* where the check comes from */
    unsigned roles;      /* bits of enum audit_role: whom it is about; others have no result */
    unsigned needs;      /* bits of enum audit_need */
    enum audit_result (*judge)(struct audit_subject *subject); /* NULL: judged by the audit itself */
};
extern const struct audit_check audit_checks[AUDIT_CHECKS];
extern const char *const audit_check_ids[]; /* by enum audit_check_number, NULL-terminated */

/* Adds the check called `id` to the set (bit 1 << enum audit_check_number). ERR_USAGE with the nearest id. */
bool audit_add_check(const char *id, unsigned *checks, struct err *e) __attribute__((warn_unused_result));

/* An option of the audit and its value; NULL: a flag. */
struct audit_option {
    const char *name, *value;
};

/* The words of a command that audits the same once more: the operands and the options, without those of place. */
struct audit_words {
    const char *const *operands;
    size_t operand_count;
    const struct audit_option *options;
    size_t option_count;
};

/* What to look for, and what the fixes need to be pasted. Strings are borrowed. */
struct audit_terms {
    const struct policy *policy;   /* whose rules the facts name */
    const char *policy_file;       /* as it was given; NULL: the built-in policy */
    const char *as_of;             /* the date that exceptions were judged by */
    int max_hop_limit;             /* of the built-in policy; 0: another one holds */
    enum policy_severity severity; /* findings below it are left out */
    enum policy_severity fail_on;  /* findings below it do not count for audit_fails */
    unsigned checks;               /* the only ones reported; 0: all */
    unsigned excluded;             /* neither reported nor counted against the groups of a template */
    bool initializations;          /* are to be read, whether a check needs them or not */
    bool strict;                   /* an unused exception is a finding */
    bool narrowed;                 /* selectors leave something out: exceptions may be used elsewhere */
    bool regions_left_out;         /* so may they where not every region of the policy, or of the account, was read */
    bool complete;                 /* everything could be read */
    const char *const *regions;    /* that were read, `region_count` of them: counted even when nothing is there */
    size_t region_count;
    const char *program;                /* that fixes run */
    struct cli_place place;             /* of fixes; their region is that of the resource */
    bool targeted;                      /* single resources were named */
    const char *where;                  /* the predicate of the selection; NULL: none */
    const struct audit_option *options; /* the other selectors, `option_count` of them */
    size_t option_count;
    struct audit_words again; /* without --rule and --all */
};

/* Whether findings of the check are reported. */
bool audit_reports(const struct audit_terms *terms, enum audit_check_number check);

/* Whether the check is made: unused exceptions that are asked for by name need every check, reported or not. */
bool audit_makes(const struct audit_terms *terms, enum audit_check_number check);

/*
 * What has to be read, as bits of enum audit_need: what the reported checks need. Initializations, a request a server,
 * of all servers only where a check that needs them is named, or they are asked for; else of those whose policy rule is
 * about trusted profiles, and of none where no check that needs them is reported.
 */
unsigned audit_needs(const struct audit_terms *terms);

/*
 * The resources to audit. `known` holds at least the templates that the groups use and the groups that use the
 * templates; it may be `selected` itself. `known_whole` says that a template that is not in it does not exist.
 */
struct audit_inventory {
    const struct resource_list *selected;
    const struct resource_list *known;
    const struct audit_facts *facts;       /* of each selected resource */
    const struct audit_facts *known_facts; /* of each known one; NULL: nothing is known of them */
    bool known_whole;
};

struct audit_finding {
    enum audit_check_number check;
    enum audit_result result; /* AUDIT_FAIL, AUDIT_CANNOT_TELL or AUDIT_EXCEPTED */
    enum policy_severity severity;
    size_t place;                             /* of the resource in the list `selected`; SIZE_MAX: of the policy */
    const struct resource *resource;          /* borrowed from the inventory */
    const struct audit_facts *facts;          /* of the resource; NULL: of the policy */
    const struct policy_rule *rule;           /* that holds for it; NULL: unmanaged */
    const struct policy_exception *exception; /* that covers it; one of AUDIT_FAIL has expired */
    const char *why;                          /* of AUDIT_CANNOT_TELL: what is unknown */
    const struct resource *template_used;     /* of a group's finding: its template; NULL: it was not found */
    unsigned template_checks;                 /* that this template fails */
    const struct policy_rule *contradicts;    /* rule about that template that excludes the fix; NULL: none does */
    size_t fix;                               /* index of its fix */
};

/* Why the command that would fix something cannot work. */
enum audit_obstacle {
    AUDIT_NO_OBSTACLE,
    AUDIT_USE_FORBIDS,   /* the allowed_use of its image or boot volume: only the hop limit can be changed */
    AUDIT_STATE_REFUSES, /* its lifecycle state or its status: nothing can */
    AUDIT_NOT_RUNNING,   /* there is nothing to restart */
    AUDIT_KEPT,          /* of a template: another one has taken its place, and the policy does not delete it */
};

/* The one fix of all that was found in a resource. */
struct audit_fix {
    const struct resource *target;     /* borrowed; of a group's findings its template, unless that is missing */
    unsigned checks;                   /* what is fixed */
    unsigned own_checks;               /* those that the target itself fails, not a group that uses it */
    const struct policy_rule *rule;    /* whose settings are wanted */
    struct resource_settings settings; /* none: no command sets anything */
    enum audit_obstacle obstacle;      /* the settings and the restart are those in spite of it */
    const struct resource *successor;  /* with AUDIT_KEPT: the other template */
    const struct audit_facts *facts;   /* of the target itself; where it was not audited, of a group that uses it */
    bool restarts;                     /* a restart is all that it needs */
    bool own_name;                     /* nothing else of its kind and region has its name */
};

/* What an exception of the policy did. */
struct audit_exception {
    size_t findings;                          /* that it covers, or would if it had not expired */
    bool unused;                              /* it covers nothing, and everything that it could cover was judged */
    const struct policy_exception *beaten_by; /* covers what it is about in its place; NULL: nothing does */
};

/* Index of counts: the service is disabled, enabled, or the answer did not say (resource_read). */
enum { AUDIT_OFF, AUDIT_ON, AUDIT_UNKNOWN, AUDIT_STATES };
enum audit_protocol {
    AUDIT_PROTOCOL_HTTP,
    AUDIT_PROTOCOL_HTTPS,
    AUDIT_PROTOCOL_OTHER,
    AUDIT_PROTOCOL_UNKNOWN,
    AUDIT_PROTOCOLS
};
enum { AUDIT_HOP_LIMIT_UNKNOWN = RESOURCE_HOP_LIMIT_MAX + 1, AUDIT_HOP_LIMITS };

/* Counts of one kind. What a kind does not have is not counted. */
struct audit_counts {
    const struct resource_kind *kind;
    size_t total;
    size_t states[AUDIT_STATES];
    size_t protocols[AUDIT_STATES][AUDIT_PROTOCOLS];
    size_t hop_limits[AUDIT_STATES][AUDIT_HOP_LIMITS]; /* [0]: those outside 1..64 */
};

/* Counts of one region, over all kinds. */
struct audit_region {
    const char *name; /* "" where it is not known */
    size_t total;
    size_t states[AUDIT_STATES];           /* of the kinds that have the service */
    size_t by_severity[POLICY_SEVERITIES]; /* of findings that fail */
};

enum { AUDIT_KINDS_MAX = 8 };

/* A finding beside an earlier audit (audit_baseline.h). */
enum audit_baseline { AUDIT_NEW, AUDIT_UNCHANGED };
extern const char *const audit_baseline_names[]; /* "new", "unchanged" */

/*
 * An audit. Those findings that fail come first, then those of AUDIT_CANNOT_TELL, then the excepted ones; each with the
 * worst first, then by check and by the order of the inventory.
 */
struct audit {
    struct audit_terms terms;
    struct audit_inventory inventory;
    struct audit_finding *findings;
    size_t count, capacity;
    const enum audit_baseline *baseline; /* of each finding, borrowed from who compares them; NULL: nothing does */
    size_t failed;                       /* of the findings */
    size_t serious;                      /* of those: as severe as terms.fail_on or more */
    size_t expired;                      /* of those that fail: an exception covered it once */
    struct audit_fix *fixes;             /* in the order of their first findings */
    size_t fix_count, fix_capacity;
    size_t by_result[AUDIT_CHECKS][AUDIT_RESULTS];
    size_t by_severity[POLICY_SEVERITIES]; /* of those that fail */
    unsigned unjudged;                     /* checks that had no result for lack of facts */
    size_t unmanaged;                      /* resources that no policy rule holds for */
    struct audit_exception *exceptions;    /* by number of the policy's */
    size_t *matched;                       /* resources that each rule of the policy holds for, by its number */
    struct resource *policy_resources;     /* what findings of the policy are about, by number of the exception */
    uint8_t *results;                      /* enum audit_result, by place and check: see audit_result_of */
    size_t unchecked; /* odd resources: what their answers do not say is neither a finding nor the lack of one */
    struct audit_counts kinds[AUDIT_KINDS_MAX]; /* in the order of resource_kinds */
    size_t kind_count;
    struct audit_region *regions; /* in the order of the policy, then of the inventory */
    size_t region_count, region_capacity;
};

/*
 * Judges every resource of `inventory->selected`, whose order the findings keep. The lists are borrowed as long as the
 * audit lives. Free it with audit_free.
 */
void audit_make(const struct audit_inventory *inventory, const struct audit_terms *terms, struct audit *ret);
void audit_free(struct audit *audit); /* zero-initialised values allowed; for CLEANUP */

/* What the check came to for the selected resource; AUDIT_NO_RESULT where it is not about it or was not judged. */
enum audit_result audit_result_of(const struct audit *audit, size_t place, enum audit_check_number check);

/*
 * Appends 64 hexadecimal digits that a finding keeps from audit to audit: SHA-256 of "CHECK\nCRN"; of an exception, of
 * what it says rather than of the place where it stands.
 */
void audit_fingerprint(const struct audit_finding *finding, struct text *out);

/* Whether the rules and exceptions of the policy that did nothing can be named: everything was read and judged. */
bool audit_is_whole(const struct audit *audit);

/* Appends how an exception is called: "of team-pay for legacy-*". */
void audit_describe_exception(const struct policy_exception *exception, struct text *out);

/* Appends which exception covers everything that this one is about, and why that one; nothing where none does. */
void audit_append_beaten(const struct audit *audit, const struct policy_exception *exception, struct text *out);

/*
 * Append what the finding says, and the recommended fix: a whole command line, quoted for a shell, which fixes every
 * finding of the resource. Where no command fixes it, the message says so and the fix shows what there is to decide.
 */
void audit_message(const struct audit *audit, const struct audit_finding *finding, struct text *out);
void audit_fix(const struct audit *audit, const struct audit_finding *finding, struct text *out);

/*
 * Appends a few commands that together fix everything that commands fix, one a line; where `columns` is not 0, on
 * lines of at most that where it is possible, which a shell reads as one. Each sets the same in all
 * resources that it chooses: by the selectors of the audit and a predicate that says exactly what was found, or by
 * name where the resources are few or were named.
 */
void audit_grouped_fixes(const struct audit *audit, size_t columns, struct text *out);

/*
 * Whether `apply --policy` brings to the resources of the fixes what the audit judged by. Of more resources than a few
 * commands can name, the fixes are then left to it.
 */
bool audit_is_settled_by_apply(const struct audit *audit);

/*
 * Appends the command that audits the same and lists every finding of the rule, or of any rule for AUDIT_CHECKS, as a
 * row; on lines of at most `columns` as above.
 */
void audit_listing(const struct audit *audit, enum audit_check_number rule, size_t columns, struct text *out);

/*
 * The counts as JSON, a new reference:
 *     {"max_hop_limit":1,
 *      "resources":{"instance":1000,...},
 *      "metadata_service":{"instance":{"enabled":7,"disabled":3,
 *          "protocol":{"enabled":{"http":2,"https":5},"disabled":{"http":3,"https":0}},
 *          "response_hop_limit":{"enabled":{"1":6,"2":1},"disabled":{"1":3}}},...},
 *      "findings":{"total":5,"severity":{"high":2,...},"rule":{"enabled-over-http":2,...}},
 *      "regions":{"eu-de":{"resources":10,"enabled":7,"disabled":3,"findings":{"total":5,"severity":{...}}},...}}
 * Kinds and protocols without a resource count 0; hop limits that no resource has are left out, and so is "unknown"
 * (beside "enabled", a protocol, a hop limit) where every answer said it, and "unchecked" where no resource is odd.
 */
json_t *audit_summary(const struct audit *audit);

/*
 * The same as tables, which the caller releases: a row a finding (its region only where `with_region`), whose fix is
 * wrapped as above; for people the counts of each kind and of each region, a histogram of hop limits with a scale for
 * each kind (no rows where no kind has one), and the rules that are broken, where `columns` is not 0 with the first
 * resources that break them, as many as fit, and the command that lists them all; and the rules themselves.
 */
struct table *audit_findings_table(const struct audit *audit, bool with_region, size_t columns);
struct table *audit_counts_table(const struct audit *audit);
struct table *audit_regions_table(const struct audit *audit);
struct table *audit_histogram_table(const struct audit *audit);
struct table *audit_broken_table(const struct audit *audit, size_t columns);
struct table *audit_rules_table(void);

/* The columns of audit_findings_table and audit_rules_table, for --fields. */
extern const struct table_column audit_finding_columns[], audit_rule_columns[];
extern const size_t audit_finding_columns_count, audit_rule_columns_count;

/* How messages and JSON call a protocol: "http", "https", "other", "unknown". */
extern const char *const audit_protocol_names[AUDIT_PROTOCOLS];

#endif
