/* The report of an audit: findings, fixes, counts and, last, the reason of the exit status. */
#include "audit_report.h"
#include "audit_options.h"
#include "audit_report_files.h"

#include <string.h>
#include <unistd.h>

#include "term/term.h"

/* A report for people under way: blocks with an empty line between them. */
struct page {
    const struct app *app;
    struct render_options options;
    bool begun;
};

static bool begin_block(struct page *page, struct err *e)
{
    bool begun = page->begun;

    page->begun = true;
    return !begun || render_text("\n", 1, app_stdout(page->app), e);
}

/* Takes over the table; nothing is printed of one without rows. */
static bool print_table(struct page *page, struct table *block, struct err *e)
{
    TABLE_CLEANUP struct table *table = block;

    return table_row_count(table) == 0 ||
           (begin_block(page, e) && render_table(table, NULL, &page->options, app_stdout(page->app), e));
}

static bool print_lines(struct page *page, const struct text *lines, struct err *e)
{
    return lines->size == 0 ||
           (begin_block(page, e) && render_text(text_string(lines), lines->size, app_stdout(page->app), e));
}

/* What the counts below lack. */
static bool print_incomplete(struct page *page, const struct audit_report *report, struct err *e)
{
    CLEANUP(text_free) struct text lines = {0};

    if (report->missing->size == 0) {
        return true;
    }
    text_append(&lines, "INCOMPLETE: these are only the resources that could be read");
    if (report->audit->unchecked > 0) {
        text_printf(&lines, "; %zu of them could not be checked whole", report->audit->unchecked);
    }
    text_append_char(&lines, '\n');
    return print_lines(page, &lines, e);
}

static void append_foreign(struct text *out, const char *word)
{
    text_append_safe(out, word, strlen(word));
}

/* Another policy than the built-in one has a name; a date that was given says that the audit replays. */
static bool print_head(struct page *page, const struct audit *audit, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};

    if (audit->terms.policy_file == NULL) {
        return true;
    }
    text_append(&line, "Policy ");
    append_foreign(&line, policy_name(audit->terms.policy));
    text_append(&line, " (");
    append_foreign(&line, audit->terms.policy_file);
    text_printf(&line, ") as of %s", audit->terms.as_of);
    CLEANUP(text_free) struct text wrapped = {0};
    text_append_wrapped(&wrapped, text_string(&line), NULL, 0, 2, page->options.columns);
    text_append_char(&wrapped, '\n');
    return print_lines(page, &wrapped, e);
}

static size_t count_results(const struct audit *audit, enum audit_result result)
{
    size_t count = 0;

    for (enum audit_check_number check = 0; check < AUDIT_CHECKS; check++) {
        count += audit->by_result[check][result];
    }
    return count;
}

/* "2 findings are excepted by the policy", and "1 check could not be judged": these are in no row below. */
static void append_not_open(const struct audit *audit, struct text *out)
{
    size_t excepted = count_results(audit, AUDIT_EXCEPTED);
    size_t unknown = count_results(audit, AUDIT_CANNOT_TELL);

    if (excepted > 0) {
        text_printf(out, "%zu %s excepted by the policy\n", excepted, excepted == 1 ? "finding is" : "findings are");
    }
    if (unknown > 0) {
        text_printf(out, "%zu %s could not be judged\n", unknown, unknown == 1 ? "check" : "checks");
    }
}

/* On a terminal the rules, each with a command that lists its findings; else every finding is a row. */
static bool print_findings(struct page *page, const struct audit_report *report, struct err *e)
{
    const struct audit *audit = report->audit;
    unsigned columns = page->options.columns;
    CLEANUP(text_free) struct text lines = {0};

    if (columns == 0 || report->every_row) {
        return print_table(page, audit_findings_table(audit, audit->region_count > 1, columns), e);
    }
    append_not_open(audit, &lines);
    if (audit->count > 0) {
        text_append(&lines, "Every finding as a row:\n");
        audit_listing(audit, AUDIT_CHECKS, columns, &lines);
    }
    return print_table(page, audit_broken_table(audit, columns), e) && print_lines(page, &lines, e);
}

/* The command that brings everything to what the policy wants. */
static void append_apply(const struct audit_report *report, size_t columns, struct text *out)
{
    const struct audit_terms *terms = &report->audit->terms;
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    cli_command_line_begin(&line, terms->program, "apply");
    for (size_t i = 0; i < report->apply->operand_count; i++) {
        cli_command_line_operand(&line, report->apply->operands[i]);
    }
    for (size_t i = 0; i < report->apply->option_count; i++) {
        cli_command_line_option(&line, report->apply->options[i].name, report->apply->options[i].value);
    }
    cli_command_line_place(&line, &terms->place);
    text_append_command(out, cli_command_line_string(&line), strlen(cli_command_line_string(&line)), 0, 4, columns);
    text_append_char(out, '\n');
}

