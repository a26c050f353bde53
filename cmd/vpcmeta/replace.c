/* replace: templates are immutable, so others take their place, and the groups that use them move to those. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "plan/plan_replace.h"
#include "replace_members.h"
#include "results.h"
#include "selection.h"
#include "write.h"

struct replace_opts {
    struct selector_opts select;
    struct metadata_opts metadata;
    struct profile_opts profile;
    const char *name, *suffix;
    bool update_groups, delete_old;
    struct roll_opts roll;
    struct opt_duration settle_timeout;
    struct write_opts write;
};

static const struct opt_spec replace_opt[] = {
    OPT_GROUP(struct replace_opts, select, selector_group_without_name),
    OPT_GROUP(struct replace_opts, metadata, metadata_group),
    OPT_GROUP(struct replace_opts, profile, profile_group),
    OPT_STRING(struct replace_opts, name, 0, "name", "NAME", "name of the new template, when one is replaced"),
    OPT_STRING(struct replace_opts, suffix, 0, "name-suffix", "S", "end of the new names instead of -r2, -r3, ...",
               .excludes = "name"),
    OPT_FLAG(struct replace_opts, update_groups, 0, "update-groups", "move the instance groups that use the old ones"),
    OPT_FLAG(struct replace_opts, delete_old, 0, "delete-old", "delete the old ones, once no group uses them"),
    OPT_GROUP(struct replace_opts, roll, roll_group),
    OPT_GROUP(struct replace_opts, write, write_group),
    OPT_SETTLE_TIMEOUT(struct replace_opts, settle_timeout),
    OPT_END,
};

/* --- before anything is sent ------------------------------------------------------------------------ */

static bool check_names(const struct replace_opts *opts, struct err *e)
{
    char sample[PLAN_NAME_MAX + 1];
    struct err ignored = ERR_INIT;

    if (opts->name != NULL) {
        return resource_check_name(opts->name, e) || err_wrap(e, "--name");
    }
    if (opts->suffix != NULL) {
        plan_name_with("a", opts->suffix, sample);
        return (opts->suffix[0] != '\0' && sample[0] == 'a' && resource_check_name(sample, &ignored)) ||
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
    return selection_check_given(selector, kind, opts->select.all, "--where", e);
}

/* --- what people should know ------------------------------------------------------------------------ */

static void append_users(struct text *out, const struct resource *template, const struct resource_list *groups)
{
    for (size_t i = 0; i < resource_list_count(groups); i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (plan_group_uses(group, template)) {
            text_printf(out, "%s%s", out->size > 0 ? ", " : "", group->name);
        }
    }
}

/* Which groups still use an old template, and what moves them. */
static void note_users(const struct app *app, const struct resource_list *selected, const struct plan *plan,
                       const struct resource_settings *wanted, const struct resource_list *groups)
{
    size_t next = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        CLEANUP(text_free) struct text users = {0};
        CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
        if (item->action != PLAN_CREATE && item->action != PLAN_SET) {
            continue;
        }
        const struct resource *old = resource_list_at(selected, next++);
        struct cli_place place = options_place(app->globals, &old->region);
        bool replaced = !text_equal(item->resource->id, old->id);
        append_users(&users, old, groups);
        if (replaced && users.size > 0) {
            if (place.region_count > 0 && old->region != NULL && old->region[0] != '\0') {
                place.regions = &old->region; /* other regions may have the name as well */
                place.region_count = 1;
            }
            cli_command_line_begin(&line, app->program->name, app->command);
            cli_command_line_operand(&line, old->name);
            cli_command_line_option(&line, "name", item->resource->name);
            options_append_settings(&line, wanted);
            cli_command_line_option(&line, "update-groups", NULL);
            cli_command_line_place(&line, &place);
            app_note(app, "still using %s: instance group %s; next: %s", old->name, text_string(&users),
                     cli_command_line_string(&line));
        }
    }
}

/* --- the run ---------------------------------------------------------------------------------------- */

static bool make_plan(const struct replace_opts *opts, const struct resource_settings *wanted,
                      const struct resource_list *selected, const struct inventory_templates *templates,
                      const struct resource_list *groups, const struct replace_members *members,
                      struct resource_list *list, struct plan *ret, struct err *e)
{
    int64_t *stale = replace_members_stale(members, groups);
    struct plan_roll roll = {.max_unavailable = (unsigned)opts->roll.max_unavailable.value,
                             .percent = opts->roll.max_unavailable.unit == OPT_PERCENT,
                             .heal_timeout_ms = opts->roll.heal_timeout.ms,
                             .poll_ms = (unsigned)opts->roll.poll_interval.ms};
    struct plan_replacement how = {.wanted = wanted,
                                   .name = opts->name,
                                   .suffix = opts->suffix,
                                   .update_groups = opts->update_groups,
                                   .delete_old = opts->delete_old,
                                   .roll = opts->roll.roll ? &roll : NULL};

