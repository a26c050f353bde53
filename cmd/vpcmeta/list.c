/* list and show of every kind: an inventory, or part of it, as rows. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "known_columns.h"
#include "selection.h"
#include "show_body.h"
#include "write.h"

struct list_opts {
    struct selector_opts select;
    bool profile_details;
};

static const struct opt_spec list_opt[] = {
    OPT_GROUP(struct list_opts, select, selector_group),
    OPT_FLAG(struct list_opts, profile_details, 0, "trusted-profile-details",
             "also read each server's default trusted profile (a request each)"),
    OPT_END,
};

/* --- rows ------------------------------------------------------------------------------------------- */

/* Behind the others, whatever is known; programs get null where nothing is. */
static const struct table_column restart_column = {.name = "restart_needed", .title = "RESTART", .type = TABLE_BOOL};
static const struct table_column restart_for_people = {
    .name = "restart_needed", .title = "RESTART", .type = TABLE_STRING, .rank = 1};

/* What is shown and is not in the records themselves. */
struct details {
    struct table_column columns[RESOURCE_COLUMNS + 1];
    size_t column_count;
    bool has_restart;                           /* the last column */
    bool reads_restarts;                        /* what it shows */
    enum resource_switch *pending;              /* restarts, by records; NULL: nothing was read */
    json_t **profiles;                          /* NULL: not asked for */
    struct resource_membership_counts *members; /* NULL: the kind has none */
};

