/* Checks of what the record of a server does not hold: allowed_use, pending restarts, secrets in its user_data. */
#include "audit/audit_checks.h"

/* The image or the boot volume forbids what the server has, or what the policy rule wants (vpc-api.md 5.7 A10, A11). */
enum audit_result audit_judge_allowed_use(struct audit_subject *subject)
{
    const struct audit_facts *facts = subject->facts;

    if (facts->use_reading == AUDIT_NOT_ASKED) {
        return AUDIT_NO_RESULT;
    }
    if (facts->use_reading == AUDIT_UNREADABLE) {
        return audit_outcome(subject, AUDIT_MAYBE, "its allowed_use could not be read");
    }
    if (facts->use_now == PREFLIGHT_FORBIDDEN || facts->use_wanted == PREFLIGHT_FORBIDDEN) {
        return AUDIT_FAIL;
    }
    bool now = facts->use_now == PREFLIGHT_UNDETERMINED;
    bool undetermined = now || facts->use_wanted == PREFLIGHT_UNDETERMINED;
    return audit_outcome(subject, undetermined ? AUDIT_MAYBE : AUDIT_NO,
                         now ? facts->use_now_reason : facts->use_wanted_reason);
}

enum audit_result audit_judge_restart(struct audit_subject *subject)
{
    if (!subject->record->kind->restart_to_enable || subject->record->kind->actions == NULL) {
        return AUDIT_NOT_APPLICABLE;
    }
    if (subject->facts->restart_reading == AUDIT_UNREADABLE && subject->facts->restart_pending == RESOURCE_UNKNOWN) {
        return audit_outcome(subject, AUDIT_MAYBE, "the history, which could not be read");
    }
    return subject->facts->restart_pending == RESOURCE_UNKNOWN ? AUDIT_NO_RESULT
           : subject->facts->restart_pending == RESOURCE_ON    ? AUDIT_FAIL
                                                               : AUDIT_PASS;
}

/* Any process may read it while the service is on (vpc-api.md 5.7 A12). */
enum audit_result audit_judge_secret(struct audit_subject *subject)
{
    const struct audit_facts *facts = subject->facts;
    enum audit_truth on = audit_is_on(subject->record);

    if (facts->user_data_reading == AUDIT_NOT_ASKED) {
        return AUDIT_NO_RESULT;
    }
    if (on == AUDIT_NO) {
        return AUDIT_NOT_APPLICABLE;
    }
    if (facts->user_data_reading == AUDIT_UNREADABLE) {
        return audit_outcome(subject, AUDIT_MAYBE, "its user_data, which could not be searched");
    }
    return audit_outcome(subject, facts->secret == NULL ? AUDIT_NO : on, "metadata_service.enabled");
}
