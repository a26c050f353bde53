/*
 * audit_checks: what a check judges, and the functions that judge. Private to the room.
 *
 * A check that fails whatever an unknown value is does fail, and one that passes whatever it is passes; in between its
 * result is AUDIT_CANNOT_TELL, and `why` names what is unknown.
 */
#ifndef AUDIT_AUDIT_CHECKS_H
#define AUDIT_AUDIT_CHECKS_H

#include "audit/audit.h"
#include "mem/mem.h"

/* What groups and their templates are to each other: indexes in the list `known`. */
struct audit_index {
    struct mem_map templates; /* index + 1, by id */
    struct {
        size_t *items;
        size_t count, capacity;
    } groups;
};
void audit_index_make(const struct resource_list *known, struct audit_index *ret);
void audit_index_free(struct audit_index *index); /* for CLEANUP */

/* A resource under one policy rule. */
struct audit_subject {
    const struct audit *audit;
    const struct audit_index *index;
    const struct audit_check *checks; /* audit_checks and their ids, for the check of groups that judges by others */
    const char *const *check_ids;
    const struct resource *record;
    const struct audit_facts *facts;
    const struct policy_rule *rule;
    const struct policy_wanted *wanted; /* of the rule */
    enum audit_role role;
    const char *why; /* set by what returns AUDIT_CANNOT_TELL */
    /* of a group, set by audit_judge_group_template */
    const struct resource *template_used; /* NULL: it was not read */
    unsigned template_checks;
    const struct policy_rule *contradicts; /* another rule about that template, which excludes the fix; NULL: none */
};

enum audit_truth { AUDIT_NO, AUDIT_YES, AUDIT_MAYBE };

/* AUDIT_FAIL for yes; sets `why` where it may be. */
enum audit_result audit_outcome(struct audit_subject *subject, enum audit_truth fails, const char *why);

enum audit_role audit_role_of(const struct resource_kind *kind);

/* Adds a finding and its counts, unless it is too slight for the terms. */
void audit_add_finding(struct audit *audit, const struct audit_finding *finding);

/* Whether the metadata service is on. */
enum audit_truth audit_is_on(const struct resource *record);

/*
 * Whether the service exists on the architecture of the server, or of those that are made from the template; what is
 * unknown where it may be. A template without a profile gets one of the API, which is x86.
 */
enum audit_truth audit_is_supported(const struct audit_subject *subject, const char **ret_lacks);

/* Whether the policy rule wants the service on, or off. */
static inline bool audit_wants(const struct policy_wanted *wanted, bool enabled)
{
    return (wanted->given & RESOURCE_ENABLED) != 0 && wanted->enabled == enabled;
}

/* Whether a stored setting breaks the rule; AUDIT_NO where the kind has no such setting or the rule does not say. */
enum audit_truth audit_breaks(const struct policy_wanted *wanted, const struct resource *record, unsigned setting);

/* audit_check_settings.c: of servers and templates alike */
enum audit_result audit_judge_over_http(struct audit_subject *subject);
enum audit_result audit_judge_over_https(struct audit_subject *subject);
enum audit_result audit_judge_hop_limit(struct audit_subject *subject);
enum audit_result audit_judge_disabled(struct audit_subject *subject);
enum audit_result audit_judge_where_forbidden(struct audit_subject *subject);
enum audit_result audit_judge_architecture(struct audit_subject *subject);
enum audit_result audit_judge_stored(struct audit_subject *subject);

/* audit_check_profile.c: trusted profiles of servers and templates */
enum audit_result audit_judge_while_disabled(struct audit_subject *subject);
enum audit_result audit_judge_hops_with_profile(struct audit_subject *subject);
enum audit_result audit_judge_missing(struct audit_subject *subject);
enum audit_result audit_judge_forbidden(struct audit_subject *subject);
enum audit_result audit_judge_not_allowed(struct audit_subject *subject);
enum audit_result audit_judge_auto_link(struct audit_subject *subject);
enum audit_result audit_judge_template_auto_link(struct audit_subject *subject);

/* Index of the group's template in the list `known` + 1; 0: it is not there. */
size_t audit_place_of_template(const struct audit_subject *subject);

/* The known template at `place` as what the group's rule is about; its facts are put into `ret_facts`. */
struct audit_subject audit_template_of(const struct audit_subject *group, size_t place, struct audit_facts *ret_facts);

/* audit_check_group.c */
enum audit_result audit_judge_group_template(struct audit_subject *subject);
enum audit_result audit_judge_group_template_missing(struct audit_subject *subject);
enum audit_result audit_judge_group_members(struct audit_subject *subject);

/* audit_check_server.c: what the record does not hold */
enum audit_result audit_judge_allowed_use(struct audit_subject *subject);
enum audit_result audit_judge_restart(struct audit_subject *subject);
enum audit_result audit_judge_secret(struct audit_subject *subject);

#endif
