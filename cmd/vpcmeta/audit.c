/* vpcmeta audit: findings over every kind of resource, as a report for people or as findings for programs. */
#include <string.h>

#include "audit/audit.h"
#include "commands.h"
#include "selection.h"

enum { BAR_COLUMNS = 40 };

static const enum table_style severity_styles[AUDIT_SEVERITIES] = {TABLE_PLAIN, TABLE_WARN, TABLE_BAD};

/* --- findings --------------------------------------------------------------------------------------- */

enum { RULE, SEVERITY, KIND, REGION, ID, NAME, MESSAGE, FIX, FINDING_COLUMNS };

static const struct table_column finding_columns[] = {
    [RULE] = {.name = "rule", .type = TABLE_STRING},
    [SEVERITY] = {.name = "severity", .type = TABLE_STRING, .rank = 3},
    [KIND] = {.name = "kind", .type = TABLE_STRING, .rank = 2},
    [REGION] = {.name = "region", .type = TABLE_STRING, .flags = TABLE_SPARSE, .rank = 1},
    [ID] = {.name = "id", .type = TABLE_STRING, .flags = TABLE_FIXED | TABLE_WIDE},
    [NAME] = {.name = "name", .type = TABLE_STRING, .least = 16},
    [MESSAGE] = {.name = "message", .type = TABLE_STRING, .flags = TABLE_WRAP, .least = 24},
    [FIX] = {.name = "fix", .type = TABLE_STRING, .flags = TABLE_WIDE, .least = 40},
};

static const char *or_empty(const char *string)
{
    return string != NULL ? string : "";
}

static struct table *make_findings(const struct audit *audit, bool with_region)
{
    struct table *table = table_create(finding_columns, FINDING_COLUMNS);
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < audit->count; i++) {
        const struct audit_finding *finding = &audit->findings[i];
        table_add_row(table);
        table_set_string(table, RULE, audit_rule_ids[finding->rule]);
        table_set_string(table, SEVERITY, audit_severity_names[finding->severity]);
        table_set_style(table, SEVERITY, severity_styles[finding->severity]);
        table_set_string(table, KIND, finding->resource->kind->name);
        if (with_region) {
            table_set_string(table, REGION, or_empty(finding->resource->region));
        }
        table_set_string(table, ID, or_empty(finding->resource->id));
        table_set_string(table, NAME, or_empty(finding->resource->name));
        text_clear(&words);
        audit_message(audit, finding, &words);
        table_set_string(table, MESSAGE, text_string(&words));
        text_clear(&words);
        audit_fix(audit, finding, &words);
        table_set_string(table, FIX, text_string(&words));
    }
    return table;
}

/* --- the overview for people ------------------------------------------------------------------------ */

static bool print_block(struct app *app, struct table *table, struct err *e)
{
    struct render_options options = app_render_options(app);

    return render_table(table, NULL, &options, stdout, e) && render_text("\n", 1, stdout, e);
}

enum { COUNT_KIND, COUNT_TOTAL, COUNT_ON, COUNT_ON_HTTPS, COUNT_ON_HTTP, COUNT_OFF, COUNT_OFF_HTTPS, COUNT_OFF_HTTP };

static const struct table_column count_columns[] = {
    [COUNT_KIND] = {.name = "kind", .type = TABLE_STRING},    [COUNT_TOTAL] = {.name = "total", .type = TABLE_INT},
    [COUNT_ON] = {.name = "enabled", .type = TABLE_INT},      [COUNT_ON_HTTPS] = {.name = "https", .type = TABLE_INT},
    [COUNT_ON_HTTP] = {.name = "http", .type = TABLE_INT},    [COUNT_OFF] = {.name = "disabled", .type = TABLE_INT},
    [COUNT_OFF_HTTPS] = {.name = "https", .type = TABLE_INT}, [COUNT_OFF_HTTP] = {.name = "http", .type = TABLE_INT},
};

