/* One setting of one resource, judged by the checks that are about it. */
#include "audit/audit_explain.h"

#include "audit/audit_checks.h"

static unsigned checks_of(unsigned setting)
{
    switch (setting) {
    case RESOURCE_ENABLED:
        return 1U << AUDIT_DISABLED | 1U << AUDIT_TEMPLATE_DISABLED | 1U << AUDIT_ENABLED_WHERE_FORBIDDEN |
               1U << AUDIT_TEMPLATE_ENABLED_WHERE_FORBIDDEN;
    case RESOURCE_PROTOCOL:
        return 1U << AUDIT_ENABLED_OVER_HTTP | 1U << AUDIT_TEMPLATE_OVER_HTTP | 1U << AUDIT_ENABLED_OVER_HTTPS |
               1U << AUDIT_TEMPLATE_OVER_HTTPS;
    case RESOURCE_HOP_LIMIT:
        return 1U << AUDIT_HOP_LIMIT | 1U << AUDIT_TEMPLATE_HOP_LIMIT;
    case RESOURCE_TRUSTED_PROFILE:
        return 1U << AUDIT_PROFILE_MISSING | 1U << AUDIT_PROFILE_FORBIDDEN | 1U << AUDIT_PROFILE_NOT_ALLOWED;
    case RESOURCE_AUTO_LINK:
        return 1U << AUDIT_PROFILE_AUTO_LINK | 1U << AUDIT_TEMPLATE_AUTO_LINK;
    default:
        return 0;
    }
}

static enum audit_result worse_of(enum audit_result left, enum audit_result right)
{
    static const int ranks[] = {[AUDIT_PASS] = 1,        [AUDIT_FAIL] = 3,           [AUDIT_EXCEPTED] = 3,
                                [AUDIT_CANNOT_TELL] = 2, [AUDIT_NOT_APPLICABLE] = 0, [AUDIT_NO_RESULT] = 2};

    return ranks[right] > ranks[left] ? right : left;
}

static enum audit_result judge_checks(struct audit_subject *subject, unsigned checks)
{
    enum audit_result worst = AUDIT_NOT_APPLICABLE;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        if ((checks & 1U << check) != 0 && (audit_checks[check].roles & subject->role) != 0) {
            worst = worse_of(worst, audit_checks[check].judge(subject));
        }
    }
    return worst == AUDIT_NO_RESULT ? AUDIT_CANNOT_TELL : worst;
}

/* What is stored while the service is off takes effect once it is on. */
static enum audit_result judge_stored(struct audit_subject *subject, unsigned setting)
{
    const char *lacks = NULL;
    enum audit_truth supported = audit_is_supported(subject, &lacks);
    enum audit_truth breaks = audit_breaks(subject->wanted, subject->record, setting);

    if (supported == AUDIT_NO || (subject->record->kind->settings & setting) == 0) {
        return AUDIT_NOT_APPLICABLE;
    }
    return audit_outcome(subject, breaks == AUDIT_YES && supported == AUDIT_MAYBE ? AUDIT_MAYBE : breaks, lacks);
}

static enum audit_result judge(struct audit_subject *subject, unsigned setting)
{
    enum audit_result result = judge_checks(subject, checks_of(setting));
    bool stored = setting == RESOURCE_PROTOCOL || setting == RESOURCE_HOP_LIMIT;

    if (stored && audit_is_on(subject->record) == AUDIT_NO) {
        return judge_stored(subject, setting);
    }
    if (setting == RESOURCE_ENABLED) { /* on where there is no service; off there is right */
        enum audit_result supported = audit_judge_architecture(subject);
        return supported == AUDIT_PASS ? result : worse_of(result, supported);
    }
    return result;
}

void audit_explain(const struct audit_inventory *inventory, size_t place, unsigned setting, struct audit_explained *ret)
{
    CLEANUP(audit_index_free) struct audit_index index = {0};
    const struct audit audit = {.inventory = *inventory};
    const struct resource *record = resource_list_at(inventory->selected, place);
    struct audit_subject subject = {.audit = &audit,
                                    .checks = audit_checks,
                                    .check_ids = audit_check_ids,
                                    .index = &index,
                                    .record = record,
                                    .facts = &inventory->facts[place],
                                    .rule = inventory->facts[place].match.rule,
                                    .wanted = &inventory->facts[place].match.rule->wanted,
                                    .role = audit_role_of(record->kind)};

    *ret = (struct audit_explained){.result = AUDIT_CANNOT_TELL, .record = record, .facts = *subject.facts};
    if (subject.role == AUDIT_GROUP) {
        audit_index_make(inventory->known, &index);
        size_t used = audit_place_of_template(&subject);
        if (used == 0) {
            ret->record = NULL;
            return;
        }
        subject = audit_template_of(&subject, used - 1, &ret->facts);
        ret->record = subject.record;
    }
    subject.facts = &ret->facts;
    ret->result = judge(&subject, setting);
}
