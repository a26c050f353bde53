/* create: one resource or many of a kind from a body file, a template, flags, or all of them. */
#include <string.h>

#include "preflight/preflight.h"
#include "resource/resource_create.h"
#include "verb_creation.h"

#define CREATE_OPTIONS                                                                                                \
    OPT_GROUP(struct create_opts, creation, creation_group), OPT_GROUP(struct create_opts, metadata, metadata_group), \
        OPT_GROUP(struct create_opts, profile, profile_group), OPT_GROUP(struct create_opts, write, write_group)

const struct opt_spec create_opt[] = {
    CREATE_OPTIONS,
    OPT_END,
};

const struct opt_spec create_from_template_opt[] = {
    OPT_STRING(struct create_opts, source, 0, "template", "NAME|ID|CRN", "build on this instance template"),
    CREATE_OPTIONS,
    OPT_END,
};

const struct opt_spec create_from_source_opt[] = {
    OPT_STRING(struct create_opts, source, 0, "source-template", "NAME|ID|CRN", "build on this instance template"),
    CREATE_OPTIONS,
    OPT_END,
};

/* --- what the API would refuse ------------------------------------------------------------------------ */

/* A template is not refused itself, but what is made of it, and that may say something else. */
static bool judge(const struct app *app, const struct resource_kind *kind, enum preflight_verdict use,
                  const struct text *reason, struct err *e)
{
    bool is_server = kind->has_initialization;

    if (use == PREFLIGHT_FORBIDDEN && is_server) {
        return err_set(e, ERR_INVALID, "%s; nothing was sent", text_string(reason));
    }
    if (use == PREFLIGHT_FORBIDDEN) {
        app_warn(app, "no %s can be made of this %s as it is: %s", resource_instance.singular, kind->singular,
                 text_string(reason));
    } else if (use == PREFLIGHT_UNDETERMINED) {
        app_note(app, "not checked, the API decides: %s", text_string(reason));
    }
    return true;
}

static bool check_creation(struct app *app, const struct creation *creation, struct err *e)
{
    CLEANUP(preflight_creation_free) struct preflight_creation checked = {0};
    struct inventory_scope scope;

    return app_connect(app, &scope, e) &&
           preflight_check_creation(scope.http, scope.regions[0], creation->kind, creation->effective, &checked, e) &&
           judge(app, creation->kind, checked.architecture, &checked.architecture_reason, e) &&
           judge(app, creation->kind, checked.use, &checked.use_reason, e);
}

/* Several are made from one body: what it says of parts that exist once is true of one of them only. */
static void warn_unique(const struct app *app, const struct creation *creation)
{
    CLEANUP(text_free) struct text unique = {0};

    if (creation_count(creation) > 1) {
        resource_append_unique(creation->effective, &unique);
    }
    if (unique.size > 0) {
        app_warn(app, "only one of %zu can have what the body says of %s: leave it out, and the API chooses",
                 creation_count(creation), text_string(&unique));
    }
}

/* --- the plan ----------------------------------------------------------------------------------------- */

/* What the plan borrows. */
struct creation_plan {
    struct resource_list *list;
    json_t *identity;
    struct plan plan;
};

static void free_plan(struct creation_plan *made)
{
    plan_free(&made->plan);
    resource_list_destroy(made->list);
    json_decref(made->identity);
}

static void make_plan(const struct creation *creation, struct vpc *api, struct creation_plan *ret)
{
    struct resource_settings wanted = resource_create_settings(creation->kind, creation->effective);

    ret->list = resource_list_create();
    for (size_t i = 0; i < creation_count(creation); i++) {
        struct resource *record = resource_list_append(ret->list, creation->kind, vpc_region(api));
        record->api = api;
        record->name = creation->names.count > 0 ? creation->names.items[i] : NULL;
    }
    ret->identity = resource_identity(creation->effective);
    plan_make_creations(ret->list, &wanted, creation->body, ret->identity, &ret->plan);
}

/* --- the run ------------------------------------------------------------------------------------------ */

