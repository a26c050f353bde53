/* Checks of trusted profiles: of templates by their records, of servers by their initializations. */
#include <string.h>

#include "audit/audit_checks.h"

/* Whether the answer said something of the profile that could not be read: there may be one. */
static bool is_garbled(const struct resource *record)
{
    return (record->settings.given & RESOURCE_TRUSTED_PROFILE) == 0 &&
           resource_lacks(record, "default_trusted_profile");
}

/* The record of a template has its profile; a server's has to be read, which AUDIT_NO_RESULT says it was not. */
static enum audit_result is_readable(struct audit_subject *subject)
{
    const struct audit_facts *facts = subject->facts;

    if (subject->role == AUDIT_TEMPLATE && !is_garbled(subject->record)) {
        return AUDIT_PASS;
    }
    if (subject->role == AUDIT_TEMPLATE || facts->profile_reading == AUDIT_UNREADABLE) {
        return audit_outcome(subject, AUDIT_MAYBE, "its trusted profile, which could not be read");
    }
    return facts->profile_reading == AUDIT_READ ? AUDIT_PASS : AUDIT_NO_RESULT;
}

/* The trusted profile of the subject; NULL: none. */
static const char *profile_of(const struct audit_subject *subject)
{
    const struct resource_settings *settings = &subject->record->settings;

    if (subject->role == AUDIT_TEMPLATE) {
        return (settings->given & RESOURCE_TRUSTED_PROFILE) != 0 ? settings->trusted_profile : NULL;
    }
    return subject->facts->profile;
}

static enum audit_truth links(const struct audit_subject *subject)
{
    const struct resource_settings *settings = &subject->record->settings;

    if (subject->role == AUDIT_TEMPLATE) {
        bool known = (settings->given & RESOURCE_AUTO_LINK) != 0;
        return !known ? AUDIT_MAYBE : settings->auto_link ? AUDIT_YES : AUDIT_NO;
    }
    return subject->facts->auto_link == RESOURCE_UNKNOWN ? AUDIT_MAYBE
           : subject->facts->auto_link == RESOURCE_ON    ? AUDIT_YES
                                                         : AUDIT_NO;
}

/* Without the service the server cannot assume it (vpc-api.md 5.7 A4). */
enum audit_result audit_judge_while_disabled(struct audit_subject *subject)
{
    enum audit_result readable = is_readable(subject);
    enum audit_truth on = audit_is_on(subject->record);

    if (readable != AUDIT_PASS || profile_of(subject) == NULL || on == AUDIT_YES) {
        return readable;
    }
    return audit_outcome(subject, on == AUDIT_MAYBE ? AUDIT_MAYBE : AUDIT_YES, "metadata_service.enabled");
}

/* Whoever is a hop away may ask for the profile's token. */
enum audit_result audit_judge_hops_with_profile(struct audit_subject *subject)
{
    const struct resource_settings *settings = &subject->record->settings;
    enum audit_result readable = is_readable(subject);
    enum audit_truth on = audit_is_on(subject->record);
    bool known = (settings->given & RESOURCE_HOP_LIMIT) != 0;

    if ((subject->record->kind->settings & RESOURCE_HOP_LIMIT) == 0) {
        return AUDIT_NOT_APPLICABLE;
    }
    if (readable == AUDIT_NO_RESULT) {
        return readable;
    }
    if (on == AUDIT_NO) {
        return AUDIT_NOT_APPLICABLE;
    }
    if (readable != AUDIT_PASS || profile_of(subject) == NULL ||
        (known && settings->hop_limit <= RESOURCE_HOP_LIMIT_MIN)) {
        return readable;
    }
    return audit_outcome(subject, known && on == AUDIT_YES ? AUDIT_YES : AUDIT_MAYBE,
                         known ? "metadata_service.enabled" : "metadata_service.response_hop_limit");
}

enum audit_result audit_judge_missing(struct audit_subject *subject)
{
    enum audit_result readable = is_readable(subject);

    if (readable == AUDIT_NO_RESULT || subject->wanted->profile != POLICY_PROFILE_REQUIRED) {
        return readable == AUDIT_NO_RESULT ? readable : AUDIT_NOT_APPLICABLE;
    }
    return readable != AUDIT_PASS ? readable : profile_of(subject) == NULL ? AUDIT_FAIL : AUDIT_PASS;
}

enum audit_result audit_judge_forbidden(struct audit_subject *subject)
{
    enum audit_result readable = is_readable(subject);

    if (readable == AUDIT_NO_RESULT || subject->wanted->profile != POLICY_PROFILE_FORBIDDEN) {
        return readable == AUDIT_NO_RESULT ? readable : AUDIT_NOT_APPLICABLE;
    }
    return readable != AUDIT_PASS ? readable : profile_of(subject) != NULL ? AUDIT_FAIL : AUDIT_PASS;
}

enum audit_result audit_judge_not_allowed(struct audit_subject *subject)
{
    enum audit_result readable = is_readable(subject);
    const char *profile = profile_of(subject);
    const struct policy_wanted *wanted = subject->wanted;
    bool limited = wanted->profile == POLICY_PROFILE_ALLOWED ||
                   (wanted->profile == POLICY_PROFILE_REQUIRED && wanted->profile_count > 0);

    if (readable == AUDIT_NO_RESULT || !limited) {
        return readable == AUDIT_NO_RESULT ? readable : AUDIT_NOT_APPLICABLE;
    }
    if (readable != AUDIT_PASS || profile == NULL) {
        return readable;
    }
    enum policy_truth allowed = policy_allows_profile(wanted, profile, subject->facts->profile_name);
    return audit_outcome(subject,
                         allowed == POLICY_UNKNOWN ? AUDIT_MAYBE
                         : allowed == POLICY_YES   ? AUDIT_NO
                                                   : AUDIT_YES,
                         "the name of its trusted profile");
}

/* A template that links where it must not is a finding of its own: groups refuse it. */
enum audit_result audit_judge_auto_link(struct audit_subject *subject)
{
    enum audit_result readable = is_readable(subject);
    const struct policy_wanted *wanted = subject->wanted;
    enum audit_truth linked = links(subject);

    if (readable == AUDIT_NO_RESULT) {
        return readable;
    }
    if ((wanted->given & RESOURCE_AUTO_LINK) == 0 || (subject->role == AUDIT_TEMPLATE && !wanted->auto_link)) {
        return AUDIT_NOT_APPLICABLE;
    }
    if (readable != AUDIT_PASS) {
        return readable;
    }
    if (profile_of(subject) == NULL) {
        return AUDIT_NOT_APPLICABLE;
    }
    return audit_outcome(subject,
                         linked == AUDIT_MAYBE                        ? AUDIT_MAYBE
                         : (linked == AUDIT_YES) == wanted->auto_link ? AUDIT_NO
                                                                      : AUDIT_YES,
                         "auto_link of its trusted profile");
}

enum audit_result audit_judge_template_auto_link(struct audit_subject *subject)
{
    const struct policy_wanted *wanted = subject->wanted;

    if ((wanted->given & RESOURCE_AUTO_LINK) == 0 || wanted->auto_link) {
        return AUDIT_NOT_APPLICABLE;
    }
    if ((subject->record->settings.given & RESOURCE_PROFILE_SETTINGS) == 0 && !is_garbled(subject->record)) {
        return AUDIT_PASS; /* nothing to link */
    }
    return audit_outcome(subject, links(subject), "auto_link of its trusted profile");
}
