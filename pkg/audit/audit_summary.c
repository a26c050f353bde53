/* The counts of an audit as JSON. */
#include "audit/audit_regions.h"

#include <stdio.h>

static const char *const state_names[AUDIT_STATES] = {
    [AUDIT_OFF] = "disabled", [AUDIT_ON] = "enabled", [AUDIT_UNKNOWN] = "unknown"};
static const int states_in_order[AUDIT_STATES] = {AUDIT_ON, AUDIT_OFF, AUDIT_UNKNOWN};

static void set_count(json_t *object, const char *name, size_t count)
{
    json_object_set_new(object, name, json_integer((json_int_t)count));
}

static json_t *protocols_json(const size_t counts[AUDIT_PROTOCOLS])
{
    json_t *object = json_object();

    for (enum audit_protocol protocol = 0; protocol < AUDIT_PROTOCOLS; protocol++) {
        if (counts[protocol] > 0 || protocol < AUDIT_PROTOCOL_OTHER) {
            set_count(object, audit_protocol_names[protocol], counts[protocol]);
        }
    }
    return object;
}

static json_t *hop_limits_json(const size_t counts[AUDIT_HOP_LIMITS])
{
    json_t *object = json_object();
    char name[16];

    for (int hops = RESOURCE_HOP_LIMIT_MIN; hops <= RESOURCE_HOP_LIMIT_MAX; hops++) {
        if (counts[hops] > 0) {
            snprintf(name, sizeof(name), "%d", hops);
            set_count(object, name, counts[hops]);
        }
    }
    if (counts[0] > 0) {
        set_count(object, "other", counts[0]);
    }
    if (counts[AUDIT_HOP_LIMIT_UNKNOWN] > 0) {
        set_count(object, "unknown", counts[AUDIT_HOP_LIMIT_UNKNOWN]);
    }
    return object;
}

static json_t *settings_json(const struct audit_counts *counts)
{
    json_t *object = json_object();
    json_t *protocols = json_object();
    json_t *hop_limits = json_object();

    for (size_t i = 0; i < AUDIT_STATES; i++) {
        int state = states_in_order[i];
        if (state == AUDIT_UNKNOWN && counts->states[state] == 0) {
            continue;
        }
        set_count(object, state_names[state], counts->states[state]);
        json_object_set_new(protocols, state_names[state], protocols_json(counts->protocols[state]));
        json_object_set_new(hop_limits, state_names[state], hop_limits_json(counts->hop_limits[state]));
    }
    json_object_set_new(object, "protocol", protocols);
    if ((counts->kind->settings & RESOURCE_HOP_LIMIT) != 0) {
        json_object_set(object, "response_hop_limit", hop_limits);
    }
    json_decref(hop_limits);
    return object;
}

static json_t *findings_json(const struct audit *audit)
{
    json_t *severities = audit_severities_json(audit->by_severity);
    json_t *rules = json_object();

    for (enum audit_rule_number rule = 0; rule < AUDIT_RULES; rule++) {
        if (audit_reports(&audit->policy, rule)) {
            set_count(rules, audit_rule_ids[rule], audit->by_rule[rule]);
        }
    }
    return json_build("{s:I, s:o, s:o}", "total", (json_int_t)audit->count, "severity", severities, "rule", rules);
}

json_t *audit_summary(const struct audit *audit)
{
    json_t *resources = json_object();
    json_t *settings = json_object();

    for (size_t i = 0; i < audit->kind_count; i++) {
        const struct audit_counts *counts = &audit->kinds[i];
        set_count(resources, counts->kind->name, counts->total);
        if (counts->kind->settings != 0) {
            json_object_set_new(settings, counts->kind->name, settings_json(counts));
        }
    }
    json_t *summary = json_build("{s:i, s:o, s:o, s:o}", "max_hop_limit", audit->policy.max_hop_limit, "resources",
                                 resources, "metadata_service", settings, "findings", findings_json(audit));
    if (audit->unchecked > 0) {
        set_count(summary, "unchecked", audit->unchecked);
    }
    json_object_set_new(summary, "regions", audit_regions_json(audit));
    return summary;
}
