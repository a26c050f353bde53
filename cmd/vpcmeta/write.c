/* What every command that writes goes through: checks, preview or confirmation, execution, report. */
#include "write.h"

#include <string.h>

#include "body_check.h"
#include "identity.h"
#include "mem/mem.h"
#include "results.h"
#include "write_confirm.h"
#include "write_notes.h"

/* --- before the first request ------------------------------------------------------------------------- */

bool write_begin(const struct app *app, const struct cli_call *call, const struct write_opts *options,
                 struct writing *ret, struct err *e)
{
    *ret = (struct writing){.options = options, .kind = call->command->subject};
    ret->request = (struct run_request){.command = app->command,
                                        .words = app->words,
                                        .word_count = app->words_count,
                                        .secrets = app->secrets,
                                        .scope = &ret->scope,
                                        .limits = &ret->limits,
                                        .concurrency = options_concurrency(options)};
    return options_limits(options, &ret->limits, e);
}

bool write_check_history(const struct writing *writing, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    return writing->options->dry_run || (app_need_history_path(&path, e) && history_check(text_string(&path), e)) ||
           err_wrap(e, "nothing was sent");
}

bool write_connect(struct app *app, struct writing *writing, struct err *e)
{
    return results_check_output(app, writing->options->dry_run, e) && write_check_history(writing, e) &&
           app_connect(app, &writing->scope, e);
}

bool write_read_restarts(const struct resource_list *list, enum resource_switch **ret, struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    app_state_path(APP_HISTORY_FILE, &path);
    return run_restarts(text_string(&path), list, ret, e);
}

/* --- bodies ------------------------------------------------------------------------------------------- */

bool write_check_body(struct app *app, const char *schema_name, const json_t *body,
                      const struct json_document *document, struct err *e)
{
    struct schema_catalog *catalog = app_schemas(app, e);
    const struct schema_entry *entry = catalog != NULL ? schema_catalog_find(catalog, schema_name, e) : NULL;
    const struct schema *schema = entry != NULL ? schema_catalog_compile(catalog, entry, e) : NULL;
    CLEANUP(body_verdict_free) struct body_verdict judged = {0};

    if (schema == NULL) {
        return false;
    }
    body_judge(app, schema, body, &judged);
    body_print(app, &judged, document);
    if (judged.verdict == SCHEMA_UNDECIDED) {
        return err_set(e, ERR_UNDECIDED, "the body could not be checked within the limits; nothing was sent");
    }
    size_t count = judged.faults.count + judged.faults.more;
    return judged.verdict == SCHEMA_VALID ||
           err_set(e, ERR_INVALID, "the body of the request has %zu fault%s; nothing was sent", count,
                   count == 1 ? "" : "s");
}

/* What the item sends that a schema of ours describes, and which; NULL: nothing. New reference. */
static json_t *body_of(const struct plan_item *item, const char **ret_schema)
{
    const struct resource_kind *kind = item->resource->kind;

    if (item->action == PLAN_SET) {
        *ret_schema = kind->patch_schema;
        return resource_patch_body(item->wanted, item->mask);
    }
    *ret_schema = kind->create_schema;
    return item->action == PLAN_CREATE ? json_incref(item->create.body) : NULL;
}

bool write_check(struct app *app, const struct plan *plan, struct err *e)
{
    CLEANUP(mem_set_free) struct mem_set checked = {0};

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        const char *schema = NULL;
        JSON_CLEANUP json_t *body = item->verdict == PLAN_CHANGE ? body_of(item, &schema) : NULL;
        CLEANUP(text_free) struct text bytes = {0};
        if (body == NULL) {
            continue;
        }
        json_print(&bytes, body, JSON_PRINT_COMPACT);
        if (mem_set_add(&checked, text_string(&bytes)) && !write_check_body(app, schema, body, NULL, e)) {
            return false;
        }
    }
    return true;
}

/* --- what people should know before ------------------------------------------------------------------- */

static void note_skipped(const struct app *app, const struct plan *plan)
{
    for (size_t i = 0; app->globals->verbose && i < plan->count; i++) {
        if (plan->items[i].verdict == PLAN_SKIP) {
            app_detail(app, "skipping %s: %s", plan->items[i].resource->name, plan->items[i].reason);
        }
    }
}

/* --- execution ---------------------------------------------------------------------------------------- */

/* Of the hooks. */
struct execution {
    struct app *app;
    const struct writing *writing;
    size_t done;
};

static bool confirm(void *context, struct err *e)
{
    const struct execution *execution = context;

    return write_confirm(execution->app, execution->writing, e);
}

static void begin(void *context)
{
    const struct execution *execution = context;

    command_drain(true);
    app_progress_write(execution->app, plan_count(execution->writing->request.plan).change);
}

static void progress(const struct fleet_result *result, const struct fleet_summary *summary, void *context)
{
    struct execution *execution = context;
    size_t failed = summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];

    (void)result;
    app_progress_note(execution->app, ++execution->done, summary->counts[FLEET_CHANGED], failed);
}

/* The answer to the first signal: what is waited for, and how not to. */
static void draining(size_t down, size_t in_flight, void *context)
{
    const struct app *app = ((const struct execution *)context)->app;
    struct err outage = ERR_INIT;

    if (session_gave_up(app->session, &outage)) {
        if (down > 0) {
            app_warn(app, "%s: starting servers elsewhere that may be stopped", outage.message);
        }
        return;
    }
    app_progress_leave(app);
    if (down > 0) {
        app_warn(app, "interrupted: starting %zu server%s that may be stopped; press Ctrl-C again to leave %s stopped",
                 down, down == 1 ? "" : "s", down == 1 ? "it" : "them");
    } else if (in_flight > 0) {
        app_say(app, "interrupted: waiting for %zu request%s in progress; press Ctrl-C again to abandon %s", in_flight,
                in_flight == 1 ? "" : "s", in_flight == 1 ? "it" : "them");
    }
}

