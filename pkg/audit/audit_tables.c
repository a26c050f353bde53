/* An audit as tables: findings, the counts and the histogram below them, and the rules. */
#include "audit/audit_fixes.h"

enum { BAR_COLUMNS = 40 };

/* --- findings --------------------------------------------------------------------------------------- */

enum {
    RULE,
    SEVERITY,
    KIND,
    REGION,
    ID,
    NAME,
    MESSAGE,
    FIX,
    RESULT,
    CRN,
    POLICY_RULE,
    FINGERPRINT,
    EXCEPTION,
    BASELINE,
    FINDING_COLUMNS
};

static const struct table_member exception_members[] = {
    {"exception.reason", "reason", TABLE_STRING},
    {"exception.owner", "owner", TABLE_STRING},
    {"exception.expires", "expires", TABLE_STRING},
    {"exception.ticket", "ticket", TABLE_STRING},
    {0},
};

const struct table_column audit_finding_columns[] = {
    [RULE] = {.name = "rule", .type = TABLE_STRING, .flags = TABLE_FIXED, .rank = 1},
    [SEVERITY] = {.name = "severity", .type = TABLE_STRING, .flags = TABLE_FIXED, .words = policy_severity_names},
    [KIND] = {.name = "kind", .type = TABLE_STRING, .flags = TABLE_FIXED, .rank = 3},
    [REGION] = {.name = "region", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_SPARSE, .rank = 2},
    [ID] = {.name = "id", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_WIDE},
    [NAME] = {.name = "name", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [MESSAGE] = {.name = "message", .type = TABLE_STRING, .flags = TABLE_WRAP},
    [FIX] = {.name = "fix", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_BELOW},
    [RESULT] = {.name = "result",
                .type = TABLE_STRING,
                .flags = TABLE_FIXED | TABLE_SPARSE,
                .words = audit_result_names},
    [CRN] = {.name = "crn", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_WIDE},
    [POLICY_RULE] = {.name = "policy_rule", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_WIDE},
    [FINGERPRINT] = {.name = "fingerprint", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_WIDE},
    [EXCEPTION] = {.name = "exception", .type = TABLE_JSON, .flags = TABLE_WIDE, .members = exception_members},
    [BASELINE] = {.name = "baseline",
                  .type = TABLE_STRING,
                  .flags = TABLE_FIXED | TABLE_SPARSE,
                  .words = audit_baseline_names},
};
const size_t audit_finding_columns_count = FINDING_COLUMNS;

static void set_fix(struct table *table, const struct audit *audit, const struct audit_finding *finding, size_t columns)
{
    CLEANUP(text_free) struct text fix = {0};
    CLEANUP(text_free) struct text lines = {0};

    audit_fix(audit, finding, &fix);
    if (columns > TABLE_BELOW_INDENT) {
        audit_append_command(&lines, text_string(&fix), columns - TABLE_BELOW_INDENT);
    }
    table_set_string(table, FIX, text_string(lines.size > 0 ? &lines : &fix));
}

static void set_exception(struct table *table, const struct policy_exception *exception)
{
    CLEANUP(text_free) struct text json = {0};

    if (exception == NULL) {
        table_set_null(table, EXCEPTION);
        return;
    }
    JSON_CLEANUP json_t *object = audit_exception_json(exception);
    json_print(&json, object, JSON_PRINT_COMPACT);
    table_set_json(table, EXCEPTION, text_string(&json), json.size);
}

/* What stays the same from audit to audit, and what the policy says. */
static void set_identity(struct table *table, const struct audit_finding *finding)
{
    CLEANUP(text_free) struct text fingerprint = {0};

    audit_fingerprint(finding, &fingerprint);
    table_set_string(table, CRN, finding->resource->crn);
    table_set_string(table, POLICY_RULE, finding->rule != NULL ? finding->rule->name : NULL);
    table_set_string(table, FINGERPRINT, text_string(&fingerprint));
    set_exception(table, finding->exception);
}

struct table *audit_findings_table(const struct audit *audit, bool with_region, size_t columns)
{
    struct table *table = table_create(audit_finding_columns, FINDING_COLUMNS);
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < audit->count; i++) {
        const struct audit_finding *finding = &audit->findings[i];
        table_add_row(table);
        table_set_string(table, RULE, audit_check_ids[finding->check]);
        table_set_string(table, SEVERITY, policy_severity_names[finding->severity]);
        table_set_style(table, SEVERITY,
                        finding->result == AUDIT_FAIL ? audit_severity_styles[finding->severity] : TABLE_DIM);
        table_set_string(table, KIND, finding->resource->kind->name);
        if (with_region) {
            table_set_string(table, REGION, text_or_empty(finding->resource->region));
        }
        table_set_string(table, ID, text_or_empty(finding->resource->id));
        table_set_string(table, NAME, text_or_empty(finding->resource->name));
        text_clear(&words);
        audit_message(audit, finding, &words);
        table_set_string(table, MESSAGE, text_string(&words));
        set_fix(table, audit, finding, columns);
        if (columns == 0 || audit->failed < audit->count) { /* else it says nothing */
            table_set_string(table, RESULT, audit_result_names[finding->result]);
        }
        set_identity(table, finding);
        if (audit->baseline != NULL) {
            table_set_string(table, BASELINE, audit_baseline_names[audit->baseline[i]]);
            table_set_style(table, BASELINE, audit->baseline[i] == AUDIT_NEW ? TABLE_WARN : TABLE_DIM);
        }
    }
    return table;
}

