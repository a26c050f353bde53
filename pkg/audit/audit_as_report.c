/* An audit as a report: its checks, resources and findings, one at a time as a format asks for them. */
#include "audit/audit_as_report.h"
#include "audit/audit_missing.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

_Static_assert((int)AUDIT_PASS == (int)REPORT_PASS && (int)AUDIT_FAIL == (int)REPORT_FAIL &&
                   (int)AUDIT_EXCEPTED == (int)REPORT_EXCEPTED && (int)AUDIT_CANNOT_TELL == (int)REPORT_CANNOT_TELL &&
                   (int)AUDIT_NOT_APPLICABLE == (int)REPORT_NOT_APPLICABLE,
               "results have the same numbers in both rooms");

static void describe(const struct resource *resource, struct report_resource *ret)
{
    const struct resource_settings *settings = &resource->settings;

    *ret = (struct report_resource){.kind = resource->kind->name,
                                    .region = resource->region,
                                    .id = resource->id,
                                    .name = resource->name,
                                    .crn = resource->crn,
                                    .zone = resource->zone,
                                    .vpc = resource->vpc,
                                    .status = resource->status,
                                    .enabled = -1};
    if (settings->given & RESOURCE_ENABLED) {
        ret->enabled = settings->enabled;
    }
    if (settings->given & RESOURCE_PROTOCOL) {
        ret->protocol = settings->protocol;
    }
    if (settings->given & RESOURCE_HOP_LIMIT) {
        ret->hop_limit = settings->hop_limit;
    }
    if (settings->given & RESOURCE_TRUSTED_PROFILE) {
        ret->profile = settings->trusted_profile;
    }
}

static void give_resource(const void *context, size_t index, struct report_resource *ret)
{
    const struct audit *audit = ((const struct audit_as_report *)context)->audit;
    const struct audit_facts *facts = audit->inventory.facts != NULL ? &audit->inventory.facts[index] : NULL;

    describe(resource_list_at(audit->inventory.selected, index), ret);
    if (facts != NULL && facts->match.rule != NULL) {
        ret->policy_rule = facts->match.rule->name;
    }
    if (facts != NULL && facts->profile_reading == AUDIT_READ) {
        ret->profile = facts->profile;
    }
}

static enum report_result give_result(const void *context, size_t resource, size_t check)
{
    const struct audit_as_report *as = context;
    enum audit_check_number number = 0;

    while (as->numbers[number] != check) {
        number++;
    }
    enum audit_result result = audit_result_of(as->audit, resource, number);
    return result == AUDIT_NO_RESULT ? REPORT_NOT_APPLICABLE : (enum report_result)result;
}

static void give_exception(const struct audit_finding *finding, struct report_finding *ret)
{
    const struct policy_exception *exception = finding->exception;

    if (exception == NULL) {
        return;
    }
    ret->exception_reason = exception->reason;
    ret->exception_owner = exception->owner;
    ret->exception_expires = exception->expires;
    ret->exception_ticket = exception->ticket;
    ret->exception_expired = exception->expired;
}

