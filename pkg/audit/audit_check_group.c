/* Checks of instance groups: the template that makes their members, and the members that another one has made. */
#include "audit/audit_checks.h"
#include "audit/audit_exceptions.h"

#include <stdlib.h>

#include "audit/audit_fixes.h"

void audit_index_make(const struct resource_list *known, struct audit_index *ret)
{
    for (size_t i = 0; i < resource_list_count(known); i++) {
        const struct resource *record = resource_list_at(known, i);
        if (audit_role_of(record->kind) == AUDIT_TEMPLATE && record->id != NULL) {
            mem_map_put(&ret->templates, record->id, (void *)(uintptr_t)(i + 1)); // NOLINT(performance-no-int-to-ptr)
        } else if (audit_role_of(record->kind) == AUDIT_GROUP && record->template_id != NULL) {
            *mem_list_add(&ret->groups) = i;
        }
    }
}

void audit_index_free(struct audit_index *index)
{
    mem_map_free(&index->templates);
    free(index->groups.items);
}

size_t audit_place_of_template(const struct audit_subject *subject)
{
    const char *id = subject->record->template_id;

    return id != NULL ? (size_t)(uintptr_t)mem_map_get(&subject->index->templates, id) : 0;
}

static enum audit_result unknown_template(struct audit_subject *subject)
{
    return audit_outcome(subject, AUDIT_MAYBE,
                         subject->record->template_id == NULL ? "its template" : "its template, which was not read");
}

/* Whether a finding of the template is accepted: left out of the audit, or excepted for it or for the group. */
static bool accepts_of_template(const struct audit_subject *subject, size_t place, enum audit_check_number check)
{
    const struct audit_inventory *inventory = &subject->audit->inventory;
    const struct resource *used = resource_list_at(inventory->known, place);
    const struct policy_rule *own = inventory->known_facts != NULL ? inventory->known_facts[place].match.rule : NULL;

    return (subject->audit->terms.excluded & 1U << check) != 0 ||
           audit_accepts_by_use(subject->audit, subject->rule, used, subject->check_ids[check]) ||
           audit_accepts_by_use(subject->audit, own, used, subject->check_ids[check]);
}

struct audit_subject audit_template_of(const struct audit_subject *group, size_t place, struct audit_facts *ret_facts)
{
    const struct audit_inventory *inventory = &group->audit->inventory;
    struct audit_subject template = *group;

    *ret_facts = inventory->known_facts != NULL ? inventory->known_facts[place] : (struct audit_facts){0};
    ret_facts->use_reading = group->facts->use_reading;
    ret_facts->use_now = group->facts->use_now;
    ret_facts->use_now_reason = group->facts->use_now_reason;
    ret_facts->use_wanted = group->facts->use_wanted;
    ret_facts->use_wanted_reason = group->facts->use_wanted_reason;
    template.record = resource_list_at(inventory->known, place);
    template.facts = ret_facts;
    template.role = AUDIT_TEMPLATE;
    return template;
}

/* All checks of templates that it fails by what the group's rule wants of its members. */
static unsigned failed_checks(struct audit_subject *subject, size_t place, const char **ret_why)
{
    struct audit_facts facts;
    struct audit_subject inner = audit_template_of(subject, place, &facts);
    unsigned failed = 0;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        if ((subject->checks[check].roles & AUDIT_TEMPLATE) == 0 || subject->checks[check].judge == NULL) {
            continue;
        }
        enum audit_result result = subject->checks[check].judge(&inner);
        if (result == AUDIT_FAIL && !accepts_of_template(subject, place, check)) {
            failed |= 1U << check;
        } else if (result == AUDIT_CANNOT_TELL && !accepts_of_template(subject, place, check)) {
            *ret_why = inner.why;
        }
    }
    return failed;
}

