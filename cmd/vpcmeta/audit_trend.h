/* audit_trend: counts of stored audits over time. */
#ifndef VPCMETA_AUDIT_TREND_H
#define VPCMETA_AUDIT_TREND_H

#include "app.h"
#include "history/history.h"
#include "policy/policy.h"
#include "render/render_report.h"

/* What `counts` of a stored audit says; 0 where it does not say. */
struct audit_trend_counts {
    size_t by_severity[POLICY_SEVERITIES]; /* of findings that fail */
    size_t findings, excepted, cannot_tell;
};
void audit_trend_read(const struct history_audit *audit, struct audit_trend_counts *ret);

/* Appends a heading, the chart of the audits of one scope (`count` of them, the oldest first) and its legend. */
void audit_trend_draw(const struct history_audit *const audits[], size_t count, const struct render_options *options,
                      struct text *out);

/* The names of the regions that were read. New reference. */
json_t *audit_trend_regions(const struct history_audit *audit);

/* The counts that an audit is stored with, of the summary that audit_summary makes. New reference. */
json_t *audit_trend_counts_json(const json_t *summary);

/*
 * The complete audits of a scope so far, oldest first, for the chart of a report: at most AUDIT_TREND_POINTS. Where
 * there is no history there are none. Freed with audit_trend_points_free.
 */
enum { AUDIT_TREND_POINTS = 100 };
struct audit_trend_points {
    struct report_point *items;
    size_t count;
    struct history_audits audits; /* that hold the times */
};
void audit_trend_points(const struct history_scope *scope, struct audit_trend_points *ret);
void audit_trend_points_free(struct audit_trend_points *points); /* for CLEANUP */

#endif