/* --- the overview for people ------------------------------------------------------------------------ */

enum {
    COUNT_KIND,
    COUNT_TOTAL,
    COUNT_ON,
    COUNT_ON_HTTPS,
    COUNT_ON_HTTP,
    COUNT_OFF,
    COUNT_OFF_HTTPS,
    COUNT_OFF_HTTP,
    COUNT_UNKNOWN
};

static const struct table_column count_columns[] = {
    [COUNT_KIND] = {.name = "kind", .type = TABLE_STRING},
    [COUNT_TOTAL] = {.name = "total", .type = TABLE_INT},
    [COUNT_ON] = {.name = "enabled", .type = TABLE_INT},
    [COUNT_ON_HTTPS] = {.name = "https", .type = TABLE_INT},
    [COUNT_ON_HTTP] = {.name = "http", .type = TABLE_INT},
    [COUNT_OFF] = {.name = "disabled", .type = TABLE_INT},
    [COUNT_OFF_HTTPS] = {.name = "https", .type = TABLE_INT, .rank = 2},
    [COUNT_OFF_HTTP] = {.name = "http", .type = TABLE_INT, .rank = 1},
    [COUNT_UNKNOWN] = {.name = "unknown", .type = TABLE_INT},
};

static void add_counts(struct table *table, const struct audit_counts *counts)
{
    static const size_t first[AUDIT_UNKNOWN] = {[AUDIT_OFF] = COUNT_OFF, [AUDIT_ON] = COUNT_ON};

    table_add_row(table);
    table_set_string(table, COUNT_KIND, counts->kind->name);
    table_set_int(table, COUNT_TOTAL, (int64_t)counts->total);
    for (size_t state = 0; state < AUDIT_UNKNOWN && counts->kind->settings != 0; state++) {
        const size_t *protocols = counts->protocols[state];
        table_set_int(table, first[state], (int64_t)counts->states[state]);
        table_set_int(table, first[state] + 1, (int64_t)protocols[AUDIT_PROTOCOL_HTTPS]);
        table_set_int(table, first[state] + 2, (int64_t)protocols[AUDIT_PROTOCOL_HTTP]);
    }
    if (counts->states[AUDIT_UNKNOWN] > 0) {
        table_set_int(table, COUNT_UNKNOWN, (int64_t)counts->states[AUDIT_UNKNOWN]);
    }
    if (counts->protocols[AUDIT_ON][AUDIT_PROTOCOL_HTTP] > 0) {
        table_set_style(table, COUNT_ON_HTTP, TABLE_BAD);
    }
}

struct table *audit_counts_table(const struct audit *audit)
{
    bool all_known = true;

    for (size_t i = 0; i < audit->kind_count; i++) {
        all_known = all_known && audit->kinds[i].states[AUDIT_UNKNOWN] == 0;
    }
    struct table *table = table_create(count_columns, all_known ? COUNT_UNKNOWN : COUNT_UNKNOWN + 1);

    for (size_t i = 0; i < audit->kind_count; i++) {
        add_counts(table, &audit->kinds[i]);
    }
    return table;
}

enum { BAR_KIND, BAR_HOPS, BAR_ON, BAR_OFF, BAR_BAR, BAR_COLUMN_COUNT };

static const struct table_column bar_columns[BAR_COLUMN_COUNT] = {
    [BAR_KIND] = {.name = "kind", .type = TABLE_STRING},
    [BAR_HOPS] = {.name = "hops", .type = TABLE_STRING, .flags = TABLE_RIGHT},
    [BAR_ON] = {.name = "enabled", .type = TABLE_INT},
    [BAR_OFF] = {.name = "disabled", .type = TABLE_INT},
    [BAR_BAR] = {.name = "bar", .title = "# ENABLED, . DISABLED", .type = TABLE_STRING, .least = 8},
};

