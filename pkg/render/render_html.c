/* The report of an audit as one self-contained HTML page: what it says without a script, and the frame of the rest. */
#include <stdlib.h>
#include <string.h>

#include "render/render_html.h"
#include "render/render_html_page.h"

enum { PLAIN_FINDINGS = 100, COMMANDS_FIRST = 3 };

static const char *const severities[REPORT_SEVERITIES] = {"info", "low", "medium", "high", "critical"};

/* Those that were read, and any other that a resource is in. */
static void append_regions(const struct render_html_counts *counts, struct text *out)
{
    CLEANUP(text_free) struct text list = {0};

    for (size_t i = 0; i < counts->regions.count; i++) {
        text_printf(&list, "%s%s", i > 0 ? ", " : "", counts->regions.items[i].label);
    }
    render_html_fact(out, "Regions", text_string(&list));
}

static void append_missing(const struct report *report, struct text *out)
{
    if (report->complete) {
        return;
    }
    text_append(out, "<div class=\"notice\"><p><strong>INCOMPLETE</strong>: this could not be read, and is in no count "
                     "below</p><ul>\n");
    for (size_t i = 0; i < report->missing_count; i++) {
        render_html_element(out, "li", report->missing[i].line);
        text_append_char(out, '\n');
    }
    text_append(out, "</ul></div>\n");
}

/* What was found in one line: "8,478 open findings in 7,948 of 10,299 resources". */
static void append_verdict(const struct report *report, const struct render_html_counts *counts, struct text *out)
{
    if (report->resource_count == 0) {
        text_append(out, "<p class=\"verdict verdict-partly\">No resource was audited</p>\n");
        return;
    }
    text_printf(out, "<p class=\"verdict verdict-%s\">",
                counts->open > 0   ? "bad"
                : report->complete ? "good"
                                   : "partly");
    if (counts->open == 0) {
        text_append(out, report->complete ? "No open findings in " : "No open findings so far, in ");
    } else {
        render_html_count_of(out, counts->open, "open finding", "open findings");
        text_append(out, " in ");
    }
    if (counts->affected > 0) {
        render_html_number(out, counts->affected);
        text_append(out, " of ");
    }
    render_html_count_of(out, report->resource_count, "resource", "resources");
    text_append(out, "</p>\n");
}

static void append_exit_status(const struct report *report, struct text *out)
{
    CLEANUP(text_free) struct text words = {0};

    text_printf(&words, "%d: %s%s", report->exit_status, report->exit_reason != NULL ? report->exit_reason : "",
                report->complete ? "" : " (INCOMPLETE)");
    render_html_fact(out, "Exit status", text_string(&words));
}

/* What says which audit it was; the rest of it is folded. */
static void append_facts(const struct report *report, const struct render_html_counts *counts, struct text *out)
{
    text_append(out, "<dl class=\"facts\">\n");
    render_html_fact(out, "Account", report->account);
    append_regions(counts, out);
    render_html_fact(out, "Policy", report->policy);
    render_html_fact(out, "Ended", report->ended_at);
    render_html_fact(out, "Compared with", report->baseline);
    text_append(out,
                "</dl>\n<details class=\"kept about\"><summary>About this audit</summary>\n<dl class=\"facts\">\n");
    append_exit_status(report, out);
    render_html_fact(out, "Audit", report->audit);
    render_html_fact(out, "Started", report->started_at);
    render_html_fact(out, "Exceptions judged as of", report->as_of);
    render_html_fact(out, "Policy digest", report->policy_digest);
    render_html_fact(out, "Endpoint", report->endpoint);
    text_append(out, "</dl>\n");
    if (report->command != NULL) {
        text_append(out, "<p class=\"quiet\">Command that makes this report again:</p>\n");
        render_html_command(out, "again", report->command, "the command that makes this report again");
    }
    text_append(out, "</details>\n");
}

static void append_header(const struct report *report, const struct render_html_counts *counts, struct text *out)
{
    text_append(out, "<a class=\"skip\" href=\"#resources\">Skip to the resources</a>\n<header class=\"top\">\n"
                     "<h1>Metadata service audit</h1>\n");
    append_verdict(report, counts, out);
    append_missing(report, out);
    append_facts(report, counts, out);
    text_append(out, "</header>\n");
}

