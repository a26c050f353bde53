/* Counts of stored audits: as they are stored, and as points of the chart of a report. */
#include <stdlib.h>
#include <string.h>

#include "audit_scope.h"
#include "audit_trend.h"
#include "mem/mem.h"

json_t *audit_trend_counts_json(const json_t *summary)
{
    static const char *const kept[] = {"findings", "results", "resources", "unmanaged"};
    json_t *counts = json_object();
    json_t *regions = json_array();
    const char *region;
    const json_t *value;

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        json_t *member = json_object_get(summary, kept[i]);
        if (member != NULL) {
            json_object_set_new(counts, kept[i], json_incref(member));
        }
    }
    json_object_foreach (json_object_get(summary, "regions"), region, value) {
        json_array_append_new(regions, json_build("s", region));
    }
    json_object_set_new(counts, "regions", regions);
    return counts;
}

json_t *audit_trend_regions(const struct history_audit *audit)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (!json_parse(audit->counts, strlen(audit->counts), "history", JSON_READ_STRICT, &document, &ignored) ||
        !json_is_array(json_object_get(document.root, "regions"))) {
        return json_array();
    }
    return json_incref(json_object_get(document.root, "regions"));
}

static size_t count_at(const json_t *counts, const char *object, const char *member)
{
    const json_t *value = json_object_get(json_object_get(counts, object), member);
    json_int_t count = json_is_integer(value) ? json_integer_value(value) : 0;

    return count > 0 ? (size_t)count : 0;
}

void audit_trend_read(const struct history_audit *audit, struct audit_trend_counts *ret)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    *ret = (struct audit_trend_counts){0};
    if (!json_parse(audit->counts, strlen(audit->counts), "history", JSON_READ_STRICT, &document, &ignored)) {
        return;
    }
    const json_t *severities = json_object_get(json_object_get(document.root, "findings"), "severity");
    for (int i = 0; i < POLICY_SEVERITIES; i++) {
        const json_t *value = json_object_get(severities, policy_severity_names[i]);
        ret->by_severity[i] = json_integer_value(value) > 0 ? (size_t)json_integer_value(value) : 0;
    }
    ret->findings = count_at(document.root, "findings", "total");
    ret->excepted = count_at(document.root, "results", "excepted");
    ret->cannot_tell = count_at(document.root, "results", "cannot_tell");
}

/* --- points of a report ------------------------------------------------------------------------------- */

static void add_point(struct audit_trend_points *points, const struct history_audit *audit)
{
    struct report_point *point = &points->items[points->count++];
    struct audit_trend_counts counts;

    audit_trend_read(audit, &counts);
    point->time = audit->started_at;
    point->excepted = counts.excepted;
    for (int i = 0; i < POLICY_SEVERITIES; i++) {
        point->by_severity[i] = counts.by_severity[i];
    }
}

void audit_trend_points(const struct history_scope *scope, struct audit_trend_points *ret)
{
    struct err ignored = ERR_INIT;
    HISTORY_CLEANUP struct history *history = app_open_history(&ignored);
    size_t wanted[AUDIT_TREND_POINTS];
    size_t count = 0;

    *ret = (struct audit_trend_points){0};
    if (history == NULL || !history_list_audits(history, &ret->audits, &ignored)) {
        return;
    }
    for (size_t i = 0; i < ret->audits.count && count < AUDIT_TREND_POINTS; i++) {
        const struct history_audit *audit = &ret->audits.items[i];
        if (audit->complete && audit_scope_equal(&audit->scope, scope)) {
            wanted[count++] = i;
        }
    }
    ret->items = mem_array(count, sizeof(*ret->items));
    while (count > 0) {
        add_point(ret, &ret->audits.items[wanted[--count]]);
    }
}

void audit_trend_points_free(struct audit_trend_points *points)
{
    free(points->items);
    history_audits_free(&points->audits);
    *points = (struct audit_trend_points){0};
}
