/* replace: templates are immutable, so others take their place, and the groups that use them move to those. */
#include <stdlib.h>
#include <string.h>

#include "verb_replace.h"

const struct opt_spec replace_opt[] = {
    OPT_GROUP(struct replace_opts, select, selector_group_without_name),
    OPT_GROUP(struct replace_opts, metadata, metadata_group),
    OPT_GROUP(struct replace_opts, profile, profile_group),
    OPT_STRING(struct replace_opts, name, 0, "name", "NAME", "name of the new template, when one is replaced"),
    OPT_STRING(struct replace_opts, suffix, 0, "name-suffix", "S", "end of the new names instead of -r2, -r3, ..."),
    OPT_FLAG(struct replace_opts, update_groups, 0, "update-groups", "move the instance groups that use the old ones"),
    OPT_FLAG(struct replace_opts, delete_old, 0, "delete-old", "delete the old ones, once no group uses them"),
    OPT_GROUP(struct replace_opts, roll, roll_group),
    OPT_GROUP(struct replace_opts, write, write_group),
    OPT_END,
};

/* --- before anything is sent ------------------------------------------------------------------------ */

static bool check_names(const struct replace_opts *opts, struct err *e)
{
    char sample[PLAN_NAME_MAX + 1];
    struct err unsaid = ERR_INIT;

    if (opts->name != NULL && opts->suffix != NULL) {
        return err_set(e, ERR_USAGE, "--name and --name-suffix contradict each other: give one of them");
    }
    if (opts->name != NULL) {
        return resource_check_name(opts->name, e) || err_wrap(e, "--name");
    }
    if (opts->suffix != NULL) {
        plan_name_with("a", opts->suffix, sample);
        return (opts->suffix[0] != '\0' && sample[0] == 'a' && resource_check_name(sample, &unsaid)) ||
               err_set(e, ERR_USAGE,
                       "--name-suffix \"%s\" can end no name: lower-case letters, digits and dashes, no dash last",
                       opts->suffix);
    }
    return true;
}

static bool check_options(const struct replace_opts *opts, const struct resource_kind *kind,
                          const struct resource_settings *wanted, const struct inventory_selector *selector,
                          struct err *e)
{
    if (!resource_settings_check(kind, wanted, false, e) || !check_names(opts, e)) {
        return false;
    }
    if (wanted->given == 0) {
        return err_set(e, ERR_USAGE,
                       "nothing to set: give --enabled, --protocol, --hop-limit, --trusted-profile or --auto-link");
    }
    if (opts->roll.roll && !opts->update_groups) {
        return err_set(e, ERR_USAGE,
                       "--roll replaces the members of groups that were moved: give --update-groups as well");
    }
    if (!opts->select.all && !inventory_selector_narrows(selector)) {
        return err_set(e, ERR_USAGE, "which %s? give names, a selector such as --where or --vpc, or --all",
                       kind->plural);
    }
    return true;
}

/* --- the run ---------------------------------------------------------------------------------------- */

static struct plan_roll roll_of(const struct roll_opts *opts)
{
    return (struct plan_roll){.max_unavailable = (unsigned)opts->max_unavailable.value,
                              .percent = opts->max_unavailable.unit == OPT_PERCENT,
                              .heal_timeout_ms = opts->heal_timeout.ms,
                              .poll_ms = (unsigned)opts->poll_interval.ms};
}

static bool make_plan(const struct replace_opts *opts, const struct resource_settings *wanted,
                      const struct resource_list *selected, const struct inventory_templates *templates,
                      const struct resource_list *groups, struct resource_list *list, struct plan *ret, struct err *e)
{
    struct plan_roll roll = roll_of(&opts->roll);
    struct plan_replacement how = {.wanted = wanted,
                                   .name = opts->name,
                                   .suffix = opts->suffix,
                                   .update_groups = opts->update_groups,
                                   .delete_old = opts->delete_old,
                                   .roll = opts->roll.roll ? &roll : NULL};

    return plan_replace(
        selected, &how,
        &(struct plan_template_context){.templates = templates->list, .bodies = templates->bodies, .groups = groups},
        list, ret, e);
}

/* With the plan at hand: checked, told, shown or carried out. */
static int go_on(struct app *app, const struct verb_change *change, const struct resource_settings *wanted,
                 struct err *e)
{
    if (!verb_change_check(app, change->plan, e) || !replace_tell_rolls(app, change->scope, change->plan, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *settings =
        resource_settings_json(wanted, RESOURCE_METADATA_SETTINGS | RESOURCE_PROFILE_SETTINGS);
    return verb_change_perform(app, change, settings, e);
}

int verb_replace(struct app *app, const struct cli_call *call, struct err *e)
{
    static const struct resource_kind *const group_kinds[] = {&resource_group};
    const struct resource_kind *kind = call->command->subject;
    const struct replace_opts *opts = call->opts;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resource_list_release) struct resource_list *selected = resource_list_create();
    CLEANUP(resource_list_release) struct resource_list *groups = resource_list_create();
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(inventory_templates_free) struct inventory_templates templates = {0};
    CLEANUP(plan_free) struct plan plan = {0};
    struct fleet_limits limits;
    struct inventory_scope scope;

    if (!options_limits(&opts->write, &limits, e) || !selection_read(app, &opts->select, call, &selector, e) ||
        !check_options(opts, kind, &wanted, &selector.selector, e) || !verb_change_open(app, &opts->write, &scope, e)) {
        return err_exit_status(e);
    }
    if (!inventory_select(&scope, &kind, 1, &selector.selector, selected, NULL, e) ||
        !inventory_read_templates(&scope, &templates, e) ||
        !inventory_read_all(&scope, group_kinds, 1, groups, NULL, e) ||
        !make_plan(opts, &wanted, selected, &templates, groups, list, &plan, e)) {
        err_wrap(e, "nothing was changed");
        return err_exit_status(e);
    }
    int status =
        go_on(app,
              &(struct verb_change){
                  .scope = &scope, .write = &opts->write, .limits = &limits, .plan = &plan, .list = list, .kind = kind},
              &wanted, e);
    if (!opts->update_groups) {
        replace_tell_left(app, selected, &plan, &wanted, groups);
    }
    return status;
}
