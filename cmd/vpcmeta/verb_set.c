/* set: change metadata settings of existing servers. */
#include <string.h>

#include "verbs.h"

const struct opt_spec set_opt[] = {
    OPT_GROUP(struct set_opts, select, selector_group),
    OPT_GROUP(struct set_opts, metadata, metadata_group),
    OPT_GROUP(struct set_opts, profile, profile_group),
    OPT_GROUP(struct set_opts, write, write_group),
    OPT_END,
};

enum { ASK_FOR_NUMBER_ABOVE = 100, NAMES_SHOWN = 10 };

/* --- before anything is sent ------------------------------------------------------------------------ */

static bool check_options(const struct set_opts *opts, const struct resource_kind *kind,
                          const struct resource_settings *wanted, const struct plan_selector *selector, struct err *e)
{
    if (kind->patchable == 0) {
        return err_set(e, ERR_USAGE, "an existing %s cannot be changed: %s", kind->singular, kind->change_remedy);
    }
    if (!resource_settings_check(kind, wanted, true, e)) {
        return false;
    }
    if (wanted->given == 0) {
        return err_set(e, ERR_USAGE, "nothing to set: give --enabled, --protocol%s",
                       (kind->patchable & RESOURCE_HOP_LIMIT) != 0 ? " or --hop-limit" : "");
    }
    if (!opts->select.all && !plan_selector_narrows(selector)) {
        return err_set(e, ERR_USAGE, "which %s? give names, a selector such as --name or --vpc, or --all",
                       kind->plural);
    }
    return true;
}

/* Every distinct body that the plan sends is checked once. */
static bool check_bodies(struct app *app, const struct plan *plan, struct err *e)
{
    bool checked[RESOURCE_METADATA_SETTINGS + 1] = {false};

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict != PLAN_CHANGE || checked[item->mask & RESOURCE_METADATA_SETTINGS]) {
            continue;
        }
        JSON_CLEANUP json_t *body = resource_patch_body(&plan->wanted, item->mask);
        if (!verb_check_body(app, item->resource->kind->patch_schema, body, NULL, e)) {
            return false;
        }
        checked[item->mask & RESOURCE_METADATA_SETTINGS] = true;
    }
    return true;
}

/* --- what people are told --------------------------------------------------------------------------- */

static void warn(const struct app *app, const struct plan_counts *counts)
{
    if (counts->to_https > 0) {
        app_warn(
            app,
            "%zu server%s go%s from http to https: clients of http://169.254.169.254 stop working there, they must "
            "use https://api.metadata.cloud.ibm.com",
            counts->to_https, counts->to_https == 1 ? "" : "s", counts->to_https == 1 ? "es" : "");
    }
    if (counts->while_off > 0) {
        app_warn(app, "%zu server%s stay%s disabled: protocol and hop limit take effect once --enabled true is set",
                 counts->while_off, counts->while_off == 1 ? "" : "s", counts->while_off == 1 ? "s" : "");
    }
}

static void note_skipped(const struct app *app, const struct plan *plan)
{
    for (size_t i = 0; app->globals->verbose && i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_SKIP) {
            app_detail(app, "skipping %s: %s", plan->items[i].resource->name, plan->items[i].reason);
        }
    }
}

/* How many get which change: the lines of the confirmation. */
static void print_changes(const struct app *app, const struct plan *plan)
{
    static const unsigned bits[] = {RESOURCE_ENABLED, RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT};

    for (size_t b = 0; b < sizeof(bits) / sizeof(bits[0]); b++) {
        CLEANUP(text_free) struct text what = {0};
        size_t count = 0;
        for (size_t i = 0; i < plan->count; i++) {
            count += plan->items[i].verdict == PLAN_CHANGE && (plan->items[i].mask & bits[b]) != 0;
        }
        if (count > 0) {
            struct resource_settings nothing = {0};
            resource_settings_describe(&what, &nothing, &plan->wanted, bits[b]);
            app_note(app, "  %zu: %s", count, text_string(&what));
        }
    }
}

static bool confirm(struct app *app, const struct set_opts *opts, const struct resource_kind *kind,
                    const struct plan *plan, const struct plan_counts *counts, struct err *e)
{
    CLEANUP(text_free) struct text what = {0};
    CLEANUP(text_free) struct text answer = {0};
    CLEANUP(text_free) struct text number = {0};

    if (opts->write.yes || counts->change == 0) {
        return true;
    }
    if (!app_can_ask(app)) {
        return err_set(e, ERR_USAGE,
                       "%zu %s would change and nobody can be asked: say --yes, or look first with --dry-run",
                       counts->change, counts->change == 1 ? kind->singular : kind->plural);
    }
    verb_append_count(&what, counts->change, kind);
    app_note(app, "%s of %zu will change:", text_string(&what), plan->count);
    print_changes(app, plan);
    if (counts->restart > 0) {
        app_note(app, "  %zu of them need a stop and a start afterwards", counts->restart);
    }
    text_printf(&number, "%zu", counts->change);
    bool by_number = counts->change > ASK_FOR_NUMBER_ABOVE;
    bool answered = by_number ? app_ask(app, &answer,
                                        "type the number of %s to change them, anything else to leave: ", kind->plural)
                              : app_ask(app, &answer, "change them? [y/N] ");
    const char *word = text_string(&answer);
    bool agreed =
        by_number ? strcmp(word, text_string(&number)) == 0 : strcmp(word, "y") == 0 || strcmp(word, "yes") == 0;
    return (answered && agreed) || err_set(e, ERR_FAILED, "not confirmed: nothing was changed");
}

