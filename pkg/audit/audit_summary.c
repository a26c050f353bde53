/* The counts of an audit as JSON. */
#include "audit/audit_fixes.h"
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

    for (enum audit_check_number rule = 0; rule < AUDIT_CHECKS; rule++) {
        if (audit_reports(&audit->terms, rule)) {
            set_count(rules, audit_check_ids[rule], audit->by_result[rule][AUDIT_FAIL]);
        }
    }
    return json_build("{s:I, s:o, s:o}", "total", (json_int_t)audit->failed, "severity", severities, "rule", rules);
}

json_t *audit_exception_json(const struct policy_exception *exception)
{
    json_t *object = json_build("{s:s?, s:s?, s:s?, s:s?}", "reason", exception->reason, "owner", exception->owner,
                                "expires", exception->expires, "ticket", exception->ticket);

    if (exception->expired) {
        json_object_set_new(object, "expired", json_true());
    }
    return object;
}

static json_t *results_json(const size_t counts[AUDIT_RESULTS])
{
    json_t *object = json_object();

    for (enum audit_result result = 0; result < AUDIT_RESULTS; result++) {
        set_count(object, audit_result_names[result], counts[result]);
    }
    return object;
}

static json_t *all_results_json(const struct audit *audit)
{
    size_t total[AUDIT_RESULTS] = {0};

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        for (enum audit_result result = 0; result < AUDIT_RESULTS; result++) {
            total[result] += audit->by_result[check][result];
        }
    }
    return results_json(total);
}

/* The results of each check that is part of the audit. */
static json_t *checks_json(const struct audit *audit)
{
    json_t *checks = json_object();

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        if (audit_reports(&audit->terms, check)) {
            json_object_set_new(checks, audit_check_ids[check], results_json(audit->by_result[check]));
        }
    }
    return checks;
}

static json_t *named_exception_json(const struct policy_exception *exception)
{
    json_t *object = audit_exception_json(exception);

    json_object_set_new(object, exception->crn != NULL ? "crn" : "name",
                        json_string(exception->crn != NULL ? exception->crn : exception->name));
    json_object_set_new(object, "policy_rule",
                        exception->rule != NULL ? json_string(exception->rule->name) : json_null());
    json_object_set_new(object, "file", exception->file != NULL ? json_string(exception->file) : json_null());
    json_object_set_new(object, "line", json_integer((json_int_t)exception->place.line));
    return object;
}

static json_t *exceptions_json(const struct audit *audit)
{
    const struct policy *policy = audit->terms.policy;
    json_t *unused = json_array();
    json_t *expiring = json_array();
    size_t excepted = 0;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        excepted += audit->by_result[check][AUDIT_EXCEPTED];
    }
    for (size_t i = 0; policy != NULL && i < policy_exception_count(policy); i++) {
        const struct policy_exception *exception = policy_exception_at(policy, i);
        if (audit->exceptions[i].unused) {
            json_array_append_new(unused, named_exception_json(exception));
        }
        if (exception->expires_soon) {
            json_array_append_new(expiring, named_exception_json(exception));
        }
    }
    return json_build("{s:I, s:I, s:I, s:o, s:o}", "open", (json_int_t)audit->failed, "excepted", (json_int_t)excepted,
                      "expired", (json_int_t)audit->expired, "unused", unused, "expires_soon", expiring);
}

static void add_policy(const struct audit *audit, json_t *summary)
{
    const struct policy *policy = audit->terms.policy;

    json_object_set_new(summary, "results", all_results_json(audit));
    json_object_set_new(summary, "checks", checks_json(audit));
    set_count(summary, "unmanaged", audit->unmanaged);
    json_object_set_new(summary, "exceptions", exceptions_json(audit));
    json_object_set_new(summary, "policy",
                        json_build("{s:s?, s:s?, s:s?}", "name", policy != NULL ? policy_name(policy) : POLICY_BASELINE,
                                   "digest", policy != NULL ? policy_digest(policy) : NULL, "as_of",
                                   audit->terms.as_of));
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
    json_t *summary = json_object();

    json_object_set_new(summary, "max_hop_limit",
                        audit->terms.max_hop_limit > 0 ? json_integer(audit->terms.max_hop_limit) : json_null());
    json_object_set_new(summary, "resources", resources);
    json_object_set_new(summary, "metadata_service", settings);
    json_object_set_new(summary, "findings", findings_json(audit));
    if (audit->unchecked > 0) {
        set_count(summary, "unchecked", audit->unchecked);
    }
    json_object_set_new(summary, "regions", audit_regions_json(audit));
    add_policy(audit, summary);
    return summary;
}
