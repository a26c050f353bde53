/* Which rules a resource breaks, by what its kind can do, and the counts of what was audited. */
#include "audit/audit_fixes.h"
#include "audit/audit_regions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

static unsigned bit(enum audit_rule_number rule)
{
    return 1U << rule;
}

/* --- what a kind is to an audit --------------------------------------------------------------------- */

enum role { ROLE_SERVER, ROLE_TEMPLATE, ROLE_GROUP };

/* A group has no settings of its own; a template has some that never change. */
static enum role role_of(const struct resource_kind *kind)
{
    return kind->settings == 0 ? ROLE_GROUP : kind->patchable == 0 ? ROLE_TEMPLATE : ROLE_SERVER;
}

/* --- rules ------------------------------------------------------------------------------------------ */

/* What an answer does not say is no finding. */
static bool is_known(const struct resource_settings *settings, unsigned setting)
{
    return (settings->given & setting) != 0;
}

static bool over_other_than_https(const struct resource_settings *settings)
{
    return is_known(settings, RESOURCE_PROTOCOL) && !text_equal(settings->protocol, "https");
}

static bool hops_too_far(const struct resource_settings *settings, int max_hop_limit)
{
    return (settings->given & RESOURCE_HOP_LIMIT) != 0 && settings->hop_limit > max_hop_limit;
}

/* Protocol and hop limit take effect when the service is enabled, and are judged only then (vpc-api.md 3.1, 5.7 A3). */
static unsigned broken_by_server(const struct resource *record, int max_hop_limit)
{
    const struct resource_settings *settings = &record->settings;
    bool supported = resource_architecture_supported(record->architecture);

    if (!is_known(settings, RESOURCE_ENABLED)) {
        return 0;
    }
    if (!settings->enabled) {
        return supported ? bit(AUDIT_DISABLED) : 0; /* off is right where the service does not exist */
    }
    return (over_other_than_https(settings) ? bit(AUDIT_HTTP) : 0) |
           (hops_too_far(settings, max_hop_limit) ? bit(AUDIT_HOP_LIMIT) : 0) |
           (supported ? 0 : bit(AUDIT_ARCHITECTURE));
}

static unsigned broken_by_template(const struct resource *record, int max_hop_limit)
{
    const struct resource_settings *settings = &record->settings;
    bool links = (settings->given & RESOURCE_AUTO_LINK) != 0 && settings->auto_link;
    unsigned broken = links ? bit(AUDIT_TEMPLATE_AUTO_LINK) : 0;

    if (!is_known(settings, RESOURCE_ENABLED)) {
        return broken;
    }
    if (!settings->enabled) {
        return broken | bit(AUDIT_TEMPLATE_DISABLED);
    }
    return broken | (over_other_than_https(settings) ? bit(AUDIT_TEMPLATE_HTTP) : 0) |
           (hops_too_far(settings, max_hop_limit) ? bit(AUDIT_TEMPLATE_HOP_LIMIT) : 0);
}

/* --- findings --------------------------------------------------------------------------------------- */

static void add_finding(struct audit *audit, const struct audit_finding *finding)
{
    if (!audit_reports(&audit->policy, finding->rule) || finding->severity < audit->policy.severity) {
        return;
    }
    audit->findings = mem_list_reserve(audit->findings, audit->count, &audit->capacity, sizeof(*audit->findings));
    audit->findings[audit->count++] = *finding;
    audit->by_rule[finding->rule]++;
    audit->by_severity[finding->severity]++;
}

static void add_broken(struct audit *audit, size_t place, unsigned broken)
{
    for (enum audit_rule_number rule = 0; rule < AUDIT_RULES; rule++) {
        if ((broken & bit(rule)) != 0) {
            add_finding(audit, &(struct audit_finding){.rule = rule,
                                                       .severity = audit_rules[rule].severity,
                                                       .place = place,
                                                       .resource = resource_list_at(audit->inventory.selected, place)});
        }
    }
}

static enum audit_severity worst_of(unsigned rules)
{
    enum audit_severity worst = AUDIT_LOW;

    for (enum audit_rule_number rule = 0; rule < AUDIT_RULES; rule++) {
        if ((rules & bit(rule)) != 0 && audit_rules[rule].severity > worst) {
            worst = audit_rules[rule].severity;
        }
    }
    return worst;
}

