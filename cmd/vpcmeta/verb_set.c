/* set: change metadata settings of existing servers. */
#include <stdlib.h>

#include "verbs.h"

enum { RESTART_NEVER, RESTART_NEEDED };
static const char *const restart_words[] = {"never", "needed", NULL};

const struct opt_spec set_opt[] = {
    OPT_GROUP(struct set_opts, select, selector_group),
    OPT_GROUP(struct set_opts, metadata, metadata_group),
    OPT_GROUP(struct set_opts, profile, profile_group),
    OPT_GROUP(struct set_opts, write, write_group),
    OPT_ENUM(struct set_opts, restart, 0, "restart", restart_words,
             "stop and start servers whose service was turned on and that need it", .default_value = "never"),
    OPT_GROUP(struct set_opts, downtime, downtime_group),
    OPT_END,
};

/* --- before anything is sent ------------------------------------------------------------------------ */

static bool check_options(const struct set_opts *opts, const struct resource_kind *kind,
                          const struct resource_settings *wanted, const struct inventory_selector *selector,
                          struct err *e)
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
    return verb_check_selected(kind, opts->select.all, selector, e);
}

/* --- the run ---------------------------------------------------------------------------------------- */

/* What is as wanted already may still wait for its restart. */
static bool add_restarts(const struct resource_list *list, const struct fleet_restarts *restarts, struct plan *plan,
                         struct err *e)
{
    bool *pending = NULL;

    if (restarts != NULL && !verb_read_pending(list, &pending, e)) {
        return false;
    }
    if (pending != NULL) {
        plan_add_restarts(plan, pending, &restarts->terms);
        free(pending);
    }
    return true;
}

int verb_set(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    const struct set_opts *opts = call->opts;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct fleet_restarts restarts = options_restarts(&opts->downtime);
    const struct fleet_restarts *restart = opts->restart.value == RESTART_NEEDED ? &restarts : NULL;
    struct fleet_limits limits;
    struct inventory_scope scope;

    if (!options_limits(&opts->write, &limits, e) || !selection_read(app, &opts->select, call, &selector, e) ||
        !check_options(opts, kind, &wanted, &selector.selector, e) || !verb_change_open(app, &opts->write, &scope, e)) {
        return err_exit_status(e);
    }
    if (!inventory_select(&scope, &kind, 1, &selector.selector, list, NULL, e)) {
        err_wrap(e, "nothing was changed");
        return err_exit_status(e);
    }
    plan_make(list, &wanted, &plan);
    if (!add_restarts(list, restart, &plan, e) || !verb_change_allow(app, &scope, &plan, e) ||
        !verb_change_check(app, &plan, e)) {
        return err_exit_status(e);
    }
    struct verb_change change = {.scope = &scope,
                                 .write = &opts->write,
                                 .limits = &limits,
                                 .plan = &plan,
                                 .list = list,
                                 .kind = kind,
                                 .restart = restart};
    JSON_CLEANUP json_t *settings = resource_settings_json(&wanted, RESOURCE_METADATA_SETTINGS);
    return verb_change_perform(app, &change, settings, e);
}
