/* The findings of an audit: their counts, and whether an exception accepts them. */
#include "audit/audit_checks.h"
#include "audit/audit_exceptions.h"
#include "mem/mem.h"

void audit_add_finding(struct audit *audit, const struct audit_finding *finding)
{
    if (finding->severity < audit->terms.severity) {
        return;
    }
    if (finding->place != SIZE_MAX) {
        audit->results[finding->place * AUDIT_CHECKS + finding->check] = (uint8_t)finding->result;
    }
    audit->findings = mem_list_reserve(audit->findings, audit->count, &audit->capacity, sizeof(*audit->findings));
    audit->findings[audit->count++] = *finding;
    audit->by_result[finding->check][finding->result]++;
    if (finding->result != AUDIT_FAIL) {
        return;
    }
    audit->failed++;
    audit->by_severity[finding->severity]++;
    audit->serious += finding->severity >= audit->terms.fail_on;
    audit->expired += finding->exception != NULL && finding->place != SIZE_MAX;
}

/* The exception that has not expired; NULL: none. */
static const struct policy_exception *accepting(const struct policy_rule *rule, const struct resource *record,
                                                const char *check)
{
    const struct policy_exception *exception =
        rule != NULL && rule->policy != NULL ? policy_exception_for(rule, record, check) : NULL;

    return exception != NULL && !exception->expired ? exception : NULL;
}

bool audit_accepts(const struct policy_rule *rule, const struct resource *record, const char *check)
{
    return accepting(rule, record, check) != NULL;
}

bool audit_accepts_by_use(const struct audit *audit, const struct policy_rule *rule, const struct resource *record,
                          const char *check)
{
    const struct policy_exception *exception = accepting(rule, record, check);

    if (exception != NULL && audit->terms.policy != NULL) {
        audit->exceptions[exception->number].findings++;
    }
    return exception != NULL;
}
