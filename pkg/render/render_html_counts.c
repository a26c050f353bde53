/* What the HTML report counts: one walk over the resources, one over the findings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/render_html.h"

enum { HTTPS, HTTP, OFF, UNKNOWN, PROTOCOLS };
static const struct render_html_series protocols[PROTOCOLS] = {[HTTPS] = {"https", "f-good"},
                                                               [HTTP] = {"http", "f-high"},
                                                               [OFF] = {"off", "f-none"},
                                                               [UNKNOWN] = {"not known", "f-info"}};

/* Worst first, so that the worst stands at the beginning of a bar. */
static const struct render_html_series severities[REPORT_SEVERITIES] = {
    {"critical", "f-critical"}, {"high", "f-high"}, {"medium", "f-medium"}, {"low", "f-low"}, {"info", "f-info"}};

static const struct render_html_series hop_limits[] = {{"resources", "f-low"}};
static const struct {
    int last;
    const char *label;
} ranges[] = {{1, "1"}, {2, "2"}, {3, "3"}, {4, "4"}, {8, "5-8"}, {16, "9-16"}, {32, "17-32"}, {64, "33-64"}};
enum { RANGES = sizeof(ranges) / sizeof(ranges[0]), TREND_MOST = 60, DATE_SIZE = 10, TIME_SIZE = 5 };

static size_t series_of(unsigned severity)
{
    return REPORT_SEVERITIES - 1 - severity;
}

static struct render_html_chart_row *region_row(struct render_html_chart *chart, struct mem_map *rows,
                                                const char *region)
{
    const char *name = region != NULL && *region != '\0' ? region : "(unknown)";
    uintptr_t number = (uintptr_t)mem_map_get(rows, name);

    if (number == 0) {
        (void)render_html_chart_add(chart, name);
        number = chart->count;
        mem_map_put(rows, name, (void *)number); // NOLINT(performance-no-int-to-ptr): a number
    }
    return &chart->items[number - 1];
}

static size_t protocol_of(const struct report_resource *resource)
{
    if (resource->enabled == 0) {
        return OFF;
    }
    return text_equal(resource->protocol, "https") ? HTTPS : text_equal(resource->protocol, "http") ? HTTP : UNKNOWN;
}

static void count_resources(const struct report *report, struct render_html_counts *counts)
{
    CLEANUP(mem_map_free) struct mem_map rows = {0};
    size_t without = 0;

    for (size_t i = 0; i < report->region_count; i++) {
        if (*report->regions[i] != '\0') {
            (void)region_row(&counts->regions, &rows, report->regions[i]);
        }
    }
    for (size_t i = 0; i < RANGES; i++) {
        (void)render_html_chart_add(&counts->hop_limits, ranges[i].label);
    }
    for (size_t i = 0; i < report->resource_count; i++) {
        struct report_resource resource = {.enabled = -1};
        report->resource(report->context, i, &resource);
        counts->unmanaged += resource.policy_rule == NULL;
        if (resource.enabled < 0 && resource.protocol == NULL && resource.hop_limit <= 0) {
            without++;
            continue;
        }
        region_row(&counts->regions, &rows, resource.region)->values[protocol_of(&resource)]++;
        for (size_t range = 0; range < RANGES && resource.hop_limit > 0; range++) {
            if (resource.hop_limit <= ranges[range].last) {
                counts->hop_limits.items[range].values[0]++;
                break;
            }
        }
    }
    if (without > 0) {
        render_html_number(&counts->without_service, without);
        text_append(&counts->without_service, without == 1
                                                  ? " resource of a kind without these settings is not shown"
                                                  : " resources of kinds without these settings are not shown");
        counts->regions.note = text_string(&counts->without_service);
    }
}

static void count_open(const struct report *report, struct render_html_counts *counts,
                       const struct report_finding *finding, struct mem_map *regions)
{
    unsigned level = render_report_severity(finding->severity);
    struct report_resource resource = finding->gone;

    if (finding->resource < report->resource_count) {
        report->resource(report->context, finding->resource, &resource);
    }
    region_row(&counts->by_region, regions, resource.region)->values[series_of(level)]++;
    counts->open++;
    counts->by_baseline[finding->baseline]++;
    counts->by_severity[level]++;
    counts->expired += finding->exception_expired;
    if (counts->worst[finding->check] < level + 1) {
        counts->worst[finding->check] = (unsigned char)(level + 1);
    }
}

static void count_findings(const struct report *report, struct render_html_counts *counts, size_t (*severity)[5])
{
    CLEANUP(text_free_pointer) bool *affected = mem_array(report->resource_count, sizeof(*affected));
    CLEANUP(mem_map_free) struct mem_map regions = {0};

    for (size_t i = 0; i < report->finding_count; i++) {
        struct report_finding finding = {0};
        report->finding(report->context, i, &finding);
        if (finding.baseline == REPORT_FIXED) {
            counts->by_baseline[REPORT_FIXED]++;
            continue;
        }
        counts->by_check[finding.check][finding.result]++;
        counts->excepted += finding.result == REPORT_EXCEPTED;
        counts->cannot_tell += finding.result == REPORT_CANNOT_TELL;
        if (finding.result != REPORT_FAIL) {
            continue;
        }
        count_open(report, counts, &finding, &regions);
        severity[finding.check][series_of(render_report_severity(finding.severity))]++;
        if (finding.resource < report->resource_count && !affected[finding.resource]) {
            affected[finding.resource] = true;
            counts->affected++;
        }
    }
}

