/* vpcmeta audit: findings over every kind of resource, as a report for people or as findings for programs. */
#include "audit_options.h"
#include "audit_report.h"
#include "commands.h"
#include "known_columns.h"
#include "mem/mem.h"
#include "results.h"

#include <string.h>

/* Adds the lines of a text to the map. */
static void add_lines(struct mem_map *map, const struct text *lines)
{
    size_t size;

    for (const char *line = text_string(lines); *line != '\0'; line += size + (line[size] == '\n')) {
        size = strcspn(line, "\n");
        (void)mem_map_add_n(map, line, size, map);
    }
}

/* An odd record is missing from nothing but itself; a template without an id cannot be found. */
static bool is_known_whole(const struct policy_fleet *fleet)
{
    CLEANUP(text_free) struct text odd = {0};
    CLEANUP(mem_map_free) struct mem_map lines = {0};
    size_t size;

    for (size_t i = 0; i < resource_list_count(fleet->known); i++) {
        if (resource_list_at(fleet->known, i)->id == NULL) {
            return fleet->missing.size == 0;
        }
    }
    inventory_append_odd(fleet->selected, &odd);
    add_lines(&lines, &odd);
    for (const char *line = text_string(&fleet->missing); *line != '\0'; line += size + (line[size] == '\n')) {
        size = strcspn(line, "\n");
        if (mem_map_get_n(&lines, line, size) == NULL) {
            return false;
        }
    }
    return true;
}

static void append_endpoints(const struct policy_fleet *fleet, struct text *out)
{
    for (size_t i = 0; i < fleet->scope.region_count; i++) {
        text_printf(out, "%s%s", i > 0 ? ", " : "", vpc_base(fleet->scope.regions[i]));
    }
}

/* Findings in part of a fleet say nothing about the rest, so an incomplete audit never ends with ERR_EXIT_FINDINGS. */
static int audit_fleet(struct app *app, const struct audit_opts *opts, const struct policy_fleet *fleet,
                       const struct audit_terms *terms, const struct audit_words *apply,
                       const struct inventory_effect *effect, struct audit_past *past, const struct audit_files *files,
                       struct err *e)
{
    int status = ERR_EXIT_DONE;
    CLEANUP(audit_free) struct audit audit = {0};
    CLEANUP(text_free) struct text endpoints = {0};

    audit_make(&(struct audit_inventory){.selected = fleet->selected,
                                         .known = fleet->known,
                                         .facts = fleet->facts,
                                         .known_facts = fleet->known_facts,
                                         .known_whole = is_known_whole(fleet)},
               terms, &audit);
    audit_warn(app, &audit);
    if (!audit_past_compare(app, past, &audit, effect, &fleet->missing, e) ||
        !audit_past_store(app, past, &audit, effect, &fleet->missing, files->expected.draft, &status, e)) {
        return err_exit_status(e);
    }
    append_endpoints(fleet, &endpoints);
    return audit_report(app,
                        &(struct audit_report){.audit = &audit,
                                               .missing = &fleet->missing,
                                               .effect = effect,
                                               .apply = apply,
                                               .past = past,
                                               .status = status,
                                               .files = files,
                                               .endpoint = endpoints.size > 0 ? text_string(&endpoints) : NULL,
                                               .every_row = opts->select.all || opts->rules.count > 0},
                        e);
}

/* What the fixes and commands of the report repeat. */
static void add_place(struct app *app, const struct policy_fleet *fleet, const struct selection *selection,
                      struct text_arena *memory, struct audit_terms *terms)
{
    const char **names = text_arena_alloc(memory, (fleet->scope.region_count + 1) * sizeof(*names));

    for (size_t i = 0; i < fleet->scope.region_count; i++) {
        names[i] = vpc_region(fleet->scope.regions[i]);
    }
    terms->regions = names;
    terms->region_count = fleet->scope.region_count;
    terms->program = app->program->name;
    /* without --region all resources are in one region */
    const bool none = resource_list_count(fleet->selected) == 0;
    terms->place = options_place(app->globals, none ? NULL : &resource_list_at(fleet->selected, 0)->region);
    terms->targeted = selection->selector.targets.count > 0;
    terms->narrowed = inventory_selector_narrows(&selection->selector) || selection->selector.excludes.count > 0;
    terms->complete = fleet->missing.size == 0;
    terms->regions_left_out = policy_leaves_regions_out(app, terms->policy, &fleet->scope);
}