static void tell_restarts(const struct app *app, const struct fleet_run *run, const struct resource_kind *kind)
{
    CLEANUP(text_free) struct text names = {0};
    CLEANUP(text_free) struct text what = {0};
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        if (run->results[i].restart_needed && ++count <= NAMES_SHOWN) {
            text_printf(&names, "%s%s", count > 1 ? ", " : "", run->results[i].item->resource->name);
        }
    }
    if (count > NAMES_SHOWN) {
        text_printf(&names, " and %zu more (restart_needed in -o json)", count - NAMES_SHOWN);
    }
    if (count > 0) {
        verb_append_count(&what, count, kind);
        app_note(
            app,
            "%s must be stopped and started before the metadata service is fully there (a reboot is not enough): %s",
            text_string(&what), text_string(&names));
    }
}

static void tell_summary(const struct app *app, const struct fleet_summary *summary)
{
    app_note(app, "%zu selected: %zu changed, %zu unchanged, %zu skipped, %zu failed, %zu unknown", summary->selected,
             summary->counts[FLEET_CHANGED], summary->counts[FLEET_UNCHANGED], summary->counts[FLEET_SKIPPED],
             summary->counts[FLEET_FAILED], summary->counts[FLEET_UNKNOWN]);
}

/* --- the run ---------------------------------------------------------------------------------------- */

/* A dry run shows its plan in the shape of a run that changed everything it could. */
static int show_plan(struct app *app, const struct set_opts *opts, const struct plan *plan, struct err *e)
{
    struct plan_counts counts = plan_count(plan);
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    char run_id[VERB_RUN_ID_SIZE];

    fleet_foresee(plan, &run);
    verb_run_id(run_id);
    if (!verb_print_results(app, &run, run_id, true, e)) {
        return err_exit_status(e);
    }
    app_note(app, "dry run: %zu of %zu would change, %zu are as wanted, %zu would be skipped; nothing was sent",
             counts.change, plan->count, counts.unchanged, counts.skip);
    return opts->write.exit_code && counts.change > 0 ? 3 : 0;
}

static int carry_out(struct app *app, const struct plan_scope *scope, const struct set_opts *opts,
                     const struct resource_kind *kind, const struct plan *plan, struct resource_list *list,
                     const struct fleet_limits *limits, struct err *e)
{
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    struct err stopped = ERR_INIT;
    char run_id[VERB_RUN_ID_SIZE];
    struct verb_progress progress = verb_progress_begin(app, plan);

    verb_run_id(run_id);
    bool whole = fleet_change(plan,
                              &(struct fleet_options){.http = scope->http,
                                                      .regions = scope->regions,
                                                      .region_count = scope->region_count,
                                                      .concurrency = options_concurrency(&opts->write),
                                                      .max_per_second = (unsigned)opts->write.tps.value,
                                                      .limits = limits,
                                                      .progress = verb_progress_step,
                                                      .progress_context = &progress},
                              list, &run, &stopped);
    verb_progress_end(&progress);
    if (!verb_print_results(app, &run, run_id, false, e)) {
        return err_exit_status(e);
    }
    tell_restarts(app, &run, kind);
    tell_summary(app, &run.summary);
    if (run.summary.budget_spent) {
        app_warn(app, "stopped after %zu failures: %zu were not begun",
                 run.summary.counts[FLEET_FAILED] + run.summary.counts[FLEET_UNKNOWN], run.summary.withheld);
    }
    if (!whole) {
        *e = stopped;
        return err_exit_status(e);
    }
    return fleet_exit_status(&run.summary);
}

int verb_set(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    const struct set_opts *opts = call->opts;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);
    CLEANUP(options_selector_free) struct options_selector selector = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct fleet_limits limits;
    struct plan_scope scope;

    if (!options_limits(&opts->write, &limits, e) || !options_selector(&opts->select, call, &selector, e) ||
        !check_options(opts, kind, &wanted, &selector.selector, e) ||
        !app_check_output(app, verb_result_columns, verb_result_columns_count, e) || !app_connect(app, &scope, e)) {
        return err_exit_status(e);
    }
    if (!plan_select(&scope, &kind, 1, &selector.selector, list, NULL, e)) {
        err_wrap(e, "nothing was changed");
        return err_exit_status(e);
    }
    plan_make(list, &wanted, &plan);
    if (!check_bodies(app, &plan, e)) {
        return err_exit_status(e);
    }
    struct plan_counts counts = plan_count(&plan);
    warn(app, &counts);
    note_skipped(app, &plan);
    if (opts->write.dry_run) {
        return show_plan(app, opts, &plan, e);
    }
    if (!confirm(app, opts, kind, &plan, &counts, e)) {
        return err_exit_status(e);
    }
    return carry_out(app, &scope, opts, kind, &plan, list, &limits, e);
}
