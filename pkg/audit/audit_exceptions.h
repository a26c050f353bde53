/* audit_exceptions: what the exceptions and the rules of the policy did. Private to the room. */
#ifndef AUDIT_AUDIT_EXCEPTIONS_H
#define AUDIT_AUDIT_EXCEPTIONS_H

#include "audit/audit.h"

/* What findings about the policy itself are about; not in resource_kinds[]. */
extern const struct resource_kind audit_policy_kind;

/* Room for what the rules and the exceptions of the policy do; none without one. */
void audit_exceptions_make(struct audit *audit);
void audit_exceptions_free(struct audit *audit);

/* All resources were judged: finds what is unused, which is a finding where the terms are strict. */
void audit_exceptions_end(struct audit *audit);

/* Whether exceptions that cover nothing are findings of this audit. */
bool audit_lists_unused(const struct audit *audit);

/* Appends what findings about it are called: the same wherever it stands in the file, and whatever the file is. */
void audit_append_exception_name(const struct policy_exception *exception, struct text *out);

/* Counts a resource that the rule holds for. */
void audit_count_match(struct audit *audit, const struct policy_rule *rule);

/* The exception that covers the check of the resource, expired or not, which is counted; NULL: none. */
const struct policy_exception *audit_use_exception(struct audit *audit, const struct policy_rule *rule,
                                                   const struct resource *record, enum audit_check_number check);

/* Whether an exception that has not expired covers the check, named by its id, of the resource; `rule` may be NULL. */
bool audit_accepts(const struct policy_rule *rule, const struct resource *record, const char *check);

/* The same; the exception is counted as one that is in use. */
bool audit_accepts_by_use(const struct audit *audit, const struct policy_rule *rule, const struct resource *record,
                          const char *check);

#endif
