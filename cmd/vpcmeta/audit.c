/* vpcmeta audit: findings over every kind of resource, as a report for people or as findings for programs. */
#include <string.h>

#include "audit/audit.h"
#include "commands.h"
#include "selection.h"

/* Takes over the table; nothing is printed of one without rows. */
static bool print_block(struct app *app, struct table *block, struct err *e)
{
    TABLE_CLEANUP struct table *table = block;
    struct render_options options = app_render_options(app);

    return table_row_count(table) == 0 ||
           (render_table(table, NULL, &options, stdout, e) && render_text("\n", 1, stdout, e));
}

/* Nothing where no command fixes what was found. */
static bool print_fixes(struct app *app, const struct audit *audit, struct err *e)
{
    CLEANUP(text_free) struct text lines = {0};
    CLEANUP(text_free) struct text block = {0};

    audit_grouped_fixes(audit, app_render_options(app).columns, &lines);
    text_printf(&block, "\nRecommended fixes, for all of it (preview each with --dry-run):\n%s", text_string(&lines));
    return lines.size == 0 || render_text(text_string(&block), block.size, stdout, e);
}

/* What the counts below lack. */
static void append_incomplete(const struct audit *audit, const struct text *missing, struct text *out)
{
    if (missing->size > 0) {
        text_append(out, "INCOMPLETE: these are only the resources that could be read");
    }
    if (audit->unchecked > 0) {
        text_printf(out, "; %zu of them could not be checked whole", audit->unchecked);
    }
    text_append(out, out->size > 0 ? "\n\n" : "");
}

/* Counts of nothing would look like a fleet without faults. */
static bool print_nothing(const struct inventory_effect *effect, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "nothing was selected: %s\n", text_string(&effect->why));
    return render_text(text_string(&line), line.size, stdout, e);
}

static bool print_text(struct app *app, const struct audit *audit, const struct text *missing,
                       const struct inventory_effect *effect, struct err *e)
{
    const char *nothing = missing->size > 0 ? "no findings in these\n" : "no findings\n";

    CLEANUP(text_free) struct text incomplete = {0};

    append_incomplete(audit, missing, &incomplete);
    if (incomplete.size > 0 && !render_text(text_string(&incomplete), incomplete.size, stdout, e)) {
        return false;
    }
    if (effect->why.size > 0) {
        return print_nothing(effect, e);
    }
    if (!print_block(app, audit_counts_table(audit), e) || !print_block(app, audit_histogram_table(audit), e)) {
        return false;
    }
    if (audit->count == 0) {
        return render_text(nothing, strlen(nothing), stdout, e);
    }
    TABLE_CLEANUP struct table *findings = audit_findings_table(audit, audit->policy.several_regions);
    return print_block(app, audit_broken_table(audit), e) && app_print_table(app, findings, NULL, e) &&
           print_fixes(app, audit, e);
}