/* A count, a link to the resources that it counts where there are any; `filter` NULL: to none. */
static void append_tile(struct text *out, size_t number, const char *words, const char *filter)
{
    bool link = filter != NULL && number > 0;

    text_printf(out, "<li%s>", number == 0 ? " class=\"zero\"" : "");
    text_append(out, link ? "<a href=\"#" : "");
    text_append(out, link ? filter : "");
    text_append(out, link ? "\">" : "");
    text_append(out, "<b>");
    render_html_number(out, number);
    text_printf(out, "</b><span>%s</span>%s</li>\n", words, link ? "</a>" : "");
}

static void append_severity_tiles(const struct render_html_counts *counts, struct text *out)
{
    text_append(out, "<ul class=\"tiles severities\" aria-label=\"Open findings by severity\">\n");
    for (size_t i = REPORT_SEVERITIES; i-- > 0;) {
        CLEANUP(text_free) struct text words = {0};
        CLEANUP(text_free) struct text filter = {0};
        text_printf(&words, "<span class=\"severity severity-%s\">%s</span>", severities[i], severities[i]);
        text_printf(&filter, "severity=%s&amp;result=fail", severities[i]);
        append_tile(out, counts->by_severity[i], text_string(&words), text_string(&filter));
    }
    text_append(out, "</ul>\n");
}

static void append_tiles(const struct report *report, const struct render_html_counts *counts, struct text *out)
{
    text_append(out, "<h2 class=\"visually-hidden\">Counts</h2>\n");
    append_severity_tiles(counts, out);
    text_append(out, "<ul class=\"tiles others\" aria-label=\"Other counts\">\n");
    append_tile(out, report->resource_count, report->resource_count == 1 ? "resource" : "resources", NULL);
    append_tile(out, counts->affected, "with open findings", "result=fail");
    append_tile(out, counts->excepted, "excepted", "result=excepted");
    if (counts->expired > 0) {
        append_tile(out, counts->expired, counts->expired == 1 ? "exception expired" : "exceptions expired", NULL);
    }
    append_tile(out, counts->cannot_tell, "cannot tell", "result=cannot_tell");
    append_tile(out, counts->unmanaged, "unmanaged", "policy_rule=%28unmanaged%29");
    if (report->baseline != NULL) {
        append_tile(out, counts->by_baseline[REPORT_NEW], "new", "baseline=new&amp;result=fail");
        append_tile(out, counts->by_baseline[REPORT_UNCHANGED], "unchanged", "baseline=unchanged&amp;result=fail");
        append_tile(out, counts->by_baseline[REPORT_FIXED], "fixed", "result=fixed");
    }
    text_append(out, "</ul>\n");
}

/* A box for each line, which is a command; those after the first few into `rest`. Returns how many are in `rest`. */
static size_t append_commands(const char *lines, struct text *out, struct text *rest)
{
    size_t count = 0;

    for (const char *at = lines; at != NULL && *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        CLEANUP(text_free) struct text id = {0}, line = {0};
        at += strspn(at, " ");
        text_append_size(&line, at, strcspn(at, "\n"));
        if (line.size > 0) {
            text_printf(&id, "fix-%zu", ++count);
            render_html_command(count > COMMANDS_FIRST ? rest : out, text_string(&id), text_string(&line),
                                "this command");
        }
    }
    return count > COMMANDS_FIRST ? count - COMMANDS_FIRST : 0;
}

static void append_everything(const struct report *report, struct text *out)
{
    const char *line = report->apply + strspn(report->apply, " ");
    CLEANUP(text_free) struct text command = {0};

    text_append_size(&command, line, strcspn(line, "\n"));
    text_append(out, "<p class=\"for\">Everything that the policy wants, shown before anything is changed:</p>\n");
    render_html_command(out, "apply", text_string(&command), "the command for everything");
}

