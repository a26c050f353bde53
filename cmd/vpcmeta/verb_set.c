/* set: change metadata settings of existing servers. */
#include "verbs.h"

const struct opt_spec set_opt[] = {
    OPT_GROUP(struct set_opts, select, selector_group),
    OPT_GROUP(struct set_opts, metadata, metadata_group),
    OPT_GROUP(struct set_opts, profile, profile_group),
    OPT_GROUP(struct set_opts, write, write_group),
    OPT_END,
};

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

/* --- the run ---------------------------------------------------------------------------------------- */

static int carry_out(struct app *app, const struct verb_change *change, const struct resource_settings *wanted,
                     struct err *e)
{
    JSON_CLEANUP json_t *settings = resource_settings_json(wanted, RESOURCE_METADATA_SETTINGS);

    return verb_change_carry_out(app, change, settings, e);
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
        !app_check_output(app, verb_result_columns, verb_result_columns_count, e) ||
        (!opts->write.dry_run && !verb_history_check(e)) || !app_connect(app, &scope, e)) {
        return err_exit_status(e);
    }
    http_set_pace(scope.http, (unsigned)opts->write.tps.value); /* lists count as well */
    if (!plan_select(&scope, &kind, 1, &selector.selector, list, NULL, e)) {
        err_wrap(e, "nothing was changed");
        return err_exit_status(e);
    }
    plan_make(list, &wanted, &plan);
    if (!verb_change_allow(app, &scope, &opts->write, &plan, e) || !verb_change_check(app, &plan, e)) {
        return err_exit_status(e);
    }
    struct verb_change change = {
        .scope = &scope, .write = &opts->write, .limits = &limits, .plan = &plan, .list = list, .kind = kind};
    verb_change_warn(app, &plan);
    if (opts->write.dry_run) {
        return verb_change_show(app, &change, e);
    }
    if (!verb_change_confirm(app, &change, e)) {
        return err_exit_status(e);
    }
    return carry_out(app, &change, &wanted, e);
}