/* Whether --fields or --sort names the column: then it is there, even if nothing is known. */
static bool is_asked_for(const struct app *app, const struct table_column *column)
{
    const struct opt_list *fields = &app->globals->fields, *sort = &app->globals->sort;
    struct table_order order;
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < fields->count; i++) {
        if (table_find_column(column, 1, fields->items[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sort->count; i++) {
        if (render_read_order(sort->items[i], column, 1, &order, &ignored)) {
            return true;
        }
    }
    return false;
}

/* Whether there is a history to know pending restarts from. */
static bool has_history(void)
{
    CLEANUP(text_free) struct text path = {0};

    app_state_path(APP_HISTORY_FILE, &path);
    return path.size > 0 && access(text_string(&path), F_OK) == 0;
}

static struct details choose_columns(const struct app *app, const struct resource_kind *kind, bool with_profiles)
{
    struct details details = {0};

    details.column_count = resource_columns(kind, with_profiles, details.columns);
    bool for_people = app_prints_text(app);
    if (for_people) {
        details.columns[RESOURCE_COLUMN_PROFILE].type = TABLE_STRING;
    }
    details.has_restart = kind->restart_to_enable;
    if (details.has_restart) {
        details.columns[details.column_count++] = for_people ? restart_for_people : restart_column;
        /* before the first run "unknown" beside every server says nothing to people */
        details.reads_restarts = !for_people || has_history() || is_asked_for(app, &restart_column);
    }
    return details;
}

/* Of several regions the column of the region is the last that goes: names alone do not distinguish the rows. */
static void rank_region(struct details *details, const struct inventory_scope *scope)
{
    if (scope->region_count > 1) {
        details->columns[RESOURCE_COLUMN_REGION].rank = 1;
    }
}

static void free_details(struct details *details, const struct resource_list *list)
{
    inventory_free_profiles(details->profiles, resource_list_count(list));
    free(details->members);
    free(details->pending);
}

/* A history that cannot be read is no reason not to list servers. */
static void read_pending(struct app *app, const struct resource_list *list, struct details *details)
{
    struct err error = ERR_INIT;

    if (details->reads_restarts && !write_read_restarts(list, &details->pending, &error)) {
        app_warn(app, "it is not known which servers need a restart: %s", error.message);
    }
}

static bool read_details(struct app *app, const struct inventory_scope *scope, const struct resource_kind *kind,
                         bool with_profiles, const struct resource_list *list, struct text *missing,
                         struct details *details, struct err *e)
{
    if ((with_profiles && (details->profiles = inventory_read_profiles(scope, list, missing, e)) == NULL) ||
        (kind->memberships != NULL &&
         (details->members = inventory_read_members(scope, list, NULL, missing, e)) == NULL)) {
        free_details(details, list);
        return false;
    }
    read_pending(app, list, details);
    return true;
}

/* People see who needs one, and of whom it is unknown. */
static void set_restart(struct table *table, size_t column, enum resource_switch needed, bool for_people)
{
    if (for_people && needed != RESOURCE_OFF) {
        table_set_string(table, column, needed == RESOURCE_ON ? "needed" : "unknown");
    } else if (!for_people && needed == RESOURCE_UNKNOWN) {
        table_set_null(table, column);
    } else if (!for_people) {
        table_set_bool(table, column, needed == RESOURCE_ON);
    }
    table_set_style(table, column, needed == RESOURCE_ON ? TABLE_WARN : TABLE_DIM);
}

static struct table *make_table(const struct app *app, const struct resource_list *list, const struct details *details)
{
    json_t *const *profiles = details->profiles;
    bool for_people = app_prints_text(app);
    struct table *table = table_create(details->columns, details->column_count);

    for (size_t i = 0; i < resource_list_count(list); i++) {
        const struct resource *record = resource_list_at(list, i);
        resource_add_row(table, record, &record->settings);
        if (profiles != NULL) {
            resource_set_profile(table, profiles[i]);
        }
        if (details->members != NULL) {
            resource_set_members(table, &details->members[i]);
        }
        if (details->pending != NULL) {
            set_restart(table, details->column_count - 1, plan_needs_restart(record, details->pending[i]), for_people);
        } else if (details->has_restart) {
            table_set_null(table, details->column_count - 1);
        }
    }
    return table;
}

static int print_list(struct app *app, const struct resource_kind *kind, const struct resource_list *list,
                      const struct details *details, const struct text *missing, struct err *e)
{
    TABLE_CLEANUP struct table *table = make_table(app, list, details);
    JSON_CLEANUP json_t *head = app_list_head(missing);

    struct app_noun noun = {.singular = kind->singular, .plural = kind->plural};
    if (!app_print_list(app, table, &(struct render_envelope){.head = head}, noun, e)) {
        return err_exit_status(e);
    }
    return app_inventory_status(app, "list", missing, e);
}

/* The settings of a group are those of its template; every other kind has its own. */
static bool complete_records(const struct inventory_scope *scope, const struct resource_kind *kind,
                             struct resource_list *records, struct text *missing, struct err *e)
{
    return kind->settings != 0 || inventory_take_template_settings(scope, records, missing, e);
}

/* The records, without what only a read that went through would say of them. */
static int refuse(struct app *app, const struct resource_list *records, const struct details *details,
                  struct text *missing, const struct err *e)
{
    struct details bare = *details;

    bare.pending = NULL;
    bare.profiles = NULL;
    bare.members = NULL;
    TABLE_CLEANUP struct table *table = make_table(app, records, &bare);
    return app_refuse_inventory(app, table, NULL, missing, e);
}

static int list(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    const struct list_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resource_list_release) struct resource_list *found = resource_list_create();
    CLEANUP(text_free) struct text missing = {0};
    struct inventory_scope scope = {0};
    struct details details = choose_columns(app, kind, opts->profile_details);

    if (!app_check_output(app, details.columns, details.column_count, e) ||
        !selection_read(app, &opts->select, call, &selector, e)) {
        return err_exit_status(e);
    }
    if (!app_connect(app, &scope, e)) {
        return scope.http != NULL ? refuse(app, found, &details, &missing, e) : err_exit_status(e);
    }
    rank_region(&details, &scope);
    if (!selection_find(app, call, &scope, &kind, 1, &selector, found, &missing, e) ||
        !complete_records(&scope, kind, found, &missing, e) || !inventory_name_vpcs(&scope, found, &missing, e) ||
        !read_details(app, &scope, kind, opts->profile_details, found, &missing, &details, e)) {
        return refuse(app, found, &details, &missing, e);
    }
    int status = print_list(app, kind, found, &details, &missing, e);
    free_details(&details, found);
    return status;
}

struct show_opts {
    bool as_body;
};

static const struct opt_spec show_opt[] = {
    OPT_FLAG(struct show_opts, as_body, 0, "as-body", "print the request body that creates one like it, to be edited",
             .excludes = "sort|limit"),
    OPT_END,
};

/* The show of a kind that is not created here has no options at all. */
static bool wants_body(const struct cli_call *call)
{
    return call->command->opts == show_opt && ((const struct show_opts *)call->opts)->as_body;
}

static bool check_show(struct app *app, const struct details *details, const struct cli_call *call, struct err *e)
{
    if (!wants_body(call)) {
        return app_check_output(app, details->columns, details->column_count, e);
    }
    if (call->args_count > 1) {
        return err_set(e, ERR_USAGE, "--as-body makes one body: give one %s",
                       ((const struct resource_kind *)call->command->subject)->singular);
    }
    return app_check_output(app, NULL, 0, e);
}

static int show(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    CLEANUP(resource_list_release) struct resource_list *found = resource_list_create();
    CLEANUP(text_free) struct text missing = {0};
    struct inventory_selector selector = {.targets = {.items = call->args, .count = call->args_count}};
    struct inventory_scope scope = {0};
    struct details details = choose_columns(app, kind, true);

    if (!selection_check_targets(&selector.targets, e) || !check_show(app, &details, call, e)) {
        return err_exit_status(e);
    }
    if (!app_connect(app, &scope, e)) {
        bool as_record = scope.http != NULL && !wants_body(call);
        return as_record ? refuse(app, found, &details, &missing, e) : err_exit_status(e);
    }
    if (!inventory_select(&scope, &kind, 1, &selector, found, NULL, e) ||
        !complete_records(&scope, kind, found, NULL, e)) {
        return wants_body(call) ? err_exit_status(e) : refuse(app, found, &details, &missing, e);
    }
    if (wants_body(call)) {
        return show_body(app, &scope, resource_list_at(found, 0), e) ? ERR_EXIT_DONE : err_exit_status(e);
    }
    if (!inventory_name_vpcs(&scope, found, &missing, e) ||
        !read_details(app, &scope, kind, true, found, &missing, &details, e)) {
        return refuse(app, found, &details, &missing, e);
    }
    inventory_append_odd(found, &missing);
    TABLE_CLEANUP struct table *table = make_table(app, found, &details);
    JSON_CLEANUP json_t *head = app_list_head(&missing);
    bool printed = app_print_records(app, table, &(struct render_envelope){.head = head}, e);
    int status = printed ? app_inventory_status(app, "record", &missing, e) : err_exit_status(e);
    free_details(&details, found);
    return status;
}

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    const struct resource_kind *kind = command->subject;
    struct table_column columns[RESOURCE_COLUMNS];

    known_columns(known, columns, resource_columns(kind, command->run == show, columns));
    if (kind->restart_to_enable) {
        known_columns(known, &restart_column, 1);
    }
}