/* What to run, as the audit prints it, too. */
static void append_fixes(const struct report *report, struct text *out)
{
    CLEANUP(text_free) struct text parts = {0}, rest = {0};
    size_t folded = append_commands(report->fixes, &parts, &rest);
    bool all = report->apply != NULL && report->apply[0] != '\0';

    if (parts.size == 0 && !all) {
        return;
    }
    text_append(out, "<section aria-labelledby=\"run\">\n<h2 id=\"run\">What to run</h2>\n");
    if (all) {
        append_everything(report, out);
    }
    if (parts.size > 0) {
        text_printf(out, "<p class=\"for\">%s (<code>--dry-run</code> previews):</p>\n",
                    all ? "Or a part at a time" : "Each command fixes a part");
        text_append_size(out, text_string(&parts), parts.size);
    }
    if (folded > 0) {
        text_append(out, "<details class=\"more\"><summary>");
        render_html_count_of(out, folded, "more command", "more commands");
        text_append(out, "</summary>\n");
        text_append_size(out, text_string(&rest), rest.size);
        text_append(out, "</details>\n");
    }
    text_append(out, "</section>\n");
}

static void append_charts(const struct render_html_counts *counts, struct text *out)
{
    text_append(out, "<h2>Charts</h2>\n<div class=\"charts\">\n");
    render_html_chart_bars(&counts->checks, out);
    render_html_chart_bars(&counts->by_region, out);
    render_html_chart_bars(&counts->regions, out);
    render_html_chart_columns(&counts->hop_limits, out);
    if (counts->trend.count > 1) {
        render_html_chart_columns(&counts->trend, out);
    } else {
        text_append(out,
                    "<figure><figcaption>Open findings over time</figcaption><p class=\"quiet\">No earlier complete "
                    "audit of the same resources is stored.</p></figure>\n");
    }
    text_append(out, "</div>\n");
}

static void append_number_cell(struct text *out, size_t number)
{
    text_append(out, "<td class=\"number\">");
    render_html_number(out, number);
    text_append(out, "</td>");
}

static void append_severity(struct text *out, const char *tag, const char *severity)
{
    text_printf(out, "<%s><span class=\"severity severity-%s\">", tag, severities[render_report_severity(severity)]);
    render_html_text(out, severity);
    text_printf(out, "</span></%s>", tag);
}

/* The severity is the worst of the open findings: a policy rule may give another than the rule's own. */
static void append_rule(const struct report *report, const struct render_html_counts *counts, size_t index,
                        struct text *out)
{
    const struct report_check *check = &report->checks[index];
    const char *worst = counts->worst[index] > 0 ? severities[counts->worst[index] - 1] : check->severity;

    text_append(out, "<tr><th scope=\"row\"><a href=\"#rule=");
    text_percent_encode(out, check->id, "");
    text_append(out, "\">");
    render_html_text(out, check->id);
    text_append(out, "</a><p class=\"meaning\">");
    render_html_text(out, check->meaning != NULL ? check->meaning : check->title);
    text_append(out, "</p></th>");
    append_severity(out, "td", worst);
    append_number_cell(out, counts->by_check[index][REPORT_FAIL]);
    append_number_cell(out, counts->by_check[index][REPORT_EXCEPTED]);
    append_number_cell(out, counts->by_check[index][REPORT_CANNOT_TELL]);
    append_number_cell(out, check->counts[REPORT_PASS]);
    append_number_cell(out, check->counts[REPORT_NOT_APPLICABLE]);
    text_append(out, "</tr>\n");
}

static bool has_findings(const struct render_html_counts *counts, size_t check)
{
    const size_t *by_result = counts->by_check[check];

    return by_result[REPORT_FAIL] + by_result[REPORT_EXCEPTED] + by_result[REPORT_CANNOT_TELL] > 0;
}

/* The rules with findings, or those without, the worst first. */
static void append_rule_table(const struct report *report, const struct render_html_counts *counts, bool findings,
                              struct text *out)
{
    text_printf(out,
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Rules with%s findings\">"
                "<table class=\"rules-table\">\n"
                "<thead><tr><th scope=\"col\">Rule, and why it matters</th><th scope=\"col\">Severity</th>"
                "<th scope=\"col\" class=\"number\">Open</th><th scope=\"col\" class=\"number\">Excepted</th>"
                "<th scope=\"col\" class=\"number\">Cannot tell</th><th scope=\"col\" class=\"number\">Pass</th>"
                "<th scope=\"col\" class=\"number\">Not applicable</th></tr></thead>\n<tbody>\n",
                findings ? "" : "out");
    for (size_t i = 0; i < report->check_count; i++) {
        size_t check = counts->order[i];
        if (has_findings(counts, check) == findings) {
            append_rule(report, counts, check, out);
        }
    }
    text_append(out, "</tbody></table></div>\n");
}

