/* vpcmeta audit: findings over every kind of resource, as a report for people or as findings for programs. */
#include <stdlib.h>
#include <string.h>

#include "audit_past.h"
#include "audit_report.h"
#include "commands.h"
#include "known_columns.h"
#include "mem/mem.h"
#include "selection.h"

/* --- the command ------------------------------------------------------------------------------------ */

struct audit_opts {
    struct selector_opts select;
    struct opt_int max_hop_limit;
    struct opt_list rules, excluded;
    struct opt_enum severity;
    struct audit_past_opts past;
    bool list_rules;
};

static const struct opt_spec audit_opt[] = {
    OPT_GROUP(struct audit_opts, select, selector_group),
    OPT_INT(struct audit_opts, max_hop_limit, 0, "max-hop-limit", RESOURCE_HOP_LIMIT_MIN, RESOURCE_HOP_LIMIT_MAX,
            "more than this is a finding", .default_value = "1"),
    OPT_COMMA_LIST(struct audit_opts, rules, 0, "rule", "RULE[,RULE...]", "only findings of these rules",
                   .words = audit_check_ids),
    OPT_COMMA_LIST(struct audit_opts, excluded, 0, "exclude-rule", "RULE[,RULE...]", "no findings of these rules",
                   .words = audit_check_ids),
    OPT_ENUM(struct audit_opts, severity, 0, "severity", policy_severity_names,
             "only findings of this severity or worse", .default_value = "info"),
    OPT_GROUP(struct audit_opts, past, audit_past_group),
    OPT_FLAG(struct audit_opts, list_rules, 0, "list-rules", "show the rules and do nothing else", .flags = OPT_ALONE),
    OPT_END,
};

static bool add_rules(const struct opt_list *ids, const char *option, unsigned *rules, struct err *e)
{
    for (size_t i = 0; i < ids->count; i++) {
        if (!audit_add_check(ids->items[i], rules, e)) {
            return err_wrap(e, "%s", option);
        }
    }
    return true;
}

