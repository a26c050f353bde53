/*
 * render_html: the HTML report of an audit, in pieces: what is counted of the report, its charts, its data. For the
 * files of room render only.
 */
#ifndef RENDER_RENDER_HTML_H
#define RENDER_RENDER_HTML_H

#include "mem/mem.h"
#include "render/render_html_chart.h"
#include "render/render_report_formats.h"

/* What one walk over the resources and the findings gives. */
struct render_html_counts {
    struct render_html_chart regions;    /* by protocol */
    struct render_html_chart hop_limits; /* of resources that have one */
    struct render_html_chart by_region;  /* open findings by severity, of the regions that have any */
    struct render_html_chart checks;     /* open findings by severity, of the checks that have any */
    struct render_html_chart trend;      /* open findings by severity, this audit last */
    struct text without_service;         /* why some resources are in neither of the first two */
    size_t by_severity[REPORT_SEVERITIES];
    size_t (*by_check)[5]; /* findings by enum report_result, an entry a check */
    unsigned char *worst;  /* by check: the worst severity that is open, from 1; 0: none */
    size_t *order;         /* of the checks: the worst first, then the most findings */
    size_t open, excepted, expired, cannot_tell, unmanaged, affected;
    size_t by_baseline[4];
};

void render_html_count(const struct report *report, struct render_html_counts *ret);
void render_html_counts_free(struct render_html_counts *counts); /* for CLEANUP */

/* Appends the data of the script, an application/json element, handing on what has gathered. */
bool render_html_data(const struct report *report, struct report_output *output, struct err *e);

#endif