static const struct cmd_example list_instance_examples[] = {
    {"vpcmeta instance list", "every instance of the region with its metadata settings"},
    {"vpcmeta instance list --vpc vpc-prod --where '.metadata_service.protocol == \"http\"'",
     "those of a VPC that answer over plain http"},
    {"vpcmeta instance list --region all -o csv", "a spreadsheet of the whole account"},
    {0},
};

const struct cmd_spec cmd_instance_list = {
    .path = "instance list",
    .summary = "list instances with their metadata settings",
    .description = "Lists every instance, or those that the names and selectors leave.",
    .examples = list_instance_examples,
    .arguments = "[NAME|ID|CRN...]",
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_PAGED | CMD_ROWS,
    .max_args = CMD_ANY_ARGS,
    .run = list,
    .fields = fields,
    .subject = &resource_instance,
};

static const struct cmd_example show_instance_examples[] = {
    {"vpcmeta instance show web-0001", "one instance by name"},
    {"vpcmeta instance show 0727_2645912d-249a-46be-a8fe-bda5c60fc78b -o json", "one by id, as JSON"},
    {"vpcmeta instance show web-0001 --as-body > web-17.json", "a body to edit, for 'instance create -f web-17.json'"},
    {0},
};

const struct cmd_spec cmd_instance_show = {
    .path = "instance show",
    .summary = "show instances with their trusted profile",
    .examples = show_instance_examples,
    .arguments = "NAME|ID|CRN...",
    .opts = show_opt,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_PAGED | CMD_ROWS,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = show,
    .fields = fields,
    .subject = &resource_instance,
};