/* The small ones are what operators choose; exact numbers of the others are in the JSON. */
static const struct bin {
    int from, to;
    const char *label;
} bins[] = {
    {1, 1, "1"},     {2, 2, "2"},     {3, 3, "3"},       {4, 4, "4"},
    {5, 8, "5-8"},   {9, 16, "9-16"}, {17, 32, "17-32"}, {33, RESOURCE_HOP_LIMIT_MAX, "33-64"},
    {0, 0, "other"},
};
enum { BINS = sizeof(bins) / sizeof(bins[0]) };

/* At least one mark for anything that is there. */
static size_t marks(size_t count, size_t most)
{
    size_t columns = (count * BAR_COLUMNS + most / 2) / most;

    return count > 0 && columns == 0 ? 1 : columns;
}

static size_t count_bin(const struct audit_counts *counts, size_t state, const struct bin *bin)
{
    size_t count = 0;

    for (int hops = bin->from; hops <= bin->to; hops++) {
        count += counts->hop_limits[state][hops];
    }
    return count;
}

static void add_bar(struct table *table, const struct audit_counts *counts, const struct bin *bin, size_t most)
{
    CLEANUP(text_free) struct text bar = {0};
    size_t on = count_bin(counts, AUDIT_ON, bin);
    size_t off = count_bin(counts, AUDIT_OFF, bin);

    if (on + off == 0) {
        return;
    }
    text_append_repeat(&bar, '#', marks(on, most));
    text_append_repeat(&bar, '.', marks(off, most));
    table_add_row(table);
    table_set_string(table, BAR_KIND, counts->kind->name);
    table_set_string(table, BAR_HOPS, bin->label);
    table_set_int(table, BAR_ON, (int64_t)on);
    table_set_int(table, BAR_OFF, (int64_t)off);
    table_set_string(table, BAR_BAR, text_string(&bar));
}

/* Each kind has a scale of its own, so that a few templates beside thousands of servers can be read. */
static void add_histogram(struct table *table, const struct audit_counts *counts)
{
    size_t most = 0;

    for (size_t i = 0; i < BINS; i++) {
        size_t count = count_bin(counts, AUDIT_ON, &bins[i]) + count_bin(counts, AUDIT_OFF, &bins[i]);
        most = count > most ? count : most;
    }
    for (size_t i = 0; i < BINS; i++) {
        add_bar(table, counts, &bins[i], most);
    }
}

struct table *audit_histogram_table(const struct audit *audit)
{
    struct table *table = table_create(bar_columns, BAR_COLUMN_COUNT);

    for (size_t i = 0; i < audit->kind_count; i++) {
        add_histogram(table, &audit->kinds[i]);
    }
    return table;
}

/* --- the rules themselves --------------------------------------------------------------------------- */

enum { LIST_RULE, LIST_SEVERITY, LIST_TITLE, LIST_MEANING, LIST_FIX, LIST_BASIS, LIST_COLUMNS };

const struct table_column audit_rule_columns[] = {
    [LIST_RULE] = {.name = "rule", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [LIST_SEVERITY] = {.name = "severity", .type = TABLE_STRING, .words = policy_severity_names},
    [LIST_TITLE] = {.name = "title", .type = TABLE_STRING, .flags = TABLE_WRAP, .least = 18},
    [LIST_MEANING] = {.name = "meaning", .type = TABLE_STRING, .flags = TABLE_WIDE, .least = 40},
    [LIST_FIX] = {.name = "fix", .type = TABLE_STRING, .flags = TABLE_WIDE, .least = 40},
    [LIST_BASIS] = {.name = "basis", .type = TABLE_STRING, .flags = TABLE_WIDE, .least = 30},
};
const size_t audit_rule_columns_count = LIST_COLUMNS;

struct table *audit_rules_table(void)
{
    struct table *table = table_create(audit_rule_columns, LIST_COLUMNS);

    for (enum audit_check_number number = 0; number < AUDIT_CHECKS; number++) {
        const struct audit_check *rule = &audit_checks[number];
        table_add_row(table);
        table_set_string(table, LIST_RULE, audit_check_ids[number]);
        table_set_string(table, LIST_SEVERITY, policy_severity_names[rule->severity]);
        table_set_style(table, LIST_SEVERITY, audit_severity_styles[rule->severity]);
        table_set_string(table, LIST_TITLE, rule->title);
        table_set_string(table, LIST_MEANING, rule->meaning);
        table_set_string(table, LIST_FIX, rule->fix);
        table_set_string(table, LIST_BASIS, rule->basis);
    }
    return table;
}
