/* What the formats of reports share: output without secrets, and what is said of a finding. */
#include "render/render_report_formats.h"

const char *const report_result_names[] = {"pass", "fail", "excepted", "cannot_tell", "not_applicable"};

enum { WORTH_A_WRITE = 64 * 1024 };

bool render_report_flush(struct report_output *output, bool all, struct err *e)
{
    struct text *text = &output->text;

    if (text->size == 0 || (!all && text->size < WORTH_A_WRITE)) {
        return true;
    }
    if (output->json) {
        secrets_mask_answer(output->secrets, text->data, text->size);
    } else {
        secrets_mask(output->secrets, text->data, text->size);
    }
    bool written = output->sink->write(output->sink->context, text_string(text), text->size, e);
    output->written += text->size;
    text_clear(text);
    return written;
}

void render_report_warn(const struct report_output *output, const char *format, ...)
{
    CLEANUP(text_free) struct text line = {0};
    va_list args;

    if (output->sink->warn != NULL) {
        va_start(args, format);
        text_vprintf(&line, format, args);
        va_end(args);
        output->sink->warn(output->sink->context, text_string(&line));
    }
}

void render_report_resource_of(const struct report *report, const struct report_finding *finding,
                               struct report_resource *ret)
{
    if (finding->resource == SIZE_MAX) {
        *ret = finding->gone;
    } else {
        *ret = (struct report_resource){.enabled = -1};
        report->resource(report->context, finding->resource, ret);
    }
}

void render_report_message(const struct report_resource *resource, const struct report_finding *finding,
                           struct text *out)
{
    const char *name = resource->name != NULL ? resource->name : resource->id;

    text_append(out, resource->kind != NULL ? resource->kind : "resource");
    text_printf(out, " %s", name != NULL ? name : "without a name");
    if (resource->region != NULL) {
        text_printf(out, " (%s)", resource->region);
    }
    text_append(out, ": ");
    if (finding->baseline == REPORT_FIXED) {
        text_append(out, "fixed since the baseline: ");
    }
    text_append(out, finding->message != NULL ? finding->message : "");
}

void render_report_exception(const struct report_finding *finding, struct text *out)
{
    const char *separator = " (";

    text_append(out, finding->exception_reason != NULL ? finding->exception_reason : "accepted");
    if (finding->exception_owner != NULL) {
        text_printf(out, "%s%s", separator, finding->exception_owner);
        separator = ", ";
    }
    if (finding->exception_ticket != NULL) {
        text_printf(out, "%s%s", separator, finding->exception_ticket);
        separator = ", ";
    }
    if (finding->exception_expires != NULL) {
        text_printf(out, "%suntil %s", separator, finding->exception_expires);
    } else {
        text_printf(out, "%swithout end", separator);
    }
    text_append_char(out, ')');
}

unsigned render_report_severity(const char *name)
{
    static const char *const names[REPORT_SEVERITIES] = {"info", "low", "medium", "high", "critical"};
    unsigned found = 0;

    for (unsigned i = 1; i < REPORT_SEVERITIES; i++) {
        found = text_equal(name, names[i]) ? i : found;
    }
    return found;
}