/* What the program ends with, unless its output cannot be written. */
static int exit_status_of(const struct run_result *result)
{
    const struct fleet_summary *summary = &result->run.summary;
    const struct err *stopped = &result->stopped;
    int status = fleet_exit_status(summary);

    if (stopped->code != ERR_NONE) {
        bool outage = stopped->cause == ERR_NETWORK && command_signal() == 0;
        status = outage && summary->counts[FLEET_CHANGED] > 0 ? ERR_EXIT_PARTLY : err_exit_status(stopped);
    }
    return status;
}

static int exit_status_to_record(const struct run_result *result, void *context)
{
    int status = exit_status_of(result);

    (void)context;
    return command_signal() != 0 && status != 0 ? ERR_EXIT_SIGNAL + command_signal() : status;
}

bool write_execute(struct app *app, struct writing *writing, struct run_result *ret, struct err *e)
{
    struct execution execution = {.app = app, .writing = writing};
    const struct run_hooks hooks = {.confirm = confirm,
                                    .begin = begin,
                                    .progress = progress,
                                    .draining = draining,
                                    .exit_status = exit_status_to_record,
                                    .context = &execution};
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(text_free) struct text actor = {0};

    if (!app_need_history_path(&path, e)) {
        return false;
    }
    JSON_CLEANUP json_t *who = identity_of_run(app);
    json_print(&actor, who, JSON_PRINT_COMPACT);
    writing->request.history = text_string(&path);
    writing->request.actor = text_string(&actor);
    writing->request.version = VPCMETA_VERSION;
    bool executed = run_execute(&writing->request, &hooks, ret, e);
    command_drain(false);
    writing->request.history = NULL;
    writing->request.actor = NULL;
    app_progress_end(app);
    if (executed && ret->unrecorded.code != ERR_NONE) {
        app_warn(app, "the end of the run is not recorded: %s", ret->unrecorded.message);
    }
    return executed;
}

/* A preview shows the plan in the shape of a run that changed everything it could. */
static int preview(struct app *app, const struct writing *writing, struct err *e)
{
    struct plan_counts counts = plan_count(writing->request.plan);
    CLEANUP(run_result_free) struct run_result result = {0};

    write_preview(writing, &result);
    if (!results_print_preview(app, &result.run, NULL, e)) {
        return err_exit_status(e);
    }
    write_say_details(app, APP_NOTE, writing->details);
    app_note(app, "dry run: %zu of %zu would change, %zu need%s no change, %zu would be skipped; nothing was sent",
             counts.change, writing->request.plan->count, counts.unchanged, counts.unchanged == 1 ? "s" : "",
             counts.skip);
    return writing->options->exit_code && counts.change > 0 ? ERR_EXIT_FINDINGS : ERR_EXIT_DONE;
}

int write_refuse(struct app *app, const struct writing *writing, struct err *e)
{
    bool incomplete =
        e->code == ERR_INCOMPLETE || e->code == ERR_API || e->code == ERR_BAD_ANSWER || e->code == ERR_NETWORK;
    JSON_CLEANUP json_t *more = json_build("{s:s}", "error", e->message);
    struct err error = ERR_INIT;

    if (incomplete) {
        json_object_set_new(more, "complete", json_false());
        json_object_set_new(more, "missing", json_build("[s]", e->message));
    }
    if (!results_print_refusal(app, writing->options->dry_run, more, &error)) {
        app_error(app, &error);
    }
    return err_exit_status(e);
}

int write_refuse_early(struct app *app, const struct writing *writing, struct err *e)
{
    return writing->scope.http != NULL ? write_refuse(app, writing, e) : err_exit_status(e);
}

int write_perform(struct app *app, struct writing *writing, struct err *e)
{
    struct write_notes notes = write_notes_of(writing->request.plan);
    CLEANUP(run_result_free) struct run_result result = {0};

    write_notes_say(app, &notes);
    note_skipped(app, writing->request.plan);
    if (writing->options->dry_run) {
        return preview(app, writing, e);
    }
    return write_execute(app, writing, &result, e) ? write_report(app, &result, e) : write_refuse(app, writing, e);
}

int write_report(struct app *app, const struct run_result *result, struct err *e)
{
    const struct fleet_run *run = &result->run;
    bool stopped = result->stopped.code != ERR_NONE;
    bool end_explained = stopped || run->summary.budget_spent;

    results_report_down(app, run);
    bool printed = results_print(app, run, result->id, e);
    /* what was done is said also where its rows could not be printed */
    results_summarize(app, run, end_explained);
    results_note_next(app, run, result->id, end_explained);
    if (!stopped || command_signal() == 0) { /* an interrupt has one next command, which the last line says */
        results_note_run(app, run, result->id);
    }
    if (run->summary.budget_spent && !stopped) {
        results_warn_budget(app, run, result->id);
    } else if (run->summary.not_restarted > 0 && !stopped) {
        results_warn_restarts(app, run, result->id);
    }
    if (!printed) {
        return err_exit_status(e);
    }
    if (stopped) {
        *e = result->stopped;
        results_explain_end(app, run, result->id, e);
    }
    return exit_status_of(result);
}