/* What the operator accepts in a template is accepted in its groups. */
static void judge_group(struct audit *audit, size_t place, const struct resource *group)
{
    const struct resource *template_used =
        resource_list_find(audit->inventory.known, &resource_template, group->template_id);

    if (template_used == NULL) {
        if (audit->inventory.known_whole && group->template_id != NULL) {
            add_broken(audit, place, bit(AUDIT_GROUP_TEMPLATE_MISSING));
        }
        return;
    }
    unsigned broken = broken_by_template(template_used, audit->policy.max_hop_limit) & ~audit->policy.excluded;
    if (broken != 0) {
        add_finding(audit, &(struct audit_finding){.rule = AUDIT_GROUP_TEMPLATE,
                                                   .severity = worst_of(broken),
                                                   .place = place,
                                                   .resource = group,
                                                   .template_used = template_used,
                                                   .template_rules = broken});
    }
}

static void judge_resource(struct audit *audit, size_t place, const struct resource *record)
{
    int max_hop_limit = audit->policy.max_hop_limit;

    switch (role_of(record->kind)) {
    case ROLE_SERVER:
        add_broken(audit, place, broken_by_server(record, max_hop_limit));
        break;
    case ROLE_TEMPLATE:
        add_broken(audit, place, broken_by_template(record, max_hop_limit));
        break;
    case ROLE_GROUP:
        judge_group(audit, place, record);
        break;
    }
}

/* --- counts ----------------------------------------------------------------------------------------- */

static enum audit_protocol protocol_of(const struct resource_settings *settings)
{
    enum audit_protocol protocol = 0;

    if (!is_known(settings, RESOURCE_PROTOCOL)) {
        return AUDIT_PROTOCOL_UNKNOWN;
    }
    while (protocol < AUDIT_PROTOCOL_OTHER && !text_equal(settings->protocol, audit_protocol_names[protocol])) {
        protocol++;
    }
    return protocol;
}

static int hop_limit_of(const struct resource_settings *settings)
{
    bool in_range = settings->hop_limit >= RESOURCE_HOP_LIMIT_MIN && settings->hop_limit <= RESOURCE_HOP_LIMIT_MAX;

    return !is_known(settings, RESOURCE_HOP_LIMIT) ? AUDIT_HOP_LIMIT_UNKNOWN : in_range ? settings->hop_limit : 0;
}

static void count_resource(struct audit *audit, const struct resource *record)
{
    const struct resource_settings *settings = &record->settings;
    struct audit_counts *counts = audit->kinds;
    int state = audit_state(settings);

    while (counts->kind != record->kind) {
        counts++;
    }
    counts->total++;
    audit->unchecked += record->odd != NULL;
    if ((record->kind->settings & RESOURCE_ENABLED) != 0) {
        counts->states[state]++;
    }
    if ((record->kind->settings & RESOURCE_PROTOCOL) != 0) {
        counts->protocols[state][protocol_of(settings)]++;
    }
    if ((record->kind->settings & RESOURCE_HOP_LIMIT) != 0) {
        counts->hop_limits[state][hop_limit_of(settings)]++;
    }
}

/* --- the audit -------------------------------------------------------------------------------------- */

static int compare_findings(const void *left, const void *right)
{
    const struct audit_finding *a = left;
    const struct audit_finding *b = right;

    if (a->severity != b->severity) {
        return (int)b->severity - (int)a->severity;
    }
    if (a->rule != b->rule) {
        return (int)a->rule - (int)b->rule;
    }
    return (a->place > b->place) - (a->place < b->place);
}

void audit_make(const struct audit_inventory *inventory, const struct audit_policy *policy, struct audit *ret)
{
    *ret = (struct audit){.policy = *policy, .inventory = *inventory};
    for (; resource_kinds[ret->kind_count] != NULL; ret->kind_count++) {
        assert(ret->kind_count < AUDIT_KINDS_MAX);
        ret->kinds[ret->kind_count].kind = resource_kinds[ret->kind_count];
    }
    for (size_t i = 0; i < resource_list_count(inventory->selected); i++) {
        const struct resource *record = resource_list_at(inventory->selected, i);
        count_resource(ret, record);
        judge_resource(ret, i, record);
    }
    if (ret->count > 0) {
        qsort(ret->findings, ret->count, sizeof(*ret->findings), compare_findings);
    }
    audit_fixes_make(ret);
    audit_regions_make(ret);
}

void audit_free(struct audit *audit)
{
    free(audit->findings);
    free(audit->fixes);
    free(audit->regions);
    *audit = (struct audit){0};
}
