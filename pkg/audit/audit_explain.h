/*
 * audit_explain: what the checks come to for one setting of a resource, for those who show it beside what is wanted:
 * the same functions judge as in an audit.
 */
#ifndef AUDIT_AUDIT_EXPLAIN_H
#define AUDIT_AUDIT_EXPLAIN_H

#include "audit/audit.h"

struct audit_explained {
    enum audit_result result;      /* as if nothing were excepted */
    const struct resource *record; /* that has the setting: of a group its template; NULL: it was not read */
    struct audit_facts facts;      /* of that one */
};

/*
 * Judges the setting (one of enum resource_setting) of the selected resource at `place` by its policy rule. What is
 * stored while the service is off is judged as what it will be once it is on.
 */
void audit_explain(const struct audit_inventory *inventory, size_t place, unsigned setting,
                   struct audit_explained *ret);

#endif
