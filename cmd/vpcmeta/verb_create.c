/* create: one resource from a body file, flags, or both. */
#include <string.h>

#include "verbs.h"

const struct opt_spec create_opt[] = {
    OPT_FILE(struct create_opts, file, 'f', "file", "FILE|-", "the request body as JSON; flags are laid over it"),
    OPT_STRING(struct create_opts, name, 0, "name", "NAME", "name of the new resource"),
    OPT_GROUP(struct create_opts, metadata, metadata_group),
    OPT_GROUP(struct create_opts, profile, profile_group),
    OPT_FLAG(struct create_opts, dry_run, 'n', "dry-run", "print the request body, send nothing"),
    OPT_FLAG(struct create_opts, yes, 'y', "yes", "do not ask for confirmation (creating one never asks)"),
    OPT_END,
};

/* --- the body --------------------------------------------------------------------------------------- */

static bool read_document(const struct create_opts *opts, struct json_document *ret, struct err *e)
{
    if (!json_read_file(opts->file, JSON_READ_STRICT, ret, e)) {
        return false;
    }
    if (!json_is_object(ret->root)) {
        err_set(e, ERR_INVALID, "a request body is a JSON object");
        return err_at(e, "%s:1:1", ret->name);
    }
    return true;
}

/* The body as it will be sent: the file, mended, with the flags over it. New reference. */
static json_t *make_body(struct app *app, const struct create_opts *opts, const struct resource_kind *kind,
                         const struct resource_settings *wanted, const struct json_document *document, struct err *e)
{
    json_t *body = json_deep_copy(document->root);
    CLEANUP(text_free) struct text moved = {0};

    if (!resource_mend_body(kind, body, &moved, e) || !resource_lay_over(kind, body, wanted, e)) {
        json_decref(body);
        return NULL;
    }
    if (moved.size > 0) {
        app_note(app, "note: moved %s under \"%s\", where the API takes it (%s)", text_string(&moved),
                 kind->profile_parent, document->name);
    }
    if (opts->name != NULL) {
        json_object_set_new(body, "name", json_string(opts->name));
    }
    return body;
}

static void tell_variant(struct app *app, const struct resource_kind *kind, const json_t *body)
{
    struct err ignored = ERR_INIT;
    const struct schema_entry *entry = schema_catalog_find(app->schemas, kind->create_schema, &ignored);

    if (entry != NULL) {
        app_note(app, "POST %s: %s; nothing was sent", kind->path, schema_catalog_variant(app->schemas, entry, body));
    }
}

static int show_body(struct app *app, const struct resource_kind *kind, const json_t *body, struct err *e)
{
    CLEANUP(text_free) struct text bytes = {0};

    tell_variant(app, kind, body);
    json_print(&bytes, body, JSON_PRINT_INDENT);
    text_append_char(&bytes, '\n');
    if (app->globals->jq != NULL || app->globals->output.value == RENDER_YAML) {
        return app_print_document(app, body, e) ? 0 : err_exit_status(e);
    }
    return render_text(text_string(&bytes), bytes.size, stdout, e) ? 0 : err_exit_status(e);
}

/* --- the request ------------------------------------------------------------------------------------ */

struct creation {
    struct resource_list *list; /* takes the record of what was created */
    struct resource *record;
    struct fleet_result result;
    struct err error; /* behind the result's code and reason */
};

static bool read_created(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct creation *creation = context;

    (void)reply;
    return resource_read(creation->list, creation->record, root, e);
}

static void created(const struct vpc_answer *answer, void *context)
{
    struct creation *creation = context;
    struct fleet_result *result = &creation->result;
    const struct http_reply *reply = answer->reply;

    result->attempts = reply->attempts;
    result->http_status = reply->status;
    snprintf(result->request_id, sizeof(result->request_id), "%s", reply->request_id);
    if (answer->error == NULL) {
        result->outcome = FLEET_CHANGED;
        result->after = creation->record->settings;
        return;
    }
    creation->error = *answer->error;
    result->outcome = reply->maybe_acted ? FLEET_UNKNOWN : FLEET_FAILED;
    if (reply->maybe_acted) {
        err_wrap(&creation->error, "it may have been created: look for it by name before creating it again");
    }
}

/* The answer is compared with what was asked for: a setting that was dropped on the way is a failure. */
static void check_answer(struct creation *creation, const struct resource_settings *asked)
{
    struct fleet_result *result = &creation->result;
    unsigned missing = resource_settings_diff(&result->after, asked) & asked->given & RESOURCE_METADATA_SETTINGS;
    CLEANUP(text_free) struct text changes = {0};

    if (result->outcome == FLEET_CHANGED && missing != 0) {
        resource_settings_describe(&changes, &result->after, asked, missing);
        result->outcome = FLEET_FAILED;
        err_set(&creation->error, ERR_FAILED, "created, but not as asked (%s)", text_string(&changes));
    }
}

/* What the body itself asks for, flags included. */
static struct resource_settings asked_by(const json_t *body, const struct resource_kind *kind)
{
    const json_t *metadata = json_object_get(body, "metadata_service");
    const json_t *enabled = json_object_get(metadata, "enabled");
    const json_t *protocol = json_object_get(metadata, "protocol");
    const json_t *hop_limit = json_object_get(metadata, "response_hop_limit");
    struct resource_settings asked = {.given = (enabled != NULL ? RESOURCE_ENABLED : 0U) |
                                               (protocol != NULL ? RESOURCE_PROTOCOL : 0U) |
                                               (hop_limit != NULL ? RESOURCE_HOP_LIMIT : 0U),
                                      .enabled = json_is_true(enabled),
                                      .protocol = json_string_value(protocol),
                                      .hop_limit = (int)json_integer_value(hop_limit)};