static bool print_audit(struct app *app, const struct audit *audit, const struct text *missing,
                        const struct inventory_effect *effect, struct err *e)
{
    const struct global_opts *globals = app->globals;

    if (app_prints_text(app) && globals->fields.count == 0) {
        return print_text(app, audit, missing, effect, e);
    }
    TABLE_CLEANUP struct table *findings = audit_findings_table(audit, true);
    JSON_CLEANUP json_t *head = app_list_head(missing);
    json_object_set_new(head, "summary", audit_summary(audit));
    return app_print_table(app, findings, &(struct render_envelope){.head = head, .items = "findings"}, e);
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
    OPT_FLAG(struct audit_opts, list_rules, 0, "list-rules", "show the rules and do nothing else", .flags = OPT_ALONE),
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

static bool read_resources(struct app *app, const struct cli_call *call, const struct inventory_scope *scope,
                           struct selection *selection, struct resources *resources, struct err *e)
{
    static const struct resource_kind *const related[] = {&resource_template, &resource_group};
    size_t kind_count = 0;

    while (resource_kinds[kind_count] != NULL) {
        kind_count++;
    }
    resources->selected = resource_list_create();
    resources->known = resources->selected;
    if (!selection_find(app, call, scope, resource_kinds, kind_count, selection, resources->selected,
                        &resources->missing, e)) {
        return false;
    }
    if (!inventory_selector_narrows(&selection->selector) && selection->selector.excludes.count == 0) {
        return true;
    }
    resources->known = resource_list_create();
    return inventory_read_all(scope, related, sizeof(related) / sizeof(related[0]), resources->known,
                              &resources->missing, e);
}

/* Findings in part of a fleet say nothing about the rest, so an incomplete audit never ends with ERR_EXIT_FINDINGS. */
static int audit_resources(struct app *app, const struct resources *resources, const struct audit_policy *policy,
                           const struct inventory_effect *effect, struct err *e)
{
    CLEANUP(audit_free) struct audit audit = {0};

    audit_make(&(struct audit_inventory){.selected = resources->selected,
                                         .known = resources->known,
                                         .known_whole = resources->missing.size == 0},
               policy, &audit);
    if (!print_audit(app, &audit, &resources->missing, effect, e)) {
        return err_exit_status(e);
    }
    int status = app_inventory_status(app, "audit", &resources->missing, e);
    return status != 0 ? status : audit.count > 0 ? ERR_EXIT_FINDINGS : 0;
}

/* The selectors that were given, for the commands that choose the same; targets and the predicate apart. */
static const struct audit_option *given_options(const struct selector_opts *opts, struct text_arena *memory,
                                                size_t *ret_count)
{
    const struct {
        const char *name;
        const struct opt_list *values;
    } lists[] = {
        {"name", &opts->names}, {"vpc", &opts->vpcs},        {"resource-group", &opts->resource_groups},
        {"zone", &opts->zones}, {"status", &opts->statuses}, {"exclude", &opts->excludes},
    };
    enum { LISTS = sizeof(lists) / sizeof(lists[0]) };
    size_t most = 0;

    for (size_t list = 0; list < LISTS; list++) {
        most += lists[list].values->count;
    }
    struct audit_option *options = text_arena_alloc(memory, (most + 1) * sizeof(*options));
    *ret_count = 0;
    for (size_t list = 0; list < LISTS; list++) {
        for (size_t i = 0; i < lists[list].values->count; i++) {
            options[(*ret_count)++] = (struct audit_option){lists[list].name, lists[list].values->items[i]};
        }
    }
    return options;
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct audit_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resources_free) struct resources resources = {0};
    struct audit_policy policy;
    struct inventory_scope scope;

    if (opts->list_rules) {
        TABLE_CLEANUP struct table *rules = audit_rules_table();
        bool printed = app_check_output(app, audit_rule_columns, audit_rule_columns_count, e) &&
                       app_print_table(app, rules, &(struct render_envelope){.items = "rules"}, e);
        return printed ? 0 : err_exit_status(e);
    }
    if (!app_check_output(app, audit_finding_columns, audit_finding_columns_count, e) ||
        !make_policy(opts, &policy, e) || !selection_read(app, &opts->select, call, &selector, e) ||
        !app_connect(app, &scope, e)) {
        return err_exit_status(e);
    }
    if (!read_resources(app, call, &scope, &selector, &resources, e)) {
        TABLE_CLEANUP struct table *nothing = table_create(audit_finding_columns, audit_finding_columns_count);
        return app_refuse_inventory(app, nothing, "findings", &resources.missing, e);
    }
    policy.several_regions = scope.region_count > 1;
    policy.program = app->program->name;
    policy.place = options_place(app->globals);
    policy.targeted = selector.selector.targets.count > 0;
    policy.where = opts->select.where;
    policy.options = given_options(&opts->select, &selector.memory, &policy.option_count);
    return audit_resources(app, &resources, &policy, &selector.effect, e);
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
        "same. Where the selectors leave nothing, the report says so and why, with status 0.\n\n"
        "Selectors work on all kinds at once. One that a kind has nothing for leaves that kind out: the --status of a "
        "template, the --zone of a group. Templates and groups outside of the "
        "selection are still read to judge the groups in it.\n\n"
        "The text begins with counts (https and http beneath enabled and disabled apart), a histogram of hop limits "
        "and the number of findings by rule. -o json is {\"schema_version\", \"complete\", \"summary\", \"findings\"} "
        "with findings of {\"rule\", \"severity\", \"kind\", \"region\", \"id\", \"name\", \"message\", \"fix\"}; "
        "\"missing\" is there when \"complete\" is false. In the summary, `resources` counts by kind; "
        "`metadata_service` has for each kind `enabled`, `disabled`, `protocol` and `response_hop_limit`, the "
        "last two by state and value, as in .metadata_service.instance.response_hop_limit.enabled[\"1\"]; `findings` "
        "has `total`, `severity` and `rule`.\n\n"
        "Every finding of a resource has the same `fix`: one command for all of them, for its template where a "
        "group is found. A template is replaced, its groups use the new one, and the old one is deleted; `runs "
        "rollback` brings it back. Where no command can help, the message says so and the fix shows the resource. The "
        "text ends with a few commands that fix everything together, by the same selectors.",
    .examples = examples,
    .opts = audit_opt,
    .opts_size = sizeof(struct audit_opts),
    .max_args = CMD_ANY_ARGS,
    .run = run,
};