/* Rules without findings are folded, so that the resources are not far. */
static void append_rules(const struct report *report, const struct render_html_counts *counts, struct text *out)
{
    size_t broken = 0;

    for (size_t i = 0; i < report->check_count; i++) {
        broken += has_findings(counts, i);
    }
    text_append(out, "<h2>Rules</h2>\n");
    if (broken > 0) {
        append_rule_table(report, counts, true, out);
    }
    if (broken < report->check_count) {
        size_t kept = report->check_count - broken;
        text_printf(out, "<details class=\"kept\"%s><summary>%zu rule%s without findings</summary>\n",
                    broken == 0 ? " open" : "", kept, kept == 1 ? "" : "s");
        append_rule_table(report, counts, false, out);
        text_append(out, "</details>\n");
    }
}

/* The script fills these in. */
static void append_explorer(struct text *out)
{
    text_append(
        out, "<section id=\"explorer\" aria-labelledby=\"resources\" hidden>\n<div class=\"filters\" role=\"search\" "
             "aria-label=\"Resources\">\n"
             "<label class=\"visually-hidden\" for=\"q\">Filter by name, region, rule or any other word</label>\n"
             "<input id=\"q\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" "
             "placeholder=\"Filter: name, region, rule, owner (press /)\" aria-keyshortcuts=\"/\">\n"
             "<div id=\"facets\" class=\"chips\"></div>\n</div>\n"
             "<p id=\"address-said\" class=\"notice\" role=\"status\" hidden></p>\n"
             "<div class=\"found\"><p id=\"count\" role=\"status\"></p><div id=\"chips\" class=\"chips\"></div>"
             "<button id=\"clear\" type=\"button\" hidden>Clear filters</button>"
             "<button id=\"copy-fixes\" type=\"button\" hidden>Copy all fixes shown</button>"
             "<span id=\"said\" class=\"quiet\" role=\"status\"></span></div>\n"
             "<div id=\"grid\" class=\"grid\" role=\"grid\" tabindex=\"0\" aria-label=\"Resources; Enter opens the "
             "details of one, c copies its fix\" aria-describedby=\"keys\"></div>\n"
             "<p id=\"keys\" class=\"quiet keys\"><kbd>/</kbd> filter <kbd>&#8593;</kbd> <kbd>&#8595;</kbd> move "
             "<kbd>Enter</kbd> "
             "details <kbd>c</kbd> copy the fix</p>\n"
             "<div id=\"nothing\" class=\"nothing\" hidden><p id=\"nothing-why\"></p>"
             "<button id=\"nothing-clear\" type=\"button\">Clear filters</button></div>\n"
             "<dialog id=\"details\" aria-labelledby=\"details-title\"><div class=\"bar-top\">"
             "<span id=\"details-said\" class=\"quiet\" role=\"status\"></span>"
             "<button id=\"previous\" type=\"button\">Previous</button><button id=\"next\" "
             "type=\"button\">Next</button><button id=\"close\" type=\"button\" "
             "aria-keyshortcuts=\"Escape\">Close</button></div>\n"
             "<h2 id=\"details-title\" tabindex=\"-1\"></h2><div id=\"details-body\"></div></dialog>\n</section>\n"
             "<div id=\"printed\"></div>\n");
}

static void append_exception(const struct report_finding *finding, struct text *out)
{
    const struct {
        const char *before, *value;
    } parts[] = {{"", finding->exception_reason},
                 {"owner ", finding->exception_owner},
                 {finding->exception_expired ? "expired " : "expires ", finding->exception_expires},
                 {"", finding->exception_ticket}};
    const char *separator = "<br>Exception: ";

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].value != NULL) {
            text_printf(out, "%s%s", separator, parts[i].before);
            render_html_text(out, parts[i].value);
            separator = "; ";
        }
    }
}