/* Programs get the object all the same. */
static int refuse(struct app *app, struct policy_fleet *fleet, const struct err *e)
{
    TABLE_CLEANUP struct table *nothing = table_create(audit_finding_columns, audit_finding_columns_count);

    return app_refuse_inventory(app, nothing, "findings", &fleet->missing, e);
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

/* No file may replace what the audit reads. */
static bool open_files(const struct app *app, const struct audit_opts *opts, struct audit_files *ret, struct err *e)
{
    const struct opt_list *exceptions = &opts->policy.exceptions;
    CLEANUP(text_free_pointer) const char **reads = mem_array(exceptions->count + APP_INPUT_FILES + 2, sizeof(*reads));
    size_t count = app_input_files(app, reads);

    reads[count++] = opts->policy.policy;
    reads[count++] = opts->select.from;
    for (size_t i = 0; i < exceptions->count; i++) {
        reads[count++] = exceptions->items[i];
    }
    return audit_files_open(
        app, &opts->files,
        &(struct audit_inputs){
            .reads = reads, .count = count, .expect = opts->past.expect, .write_expected = opts->past.write_expected},
        ret, e);
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct audit_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selection = {0};
    CLEANUP(policy_loaded_free) struct policy_loaded loaded = {0};
    CLEANUP(policy_fleet_free) struct policy_fleet fleet = {0};
    CLEANUP(audit_options_free) struct audit_options options = {0};
    CLEANUP(audit_past_free) struct audit_past past = {0};
    CLEANUP(audit_files_close) struct audit_files files = {0};
    struct audit_terms terms;

    if (opts->list_rules) {
        return list_rules(app, e) ? 0 : err_exit_status(e);
    }
    if (!app_check_output(app, audit_finding_columns, audit_finding_columns_count, e) ||
        !audit_options_terms(opts, &terms, e) ||
        !policy_load(app, &opts->policy,
                     &(struct policy_usual){.path = POLICY_BASELINE,
                                            .check_ids = audit_check_ids,
                                            .baseline_hop_limit = terms.max_hop_limit},
                     &loaded, e) ||
        !open_files(app, opts, &files, e) || !selection_read(app, &opts->select, call, &selection, e) ||
        !audit_past_begin(app, &opts->past, &past, e)) {
        return err_exit_status(e);
    }
    if (!app_connect(app, &fleet.scope, e)) {
        return fleet.scope.http != NULL ? refuse(app, &fleet, e) : err_exit_status(e);
    }
    if (!audit_past_aim(&past, &fleet.scope,
                        &(struct audit_choice){.select = &opts->select,
                                               .selector = &selection.selector,
                                               .rules = &opts->rules,
                                               .excluded = &opts->excluded,
                                               .severity = policy_severity_names[opts->severity.value]},
                        e)) {
        return err_exit_status(e);
    }
    terms.policy = loaded.policy;
    terms.policy_file = loaded.path;
    terms.as_of = loaded.as_of;
    if (!policy_read_fleet(
            app, call,
            &(struct policy_reading){.loaded = &loaded, .selection = &selection, .parts = audit_options_parts(&terms)},
            &fleet, e)) {
        return refuse(app, &fleet, e);
    }
    results_warn_interrupted(app, fleet.selected);
    audit_options_collect(opts, &selection.memory, &options);
    add_place(app, &fleet, &selection, &selection.memory, &terms);
    terms.where = opts->select.where;
    terms.options = options.items;
    terms.option_count = options.selectors;
    terms.again = (struct audit_words){call->args, call->args_count, options.items, options.count};
    const struct audit_words apply = {call->args, call->args_count, options.items, options.shared};
    return audit_fleet(app, opts, &fleet, &terms, &apply, &selection.effect, &past, &files, e);
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
     "a VPC whose servers should be disabled"},
    {"vpcmeta audit --since last", "compare with the last audit: what is new, unchanged and fixed"},
    {"vpcmeta audit --write-expected known.txt", "expect the findings of today from now on"},
    {"vpcmeta audit --region all --report sarif=audit.sarif --report junit=audit.xml",
     "also write files for other programs (vpcmeta help reports)"},
    {"vpcmeta audit --policy policy.yaml --fail-on high",
     "audit by a policy; exit status 3 only for high and critical"},
    {"vpcmeta audit --list-rules -o yaml", "every rule with its meaning and its recommended fix"},
    {0},
};

const struct cmd_spec cmd_audit = {
    .path = "audit",
    .summary = "find servers and templates with unsafe metadata settings",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Reads instances, instance templates, bare metal servers and instance groups side by side and reports what "
        "breaks a rule of the policy: of the file of --policy, or of the built-in one. Protocol and hop limit are "
        "judged where the service is enabled; a disabled server on an architecture without the service is not a "
        "finding; a group has the findings of its template. Exit status 3 with "
        "findings of the severity of --fail-on or worse, 0 without, 5 when anything could not be read: the findings in "
        "what was read are printed all the "
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
        "behind them stand \"result\" (fail, cannot_tell, excepted), \"crn\", \"policy_rule\", \"fingerprint\" (the "
        "same "
        "in every audit) and \"exception\"; the summary has `results`, the same for each rule in `checks`, "
        "`unmanaged`, "
        "`exceptions` and `policy`. \"missing\" is there when \"complete\" is false. In the summary, `resources` "
        "counts by kind; "
        "`metadata_service` has for each kind `enabled`, `disabled`, `protocol` and `response_hop_limit`, the "
        "last two by state and value, as in .metadata_service.instance.response_hop_limit.enabled[\"1\"]; `findings` "
        "has `total`, `severity` and `rule`; `regions` has for each region `resources`, `enabled`, `disabled` and "
        "`findings`.\n\n"
        "With --since each finding has `baseline` (new or unchanged), `fixed` lists what is gone with its reason, and "
        "the "
        "summary has `since` with the earlier audit and the counts. With --expect there is `expected` with `matched`, "
        "`extra`, `missing` and, of what was not read, selected or judged, `unknown`.\n\n"
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
