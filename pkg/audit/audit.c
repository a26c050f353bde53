/* What the checks come to for each resource under its policy rule, and the counts of what was audited. */
#include "audit/audit_checks.h"
#include "audit/audit_exceptions.h"
#include "audit/audit_fixes.h"
#include "audit/audit_regions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct audit_facts no_facts;

/* --- results ---------------------------------------------------------------------------------------- */

static enum policy_severity worst_of(unsigned checks)
{
    enum policy_severity worst = POLICY_LOW;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        if ((checks & 1U << check) != 0 && audit_checks[check].severity > worst) {
            worst = audit_checks[check].severity;
        }
    }
    return worst;
}

static enum policy_severity severity_of(const struct audit_subject *subject, enum audit_check_number check)
{
    if (subject->rule->severity != POLICY_SEVERITY_OF_CHECK) {
        return subject->rule->severity;
    }
    return check == AUDIT_GROUP_TEMPLATE && subject->template_checks != 0 ? worst_of(subject->template_checks)
                                                                          : audit_checks[check].severity;
}

static void add_result(struct audit *audit, const struct audit_subject *subject, size_t place,
                       enum audit_check_number check, enum audit_result result)
{
    if (!audit_reports(&audit->terms, check)) {
        if (result != AUDIT_PASS && result != AUDIT_NOT_APPLICABLE) {
            (void)audit_use_exception(audit, subject->rule, subject->record, check);
        }
        return;
    }
    if (result == AUDIT_PASS || result == AUDIT_NOT_APPLICABLE) {
        audit->by_result[check][result]++;
        audit->results[place * AUDIT_CHECKS + check] = (uint8_t)result;
        return;
    }
    struct audit_finding finding = {.check = check,
                                    .result = result,
                                    .severity = severity_of(subject, check),
                                    .place = place,
                                    .resource = subject->record,
                                    .facts = subject->facts,
                                    .rule = subject->rule,
                                    .exception = audit_use_exception(audit, subject->rule, subject->record, check)};
    if (result == AUDIT_CANNOT_TELL) {
        finding.why = subject->why;
        finding.exception = NULL;
    } else if (finding.exception != NULL && !finding.exception->expired) {
        finding.result = AUDIT_EXCEPTED;
    }
    if (check == AUDIT_GROUP_TEMPLATE || check == AUDIT_GROUP_MEMBERS) {
        finding.template_used = subject->template_used; /* members are made anew from it */
        finding.template_checks = check == AUDIT_GROUP_TEMPLATE ? subject->template_checks : 0;
        finding.contradicts = check == AUDIT_GROUP_TEMPLATE ? subject->contradicts : NULL;
    }
    audit_add_finding(audit, &finding);
}

/* A resource that no rule holds for is judged by none; which rule holds may be unknown. */
static void judge_without_rule(struct audit *audit, struct audit_subject *subject, size_t place)
{
    const struct policy_match *match = &subject->facts->match;
    bool unknown = match->cannot_tell;

    audit->unmanaged += !unknown;
    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        if ((audit_checks[check].roles & subject->role) == 0 || !audit_reports(&audit->terms, check)) {
            continue;
        }
        if (check == AUDIT_UNMANAGED) {
            audit_add_finding(audit, &(struct audit_finding){.check = check,
                                                             .result = unknown ? AUDIT_CANNOT_TELL : AUDIT_FAIL,
                                                             .severity = audit_checks[check].severity,
                                                             .place = place,
                                                             .resource = subject->record,
                                                             .facts = subject->facts,
                                                             .why = match->lacks});
        } else if (!unknown) {
            audit->by_result[check][AUDIT_NOT_APPLICABLE]++;
            audit->results[place * AUDIT_CHECKS + check] = AUDIT_NOT_APPLICABLE;
        }
    }
}

enum audit_result audit_result_of(const struct audit *audit, size_t place, enum audit_check_number check)
{
    return (enum audit_result)audit->results[place * AUDIT_CHECKS + check];
}

static void judge_resource(struct audit *audit, const struct audit_index *index, size_t place,
                           const struct resource *record)
{
    const struct audit_facts *facts = audit->inventory.facts != NULL ? &audit->inventory.facts[place] : &no_facts;
    struct audit_subject subject = {.audit = audit,
                                    .checks = audit_checks,
                                    .check_ids = audit_check_ids,
                                    .index = index,
                                    .record = record,
                                    .facts = facts,
                                    .rule = facts->match.rule,
                                    .role = audit_role_of(record->kind)};

    if (subject.rule == NULL) {
        judge_without_rule(audit, &subject, place);
        return;
    }
    subject.wanted = &subject.rule->wanted;
    audit_count_match(audit, subject.rule);
    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        if ((audit_checks[check].roles & subject.role) == 0 || !audit_makes(&audit->terms, check)) {
            continue;
        }
        enum audit_result result = audit_checks[check].judge != NULL ? audit_checks[check].judge(&subject) : AUDIT_PASS;
        if (result == AUDIT_NO_RESULT) {
            audit->unjudged |= 1U << check;
        } else {
            add_result(audit, &subject, place, check, result);
        }
    }
}

/* --- counts ----------------------------------------------------------------------------------------- */

static enum audit_protocol protocol_of(const struct resource_settings *settings)
{
    enum audit_protocol protocol = 0;

    if ((settings->given & RESOURCE_PROTOCOL) == 0) {
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

    return (settings->given & RESOURCE_HOP_LIMIT) == 0 ? AUDIT_HOP_LIMIT_UNKNOWN : in_range ? settings->hop_limit : 0;
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

    if (a->result != b->result) {
        return (int)a->result == AUDIT_FAIL ? -1 : (int)b->result == AUDIT_FAIL ? 1 : (int)b->result - (int)a->result;
    }
    if (a->severity != b->severity) {
        return (int)b->severity - (int)a->severity;
    }
    if (a->check != b->check) {
        return (int)a->check - (int)b->check;
    }
    return (a->place > b->place) - (a->place < b->place);
}

void audit_make(const struct audit_inventory *inventory, const struct audit_terms *terms, struct audit *ret)
{
    CLEANUP(audit_index_free) struct audit_index index = {0};

    *ret = (struct audit){.terms = *terms, .inventory = *inventory};
    for (; resource_kinds[ret->kind_count] != NULL; ret->kind_count++) {
        assert(ret->kind_count < AUDIT_KINDS_MAX);
        ret->kinds[ret->kind_count].kind = resource_kinds[ret->kind_count];
    }
    audit_index_make(inventory->known, &index);
    audit_exceptions_make(ret);
    size_t results = resource_list_count(inventory->selected) * AUDIT_CHECKS;
    ret->results = mem_array(results, sizeof(*ret->results));
    memset(ret->results, AUDIT_NO_RESULT, results);
    for (size_t i = 0; i < resource_list_count(inventory->selected); i++) {
        const struct resource *record = resource_list_at(inventory->selected, i);
        count_resource(ret, record);
        judge_resource(ret, &index, i, record);
    }
    audit_exceptions_end(ret);
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
    free(audit->results);
    audit_exceptions_free(audit);
    *audit = (struct audit){0};
}