    bool made =
        plan_replace(selected, &how,
                     &(struct plan_template_context){
                         .templates = templates->list, .bodies = templates->bodies, .groups = groups, .stale = stale},
                     list, ret, e);
    free(stale);
    return made;
}

static int replace(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct replace_opts *opts = call->opts;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);
    CLEANUP(selection_free) struct selection selection = {0};
    CLEANUP(resource_list_release) struct resource_list *selected = resource_list_create();
    CLEANUP(resource_list_release) struct resource_list *groups = resource_list_create();
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(inventory_templates_free) struct inventory_templates templates = {0};
    CLEANUP(replace_members_free) struct replace_members members = {0};
    CLEANUP(plan_free) struct plan plan = {0};
    CLEANUP(text_free) struct text details = {0};
    struct writing writing;

    if (!write_begin(app, call, &opts->write, &writing, e) ||
        !selection_read(app, &opts->select, call, &selection, e) ||
        !check_options(opts, writing.kind, &wanted, &selection.selector, e) || !write_connect(app, &writing, e)) {
        return write_refuse_early(app, &writing, e);
    }
    if (!selection_find(app, call, &writing.scope, &writing.kind, 1, &selection, selected, NULL, e) ||
        !inventory_read_templates(&writing.scope, &templates, e) ||
        !inventory_read_all(&writing.scope, &resource_group, groups, NULL, e) ||
        (opts->update_groups && !replace_members_read(&writing.scope, selected, &templates, opts->name, groups,
                                                      opts->roll.roll, &members, e)) ||
        !make_plan(opts, &wanted, selected, &templates, groups, &members, list, &plan, e)) {
        err_wrap(e, "nothing was changed");
        return write_refuse(app, &writing, e);
    }
    if (!write_check(app, &plan, e)) {
        return write_refuse(app, &writing, e);
    }
    replace_note_rolls(app, &members, &plan, &details);
    writing.details = text_string(&details);
    writing.request.settle_ms = (unsigned)opts->settle_timeout.ms;
    writing.request.plan = &plan;
    writing.request.list = list;
    writing.request.settings = &wanted;
    int status = write_perform(app, &writing, e);
    if (!opts->update_groups) {
        note_users(app, selected, &plan, &wanted, groups);
    } else if (!opts->roll.roll) {
        replace_note_stale(app, &members, &plan, &wanted, opts->write.dry_run);
    }
    return status;
}

static const struct cmd_example examples[] = {
    {"vpcmeta template replace tpl-web-001 --enabled true --protocol https --update-groups --dry-run",
     "see which template would be created and which groups would move"},
    {"vpcmeta template replace --all --where '.metadata_service.protocol != \"https\"' --protocol https "
     "--update-groups --roll --max-unavailable 10% --delete-old --yes",
     "every template whose servers answer over plain http, its groups and their members"},
    {"vpcmeta runs rollback last", "the groups back to the old templates, the new ones deleted"},
    {0},
};

const struct cmd_spec cmd_template_replace = {
    .path = "template replace",
    .summary = "give templates other settings and move their groups",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Templates are immutable. For each one that differs a new one is created from it, named tpl-web-r2 after "
        "tpl-web (the first number that is free), and compared with it member by member. --update-groups moves the "
        "instance groups that use it. Their members keep their settings until --roll deletes them, at most "
        "--max-unavailable of a group at a time, and the group creates new ones; each batch waits until the group is "
        "healthy again, and trouble stops it. A template that has the settings already stays, and with --roll the "
        "groups "
        "that use it lose the members that were made from another one. --delete-old deletes the old template once no "
        "group uses it. Every step "
        "is recorded: `runs resume` finishes a run that was cut off, `runs rollback` takes it back.\n\n"
        "Groups refuse templates that link their trusted profile by themselves: then nothing is sent.",
    .examples = examples,
    .opts = replace_opt,
    .opts_size = sizeof(struct replace_opts),
    .refusals = selection_template_refusals,
    .flags = CMD_WRITES,
    .max_args = CMD_ANY_ARGS,
    .run = replace,
    .fields = results_fields,
    .subject = &resource_template,
};