static bool has_settings_to_apply(const struct audit_report *report)
{
    const struct audit *audit = report->audit;
    bool possible = audit_is_settled_by_apply(audit) &&
                    !audit_options_read_input(report->apply->options, report->apply->option_count);

    for (size_t i = 0; possible && i < audit->fix_count; i++) {
        if (audit->fixes[i].settings.given != 0) {
            return true;
        }
    }
    return false;
}

/* Nothing where no command fixes what was found. */
static bool print_fixes(struct page *page, const struct audit_report *report, struct err *e)
{
    const struct audit *audit = report->audit;
    CLEANUP(text_free) struct text commands = {0};
    CLEANUP(text_free) struct text lines = {0};
    CLEANUP(text_free) struct text apply = {0};

    audit_grouped_fixes(audit, page->options.columns, &commands);
    if (commands.size > 0) {
        text_printf(&lines, "Recommended fixes (preview each with --dry-run):\n%s", text_string(&commands));
    }
    if (has_settings_to_apply(report)) {
        text_append(&apply, "Or set everything that the policy wants:\n");
        append_apply(report, page->options.columns, &apply);
    }
    return print_lines(page, &lines, e) && print_lines(page, &apply, e);
}

static bool print_counts(struct page *page, const struct audit_report *report, struct err *e)
{
    const struct audit *audit = report->audit;
    bool rows = page->options.columns == 0 || report->every_row;

    return print_table(page, audit_histogram_table(audit), e) && print_table(page, audit_counts_table(audit), e) &&
           (audit->region_count < 2 || print_table(page, audit_regions_table(audit), e)) &&
           (!rows || print_table(page, audit_broken_table(audit, 0), e));
}

/* What --since and --expect say. */
static bool print_past(struct page *page, const struct audit_report *report, struct err *e)
{
    CLEANUP(text_free) struct text lines = {0};

    audit_past_describe(report->past, report->audit, page->options.columns, &lines);
    return print_lines(page, &lines, e);
}

/* Where a terminal shows the warning of the selection, it is not repeated. */
static bool print_nothing(struct page *page, const struct inventory_effect *effect, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};

    if (page->options.columns == 0 || !term_is_terminal(STDERR_FILENO) || page->app->globals->quiet) {
        text_printf(&line, "nothing was selected: %s\n", text_string(&effect->why));
    }
    bool printed = print_lines(page, &line, e);
    page->begun = false;
    return printed;
}

static bool print_body(struct page *page, const struct audit_report *report, struct err *e)
{
    if (!print_head(page, report->audit, e) || !print_incomplete(page, report, e)) {
        return false;
    }
    if (report->effect->why.size > 0) {
        return print_nothing(page, report->effect, e) &&
               (report->audit->count == 0 || print_findings(page, report, e)) && print_past(page, report, e);
    }
    return print_findings(page, report, e) && print_fixes(page, report, e) && print_counts(page, report, e) &&
           print_past(page, report, e);
}

/* --- the last line ---------------------------------------------------------------------------------- */

static size_t count_lines(const struct text *lines)
{
    size_t count = 0;

    for (size_t i = 0; i < lines->size; i++) {
        count += lines->data[i] == '\n' || i + 1 == lines->size;
    }
    return count;
}

/* "84 findings, 28 of them high, 56 low"; `brief`: only the worst. */
static void append_findings(const struct audit *audit, bool brief, struct text *out)
{
    int worst = POLICY_SEVERITIES - 1;

    if (audit->failed == 0) {
        text_append(out, "no findings");
        return;
    }
    while (worst > 0 && audit->by_severity[worst] == 0) {
        worst--;
    }
    text_printf(out, audit->failed == 1 ? "1 finding" : "%zu findings", audit->failed);
    if (audit->by_severity[worst] == audit->failed) {
        text_printf(out, audit->failed == 1 ? ", which is %s" : ", all of them %s", policy_severity_names[worst]);
    } else {
        text_printf(out, ", %zu of them %s", audit->by_severity[worst], policy_severity_names[worst]);
    }
    while (!brief && worst-- > 0) {
        if (audit->by_severity[worst] > 0) {
            text_printf(out, ", %zu %s", audit->by_severity[worst], policy_severity_names[worst]);
        }
    }
}

/* What keeps the exit status from being that of findings, and what stands beside them. */
static void append_others(const struct audit *audit, struct text *out)
{
    size_t excepted = count_results(audit, AUDIT_EXCEPTED);
    size_t unknown = count_results(audit, AUDIT_CANNOT_TELL);

    if (audit->failed > 0 && audit->serious == 0) {
        text_printf(out, ", below --fail-on %s", policy_severity_names[audit->terms.fail_on]);
    }
    if (excepted > 0) {
        text_printf(out, "; %zu excepted", excepted);
    }
    if (unknown > 0) {
        text_printf(out, "; %zu not judged", unknown);
    }
}