/* For people a single one is a line, not a table of one row. */
static int report_one(struct app *app, const struct fleet_result *result, const struct err *stopped, struct err *e)
{
    const struct resource *record = result->item->resource;
    const char *singular = record->kind->singular;

    if (result->outcome == FLEET_CHANGED) {
        app_note(app, "created %s %s (%s)", singular, record->name, record->id);
    } else if (result->outcome == FLEET_UNCHANGED) {
        app_note(app, "the %s %s (%s) was there before, as asked", singular, record->name, record->id);
    } else if (stopped->code != ERR_NONE) {
        *e = *stopped;
    } else {
        err_set(e, result->code, "creating the %s: %s", singular, result->reason);
    }
    return err_exit_status(e);
}

static int report(struct app *app, const struct fleet_run *run, const char *run_id, const struct err *stopped,
                  struct err *e)
{
    if (run->count > 1) {
        return verb_change_report(app, run, run_id, stopped, e);
    }
    if (app->globals->output.value != RENDER_TABLE && !verb_print_results(app, run, run_id, false, e)) {
        return err_exit_status(e);
    }
    return report_one(app, &run->results[0], stopped, e);
}

/* What is needed to go on with the run: the body is kept once for all that share it. New reference. */
static json_t *record_of(const struct creation *creation, const struct creation_plan *made)
{
    json_t *wanted = resource_settings_json(made->plan.items[0].wanted, creation->kind->settings);

    json_object_set(wanted, "body", creation->body);
    json_object_set(wanted, "identity", made->identity);
    return wanted;
}

static int carry_out(struct app *app, const struct creation *creation, const struct creation_plan *made,
                     const struct verb_change *change, struct err *e)
{
    CLEANUP(verb_record_close) struct verb_record record = {0};
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    JSON_CLEANUP json_t *wanted = record_of(creation, made);
    struct err stopped = ERR_INIT;

    if (!verb_record_begin(app, change, wanted, &record, e)) {
        return err_exit_status(e);
    }
    (void)verb_change_run(app, change, &record, &run, &stopped);
    verb_record_end(app, &record, &run.summary);
    return report(app, &run, record.id, &stopped, e);
}

static int create(struct app *app, const struct create_opts *opts, const struct creation *creation, struct err *e)
{
    CLEANUP(free_plan) struct creation_plan made = {0};
    struct fleet_limits limits;
    struct inventory_scope scope;

    if (!options_limits(&opts->write, &limits, e) || !app_connect(app, &scope, e)) {
        return err_exit_status(e);
    }
    make_plan(creation, scope.regions[0], &made);
    struct verb_change change = {.scope = &scope,
                                 .write = &opts->write,
                                 .limits = &limits,
                                 .plan = &made.plan,
                                 .list = made.list,
                                 .kind = creation->kind,
                                 .body = creation->body};
    if (made.plan.count > 1 && !verb_change_confirm(app, &change, e)) {
        return err_exit_status(e);
    }
    return carry_out(app, creation, &made, &change, e);
}

int verb_create(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct create_opts *opts = call->opts;
    CLEANUP(creation_free) struct creation creation = {0};

    if (!app_check_output(app, verb_result_columns, verb_result_columns_count, e) ||
        (!opts->write.dry_run && !verb_history_check(e)) ||
        !creation_make(app, opts, call->command->subject, &creation, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *first = creation_body(&creation, 0);
    if (!verb_check_body(app, creation.kind->create_schema, first, &creation.document, e)) {
        return err_exit_status(e);
    }
    warn_unique(app, &creation);
    /* a dry run works without a connection, unless it needs one for the template anyway */
    if ((!opts->write.dry_run || creation.source != NULL) && !check_creation(app, &creation, e)) {
        return err_exit_status(e);
    }
    if (opts->write.dry_run) {
        int status = creation_show(app, &creation, e);
        return status == 0 && opts->write.exit_code ? ERR_EXIT_FINDINGS : status;
    }
    return create(app, opts, &creation, e);
}
