/*
 * render_report_formats: what the formats of reports share. For the files of room render only.
 */
#ifndef RENDER_RENDER_REPORT_FORMATS_H
#define RENDER_RENDER_REPORT_FORMATS_H

#include "render/render_report.h"

/* A format appends to `text` and hands it on between two records, so that no secret stands in two pieces. */
struct report_output {
    const struct report_sink *sink;
    const struct secrets *secrets;
    bool json; /* names of members stay where a secret is made of words */
    struct text text;
    size_t written; /* bytes handed on */
};

/* Hands on what has gathered if that is worth a write, or `all` of it, without secrets. False: the error is set. */
bool render_report_flush(struct report_output *output, bool all, struct err *e) __attribute__((warn_unused_result));

/* What the reader of the file has to know, for who made it. */
void render_report_warn(const struct report_output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The resource of a finding, whether it is still there or gone. */
void render_report_resource_of(const struct report *report, const struct report_finding *finding,
                               struct report_resource *ret);

/* Appends "instance web-1 (us-south): MESSAGE", without what is not known. */
void render_report_message(const struct report_resource *resource, const struct report_finding *finding,
                           struct text *out);

/* Appends "REASON (OWNER, TICKET, until DATE)", of what is known. */
void render_report_exception(const struct report_finding *finding, struct text *out);

/* 0 for "info" to 4 for "critical"; an unknown word is 0. */
enum { REPORT_SEVERITIES = 5 };
unsigned render_report_severity(const char *name);

/* One function a format. The caller hands on the rest of the output. */
bool render_sarif(const struct report *report, bool github, struct report_output *output, struct err *e);
bool render_junit(const struct report *report, struct report_output *output, struct err *e);
bool render_ocsf(const struct report *report, struct report_output *output, struct err *e);
bool render_html(const struct report *report, struct report_output *output, struct err *e);
bool render_report_csv(const struct report *report, struct report_output *output, struct err *e);

#endif
