/* The rules and exceptions of a policy: what they hold for and cover, and which of them do nothing any more. */
#include "audit/audit_exceptions.h"

#include <stdlib.h>

#include "audit/audit_checks.h"

const struct resource_kind audit_policy_kind = {.name = "policy", .singular = "policy", .plural = "policies"};

void audit_exceptions_make(struct audit *audit)
{
    const struct policy *policy = audit->terms.policy;
    size_t rules = policy != NULL ? policy_rule_count(policy) : 0;
    size_t exceptions = policy != NULL ? policy_exception_count(policy) : 0;

    audit->matched = mem_array(rules + 1, sizeof(*audit->matched));
    audit->exceptions = mem_array(exceptions + 1, sizeof(*audit->exceptions));
    audit->policy_resources = mem_array(exceptions + 1, sizeof(*audit->policy_resources));
}

void audit_exceptions_free(struct audit *audit)
{
    if (audit->terms.policy != NULL && audit->policy_resources != NULL) {
        for (size_t i = 0; i < policy_exception_count(audit->terms.policy); i++) {
            free((char *)audit->policy_resources[i].name);
        }
    }
    free(audit->matched);
    free(audit->exceptions);
    free(audit->policy_resources);
}

void audit_count_match(struct audit *audit, const struct policy_rule *rule)
{
    if (audit->terms.policy != NULL) {
        audit->matched[rule->number]++;
    }
}

/* Those that would cover the same if `best` did not. */
static void mark_beaten(struct audit *audit, const struct policy_exception *best, const struct policy_rule *rule,
                        const struct resource *record, const char *check)
{
    for (size_t i = 0; i < policy_exception_count(audit->terms.policy); i++) {
        const struct policy_exception *exception = policy_exception_at(audit->terms.policy, i);
        if (exception != best && audit->exceptions[i].beaten_by == NULL && policy_exception_covers(exception, rule) &&
            policy_exception_is_about(exception, record, check)) {
            audit->exceptions[i].beaten_by = best;
        }
    }
}

const struct policy_exception *audit_use_exception(struct audit *audit, const struct policy_rule *rule,
                                                   const struct resource *record, enum audit_check_number check)
{
    const struct policy_exception *exception =
        audit->terms.policy != NULL ? policy_exception_for(rule, record, audit_check_ids[check]) : NULL;

    if (exception != NULL) {
        audit->exceptions[exception->number].findings++;
        mark_beaten(audit, exception, rule, record, audit_check_ids[check]);
    }
    return exception;
}

void audit_describe_exception(const struct policy_exception *exception, struct text *out)
{
    text_printf(out, "of %s for %s", exception->owner != NULL ? exception->owner : "no owner",
                exception->crn != NULL ? exception->crn : exception->name);
}

void audit_append_beaten(const struct audit *audit, const struct policy_exception *exception, struct text *out)
{
    const struct policy_exception *best = audit->exceptions[exception->number].beaten_by;

    if (best == NULL) {
        return;
    }
    text_append(out, ", because the exception ");
    audit_describe_exception(best, out);
    text_printf(out, " (%s:%zu) takes precedence: ", best->file, best->place.line);
    text_append(out, exception->expired && !best->expired              ? "it has not expired"
                     : (best->crn != NULL) != (exception->crn != NULL) ? "a CRN comes before a name"
                                                                       : "it comes first");
}

bool audit_is_whole(const struct audit *audit)
{
    const struct audit_terms *terms = &audit->terms;

    return terms->policy != NULL && terms->complete && !terms->narrowed && !terms->targeted && !terms->regions_left_out;
}

/* Whether a check that the exception names was not judged everywhere. */
static bool may_cover_more(const struct audit *audit, const struct policy_exception *exception)
{
    unsigned left_out = audit->unjudged;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        left_out |= audit_makes(&audit->terms, check) ? 0 : 1U << check;
    }
    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        for (size_t i = 0; i < exception->check_count; i++) {
            if ((left_out & 1U << check) != 0 && text_equal(exception->checks[i], audit_check_ids[check])) {
                return true;
            }
        }
    }
    return exception->check_count == 0 && (left_out & ~audit->unjudged) != 0;
}

void audit_append_exception_name(const struct policy_exception *exception, struct text *out)
{
    text_printf(out, "%s%s%s", exception->rule != NULL ? exception->rule->name : "", exception->rule != NULL ? "/" : "",
                exception->crn != NULL ? exception->crn : exception->name);
}

bool audit_lists_unused(const struct audit *audit)
{
    const struct audit_terms *terms = &audit->terms;

    return terms->strict && audit_reports(terms, AUDIT_UNUSED_EXCEPTION) && audit_is_whole(audit) &&
           audit_checks[AUDIT_UNUSED_EXCEPTION].severity >= terms->severity;
}

static void add_unused(struct audit *audit, const struct policy_exception *exception)
{
    struct resource *record = &audit->policy_resources[exception->number];
    CLEANUP(text_free) struct text name = {0};

    audit_append_exception_name(exception, &name);
    *record = (struct resource){.kind = &audit_policy_kind, .name = mem_copy(text_string(&name))};
    audit_add_finding(audit, &(struct audit_finding){.check = AUDIT_UNUSED_EXCEPTION,
                                                     .result = AUDIT_FAIL,
                                                     .severity = audit_checks[AUDIT_UNUSED_EXCEPTION].severity,
                                                     .place = SIZE_MAX,
                                                     .resource = record,
                                                     .rule = exception->rule,
                                                     .exception = exception});
}

void audit_exceptions_end(struct audit *audit)
{
    if (!audit_is_whole(audit)) {
        return;
    }
    for (size_t i = 0; i < policy_exception_count(audit->terms.policy); i++) {
        const struct policy_exception *exception = policy_exception_at(audit->terms.policy, i);
        audit->exceptions[i].unused = audit->exceptions[i].findings == 0 && !may_cover_more(audit, exception);
        if (audit->exceptions[i].unused && audit_lists_unused(audit)) {
            add_unused(audit, exception);
        }
    }
}