static const struct cmd_example list_template_examples[] = {
    {"vpcmeta template list", "every template of the region, with the settings that new instances get"},
    {0},
};

const struct cmd_spec cmd_template_list = {
    .path = "template list",
    .summary = "list instance templates with their metadata settings",
    .description =
        "Settings that a template leaves out are shown as what an instance of it will have: disabled, http, 1.",
    .examples = list_template_examples,
    .arguments = "[NAME|ID|CRN...]",
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .refusals = selection_template_refusals,
    .flags = CMD_PAGED | CMD_ROWS,
    .max_args = CMD_ANY_ARGS,
    .run = list,
    .fields = fields,
    .subject = &resource_template,
};

static const struct cmd_example show_template_examples[] = {
    {"vpcmeta template show tpl-web-001", "one template"},
    {0},
};

const struct cmd_spec cmd_template_show = {
    .path = "template show",
    .summary = "show single instance templates",
    .examples = show_template_examples,
    .arguments = "NAME|ID|CRN...",
    .opts = show_opt,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_PAGED | CMD_ROWS,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = show,
    .fields = fields,
    .subject = &resource_template,
};

static const struct cmd_example list_server_examples[] = {
    {"vpcmeta bare-metal list", "every bare metal server of the region"},
    {0},
};

const struct cmd_spec cmd_bare_metal_list = {
    .path = "bare-metal list",
    .summary = "list bare metal servers with their metadata settings",
    .description = "Bare metal servers have no response hop limit.",
    .examples = list_server_examples,
    .arguments = "[NAME|ID|CRN...]",
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_PAGED | CMD_ROWS,
    .max_args = CMD_ANY_ARGS,
    .run = list,
    .fields = fields,
    .subject = &resource_bare_metal,
};

static const struct cmd_example show_server_examples[] = {
    {"vpcmeta bare-metal show bm-001 -o yaml", "one server with its default trusted profile"},
    {0},
};

const struct cmd_spec cmd_bare_metal_show = {
    .path = "bare-metal show",
    .summary = "show bare metal servers with their trusted profile",
    .examples = show_server_examples,
    .arguments = "NAME|ID|CRN...",
    .opts = show_opt,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_PAGED | CMD_ROWS,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = show,
    .fields = fields,
    .subject = &resource_bare_metal,
};

static const struct cmd_example list_group_examples[] = {
    {"vpcmeta group list", "every instance group of the region with its template's metadata settings"},
    {"vpcmeta group list --vpc vpc-prod --exclude 'asg-db-*'", "those of a VPC, except those of the databases"},
    {"vpcmeta group list -o json --jq '.items[] | select(.protocol == \"http\") | .template'",
     "the templates from which groups create servers with plain http"},
    {"vpcmeta group list -o json --jq '.items[] | select(.stale_members > 0) | .name'",
     "groups with members that were made from another template"},
    {0},
};

const struct cmd_spec cmd_group_list = {
    .path = "group list",
    .summary = "list instance groups with the template each uses",
    .description =
        "Instance groups have no metadata settings of their own: new members take those of the group's instance "
        "template, which are shown (null where the template is gone). Members made from an earlier template keep "
        "theirs: STALE counts them, for which the memberships of each group are read.\n\n"
        "--zone selects none: a group lies in a region.",
    .examples = list_group_examples,
    .arguments = "[NAME|ID|CRN...]",
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .refusals = selection_group_refusals,
    .flags = CMD_PAGED | CMD_ROWS,
    .max_args = CMD_ANY_ARGS,
    .run = list,
    .fields = fields,
    .subject = &resource_group,
};

static const struct cmd_example show_group_examples[] = {
    {"vpcmeta group show asg-web-01", "one group with its template's settings and default trusted profile"},
    {0},
};

const struct cmd_spec cmd_group_show = {
    .path = "group show",
    .summary = "show single instance groups with the template each uses",
    .examples = show_group_examples,
    .arguments = "NAME|ID|CRN...",
    .flags = CMD_PAGED | CMD_ROWS,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = show,
    .fields = fields,
    .subject = &resource_group,
};