static void append_scope(const struct audit *audit, struct text *out)
{
    const struct audit_terms *terms = &audit->terms;
    size_t count = resource_list_count(audit->inventory.selected);
    bool chosen = terms->checks != 0 || terms->excluded != 0 || terms->severity > POLICY_INFO;

    text_printf(out, count == 1 ? " in 1 resource" : " in %zu resources", count);
    text_append(out, chosen ? ", of the rules and severities chosen" : "");
}

static void append_reason(const struct audit_report *report, struct text *out)
{
    const struct audit *audit = report->audit;
    size_t missing = count_lines(report->missing);

    if (missing > 0) {
        text_printf(out, "incomplete, %zu %s missing; ", missing, missing == 1 ? "part is" : "parts are");
    }
    if (report->effect->why.size > 0) {
        text_append(out, "nothing was audited");
        if (audit->failed == 0) {
            return;
        }
        text_append(out, "; "); /* of the policy itself */
    }
    append_findings(audit, missing > 0, out);
    audit_past_append_reason(report->past, audit, out);
    if (audit->failed == 0) {
        append_scope(audit, out);
    }
    append_others(audit, out);
}

static bool print_reason(struct page *page, const struct audit_report *report, bool written, int status, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};
    CLEANUP(text_free) struct text wrapped = {0};

    text_printf(&line, "exit status %d: %s", status, written ? "" : "a report could not be written; ");
    append_reason(report, &line);
    text_append_wrapped(&wrapped, text_string(&line), NULL, 0, 2, page->options.columns);
    text_append_char(&wrapped, '\n');
    return print_lines(page, &wrapped, e);
}

/* The error stands before the last line, which sums it up; on a terminal, where they meet, without an empty line. */
static bool print_error(struct page *page, struct err *e)
{
    bool meets = page->options.columns > 0 && term_is_terminal(STDERR_FILENO);
    struct err shown = *e;

    *e = ERR_INIT;
    if (meets && !begin_block(page, e)) {
        return false;
    }
    page->begun = !meets;
    app_error(page->app, &shown);
    return true;
}

static json_t *head_of(const struct audit_report *report)
{
    json_t *head = app_list_head(report->missing);

    json_object_set_new(head, "summary", audit_summary(report->audit));
    audit_past_add_json(report->past, report->audit, head, json_object_get(head, "summary"));
    return head;
}

/* A fix is on several lines only where it stands below its row: --fields makes it a column. */
static bool print_document(struct app *app, const struct audit_report *report, struct err *e)
{
    struct render_options options = app_render_options(app);
    bool below = app_prints_text(app) && options.fields_count == 0;
    TABLE_CLEANUP struct table *findings = audit_findings_table(report->audit, true, below ? options.columns : 0);
    JSON_CLEANUP json_t *head = head_of(report);

    return app_print_list(app, findings, &(struct render_envelope){.head = head, .items = "findings"},
                          (struct app_noun){"finding", "findings"}, e);
}

/* The files stand before what is printed, because the last line says whether they could be written. */
static bool write_files(struct app *app, const struct audit_report *report, struct err *e)
{
    CLEANUP(text_free) struct text reason = {0};
    CLEANUP(text_free) struct text fixes = {0};
    CLEANUP(text_free) struct text apply = {0};

    if (report->files->count == 0) {
        return true;
    }
    JSON_CLEANUP json_t *head = head_of(report);
    append_reason(report, &reason);
    audit_grouped_fixes(report->audit, 0, &fixes);
    if (has_settings_to_apply(report)) {
        append_apply(report, 0, &apply);
    }
    const struct audit_report_words words = {
        .reason = text_string(&reason), .fixes = text_string(&fixes), .apply = text_string(&apply)};
    return audit_report_files(app, report, &words, head, e);
}

int audit_report(struct app *app, const struct audit_report *report, struct err *e)
{
    struct page page = {.app = app, .options = app_render_options(app)};
    bool text = app_prints_text(app) && page.options.fields_count == 0 && !app_arranges_rows(app);
    bool printed = !report->files->on_output; /* else a report stands on standard output */
    struct err unwritten = ERR_INIT;
    bool written = write_files(app, report, &unwritten);

    if (printed && !(text ? print_body(&page, report, e) : print_document(app, report, e))) {
        return err_exit_status(e);
    }
    int status = app_inventory_status(app, "audit", report->missing, e);
    if (!written) {
        app_error(app, &unwritten);
        status = err_exit_status(&unwritten);
    } else {
        status = status != 0 && e->code == ERR_INCOMPLETE ? ERR_EXIT_PARTLY : status != 0 ? status : report->status;
    }
    if (!printed || (!text && (!app_prints_text(app) || page.options.columns == 0))) {
        return status;
    }
    page.begun |= !text;
    if (e->code != ERR_NONE && !print_error(&page, e)) {
        return err_exit_status(e);
    }
    app_pager_show(app); /* who leaves a pager at its first page sees the last line all the same */
    return print_reason(&page, report, written, status, e) ? status : err_exit_status(e);
}