static bool make_terms(const struct audit_opts *opts, struct audit_terms *ret, struct err *e)
{
    *ret = (struct audit_terms){.max_hop_limit = (int)opts->max_hop_limit.value,
                                .severity = (enum policy_severity)opts->severity.value};
    return add_rules(&opts->rules, "--rule", &ret->checks, e) &&
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
static int audit_resources(struct app *app, const struct audit_opts *opts, const struct resources *resources,
                           const struct audit_terms *terms, const struct inventory_effect *effect,
                           struct audit_past *past, struct err *e)
{
    CLEANUP(audit_free) struct audit audit = {0};
    const struct policy_rule baseline = {.name = "baseline",
                                         .severity = POLICY_SEVERITY_OF_CHECK,
                                         .wanted = {.given = RESOURCE_METADATA_SETTINGS | RESOURCE_AUTO_LINK,
                                                    .enabled = true,
                                                    .protocol = "https",
                                                    .hop_limit_is_max = true,
                                                    .hop_limit = terms->max_hop_limit}};
    size_t count = resource_list_count(resources->selected);
    struct audit_facts *facts = mem_array(count, sizeof(*facts));

    for (size_t i = 0; i < count; i++) {
        facts[i].match.rule = &baseline;
    }
    audit_make(&(struct audit_inventory){.selected = resources->selected,
                                         .known = resources->known,
                                         .facts = facts,
                                         .known_whole = resources->missing.size == 0},
               terms, &audit);
    int status = ERR_EXIT_DONE;
    if (!audit_past_compare(app, past, &audit, effect, &resources->missing, e) ||
        !audit_past_store(app, past, &audit, effect, &resources->missing, &status, e)) {
        status = err_exit_status(e);
    } else {
        status = audit_report(app,
                              &(struct audit_report){.audit = &audit,
                                                     .missing = &resources->missing,
                                                     .effect = effect,
                                                     .past = past,
                                                     .status = status,
                                                     .every_row = opts->select.all || opts->rules.count > 0},
                              e);
    }
    free(facts);
    return status;
}

struct options {
    struct audit_option *items;
    size_t count, capacity;
};

static void add_list(struct options *options, const char *name, const struct opt_list *values)
{
    for (size_t i = 0; i < values->count; i++) {
        *mem_list_add(options) = (struct audit_option){name, values->items[i]};
    }
}

static void add_option(struct options *options, const char *name, const char *value)
{
    if (value != NULL) {
        *mem_list_add(options) = (struct audit_option){name, value};
    }
}

/* The selectors that were given, without targets and the predicate. */
static void add_selectors(struct options *options, const struct selector_opts *opts)
{
    add_list(options, "name", &opts->names);
    add_list(options, "vpc", &opts->vpcs);
    add_list(options, "resource-group", &opts->resource_groups);
    add_list(options, "zone", &opts->zones);
    add_list(options, "status", &opts->statuses);
    add_list(options, "exclude", &opts->excludes);
}

/* What else chose the findings. */
static void add_choices(struct options *options, const struct audit_opts *opts, struct text_arena *memory)
{
    CLEANUP(text_free) struct text hop_limit = {0};

    add_option(options, "where", opts->select.where);
    add_option(options, "from", opts->select.from);
    if (opts->select.null) {
        *mem_list_add(options) = (struct audit_option){.name = "null"};
    }
    add_list(options, "exclude-rule", &opts->excluded);
    if (opts->severity.given) {
        add_option(options, "severity", policy_severity_names[opts->severity.value]);
    }
    if (opts->max_hop_limit.given) {
        text_printf(&hop_limit, "%lld", (long long)opts->max_hop_limit.value);
        add_option(options, "max-hop-limit", text_arena_copy(memory, text_string(&hop_limit), hop_limit.size));
    }
}

static void options_free(struct options *options)
{
    free(options->items);
}

/* The names of the regions that are read. */
static void name_regions(const struct inventory_scope *scope, struct text_arena *memory, struct audit_terms *terms)
{
    const char **names = text_arena_alloc(memory, (scope->region_count + 1) * sizeof(*names));

    for (size_t i = 0; i < scope->region_count; i++) {
        names[i] = vpc_region(scope->regions[i]);
    }
    terms->regions = names;
    terms->region_count = scope->region_count;
}

static bool list_rules(struct app *app, struct err *e)
{
    struct render_options options = app_render_options(app);
    TABLE_CLEANUP struct table *rules = audit_rules_table();

    if (!app_check_output(app, audit_rule_columns, audit_rule_columns_count, e) ||
        !app_print_list(app, rules, &(struct render_envelope){.items = "rules"}, (struct app_noun){"rule", "rules"},
                        e)) {
        return false;
    }
    if (app_prints_text(app) && options.columns > 0 && options.fields_count == 0) {
        app_note(app, "what each of them means, and its fix: vpcmeta audit --list-rules -o yaml");
    }
    return true;
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct audit_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resources_free) struct resources resources = {0};
    CLEANUP(options_free) struct options options = {0};
    CLEANUP(audit_past_free) struct audit_past past = {0};
    struct audit_terms terms;
    struct inventory_scope scope;

    if (opts->list_rules) {
        return list_rules(app, e) ? 0 : err_exit_status(e);
    }
    if (!app_check_output(app, audit_finding_columns, audit_finding_columns_count, e) || !make_terms(opts, &terms, e) ||
        !selection_read(app, &opts->select, call, &selector, e) || !audit_past_begin(app, &opts->past, &past, e) ||
        !app_connect(app, &scope, e) ||
        !audit_past_aim(&past, &scope,
                        &(struct audit_choice){.select = &opts->select,
                                               .selector = &selector.selector,
                                               .rules = &opts->rules,
                                               .excluded = &opts->excluded,
                                               .severity = policy_severity_names[opts->severity.value]},
                        e)) {
        return err_exit_status(e);
    }
    if (!read_resources(app, call, &scope, &selector, &resources, e)) {
        TABLE_CLEANUP struct table *nothing = table_create(audit_finding_columns, audit_finding_columns_count);
        return app_refuse_inventory(app, nothing, "findings", &resources.missing, e);
    }
    name_regions(&scope, &selector.memory, &terms);
    terms.program = app->program->name;
    /* without --region all resources are in one region */
    const bool none = resource_list_count(resources.selected) == 0;
    terms.place = options_place(app->globals, none ? NULL : &resource_list_at(resources.selected, 0)->region);
    terms.targeted = selector.selector.targets.count > 0;
    terms.where = opts->select.where;
    add_selectors(&options, &opts->select);
    terms.option_count = options.count;
    add_choices(&options, opts, &selector.memory);
    terms.options = options.items;
    terms.again = (struct audit_words){.operands = call->args,
                                       .operand_count = call->args_count,
                                       .options = options.items,
                                       .option_count = options.count};
    return audit_resources(app, opts, &resources, &terms, &selector.effect, &past, e);
}

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, audit_finding_columns, audit_finding_columns_count);
}