/* The number of the check among those of the report; SIZE_MAX: it is none of them. */
static size_t find_check(const struct audit_as_report *as, const char *id)
{
    for (size_t i = 0; i < as->report.check_count; i++) {
        if (strcmp(as->checks[i].id, id) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* What was wrong is known by the check only: a finding of the history has no message. */
static void give_gone(struct audit_as_report *as, const struct audit_gone *gone, struct report_finding *ret)
{
    size_t check = find_check(as, gone->check);

    text_append_hex(&as->fingerprint, gone->fingerprint, TEXT_SHA256_SIZE / 2);
    text_printf(&as->message, "%s%s", gone->deleted ? "deleted: " : "", as->checks[check].title);
    *ret = (struct report_finding){.check = check,
                                   .resource = SIZE_MAX,
                                   .gone = {.kind = gone->kind,
                                            .region = gone->region,
                                            .id = gone->id,
                                            .name = gone->name,
                                            .crn = gone->crn,
                                            .enabled = -1},
                                   .result = REPORT_PASS,
                                   .baseline = REPORT_FIXED,
                                   .severity = gone->severity,
                                   .message = text_string(&as->message),
                                   .fingerprint = text_string(&as->fingerprint)};
}

static void give_finding(void *context, size_t index, struct report_finding *ret)
{
    struct audit_as_report *as = context;

    text_clear(&as->message);
    text_clear(&as->fix);
    text_clear(&as->fingerprint);
    if (index >= as->audit->count) {
        give_gone(as, as->gone[index - as->audit->count], ret);
        return;
    }
    const struct audit_finding *finding = &as->audit->findings[index];
    audit_message(as->audit, finding, &as->message);
    audit_fix(as->audit, finding, &as->fix);
    audit_fingerprint(finding, &as->fingerprint);
    *ret = (struct report_finding){.check = as->numbers[finding->check],
                                   .resource = finding->place,
                                   .result = (enum report_result)finding->result,
                                   .severity = policy_severity_names[finding->severity],
                                   .message = text_string(&as->message),
                                   .fix = as->fix.size > 0 ? text_string(&as->fix) : NULL,
                                   .fingerprint = text_string(&as->fingerprint)};
    if (as->audit->baseline != NULL) {
        ret->baseline = as->audit->baseline[index] == AUDIT_NEW ? REPORT_NEW : REPORT_UNCHANGED;
    }
    if (finding->place == SIZE_MAX) {
        describe(finding->resource, &ret->gone);
        if (finding->exception != NULL) {
            ret->file = finding->exception->file;
            ret->line = finding->exception->place.line;
        }
    }
    give_exception(finding, ret);
}

/* The checks that are reported, and those that have findings all the same. */
static void add_checks(struct audit_as_report *as)
{
    const struct audit *audit = as->audit;

    for (enum audit_check_number i = 0; i < AUDIT_CHECKS; i++) {
        const struct audit_check *check = &audit_checks[i];
        const size_t *counts = audit->by_result[i];
        as->numbers[i] = SIZE_MAX;
        if (!audit_reports(&audit->terms, i) &&
            counts[AUDIT_FAIL] + counts[AUDIT_EXCEPTED] + counts[AUDIT_CANNOT_TELL] == 0) {
            continue;
        }
        as->numbers[i] = as->report.check_count++;
        as->checks[as->numbers[i]] = (struct report_check){.id = audit_check_ids[i],
                                                           .title = check->title,
                                                           .meaning = check->meaning,
                                                           .fix = check->fix,
                                                           .severity = policy_severity_names[check->severity]};
        memcpy(as->checks[as->numbers[i]].counts, counts, sizeof(as->checks[0].counts));
    }
}

static void add_missing(struct audit_as_report *as, const struct text *missing)
{
    size_t lines = 1;

    as->missing_lines = mem_copy(text_string(missing));
    for (const char *c = as->missing_lines; *c != '\0'; c++) {
        lines += *c == '\n';
    }
    as->missing = mem_array(lines, sizeof(*as->missing));
    char *rest = NULL;
    for (char *line = strtok_r(as->missing_lines, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        as->missing[as->report.missing_count++].line = line;
    }
    audit_missing_name(as->audit, as->missing, as->report.missing_count);
    as->report.missing = as->missing;
    as->report.complete = as->report.missing_count == 0;
}

static void add_gone(struct audit_as_report *as, const struct audit_gone gone[], size_t count)
{
    as->gone = mem_array(count, sizeof(*as->gone));
    for (size_t i = 0; i < count; i++) {
        if (find_check(as, gone[i].check) != SIZE_MAX) {
            as->gone[as->gone_count++] = &gone[i];
        }
    }
    as->report.finding_count += as->gone_count;
}

void audit_as_report(const struct audit *audit, const struct text *missing, const struct audit_gone gone[],
                     size_t gone_count, struct audit_as_report *ret)
{
    *ret = (struct audit_as_report){.audit = audit};
    ret->report =
        (struct report){.as_of = audit->terms.as_of,
                        .policy = audit->terms.policy != NULL ? policy_name(audit->terms.policy) : POLICY_BASELINE,
                        .policy_digest = audit->terms.policy != NULL ? policy_digest(audit->terms.policy) : NULL,
                        .regions = audit->terms.regions,
                        .region_count = audit->terms.region_count,
                        .checks = ret->checks,
                        .resource_count = resource_list_count(audit->inventory.selected),
                        .finding_count = audit->count,
                        .resource = give_resource,
                        .finding = give_finding,
                        .result = give_result,
                        .context = ret};
    add_checks(ret);
    add_missing(ret, missing);
    add_gone(ret, gone, gone_count);
}

void audit_as_report_free(struct audit_as_report *as)
{
    free(as->gone);
    for (size_t i = 0; i < as->report.missing_count; i++) {
        free((char *)as->missing[i].name);
    }
    free(as->missing);
    free(as->missing_lines);
    text_free(&as->message);
    text_free(&as->fix);
    text_free(&as->fingerprint);
}
