/* Checks of the metadata settings that a record holds: of servers, and of templates for the servers made from them. */
#include <string.h>

#include "audit/audit_checks.h"

enum audit_result audit_outcome(struct audit_subject *subject, enum audit_truth fails, const char *why)
{
    if (fails == AUDIT_MAYBE) {
        subject->why = why;
        return AUDIT_CANNOT_TELL;
    }
    return fails == AUDIT_YES ? AUDIT_FAIL : AUDIT_PASS;
}

/* A group has no settings of its own; a template has some that never change. */
enum audit_role audit_role_of(const struct resource_kind *kind)
{
    return kind->settings == 0 ? AUDIT_GROUP : kind->patchable == 0 ? AUDIT_TEMPLATE : AUDIT_SERVER;
}

enum audit_truth audit_is_on(const struct resource *record)
{
    bool known = (record->settings.given & RESOURCE_ENABLED) != 0;

    return !known ? AUDIT_MAYBE : record->settings.enabled ? AUDIT_YES : AUDIT_NO;
}

enum audit_truth audit_is_supported(const struct audit_subject *subject, const char **ret_lacks)
{
    const struct resource *record = subject->record;
    const struct audit_facts *facts = subject->facts;

    if (record->architecture != NULL) {
        return resource_architecture_supported(record->architecture) ? AUDIT_YES : AUDIT_NO;
    }
    if (facts->architecture_reading == AUDIT_UNREADABLE) {
        *ret_lacks = facts->architecture_lacks;
        return AUDIT_MAYBE;
    }
    *ret_lacks = "the architecture";
    return resource_lacks(record, "vcpu") || resource_lacks(record, "cpu") ? AUDIT_MAYBE : AUDIT_YES;
}

enum audit_truth audit_breaks(const struct policy_wanted *wanted, const struct resource *record, unsigned setting)
{
    const struct resource_settings *settings = &record->settings;

    if ((wanted->given & record->kind->settings & setting) == 0) {
        return AUDIT_NO;
    }
    if ((settings->given & setting) == 0) {
        return AUDIT_MAYBE;
    }
    return policy_fulfils(wanted, settings, setting) ? AUDIT_NO : AUDIT_YES;
}

static bool is_judged(const struct audit_subject *subject, unsigned setting)
{
    return (subject->wanted->given & subject->record->kind->settings & setting) != 0;
}

/* Protocol and hop limit take effect when the service is enabled, and are judged only then (vpc-api.md 3.1, 5.7 A3). */
static enum audit_result judge_while_on(struct audit_subject *subject, unsigned setting, const char *member)
{
    enum audit_truth on = audit_is_on(subject->record);
    enum audit_truth breaks = audit_breaks(subject->wanted, subject->record, setting);

    if (on == AUDIT_NO) {
        return AUDIT_NOT_APPLICABLE;
    }
    if (breaks == AUDIT_YES && on == AUDIT_MAYBE) {
        return audit_outcome(subject, AUDIT_MAYBE, "metadata_service.enabled");
    }
    return audit_outcome(subject, breaks, member);
}

static enum audit_result judge_protocol(struct audit_subject *subject, const char *protocol)
{
    if (!is_judged(subject, RESOURCE_PROTOCOL) || !text_equal(subject->wanted->protocol, protocol)) {
        return AUDIT_NOT_APPLICABLE;
    }
    return judge_while_on(subject, RESOURCE_PROTOCOL, "metadata_service.protocol");
}

enum audit_result audit_judge_over_http(struct audit_subject *subject)
{
    return judge_protocol(subject, "https");
}

enum audit_result audit_judge_over_https(struct audit_subject *subject)
{
    return judge_protocol(subject, "http");
}

enum audit_result audit_judge_hop_limit(struct audit_subject *subject)
{
    return !is_judged(subject, RESOURCE_HOP_LIMIT)
               ? AUDIT_NOT_APPLICABLE
               : judge_while_on(subject, RESOURCE_HOP_LIMIT, "metadata_service.response_hop_limit");
}

/* Off is right where the service does not exist. */
enum audit_result audit_judge_disabled(struct audit_subject *subject)
{
    enum audit_truth on = audit_is_on(subject->record);
    const char *lacks = NULL;
    enum audit_truth supported = audit_is_supported(subject, &lacks);

    if (!audit_wants(subject->wanted, true) || supported == AUDIT_NO) {
        return AUDIT_NOT_APPLICABLE;
    }
    if (on == AUDIT_NO && supported == AUDIT_MAYBE) {
        return audit_outcome(subject, AUDIT_MAYBE, lacks);
    }
    return audit_outcome(subject,
                         on == AUDIT_MAYBE ? AUDIT_MAYBE
                         : on == AUDIT_NO  ? AUDIT_YES
                                           : AUDIT_NO,
                         "metadata_service.enabled");
}

enum audit_result audit_judge_where_forbidden(struct audit_subject *subject)
{
    return !audit_wants(subject->wanted, false)
               ? AUDIT_NOT_APPLICABLE
               : audit_outcome(subject, audit_is_on(subject->record), "metadata_service.enabled");
}

enum audit_result audit_judge_architecture(struct audit_subject *subject)
{
    enum audit_truth on = audit_is_on(subject->record);
    const char *lacks = NULL;
    enum audit_truth supported = audit_is_supported(subject, &lacks);

    if (on == AUDIT_NO || supported == AUDIT_YES) {
        return AUDIT_PASS;
    }
    if (on == AUDIT_MAYBE || supported == AUDIT_MAYBE) {
        return audit_outcome(subject, AUDIT_MAYBE, on == AUDIT_MAYBE ? "metadata_service.enabled" : lacks);
    }
    return AUDIT_FAIL;
}

/* Off where off is right: what is stored takes effect as soon as the service is enabled. */
enum audit_result audit_judge_stored(struct audit_subject *subject)
{
    const struct resource *record = subject->record;
    unsigned stored = subject->wanted->given & record->kind->settings & (RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT);
    enum audit_truth on = audit_is_on(record);
    const char *lacks = NULL;
    enum audit_truth supported = audit_is_supported(subject, &lacks);

    if (stored == 0 || on == AUDIT_YES || audit_wants(subject->wanted, true) || supported == AUDIT_NO) {
        return AUDIT_NOT_APPLICABLE;
    }
    enum audit_truth protocol = audit_breaks(subject->wanted, record, RESOURCE_PROTOCOL);
    enum audit_truth hops = audit_breaks(subject->wanted, record, RESOURCE_HOP_LIMIT);
    bool breaks = protocol == AUDIT_YES || hops == AUDIT_YES;
    if (on == AUDIT_MAYBE) {
        return audit_outcome(subject, breaks ? AUDIT_MAYBE : AUDIT_NO, "metadata_service.enabled");
    }
    if (breaks) {
        return audit_outcome(subject, supported == AUDIT_MAYBE ? AUDIT_MAYBE : AUDIT_YES, lacks);
    }
    return audit_outcome(subject, protocol == AUDIT_MAYBE || hops == AUDIT_MAYBE ? AUDIT_MAYBE : AUDIT_NO,
                         protocol == AUDIT_MAYBE ? "metadata_service.protocol" : "metadata_service.response_hop_limit");
}