    asked.given &= kind->settings;
    return asked;
}

/* The intent is on disk before the POST leaves: it is the one request that must never be sent twice. */
static bool begin_record(struct app *app, const struct verb_change *change, struct creation *creation,
                         struct verb_record *ret, struct err *e)
{
    JSON_CLEANUP json_t *wanted = resource_settings_json(change->plan->items[0].wanted, RESOURCE_METADATA_SETTINGS);
    const struct fleet_result *const intended[] = {&creation->result};

    if (!verb_record_begin(app, change, wanted, ret, e)) {
        return false;
    }
    struct fleet_journal journal = verb_record_journal(ret);
    return journal.record(journal.context, intended, 1, NULL, 0, e) || err_wrap(e, "nothing was created");
}

static void end_record(const struct app *app, struct verb_record *record, const struct fleet_run *run)
{
    const struct fleet_result *const concluded[] = {run->results};
    struct fleet_journal journal = verb_record_journal(record);
    struct err error = ERR_INIT;

    if (!journal.record(journal.context, NULL, 0, concluded, 1, &error)) {
        app_warn(app, "the outcome is not recorded: %s", error.message);
    }
    verb_record_end(app, record, &run->summary);
}

static int send_body(struct app *app, const struct plan_scope *scope, const struct resource_kind *kind,
                     const json_t *body, struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct resource_settings asked = asked_by(body, kind);
    struct resource *record = resource_list_append(list, kind, vpc_region(scope->regions[0]));
    struct plan_item item = {.action = PLAN_CREATE, .resource = record, .wanted = &asked, .verdict = PLAN_CHANGE};
    const struct plan plan = {.items = &item, .count = 1};
    struct creation creation = {.list = list, .record = record, .result = {.item = &item}};
    CLEANUP(text_free) struct text bytes = {0};
    CLEANUP(verb_record_close) struct verb_record written = {0};

    record->name = resource_list_keep(list, json_string_value(json_object_get(body, "name")));
    json_print(&bytes, body, JSON_PRINT_COMPACT);
    if (!begin_record(app, &(struct verb_change){.scope = scope, .plan = &plan}, &creation, &written, e)) {
        return err_exit_status(e);
    }
    vpc_create_resource(scope->regions[0], kind,
                        &(struct vpc_call){.body = text_string(&bytes),
                                           .body_size = bytes.size,
                                           .read = read_created,
                                           .done = created,
                                           .context = &creation});
    bool whole = http_run(scope->http, e);
    check_answer(&creation, &asked);
    if (creation.error.code != ERR_NONE) {
        creation.result.code = creation.error.code;
        creation.result.reason = creation.error.message;
    }
    struct fleet_run run = {.results = &creation.result, .count = 1, .summary = {.selected = 1}};
    run.summary.counts[creation.result.outcome] = 1;
    end_record(app, &written, &run);
    struct err printing = ERR_INIT;
    /* for people a failure is one error line, not a table of one row as well */
    bool said_by_error = app->globals->output.value == RENDER_TABLE && creation.result.outcome != FLEET_CHANGED;
    if (!said_by_error && !verb_print_results(app, &run, written.id, false, &printing) && whole) {
        *e = printing;
        return err_exit_status(e);
    }
    if (creation.result.outcome == FLEET_CHANGED) {
        app_note(app, "created %s %s (%s)", kind->singular, record->name, record->id);
    } else if (whole) {
        *e = creation.error;
        err_wrap(e, "creating the %s", kind->singular);
    }
    return err_exit_status(e);
}

static bool check_options(const struct app *app, const struct create_opts *opts, const struct resource_kind *kind,
                          struct err *e)
{
    const struct opt_list *regions = &app->globals->regions;

    if (regions->count > 1 || (regions->count == 1 && strcmp(regions->items[0], "all") == 0)) {
        return err_set(e, ERR_USAGE, "create works in one region: give one --region");
    }
    if (opts->file == NULL) {
        return err_set(e, ERR_USAGE,
                       "nothing to create from: give a request body with -f FILE (see 'vpcmeta schema show %s')",
                       kind->create_schema);
    }
    return opts->name == NULL || resource_check_name(opts->name, e) || err_wrap(e, "--name");
}

int verb_create(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    const struct create_opts *opts = call->opts;
    struct resource_settings wanted = options_settings(&opts->metadata, &opts->profile);
    CLEANUP(json_document_free) struct json_document document = {0};
    struct plan_scope scope;

    if (!resource_settings_check(kind, &wanted, false, e) || !check_options(app, opts, kind, e) ||
        !app_check_output(app, verb_result_columns, verb_result_columns_count, e) ||
        !read_document(opts, &document, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *body = make_body(app, opts, kind, &wanted, &document, e);
    if (body == NULL || !verb_check_body(app, kind->create_schema, body, &document, e)) {
        return err_exit_status(e);
    }
    if (opts->dry_run) {
        return show_body(app, kind, body, e);
    }
    if (!verb_history_check(e) || !app_connect(app, &scope, e)) {
        return err_exit_status(e);
    }
    return send_body(app, &scope, kind, body, e);
}
