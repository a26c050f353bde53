/* list and show: an inventory, or part of it, as rows. */
#include <stdlib.h>
#include <string.h>

#include "verbs.h"

const struct opt_spec list_opt[] = {
    OPT_GROUP(struct list_opts, select, selector_group),
    OPT_FLAG(struct list_opts, profile_details, 0, "trusted-profile-details",
             "also read each server's default trusted profile (a request each)"),
    OPT_END,
};

json_t *verb_list_head(const struct text *missing)
{
    json_t *head = json_build("{s:i, s:b}", "schema_version", 1, "complete", missing->size == 0);
    CLEANUP(text_free) struct text lines = {0};

    if (missing->size == 0) {
        return head;
    }
    json_t *parts = json_array();
    text_append(&lines, text_string(missing));
    char *next = lines.data;
    for (char *line = strsep(&next, "\n"); line != NULL; line = strsep(&next, "\n")) {
        if (line[0] != '\0') {
            json_array_append_new(parts, json_build_string(line));
        }
    }
    json_object_set_new(head, "missing", parts);
    return head;
}

/* --- rows ------------------------------------------------------------------------------------------- */

/* Behind the others; only where there is a history that knows. */
static const struct table_column restart_column = {
    .name = "restart_needed", .title = "RESTART", .type = TABLE_BOOL, .flags = TABLE_SPARSE, .rank = 1};

/* What is shown and is not in the records themselves. */
struct details {
    struct table_column columns[RESOURCE_COLUMNS + 1];
    size_t column_count;
    bool tells_restarts;                        /* in the last column */
    bool *pending;                              /* restarts; NULL: nothing is known of them */
    json_t **profiles;                          /* NULL: not asked for */
    struct resource_membership_counts *members; /* NULL: the kind has none */
};

/* Whether --fields names the column: then it is there, even if nothing is known. */
static bool is_asked_for(const struct app *app, const struct table_column *column)
{
    const struct opt_list *fields = &app->globals->fields;

    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->items[i], column->name) == 0) {
            return true;
        }
    }
    return false;
}

static struct details choose_columns(const struct app *app, const struct resource_kind *kind, bool with_profiles)
{
    struct details details = {.column_count = resource_columns_count(kind, with_profiles)};

    memcpy(details.columns, resource_columns, details.column_count * sizeof(details.columns[0]));
    details.tells_restarts = kind->restart_to_enable && (verb_has_history() || is_asked_for(app, &restart_column));
    if (details.tells_restarts) {
        details.columns[details.column_count++] = restart_column;
    }
    return details;
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

    if (details->tells_restarts && !verb_read_pending(list, &details->pending, &error)) {
        app_warn(app, "who needs a restart is not known: %s", error.message);
    }
}

static bool read_details(struct app *app, const struct inventory_scope *scope, const struct resource_kind *kind,
                         bool with_profiles, const struct resource_list *list, struct text *missing,
                         struct details *details, struct err *e)
{
    if ((with_profiles && (details->profiles = inventory_read_profiles(scope, list, e)) == NULL) ||
        (kind->memberships != NULL && (details->members = inventory_read_members(scope, list, missing, e)) == NULL)) {
        free_details(details, list);
        return false;
    }
    read_pending(app, list, details);
    return true;
}

/* In text only those that need one are worth a word. */
static void set_restart(struct table *table, size_t column, bool needed, bool for_people)
{
    if (needed || !for_people) {
        table_set_bool(table, column, needed);
        table_set_style(table, column, needed ? TABLE_WARN : TABLE_PLAIN);
    }
}

static struct table *make_table(const struct app *app, const struct resource_list *list, const struct details *details)
{
    json_t *const *profiles = details->profiles;
    bool for_people = app->globals->output.value == RENDER_TABLE && app->globals->jq == NULL;
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
            set_restart(table, details->column_count - 1, details->pending[i] && verb_needs_restart(record),
                        for_people);
        }
    }
    return table;
}

/* What is missing goes to standard error as well, and makes the exit status 1 (cli.md, "Output"). */
int verb_inventory_status(const char *what, const struct text *missing, struct err *e)
{
    if (missing->size == 0) {
        return 0;
    }
    err_set(e, ERR_INCOMPLETE, "the %s is incomplete: %.*s", what, (int)strcspn(text_string(missing), "\n"),
            text_string(missing));
    return err_exit_status(e);
}

static int print_list(struct app *app, const struct resource_list *list, const struct resource_kind *kind,
                      const struct details *details, const struct text *missing, struct err *e)
{
    TABLE_CLEANUP struct table *table = make_table(app, list, details);
    JSON_CLEANUP json_t *head = verb_list_head(missing);
    /* headings over nothing would look like an empty fleet */
    bool nothing_read = missing->size > 0 && table_row_count(table) == 0 && app->globals->output.value == RENDER_TABLE;

    if (missing->size == 0 && table_row_count(table) == 0) {
        app_note(app, "no %s", kind->plural);
    }
    if (!nothing_read && !app_print_table(app, table, &(struct render_envelope){.head = head}, e)) {
        return err_exit_status(e);
    }
    return verb_inventory_status("list", missing, e);
}

/* The settings of a group are those of its template; every other kind has its own. */
static bool select_resources(const struct inventory_scope *scope, const struct resource_kind *kind,
                             const struct inventory_selector *selector, struct resource_list *into,
                             struct text *missing, struct err *e)
{
    return inventory_select(scope, &kind, 1, selector, into, missing, e) &&
           (kind->settings != 0 || inventory_take_template_settings(scope, into, missing, e));
}

int verb_list(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    const struct list_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(text_free) struct text missing = {0};
    struct inventory_scope scope;
    struct details details = choose_columns(app, kind, opts->profile_details);

    if (!app_check_output(app, details.columns, details.column_count, e) ||
        !selection_read(app, &opts->select, call, &selector, e) || !app_connect(app, &scope, e) ||
        !select_resources(&scope, kind, &selector.selector, list, &missing, e) ||
        !read_details(app, &scope, kind, opts->profile_details, list, &missing, &details, e)) {
        return err_exit_status(e);
    }
    int status = print_list(app, list, kind, &details, &missing, e);
    free_details(&details, list);
    return status;
}

int verb_show(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct inventory_selector selector = {.targets = {.items = call->args, .count = call->args_count}};
    struct inventory_scope scope;
    struct details details = choose_columns(app, kind, true);

    if (!selection_check_targets(&selector.targets, e) ||
        !app_check_output(app, details.columns, details.column_count, e) || !app_connect(app, &scope, e) ||
        !select_resources(&scope, kind, &selector, list, NULL, e) ||
        !read_details(app, &scope, kind, true, list, NULL, &details, e)) {
        return err_exit_status(e);
    }
    TABLE_CLEANUP struct table *table = make_table(app, list, &details);
    int status = app_print_records(app, table, NULL, e) ? 0 : err_exit_status(e);
    free_details(&details, list);
    return status;
}
