/*
 * audit: findings over an inventory. Which resources break which rule, in what order the findings matter, what each of
 * them says, the recommended fix, and the counts that an audit begins with. Pure: no request is sent, nothing is
 * printed.
 *
 * A rule is a row of one table (audit_rules.c): its id is stable, because scripts and waivers name it. Rules ask what a
 * kind can do (room resource), never which kind it is: a new kind is audited without a change here.
 *
 * Sources: vpc-api.md 5.7 (A1, A3, A5, A7, A8), 2.9 and 2.10 (templates and groups), 4.1 (architectures).
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "cli/cli_command_line.h"
#include "resource/resource_list.h"
#include "table/table.h"
#include "json/json.h"

enum audit_severity { AUDIT_LOW, AUDIT_MEDIUM, AUDIT_HIGH, AUDIT_SEVERITIES };
extern const char *const audit_severity_names[]; /* by enum audit_severity, NULL-terminated */

/* In the order in which findings of one severity are reported. */
enum audit_rule_number {
    AUDIT_HTTP,
    AUDIT_TEMPLATE_HTTP,
    AUDIT_HOP_LIMIT,
    AUDIT_ARCHITECTURE,
    AUDIT_TEMPLATE_HOP_LIMIT,
    AUDIT_TEMPLATE_AUTO_LINK,
    AUDIT_GROUP_TEMPLATE,
    AUDIT_GROUP_TEMPLATE_MISSING,
    AUDIT_DISABLED,
    AUDIT_TEMPLATE_DISABLED,
    AUDIT_RULES,
};

/* Members of the table; {words} in message are filled in from the finding. */
struct audit_rule {
    const char *title; /* a heading: what is wrong, in a few words */
    enum audit_severity
        severity;        /* of its findings; those of AUDIT_GROUP_TEMPLATE have their template's worst, this at most */
    const char *meaning; /* why it matters */
    const char *message; /* of a finding */
    const char *fix;     /* the command for a resource that breaks this rule alone; WORDS in capitals are examples */
    const char *basis;   /* where the rule comes from */
};
extern const struct audit_rule audit_rules[AUDIT_RULES];
extern const char *const audit_rule_ids[]; /* by enum audit_rule_number, NULL-terminated */

/* Adds the rule called `id` to the set (bit 1 << enum audit_rule_number). ERR_USAGE with the nearest id. */
bool audit_add_rule(const char *id, unsigned *rules, struct err *e) __attribute__((warn_unused_result));

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
struct audit_policy {
    int max_hop_limit;            /* 1..64: more than this is a finding */
    enum audit_severity severity; /* findings below it are left out */
    unsigned rules;               /* the only ones reported; 0: all */
    unsigned excluded;            /* neither reported nor counted against the groups of a template */
    const char *const *regions;   /* that were read, `region_count` of them: counted even when nothing is there */
    size_t region_count;
    const char *program;                /* that fixes run */
    struct cli_place place;             /* of fixes; their region is that of the resource */
    bool targeted;                      /* single resources were named */
    const char *where;                  /* the predicate of the selection; NULL: none */
    const struct audit_option *options; /* the other selectors, `option_count` of them */
    size_t option_count;
    struct audit_words again; /* without --rule and --all */
};

/*
 * The resources to audit. `known` holds at least the templates that the groups use and the groups that use the
 * templates; it may be `selected` itself. `known_whole` says that a template that is not in it does not exist.
 */
struct audit_inventory {
    const struct resource_list *selected;
    const struct resource_list *known;
    bool known_whole;
};

struct audit_finding {
    enum audit_rule_number rule;
    enum audit_severity severity;
    size_t place;                         /* of the resource in the list `selected` */
    const struct resource *resource;      /* borrowed from the inventory */
    const struct resource *template_used; /* of a group's finding; NULL when it is missing */
    unsigned template_rules;              /* that this template breaks */
    size_t fix;                           /* index of its fix */
};

/* The one fix of all that was found in a resource. */
struct audit_fix {
    const struct resource *target;     /* borrowed; of a group's findings its template, unless that is missing */
    unsigned rules;                    /* what is fixed */
    unsigned own_rules;                /* those found in the target itself, not in a group that uses it */
    struct resource_settings settings; /* none: no command fixes it */
    bool own_name;                     /* nothing else of its kind and region has its name */
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
    size_t states[AUDIT_STATES]; /* of the kinds that have the service */
    size_t by_severity[AUDIT_SEVERITIES];
};

enum { AUDIT_KINDS_MAX = 8 };

/* An audit: findings with the worst first, then by rule and by the order of the inventory. */
struct audit {
    struct audit_policy policy;
    struct audit_inventory inventory;
    struct audit_finding *findings;
    size_t count, capacity;
    struct audit_fix *fixes; /* in the order of their first findings */
    size_t fix_count, fix_capacity;
    size_t by_rule[AUDIT_RULES];
    size_t by_severity[AUDIT_SEVERITIES];
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
void audit_make(const struct audit_inventory *inventory, const struct audit_policy *policy, struct audit *ret);
void audit_free(struct audit *audit); /* zero-initialised values allowed; for CLEANUP */

/* Whether findings of the rule are reported under the policy. */
bool audit_reports(const struct audit_policy *policy, enum audit_rule_number rule);

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
 * Appends the command that audits the same and lists every finding of the rule, or of any rule for AUDIT_RULES, as a
 * row; on lines of at most `columns` as above.
 */
void audit_listing(const struct audit *audit, enum audit_rule_number rule, size_t columns, struct text *out);

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