static void add_counts(struct table *table, const struct audit_counts *counts)
{
    static const size_t first[AUDIT_STATES] = {[AUDIT_OFF] = COUNT_OFF, [AUDIT_ON] = COUNT_ON};

    table_add_row(table);
    table_set_string(table, COUNT_KIND, counts->kind->name);
    table_set_int(table, COUNT_TOTAL, (int64_t)counts->total);
    for (size_t state = 0; state < AUDIT_STATES && counts->kind->settings != 0; state++) {
        const size_t *protocols = counts->protocols[state];
        table_set_int(table, first[state], (int64_t)counts->states[state]);
        table_set_int(table, first[state] + 1, (int64_t)protocols[AUDIT_PROTOCOL_HTTPS]);
        table_set_int(table, first[state] + 2, (int64_t)protocols[AUDIT_PROTOCOL_HTTP]);
    }
    if (counts->protocols[AUDIT_ON][AUDIT_PROTOCOL_HTTP] > 0) {
        table_set_style(table, COUNT_ON_HTTP, TABLE_BAD);
    }
}

static bool print_counts(struct app *app, const struct audit *audit, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(count_columns, sizeof(count_columns) / sizeof(count_columns[0]));

    for (size_t i = 0; i < audit->kind_count; i++) {
        add_counts(table, &audit->kinds[i]);
    }
    return print_block(app, table, e);
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

static bool print_histogram(struct app *app, const struct audit *audit, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(bar_columns, BAR_COLUMN_COUNT);

    for (size_t i = 0; i < audit->kind_count; i++) {
        add_histogram(table, &audit->kinds[i]);
    }
    return table_row_count(table) == 0 || print_block(app, table, e);
}

enum { BROKEN_SEVERITY, BROKEN_FINDINGS, BROKEN_RULE, BROKEN_TITLE, BROKEN_COLUMNS };

static const struct table_column broken_columns[BROKEN_COLUMNS] = {
    [BROKEN_SEVERITY] = {.name = "severity", .type = TABLE_STRING},
    [BROKEN_FINDINGS] = {.name = "findings", .type = TABLE_INT},
    [BROKEN_RULE] = {.name = "rule", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [BROKEN_TITLE] = {.name = "title", .title = "WHAT", .type = TABLE_STRING},
};

static bool print_broken_rules(struct app *app, const struct audit *audit, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(broken_columns, BROKEN_COLUMNS);

    for (enum audit_rule_number rule = 0; rule < AUDIT_RULES; rule++) {
        if (audit->by_rule[rule] > 0) {
            table_add_row(table);
            table_set_string(table, BROKEN_SEVERITY, audit_severity_names[audit_rules[rule].severity]);
            table_set_style(table, BROKEN_SEVERITY, severity_styles[audit_rules[rule].severity]);
            table_set_int(table, BROKEN_FINDINGS, (int64_t)audit->by_rule[rule]);
            table_set_string(table, BROKEN_RULE, audit_rule_ids[rule]);
            table_set_string(table, BROKEN_TITLE, audit_rules[rule].title);
        }
    }
    return print_block(app, table, e);
}

static bool print_text(struct app *app, const struct audit *audit, const struct text *missing, struct err *e)
{
    static const char incomplete[] = "INCOMPLETE: these are only the resources that could be read\n\n";
    const char *nothing = missing->size > 0 ? "no findings in these\n" : "no findings\n";

    if ((missing->size > 0 && !render_text(incomplete, strlen(incomplete), stdout, e)) ||
        !print_counts(app, audit, e) || !print_histogram(app, audit, e)) {
        return false;
    }
    if (audit->count == 0) {
        return render_text(nothing, strlen(nothing), stdout, e);
    }
    TABLE_CLEANUP struct table *findings = make_findings(audit, audit->policy.name_region);
    return print_broken_rules(app, audit, e) && app_print_table(app, findings, NULL, e);
}

static bool print_audit(struct app *app, const struct audit *audit, const struct text *missing, struct err *e)
{
    const struct global_opts *globals = app->globals;

    if (app_prints_text(app) && globals->fields.count == 0) {
        return print_text(app, audit, missing, e);
    }
    TABLE_CLEANUP struct table *findings = make_findings(audit, true);
    JSON_CLEANUP json_t *head = app_list_head(missing);
    json_object_set_new(head, "summary", audit_summary(audit));
    return app_print_table(app, findings, &(struct render_envelope){.head = head, .items = "findings"}, e);
}

/* --- the rules themselves --------------------------------------------------------------------------- */

enum { LIST_RULE, LIST_SEVERITY, LIST_TITLE, LIST_MEANING, LIST_FIX, LIST_BASIS, LIST_COLUMNS };

static const struct table_column rule_columns[] = {
    [LIST_RULE] = {.name = "rule", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [LIST_SEVERITY] = {.name = "severity", .type = TABLE_STRING},
    [LIST_TITLE] = {.name = "title", .type = TABLE_STRING, .least = 30},
    [LIST_MEANING] = {.name = "meaning", .type = TABLE_STRING, .flags = TABLE_WIDE, .least = 40},
    [LIST_FIX] = {.name = "fix", .type = TABLE_STRING, .flags = TABLE_WIDE, .least = 40},
    [LIST_BASIS] = {.name = "basis", .type = TABLE_STRING, .flags = TABLE_WIDE, .least = 30},
};

static bool print_rules(struct app *app, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(rule_columns, LIST_COLUMNS);

    for (enum audit_rule_number number = 0; number < AUDIT_RULES; number++) {
        const struct audit_rule *rule = &audit_rules[number];
        table_add_row(table);
        table_set_string(table, LIST_RULE, audit_rule_ids[number]);
        table_set_string(table, LIST_SEVERITY, audit_severity_names[rule->severity]);
        table_set_style(table, LIST_SEVERITY, severity_styles[rule->severity]);
        table_set_string(table, LIST_TITLE, rule->title);
        table_set_string(table, LIST_MEANING, rule->meaning);
        table_set_string(table, LIST_FIX, rule->fix);
        table_set_string(table, LIST_BASIS, rule->basis);
    }
    return app_print_table(app, table, &(struct render_envelope){.items = "rules"}, e);
}

/* --- the command ------------------------------------------------------------------------------------ */

struct audit_opts {
    struct selector_opts select;
    struct opt_int max_hop_limit;
    struct opt_list rules, excluded;
    struct opt_enum severity;
    bool list_rules;
};

static const struct opt_spec audit_opt[] = {
    OPT_GROUP(struct audit_opts, select, selector_group),
    OPT_INT(struct audit_opts, max_hop_limit, 0, "max-hop-limit", RESOURCE_HOP_LIMIT_MIN, RESOURCE_HOP_LIMIT_MAX,
            "more than this is a finding", .default_value = "1"),
    OPT_COMMA_LIST(struct audit_opts, rules, 0, "rule", "RULE[,RULE...]", "only findings of these rules",
                   .words = audit_rule_ids),
    OPT_COMMA_LIST(struct audit_opts, excluded, 0, "exclude-rule", "RULE[,RULE...]", "no findings of these rules",
                   .words = audit_rule_ids),
    OPT_ENUM(struct audit_opts, severity, 0, "severity", audit_severity_names,
             "only findings of this severity or worse", .default_value = "low"),
    OPT_FLAG(struct audit_opts, list_rules, 0, "list-rules", "show the rules and do nothing else"),
    OPT_END,
};

static bool add_rules(const struct opt_list *ids, const char *option, unsigned *rules, struct err *e)
{
    for (size_t i = 0; i < ids->count; i++) {
        if (!audit_add_rule(ids->items[i], rules, e)) {
            return err_wrap(e, "%s", option);
        }
    }
    return true;
}

static bool make_policy(const struct audit_opts *opts, struct audit_policy *ret, struct err *e)
{
    *ret = (struct audit_policy){.max_hop_limit = (int)opts->max_hop_limit.value,
                                 .severity = (enum audit_severity)opts->severity.value};
    return add_rules(&opts->rules, "--rule", &ret->rules, e) &&
           add_rules(&opts->excluded, "--exclude-rule", &ret->excluded, e);
}

/* Resources of an audit: what was selected, and all templates and groups, which judge each other. */
struct resources {
    struct resource_list *selected, *known;
    struct text missing;
};

static void resources_free(struct resources *resources)
{
    if (resources->known != resources->selected) {
        resource_list_destroy(resources->known);
    }
    resource_list_destroy(resources->selected);
    text_free(&resources->missing);
}

static bool read_resources(const struct inventory_scope *scope, const struct inventory_selector *selector,
                           struct resources *resources, struct err *e)
{
    static const struct resource_kind *const related[] = {&resource_template, &resource_group};
    size_t kind_count = 0;

    while (resource_kinds[kind_count] != NULL) {
        kind_count++;
    }
    resources->selected = resource_list_create();
    resources->known = resources->selected;
    if (!inventory_select(scope, resource_kinds, kind_count, selector, resources->selected, &resources->missing, e)) {
        return false;
    }
    if (!inventory_selector_narrows(selector) && selector->excludes.count == 0) {
        return true;
    }
    resources->known = resource_list_create();
    return inventory_read_all(scope, related, sizeof(related) / sizeof(related[0]), resources->known,
                              &resources->missing, e);
}

/* Findings in part of a fleet say nothing about the rest, so an incomplete audit never ends with ERR_EXIT_FINDINGS. */
static int audit_resources(struct app *app, const struct resources *resources, const struct audit_policy *policy,
                           struct err *e)
{
    CLEANUP(audit_free) struct audit audit = {0};

    audit_make(&(struct audit_inventory){.selected = resources->selected,
                                         .known = resources->known,
                                         .known_whole = resources->missing.size == 0},
               policy, &audit);
    if (!print_audit(app, &audit, &resources->missing, e)) {
        return err_exit_status(e);
    }
    int status = app_inventory_status("audit", &resources->missing, e);
    return status != 0 ? status : audit.count > 0 ? ERR_EXIT_FINDINGS : 0;
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct audit_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resources_free) struct resources resources = {0};
    struct audit_policy policy;
    struct inventory_scope scope;

    if (opts->list_rules) {
        return app_check_output(app, rule_columns, LIST_COLUMNS, e) && print_rules(app, e) ? 0 : err_exit_status(e);
    }
    if (!app_check_output(app, finding_columns, FINDING_COLUMNS, e) || !make_policy(opts, &policy, e) ||
        !selection_read(app, &opts->select, call, &selector, e) || !app_connect(app, &scope, e) ||
        !read_resources(&scope, &selector.selector, &resources, e)) {
        return err_exit_status(e);
    }
    policy.name_region = scope.region_count > 1;
    return audit_resources(app, &resources, &policy, e);
}

static const struct cmd_example examples[] = {
    {"vpcmeta audit", "everything in the region: counts, then findings, the worst first"},
    {"vpcmeta audit --region all --max-hop-limit 2 -o csv > findings.csv", "a spreadsheet of the whole account"},
    {"vpcmeta audit -o json --jq '.summary.metadata_service.instance.protocol.enabled'",
     "how many instances are enabled over each protocol"},
    {"vpcmeta audit --rule enabled-over-http -o json --jq '.findings[].fix'",
     "the commands that bring https to every server enabled over http"},
    {"vpcmeta audit --vpc vpc-prod --exclude-rule disabled,template-disabled --severity medium",
     "a VPC where disabled is as it should be"},
    {"vpcmeta audit --list-rules -o yaml", "every rule with its meaning and its recommended fix"},
    {0},
};

const struct cmd_spec cmd_audit = {
    .path = "audit",
    .summary = "find servers, templates and groups whose metadata settings are unsafe",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Reads instances, instance templates, bare metal servers and instance groups side by side and reports what "
        "breaks a rule. Protocol and hop limit are judged where the service is enabled; a disabled server on an "
        "architecture without the service is no finding; a group is as bad as its template. Exit status 3 with "
        "findings, 0 without, 1 when anything could not be read: the findings in what was read are printed all the "
        "same.\n\n"
        "Selectors work on all kinds at once. One that a kind has nothing for leaves that kind out: the --status of a "
        "template, the --zone of a group. Templates and groups outside of the "
        "selection are still read to judge the groups in it.\n\n"
        "The text begins with counts (https and http beneath enabled and disabled apart), a histogram of hop limits "
        "and the number of findings by rule. -o json is {\"schema_version\", \"complete\", \"summary\", \"findings\"} "
        "with findings of {\"rule\", \"severity\", \"kind\", \"region\", \"id\", \"name\", \"message\", \"fix\"}; "
        "\"missing\" is there when \"complete\" is false. In the summary, `resources` counts by kind; "
        "`metadata_service` has for each kind `enabled`, `disabled`, `protocol` and `response_hop_limit`, the "
        "last two by state and value, as in .metadata_service.instance.response_hop_limit.enabled[\"1\"]; `findings` "
        "has `total`, `severity` and `rule`.",
    .examples = examples,
    .opts = audit_opt,
    .opts_size = sizeof(struct audit_opts),
    .max_args = CMD_ANY_ARGS,
    .run = run,
};