static void append_plain_row(const struct report *report, size_t index, struct text *out)
{
    struct report_finding finding = {0};
    struct report_resource resource = {.enabled = -1};

    report->finding(report->context, index, &finding);
    if (finding.resource < report->resource_count) {
        report->resource(report->context, finding.resource, &resource);
    } else {
        resource = finding.gone;
    }
    text_append(out, "<tr>");
    append_severity(out, "td", finding.severity);
    render_html_element(out, "td", finding.baseline == REPORT_FIXED ? "fixed" : report_result_names[finding.result]);
    render_html_element(out, "td", resource.name != NULL ? resource.name : resource.id);
    render_html_element(out, "td", resource.kind);
    render_html_element(out, "td", resource.region);
    render_html_element(out, "td", report->checks[finding.check].id);
    text_append(out, "<td class=\"words\">");
    render_html_text(out, finding.message);
    append_exception(&finding, out);
    if (finding.fix != NULL) {
        text_append(out, "<br><code>");
        render_html_code(out, finding.fix);
        text_append(out, "</code>");
    }
    text_append(out, "</td></tr>\n");
}

/* For readers whose browser runs no script; the script hides it. */
static void append_plain(const struct report *report, struct text *out)
{
    size_t shown = report->finding_count < PLAIN_FINDINGS ? report->finding_count : PLAIN_FINDINGS;

    text_append(out,
                "<div id=\"plain\">\n<noscript><p class=\"notice\">This browser runs no script here. With scripts all "
                "resources are listed, with filters and details.</p></noscript>\n");
    if (shown == 0) {
        text_append(out, "<p>No findings.</p></div>\n");
        return;
    }
    text_append(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Findings\"><table><caption>");
    if (shown < report->finding_count) {
        text_append(out, "The worst ");
        render_html_number(out, shown);
        text_append(out, " of ");
    }
    render_html_number(out, report->finding_count);
    text_append(out, report->finding_count == 1 ? " finding" : " findings");
    text_append(out, "</caption>\n<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Result</th>"
                     "<th scope=\"col\">Name</th><th scope=\"col\">Kind</th><th scope=\"col\">Region</th>"
                     "<th scope=\"col\">Rule</th><th scope=\"col\">Finding and recommended fix</th>"
                     "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++) {
        append_plain_row(report, i, out);
    }
    text_append(out, "</tbody></table></div></div>\n");
}

static void append_body(const struct report *report, struct text *out)
{
    CLEANUP(render_html_counts_free) struct render_html_counts counts = {0};

    render_html_count(report, &counts);
    append_header(report, &counts, out);
    text_append(out, "<main>\n");
    append_tiles(report, &counts, out);
    append_fixes(report, out);
    append_charts(&counts, out);
    append_rules(report, &counts, out);
    text_append(out, "<h2 id=\"resources\" tabindex=\"-1\">Resources and findings</h2>\n");
    append_explorer(out);
    append_plain(report, out);
    text_append(out, "</main>\n<footer>Written by vpcmeta ");
    render_html_text(out, report->version);
    text_append(out, ". The page loads nothing and sends nothing.</footer>\n");
}

bool render_html(const struct report *report, struct report_output *output, struct err *e)
{
    static const char *const styles[] = {"page", "report", NULL};
    static const char *const scripts[] = {"grid", "data", "details", "report", NULL};
    CLEANUP(text_free) struct text title = {0};

    text_printf(&title, "Metadata service audit %s", report->started_at != NULL ? report->started_at : "");
    const struct render_html_page page = {.title = text_string(&title), .styles = styles, .scripts = scripts};
    const struct secrets *secrets = output->secrets;
    /* Styles and scripts are the program's own and must be what their digests are of. */
    output->secrets = NULL;
    render_html_begin(&page, &output->text);
    if (!render_report_flush(output, true, e)) {
        return false;
    }
    output->secrets = secrets;
    append_body(report, &output->text);
    if (!render_html_data(report, output, e) || !render_report_flush(output, true, e)) {
        return false;
    }
    output->secrets = NULL;
    render_html_end(&page, &output->text);
    bool good = render_report_flush(output, true, e);
    output->secrets = secrets;
    return good;
}