/* The worst severities first, then the most findings. */
static int compare_rows(const void *left, const void *right)
{
    const struct render_html_chart_row *a = left, *b = right;

    for (size_t i = 0; i < REPORT_SEVERITIES; i++) {
        if (a->values[i] != b->values[i]) {
            return a->values[i] > b->values[i] ? -1 : 1;
        }
    }
    return strcmp(a->label, b->label);
}

static void sort_rows(struct render_html_chart *chart)
{
    if (chart->count > 1) {
        qsort(chart->items, chart->count, sizeof(*chart->items), compare_rows);
    }
}

/* The chart of the checks with open findings, and the order of all checks: those first, as the report has them then. */
static void count_checks(const struct report *report, struct render_html_counts *counts, size_t (*severity)[5])
{
    CLEANUP(mem_map_free) struct mem_map numbers = {0};
    size_t placed = 0;

    for (size_t i = 0; i < report->check_count; i++) {
        if (counts->by_check[i][REPORT_FAIL] > 0) {
            struct render_html_chart_row *row = render_html_chart_add(&counts->checks, report->checks[i].id);
            memcpy(row->values, severity[i], sizeof(row->values));
            mem_map_put(&numbers, report->checks[i].id, (void *)(i + 1)); // NOLINT(performance-no-int-to-ptr): a number
        }
    }
    sort_rows(&counts->checks);
    for (size_t i = 0; i < counts->checks.count; i++) {
        counts->order[placed++] = (uintptr_t)mem_map_get(&numbers, counts->checks.items[i].label) - 1;
    }
    for (size_t i = 0; i < report->check_count; i++) {
        if (counts->by_check[i][REPORT_FAIL] == 0) {
            counts->order[placed++] = i;
        }
    }
}

static void add_point(struct render_html_counts *counts, const char *time, bool one_day, const size_t *by_severity)
{
    char date[DATE_SIZE + 1];

    if (one_day) {
        snprintf(date, TIME_SIZE + 1, "%s", time + DATE_SIZE + 1);
    } else {
        snprintf(date, sizeof(date), "%s", time != NULL ? time : "");
    }
    struct render_html_chart_row *row = render_html_chart_add(&counts->trend, date);
    for (unsigned i = 0; i < REPORT_SEVERITIES; i++) {
        row->values[series_of(i)] = by_severity[i];
    }
}

/* Where every point is of one day, its time says more: "21:39" of "2026-11-28T21:39:33Z". */
static bool is_one_day(const struct report *report, size_t first)
{
    const char *day = report->started_at != NULL ? report->started_at : "";

    for (size_t i = first; i < report->trend_count; i++) {
        if (strncmp(report->trend[i].time, day, DATE_SIZE) != 0) {
            return false;
        }
    }
    return strlen(day) > DATE_SIZE + TIME_SIZE;
}

/* The points are earlier audits; this one is the last. */
static void count_trend(const struct report *report, struct render_html_counts *counts)
{
    size_t count = report->trend_count, first = count > TREND_MOST ? count - TREND_MOST : 0;
    bool one_day = is_one_day(report, first);

    for (size_t i = first; i < count; i++) {
        add_point(counts, report->trend[i].time, one_day, report->trend[i].by_severity);
    }
    add_point(counts, report->started_at, one_day, counts->by_severity);
}

void render_html_count(const struct report *report, struct render_html_counts *ret)
{
    CLEANUP(text_free_pointer) size_t(*severity)[5] = mem_array(report->check_count, sizeof(*severity));

    *ret = (struct render_html_counts){
        .regions = {.id = "c-regions",
                    .title = "Protocol by region",
                    .rows_title = "Region",
                    .series = protocols,
                    .series_count = PROTOCOLS},
        .hop_limits = {.id = "c-hops",
                       .title = "Response hop limits",
                       .rows_title = "Hop limit",
                       .series = hop_limits,
                       .series_count = 1},
        .by_region = {.id = "c-where",
                      .title = "Open findings by region and severity",
                      .rows_title = "Region",
                      .series = severities,
                      .series_count = REPORT_SEVERITIES},
        .checks = {.id = "c-rules",
                   .title = "Open findings by rule and severity",
                   .rows_title = "Rule",
                   .series = severities,
                   .series_count = REPORT_SEVERITIES},
        .trend = {.id = "c-trend",
                  .title = "Open findings over time",
                  .rows_title = "Audit",
                  .series = severities,
                  .series_count = REPORT_SEVERITIES},
        .by_check = mem_array(report->check_count, sizeof(*ret->by_check)),
        .worst = mem_array(report->check_count, sizeof(*ret->worst)),
        .order = mem_array(report->check_count, sizeof(*ret->order)),
    };
    count_resources(report, ret);
    count_findings(report, ret, severity);
    sort_rows(&ret->by_region);
    count_checks(report, ret, severity);
    count_trend(report, ret);
}

void render_html_counts_free(struct render_html_counts *counts)
{
    render_html_chart_free(&counts->regions);
    render_html_chart_free(&counts->by_region);
    render_html_chart_free(&counts->hop_limits);
    render_html_chart_free(&counts->checks);
    render_html_chart_free(&counts->trend);
    text_free(&counts->without_service);
    free(counts->by_check);
    free(counts->worst);
    free(counts->order);
}
