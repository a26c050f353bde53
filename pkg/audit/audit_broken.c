/* The rules that are broken: how often, by which resources first, and the command that lists them all. */
#include <string.h>

#include "audit/audit_fixes.h"

const enum table_style audit_severity_styles[POLICY_SEVERITIES] = {
    [POLICY_INFO] = TABLE_PLAIN, [POLICY_LOW] = TABLE_PLAIN,    [POLICY_MEDIUM] = TABLE_WARN,
    [POLICY_HIGH] = TABLE_BAD,   [POLICY_CRITICAL] = TABLE_BAD,
};

/* Findings of one rule and severity, which stand together. */
struct run_of_findings {
    const struct audit *audit;
    size_t first, count;
};

static struct run_of_findings run_at(const struct audit *audit, size_t first)
{
    const struct audit_finding *findings = audit->findings;
    size_t end = first;

    while (end < audit->failed && findings[end].check == findings[first].check &&
           findings[end].severity == findings[first].severity) {
        end++;
    }
    return (struct run_of_findings){.audit = audit, .first = first, .count = end - first};
}

/* "a, b, c and 17 more": whole names, with their regions where there are several; at least one, and as many as fit. */
static void append_names(const struct run_of_findings *run, size_t columns, struct text *out)
{
    for (size_t i = 0; i < run->count; i++) {
        const struct resource *resource = run->audit->findings[run->first + i].resource;
        CLEANUP(text_free) struct text longer = {0};
        CLEANUP(text_free) struct text rest = {0};

        text_append(&longer, i > 0 ? ", " : "");
        resource_append_name(&longer, resource, run->audit->region_count > 1);
        if (i + 1 < run->count) {
            text_printf(&rest, " and %zu more", run->count - i - 1);
        }
        if (i > 0 &&
            text_width(text_string(out), out->size) + text_width(text_string(&longer), longer.size) + rest.size >
                columns) {
            text_printf(out, " and %zu more", run->count - i);
            return;
        }
        text_append(out, text_string(&longer));
    }
}

static bool is_found(const struct audit *audit, enum audit_check_number check)
{
    const size_t *results = audit->by_result[check];

    return results[AUDIT_FAIL] + results[AUDIT_EXCEPTED] + results[AUDIT_CANNOT_TELL] > 0;
}

void audit_listing(const struct audit *audit, enum audit_check_number rule, size_t columns, struct text *out)
{
    const struct audit_words *again = &audit->terms.again;
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text rules = {0};

    cli_command_line_begin(&line, audit->terms.program, "audit");
    for (size_t i = 0; i < again->operand_count; i++) {
        cli_command_line_operand(&line, again->operands[i]);
    }
    for (enum audit_check_number each = 0; each < AUDIT_CHECKS; each++) {
        if (each == rule || (rule == AUDIT_CHECKS && audit->terms.targeted && is_found(audit, each))) {
            text_printf(&rules, "%s%s", rules.size > 0 ? "," : "", audit_check_ids[each]);
        }
    }
    /* --all contradicts names */
    cli_command_line_option(&line, rules.size > 0 ? "rule" : "all", rules.size > 0 ? text_string(&rules) : NULL);
    for (size_t i = 0; i < again->option_count; i++) {
        cli_command_line_option(&line, again->options[i].name, again->options[i].value);
    }
    cli_command_line_place(&line, &audit->terms.place);
    audit_append_command(out, cli_command_line_string(&line), columns);
}

enum { SEVERITY, FINDINGS, RULE, TITLE, NAMES, LISTING, COLUMNS };

static const struct table_column broken_columns[COLUMNS] = {
    [SEVERITY] = {.name = "severity", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [FINDINGS] = {.name = "findings", .type = TABLE_INT},
    [RULE] = {.name = "rule", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [TITLE] = {.name = "title", .title = "WHAT", .type = TABLE_STRING, .flags = TABLE_WRAP},
    [NAMES] = {.name = "names", .type = TABLE_STRING, .flags = TABLE_BELOW},
    [LISTING] = {.name = "listing", .type = TABLE_STRING, .flags = TABLE_BELOW},
};

struct table *audit_broken_table(const struct audit *audit, size_t columns)
{
    struct table *table = table_create(broken_columns, columns > 0 ? COLUMNS : NAMES);
    size_t room = columns > TABLE_BELOW_INDENT ? columns - TABLE_BELOW_INDENT : columns;

    for (size_t first = 0; first < audit->failed;) {
        struct run_of_findings run = run_at(audit, first);
        enum audit_check_number rule = audit->findings[first].check;
        enum policy_severity severity = audit->findings[first].severity;
        CLEANUP(text_free) struct text names = {0};
        CLEANUP(text_free) struct text listing = {0};

        table_add_row(table);
        table_set_string(table, SEVERITY, policy_severity_names[severity]);
        table_set_style(table, SEVERITY, audit_severity_styles[severity]);
        table_set_int(table, FINDINGS, (int64_t)run.count);
        table_set_string(table, RULE, audit_check_ids[rule]);
        table_set_string(table, TITLE, audit_checks[rule].title);
        if (columns > 0) {
            append_names(&run, room, &names);
            audit_listing(audit, rule, room, &listing);
            table_set_string(table, NAMES, text_string(&names));
            table_set_string(table, LISTING, text_string(&listing));
        }
        first += run.count;
    }
    return table;
}
