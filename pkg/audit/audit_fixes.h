/*
 * audit_fixes: which resources the findings of an audit are fixed at, and by which command line. Private to the room.
 *
 * A resource is fixed by one command, however many findings it has: two commands of one template would undo each
 * other. A group is fixed at its template.
 */
#ifndef AUDIT_AUDIT_FIXES_H
#define AUDIT_AUDIT_FIXES_H

#include "audit/audit.h"

/* The rules of the set, as bits 1 << enum audit_rule_number. */
enum {
    AUDIT_RULES_OF_PROTOCOL = 1U << AUDIT_HTTP | 1U << AUDIT_TEMPLATE_HTTP,
    AUDIT_RULES_OF_HOP_LIMIT = 1U << AUDIT_HOP_LIMIT | 1U << AUDIT_TEMPLATE_HOP_LIMIT,
    AUDIT_RULES_OF_DISABLED = 1U << AUDIT_DISABLED | 1U << AUDIT_TEMPLATE_DISABLED,
};

/* Gives `audit` its fixes and each finding the index of its own. */
void audit_fixes_make(struct audit *audit);

/* The word that names the resource to vpcmeta; the id where `by_id`, or where the name is not enough. Borrowed. */
const char *audit_fix_target(const struct audit_fix *fix, bool by_id);

/* Begins the line of a fix: the command of the kind, without operands and options. */
void audit_fix_begin(struct cli_command_line *line, const struct audit_policy *policy,
                     const struct resource_kind *kind);

/* Adds the options of the settings, and those that take the old templates away. */
void audit_fix_settings(struct cli_command_line *line, const struct resource_kind *kind,
                        const struct resource_settings *settings);

/* Appends a command on lines of at most `columns` where that is possible (0: one line), and a newline. */
void audit_append_command(struct text *out, const char *line, size_t columns);

/* How a table shows each severity. */
extern const enum table_style audit_severity_styles[AUDIT_SEVERITIES];

#endif