/* The settings that a fix of the failed checks would set. */
static unsigned settings_of(unsigned checks)
{
    unsigned settings = 0;

    if ((checks & (AUDIT_CHECKS_OF_DISABLED | AUDIT_CHECKS_OF_ENABLED)) != 0) {
        settings |= RESOURCE_ENABLED | RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT; /* what the next audit would find */
    }
    const unsigned stored = 1U << AUDIT_STORED_WHILE_DISABLED;
    const unsigned links = 1U << AUDIT_TEMPLATE_AUTO_LINK | 1U << AUDIT_PROFILE_AUTO_LINK;
    settings |= (checks & 1U << AUDIT_UNSUPPORTED_ARCHITECTURE) != 0 ? RESOURCE_ENABLED : 0;
    settings |= (checks & (AUDIT_CHECKS_OF_PROTOCOL | stored)) != 0 ? RESOURCE_PROTOCOL : 0;
    settings |= (checks & (AUDIT_CHECKS_OF_HOP_LIMIT | stored)) != 0 ? RESOURCE_HOP_LIMIT : 0;
    settings |= (checks & 1U << AUDIT_HOP_LIMIT_WITH_PROFILE) != 0 ? RESOURCE_HOP_LIMIT : 0;
    settings |= (checks & links) != 0 ? RESOURCE_AUTO_LINK : 0;
    return settings;
}

/* The rule of the template, or of another group that uses it, which the fix would break in turn; NULL: none. */
static const struct policy_rule *find_contradiction(const struct audit_subject *subject, size_t place)
{
    const struct audit_inventory *inventory = &subject->audit->inventory;
    const struct audit_facts *facts = inventory->known_facts;
    const char *id = resource_list_at(inventory->known, place)->id;
    unsigned settings = settings_of(subject->template_checks);

    if (facts == NULL) {
        return NULL;
    }
    const struct policy_rule *own = facts[place].match.rule;
    if (own != NULL && (policy_contradiction(subject->rule, own) & settings) != 0) {
        return own;
    }
    for (size_t i = 0; i < subject->index->groups.count; i++) {
        size_t other = subject->index->groups.items[i];
        const struct policy_rule *rule = facts[other].match.rule;
        if (rule != NULL && text_equal(resource_list_at(inventory->known, other)->template_id, id) &&
            (policy_contradiction(subject->rule, rule) & settings) != 0) {
            return rule;
        }
    }
    return NULL;
}

enum audit_result audit_judge_group_template(struct audit_subject *subject)
{
    size_t place = audit_place_of_template(subject);
    const char *why = NULL;

    if (place == 0) {
        bool gone = subject->audit->inventory.known_whole && subject->record->template_id != NULL;
        return gone ? AUDIT_NOT_APPLICABLE : unknown_template(subject);
    }
    subject->template_checks = failed_checks(subject, place - 1, &why);
    subject->template_used = resource_list_at(subject->audit->inventory.known, place - 1);
    subject->contradicts = subject->template_checks != 0 ? find_contradiction(subject, place - 1) : NULL;
    return audit_outcome(subject,
                         subject->template_checks != 0 ? AUDIT_YES
                         : why != NULL                 ? AUDIT_MAYBE
                                                       : AUDIT_NO,
                         why);
}

enum audit_result audit_judge_group_template_missing(struct audit_subject *subject)
{
    if (audit_place_of_template(subject) != 0) {
        return AUDIT_PASS;
    }
    bool gone = subject->audit->inventory.known_whole && subject->record->template_id != NULL;
    return gone ? AUDIT_FAIL : unknown_template(subject);
}

enum audit_result audit_judge_group_members(struct audit_subject *subject)
{
    const struct audit_facts *facts = subject->facts;

    if (facts->members_reading == AUDIT_UNREADABLE) {
        return audit_outcome(subject, AUDIT_MAYBE, "its members, which could not be read");
    }
    return facts->members_reading == AUDIT_NOT_ASKED ? AUDIT_NO_RESULT
           : facts->stale_members > 0                ? AUDIT_FAIL
                                                     : AUDIT_PASS;
}