static const struct cmd_example examples[] = {
    {"vpcmeta audit", "everything in the region: findings by rule, the worst first, fixes and counts"},
    {"vpcmeta audit --rule enabled-over-http", "every finding of one rule, each with its fix"},
    {"vpcmeta audit --region all --max-hop-limit 2 -o csv > findings.csv", "a spreadsheet of the whole account"},
    {"vpcmeta audit -o json --jq '.summary.metadata_service.instance.protocol.enabled'",
     "how many instances are enabled over each protocol"},
    {"vpcmeta audit --rule enabled-over-http -o json --jq '.findings[].fix'",
     "the commands that bring https to every server enabled over http"},
    {"vpcmeta audit --vpc vpc-prod --exclude-rule disabled,template-disabled --severity medium",
     "a VPC where disabled is as it should be"},
    {"vpcmeta audit --since last", "the same beside the last audit: what is new, unchanged and fixed"},
    {"vpcmeta audit --write-expected known.txt", "the findings of today as those that are expected from now on"},
    {"vpcmeta audit --list-rules -o yaml", "every rule with its meaning and its recommended fix"},
    {0},
};

const struct cmd_spec cmd_audit = {
    .path = "audit",
    .summary = "find servers and templates with unsafe metadata settings",
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
        "On a terminal the text shows the rules that are broken, the worst first, each with the first resources that "
        "break it and the command that lists all of them: --all and --rule print every finding as a row, its fix below "
        "it. Piped, every finding is a row. Then come the recommended fixes, a histogram of hop limits, the counts by "
        "kind (https and http beneath enabled and disabled apart) and by region where there are several, and the "
        "number of findings by rule. The last line says which exit status the audit has, and why.\n\n"
        "-o json is {\"schema_version\", \"complete\", \"summary\", \"findings\"} "
        "with findings of {\"rule\", \"severity\", \"kind\", \"region\", \"id\", \"name\", \"message\", \"fix\"}; "
        "\"missing\" is there when \"complete\" is false. In the summary, `resources` counts by kind; "
        "`metadata_service` has for each kind `enabled`, `disabled`, `protocol` and `response_hop_limit`, the "
        "last two by state and value, as in .metadata_service.instance.response_hop_limit.enabled[\"1\"]; `findings` "
        "has `total`, `severity` and `rule`; `regions` has for each region `resources`, `enabled`, `disabled` and "
        "`findings`.\n\n"
        "With --since each finding has `baseline` (new or unchanged), `fixed` lists what is gone with its reason, and "
        "the "
        "summary has `since` with the earlier audit and the counts. With --expect there is `expected` with `matched`, "
        "`extra` and `missing`. The manual has more about both: vpcmeta help audit.\n\n"
        "Every finding of a resource has the same `fix`: one command for all of them, for its template where a "
        "group is found. A template is replaced, its groups use the new one, and the old one is deleted; `runs "
        "rollback` brings it back. Where no command can help, the message says so and the fix shows the resource. The "
        "recommended fixes of the text are a few commands that fix everything together, by the same selectors.",
    .examples = examples,
    .opts = audit_opt,
    .opts_size = sizeof(struct audit_opts),
    .flags = CMD_PAGED | CMD_ROWS,
    .max_args = CMD_ANY_ARGS,
    .run = run,
    .fields = fields,
};
