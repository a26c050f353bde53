/* Reports of an audit: their formats by name. */
#include "render/render_report.h"

#include "render/render_report_formats.h"

const char *const report_format_names[] = {"html", "sarif", "sarif-github", "junit", "ocsf", "csv", "json", NULL};

bool render_report(const struct report *report, enum report_format format, const struct report_sink *sink,
                   struct err *e)
{
    struct report_output output = {.sink = sink, .secrets = report->secrets};
    bool good = false;

    output.json = format == REPORT_SARIF || format == REPORT_SARIF_GITHUB || format == REPORT_OCSF;
    switch (format) {
    case REPORT_SARIF:
    case REPORT_SARIF_GITHUB:
        good = render_sarif(report, format == REPORT_SARIF_GITHUB, &output, e);
        break;
    case REPORT_JUNIT:
        good = render_junit(report, &output, e);
        break;
    case REPORT_OCSF:
        good = render_ocsf(report, &output, e);
        break;
    case REPORT_CSV:
        good = render_report_csv(report, &output, e);
        break;
    case REPORT_HTML:
        good = render_html(report, &output, e);
        break;
    case REPORT_JSON:
    case REPORT_FORMATS:
        err_set(e, ERR_FAILED, "this version has no %s report", report_format_names[format]);
        break;
    }
    good = good && render_report_flush(&output, true, e);
    text_free(&output.text);
    return good;
}
