/* The report as CSV (RFC 4180), a line for each finding and for each part that could not be read. */
#include <string.h>

#include "render/render_report_formats.h"
#include "render/render_view.h"

static void append_cell(struct text *out, const char *value)
{
    if (value != NULL) {
        render_csv_string(out, value, strlen(value));
    }
    text_append_char(out, ',');
}

static void end_line(struct text *out)
{
    out->size--; /* the last comma */
    text_append(out, "\r\n");
}

static const char heading[] = "severity,result,rule,kind,region,name,message,fix,id,crn,policy_rule,fingerprint,"
                              "exception.reason,exception.owner,exception.expires,exception.ticket,baseline,zone,vpc,"
                              "status,enabled,protocol,response_hop_limit,trusted_profile\r\n";

static const char *const baselines[] = {
    [REPORT_NO_BASELINE] = NULL, [REPORT_NEW] = "new", [REPORT_UNCHANGED] = "unchanged", [REPORT_FIXED] = "fixed"};

static void append_settings(const struct report_resource *resource, struct text *out)
{
    text_append(out, resource->enabled < 0 ? "," : resource->enabled > 0 ? "true," : "false,");
    append_cell(out, resource->protocol);
    if (resource->hop_limit > 0) {
        text_printf(out, "%d", resource->hop_limit);
    }
    text_append_char(out, ',');
    append_cell(out, resource->profile);
}

static void append_finding(const struct report *report, size_t index, struct text *out)
{
    struct report_finding finding = {.resource = SIZE_MAX};
    struct report_resource resource;

    report->finding(report->context, index, &finding);
    render_report_resource_of(report, &finding, &resource);
    const char *const cells[] = {finding.severity,
                                 report_result_names[finding.result],
                                 report->checks[finding.check].id,
                                 resource.kind,
                                 resource.region,
                                 resource.name,
                                 finding.message,
                                 finding.fix,
                                 resource.id,
                                 resource.crn,
                                 resource.policy_rule,
                                 finding.fingerprint,
                                 finding.exception_reason,
                                 finding.exception_owner,
                                 finding.exception_expires,
                                 finding.exception_ticket,
                                 baselines[finding.baseline],
                                 resource.zone,
                                 resource.vpc,
                                 resource.status};
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        append_cell(out, cells[i]);
    }
    append_settings(&resource, out);
    end_line(out);
}

/* Every line has as many cells as the heading. */
static void append_missing(const char *line, struct text *out)
{
    static const char *const columns[] = {"", "incomplete", "", "", "", ""};

    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        append_cell(out, columns[i]);
    }
    append_cell(out, line);
    for (const char *c = strstr(heading, ",fix,") + 1; *c != '\0'; c++) {
        text_append(out, *c == ',' ? "," : "");
    }
    text_append(out, "\r\n");
}

bool render_report_csv(const struct report *report, struct report_output *output, struct err *e)
{
    text_append(&output->text, heading);
    for (size_t i = 0; i < report->missing_count; i++) {
        append_missing(report->missing[i].line, &output->text);
    }
    for (size_t i = 0; i < report->finding_count; i++) {
        append_finding(report, i, &output->text);
        if (!render_report_flush(output, false, e)) {
            return false;
        }
    }
    return true;
}
