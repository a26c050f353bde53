/* What every command that writes goes through: checks, preview or confirmation, execution, report. */
#include "write.h"

#include <string.h>

#include "body_check.h"
#include "identity.h"
#include "mem/mem.h"
#include "results.h"

enum { ASK_FOR_NUMBER_ABOVE = 100 };

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

    return writing->options->dry_run ||
           (app_need_state_path(APP_HISTORY_FILE, &path, e) && history_check(text_string(&path), e)) ||
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

/* --- warnings and confirmation ------------------------------------------------------------------------ */

static void warn(const struct app *app, const struct plan_counts *counts)
{
    if (counts->to_https > 0) {
        app_warn(app,
                 "%zu server%s from http to https: clients of http://169.254.169.254 stop working there, they must use "
                 "https://api.metadata.cloud.ibm.com",
                 counts->to_https, counts->to_https == 1 ? " goes" : "s go");
    }
    if (counts->while_off > 0) {
        app_warn(app, "%zu server%s will be disabled: protocol and hop limit take effect once --enabled true is set",
                 counts->while_off, counts->while_off == 1 ? "" : "s");
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

/* Counts one more of "enabled true"; the lines keep the order in which they came up. */
static void count_line(json_t *lines, const struct text *line)
{
    json_int_t count = json_integer_value(json_object_get(lines, text_string(line)));

    json_object_set_new(lines, text_string(line), json_integer(count + 1));
}

static void count_change(json_t *lines, const struct plan_item *item, unsigned setting)
{
    const struct resource_settings nothing = {0};
    CLEANUP(text_free) struct text line = {0};

    resource_settings_describe(&line, &nothing, item->wanted, setting);
    count_line(lines, &line);
}

/* How many of which kind change in which region. */
static void count_places(json_t *lines, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct resource *resource = plan->items[i].resource;
        CLEANUP(text_free) struct text line = {0};
        if (plan->items[i].verdict != PLAN_CHANGE || resource->region == NULL || resource->region[0] == '\0') {
            continue;
        }
        text_printf(&line, "%s ", resource->kind->plural);
        if (plan->items[i].action != PLAN_SET) {
            text_printf(&line, "to %s ", plan_action_name(plan->items[i].action));
        }
        text_printf(&line, "in %s", resource->region);
        count_line(lines, &line);
    }
}

/* How many change where, and how: the lines of the confirmation. */
static void print_changes(const struct app *app, const struct plan *plan)
{
    static const unsigned bits[] = {RESOURCE_ENABLED, RESOURCE_PROTOCOL, RESOURCE_HOP_LIMIT};
    JSON_CLEANUP json_t *lines = json_object();
    const char *line;
    json_t *count;

    count_places(lines, plan);
    for (size_t b = 0; b < sizeof(bits) / sizeof(bits[0]); b++) {
        for (size_t i = 0; i < plan->count; i++) {
            if (plan->items[i].verdict == PLAN_CHANGE && (plan->items[i].mask & bits[b]) != 0) {
                count_change(lines, &plan->items[i], bits[b]);
            }
        }
    }
    json_object_foreach (lines, line, count) {
        app_say(app, "  %lld: %s", (long long)json_integer_value(count), line);
    }
}

static bool ask(const struct app *app, size_t count, const struct resource_kind *kind, const char *what, struct err *e)
{
    CLEANUP(text_free) struct text answer = {0};
    CLEANUP(text_free) struct text number = {0};

    if (count <= ASK_FOR_NUMBER_ABOVE) {
        bool answered = app_ask(app, &answer, e, "%s them? [y/N] ", what);
        const char *word = text_string(&answer);
        return answered && (strcmp(word, "y") == 0 || strcmp(word, "yes") == 0);
    }
    text_printf(&number, "%zu", count);
    return app_ask(app, &answer, e, "type the number of %s to %s them, anything else to leave: ", kind->plural, what) &&
           strcmp(text_string(&answer), text_string(&number)) == 0;
}

/* "web-001 ... web-500" */
static void print_names(const struct app *app, const struct plan *plan)
{
    const char *first = plan->items[0].resource->name;
    const char *last = plan->items[plan->count - 1].resource->name;

    if (first != NULL && last != NULL) {
        app_say(app, "  %s ... %s", first, last);
    }
}

/* What the plan changes, for sentences. */
static const struct resource_kind *noun_of(const struct writing *writing)
{
    static const struct resource_kind step = {.singular = "step", .plural = "steps"};
    const struct plan *plan = writing->request.plan;

    for (size_t i = 1; i < plan->count; i++) {
        if (plan->items[i].action != plan->items[0].action) {
            return &step;
        }
    }
    return writing->kind;
}

static void print_restarts(const struct app *app, const struct fleet_restarts *restart,
                           const struct plan_counts *counts)
{
    size_t restarts = counts->restart + counts->restarts;

    if (restart == NULL && counts->restart > 0) {
        app_say(app, "  %zu of them need a stop and a start afterwards", counts->restart);
    }
    if (restart != NULL && restarts > 0) {
        app_say(app, "  %zu: stopped and started, which interrupts what runs on them, %u%s at a time", restarts,
                restart->max_unavailable.value, restart->max_unavailable.percent ? "%" : "");
    }
}

/* Of the hooks. */
struct execution {
    struct app *app;
    const struct writing *writing;
    size_t done;
};

static bool confirm(void *context, struct err *e)
{
    const struct execution *execution = context;
    const struct app *app = execution->app;
    const struct writing *writing = execution->writing;
    const struct resource_kind *noun = noun_of(writing);
    const struct plan *plan = writing->request.plan;
    struct plan_counts counts = plan_count(plan);
    CLEANUP(text_free) struct text what = {0};

    if (writing->unasked || writing->options->yes || counts.change == 0) {
        return true;
    }
    bool creates = plan->items[0].action == PLAN_CREATE && noun == writing->kind;
    resource_append_count(&what, counts.change, noun);
    if (!app_can_ask(app)) {
        return err_set(e, ERR_USAGE,
                       "%s would %s: cannot ask for confirmation (no terminal): add --yes, or preview with --dry-run",
                       text_string(&what), creates ? "be created" : "change");
    }
    app_say(app, "%s of %zu will %s:", text_string(&what), plan->count, creates ? "be created" : "change");
    if (creates) {
        print_names(app, plan);
    }
    print_changes(app, plan);
    print_restarts(app, writing->request.restart, &counts);
    return ask(app, counts.change, noun, creates ? "create" : "change", e) ||
           err_set(e, ERR_FAILED, "not confirmed: nothing was changed");
}

/* --- execution ---------------------------------------------------------------------------------------- */

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

    if (!app_need_state_path(APP_HISTORY_FILE, &path, e)) {
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
    struct run_request request = writing->request;
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(run_result_free) struct run_result result = {0};

    app_state_path(APP_HISTORY_FILE, &path);
    request.history = text_string(&path);
    run_preview(&request, &result);
    if (!results_print_preview(app, &result.run, NULL, e)) {
        return err_exit_status(e);
    }
    app_note(app, "dry run: %zu of %zu would change, %zu need no change, %zu would be skipped; nothing was sent",
             counts.change, writing->request.plan->count, counts.unchanged, counts.skip);
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

int write_perform(struct app *app, struct writing *writing, struct err *e)
{
    struct plan_counts counts = plan_count(writing->request.plan);
    CLEANUP(run_result_free) struct run_result result = {0};

    warn(app, &counts);
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
