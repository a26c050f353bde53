/*
 * audit_fixes: which resources the findings of an audit are fixed at, and by which command line. Private to the room.
 *
 * A resource is fixed by one command, however many findings it has: two commands of one template would undo each
 * other. A group is fixed at its template.
 */
#ifndef AUDIT_AUDIT_FIXES_H
#define AUDIT_AUDIT_FIXES_H

#include "audit/audit.h"

/* Checks about one setting, as bits 1 << enum audit_check_number. */
enum {
    AUDIT_CHECKS_OF_PROTOCOL = 1U << AUDIT_ENABLED_OVER_HTTP | 1U << AUDIT_TEMPLATE_OVER_HTTP |
                               1U << AUDIT_ENABLED_OVER_HTTPS | 1U << AUDIT_TEMPLATE_OVER_HTTPS,
    AUDIT_CHECKS_OF_HOP_LIMIT = 1U << AUDIT_HOP_LIMIT | 1U << AUDIT_TEMPLATE_HOP_LIMIT,
    AUDIT_CHECKS_OF_DISABLED = 1U << AUDIT_DISABLED | 1U << AUDIT_TEMPLATE_DISABLED,
    AUDIT_CHECKS_OF_ENABLED = 1U << AUDIT_ENABLED_WHERE_FORBIDDEN | 1U << AUDIT_TEMPLATE_ENABLED_WHERE_FORBIDDEN,
};

/* Gives `audit` its fixes and each finding the index of its own. */
void audit_fixes_make(struct audit *audit);

/* The word that names the resource to vpcmeta; the id where `by_id`, or where the name is not enough. Borrowed. */
const char *audit_fix_target(const struct audit_fix *fix, bool by_id);

/* Begins the line of a fix: its command, without operands and options. */
void audit_fix_begin(struct cli_command_line *line, const struct audit_terms *terms, const struct audit_fix *fix);

/* Appends the command that replaces the members that another template made: the template is kept as it is. */
void audit_append_roll(const struct audit *audit, const struct resource *template_used, struct text *out);

/* Adds the options of the settings, and those that take the old templates away. */
void audit_fix_settings(struct cli_command_line *line, const struct audit_fix *fix);

/* What stands against changing any setting of the target but its hop limit. */
enum audit_obstacle audit_obstacle_of(const struct resource *target, const struct audit_facts *facts);

/*
 * The template that an earlier run has made in place of the target, which no group uses any more and the policy does
 * not delete (apply: delete_old: false); NULL: there is none, or a policy rule still changes something.
 */
const struct resource *audit_successor_of(const struct audit_inventory *inventory, const struct audit_fix *fix);

/* Appends why the command that would fix the finding cannot work; nothing where it can, or where there is none. */
void audit_append_obstacle(const struct audit *audit, const struct audit_finding *finding, struct text *out);

/* Appends a command on lines of at most `columns` where that is possible (0: one line), and a newline. */
void audit_append_command(struct text *out, const char *line, size_t columns);

/* {"reason":...,"owner":...,"expires":...,"ticket":...}, with "expired":true where it is: a new reference. */
json_t *audit_exception_json(const struct policy_exception *exception);

/* How a table shows each severity. */
extern const enum table_style audit_severity_styles[POLICY_SEVERITIES];

#endif
