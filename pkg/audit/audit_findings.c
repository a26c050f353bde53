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

bool audit_accepts(const struct policy_rule *rule, const struct resource *record, const char *check)
{
    const struct policy_exception *exception =
        rule != NULL && rule->policy != NULL ? policy_exception_for(rule, record, check) : NULL;

    return exception != NULL && !exception->expired;
}
