/* What people read at the end of a run: what needs them first, counts, causes, and what to run next. */
#include <string.h>

#include "cli/cli_command_line.h"
#include "fleet/fleet_causes.h"
#include "plan/plan_rollback.h"
#include "results.h"

enum { NAMES_SHOWN = 10, CAUSES_SHOWN = 10 };

/* --- causes ------------------------------------------------------------------------------------------ */

static const char *name_of(const struct fleet_result *result)
{
    const struct resource *resource = result->item->resource;

    return resource->name != NULL ? resource->name : resource->id != NULL ? resource->id : "";
}

static json_t *cause_json(const struct fleet_cause *cause)
{
    const struct fleet_result *example = cause->example;
    const char *id = example->item->resource->id;

    return json_build("{s:s, s:s, s:s, s:I, s:{s:s, s:s, s:s}}", "outcome", fleet_outcome_name(cause->outcome), "code",
                      cause->code, "message", cause->message, "count", (json_int_t)cause->count, "example", "id",
                      id != NULL ? id : "", "name", name_of(example), "request_id", example->request_id);
}

json_t *results_causes_json(const struct fleet_run *run)
{
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};
    json_t *array = json_array();

    fleet_causes_find(run, &causes);
    for (size_t i = 0; i < causes.count; i++) {
        json_array_append_new(array, cause_json(&causes.items[i]));
    }
    return array;
}

/* "12 failed: 400 bad_field: ... (such as web-3, request 7f...)" */
static void describe_cause(struct text *out, const struct fleet_cause *cause)
{
    const struct fleet_result *example = cause->example;

    text_printf(out, "%zu %s: %s (%s%s", cause->count, fleet_outcome_name(cause->outcome), cause->message,
                cause->count > 1 ? "such as " : "", name_of(example));
    if (example->request_id[0] != '\0') {
        text_printf(out, ", request %s", example->request_id);
    }
    text_append(out, ")");
}

/* With -q what went wrong is still said, what was skipped is not. */
static void note_causes(const struct app *app, const struct fleet_causes *causes)
{
    size_t more = 0;

    for (size_t i = 0; i < causes->count; i++) {
        CLEANUP(text_free) struct text line = {0};
        describe_cause(&line, &causes->items[i]);
        if (i >= CAUSES_SHOWN) {
            more += causes->items[i].count;
        } else if (!app->globals->quiet) {
            app_note(app, "  %s", text_string(&line));
        } else if (causes->items[i].outcome != FLEET_SKIPPED) {
            app_warn(app, "%s", text_string(&line));
        }
    }
    if (more > 0) {
        app_note(app, "  %zu for %zu other causes (causes in -o json)", more, causes->count - CAUSES_SHOWN);
    }
}

static void append_names_of(struct text *out, const struct fleet_run *run, const struct fleet_cause *cause)
{
    const struct resource_kind *kind = cause->example->item->resource->kind;
    size_t count = 0;

    for (size_t i = 0; i < run->count && count < cause->count; i++) {
        const struct fleet_result *result = &run->results[i];
        if (result->down != NULL && result->outcome == cause->outcome && result->item->resource->kind == kind) {
            text_printf(out, "%s%s", count++ > 0 ? ", " : "", name_of(result));
        }
    }
}

void results_report_down(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};

    fleet_causes_find(run, &causes);
    for (size_t i = 0; i < causes.count && causes.items[i].loud; i++) {
        CLEANUP(text_free) struct text names = {0};
        struct err error = ERR_INIT;
        append_names_of(&names, run, &causes.items[i]);
        err_set(&error, ERR_FAILED, "%s: %s", text_string(&names), causes.items[i].message);
        app_error(app, &error);
    }
}

/* --- pending restarts -------------------------------------------------------------------------------- */

/* Returns their kind, NULL when there are none. */
static const struct resource_kind *note_restarts(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(text_free) struct text names = {0};
    CLEANUP(text_free) struct text what = {0};
    const struct resource_kind *kind = NULL;
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        if (run->results[i].restart_needed && ++count <= NAMES_SHOWN) {
            kind = run->results[i].item->resource->kind;
            text_printf(&names, "%s%s", count > 1 ? ", " : "", name_of(&run->results[i]));
        }
    }
    if (count > NAMES_SHOWN) {
        text_printf(&names, " and %zu more (restart_needed in -o json)", count - NAMES_SHOWN);
    }
    if (count > 0) {
        resource_append_count(&what, count, kind);
        app_note(app,
                 "  %s must be stopped and started before the metadata service is fully there (a reboot is not "
                 "enough): %s",
                 text_string(&what), text_string(&names));
    }
    return kind;
}

/* --- what next --------------------------------------------------------------------------------------- */

/* "runs resume RUN" with the options of place, for `note`. */
static void note_run_command(const struct app *app, const char *note, const char *path, const char *run_id)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    const struct cli_place place = options_place(app->globals);

    cli_command_line_begin(&line, app->program->name, path);
    cli_command_line_operand(&line, run_id);
    cli_command_line_place(&line, &place);
    app_note(app, "%s: %s", note, cli_command_line_string(&line));
}

static void note_restart_command(const struct app *app, const struct resource_kind *kind)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text path = {0};
    const struct cli_place place = options_place(app->globals);

    text_printf(&path, "%s restart", kind->name);
    if (cli_find(app->program, text_string(&path)) == NULL) {
        return;
    }
    cli_command_line_begin(&line, app->program->name, text_string(&path));
    cli_command_line_option(&line, "all", NULL);
    cli_command_line_place(&line, &place);
    app_note(app, "to restart those that need it; next: %s", cli_command_line_string(&line));
}

/* The rest of a run first: a retry of what failed would leave it. */
static void note_next(const struct app *app, const struct fleet_summary *summary, const char *run_id,
                      const struct resource_kind *restart)
{
    size_t bad = summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];
    CLEANUP(text_free) struct text note = {0};

    if (summary->not_started > 0) {
        text_printf(&note, "%zu not finished; next", summary->not_started);
        note_run_command(app, text_string(&note), "runs resume", run_id);
    }
    if (bad > 0) {
        text_clear(&note);
        text_printf(&note, "%zu failed or unknown; next", bad);
        note_run_command(app, text_string(&note), "runs retry", run_id);
    }
    if (restart != NULL) {
        note_restart_command(app, restart);
    }
}

/* Whether a rollback has anything to do: servers that were created stay, and restarts are over. */
static bool can_be_rolled_back(const struct fleet_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        if ((result->outcome == FLEET_CHANGED || result->outcome == FLEET_UNKNOWN) &&
            plan_can_roll_back(result->item)) {
            return true;
        }
    }
    return false;
}

void results_note_run(const struct app *app, const struct fleet_run *run, const char *run_id)
{
    const struct fleet_summary *summary = &run->summary;
    size_t sent = summary->counts[FLEET_CHANGED] + summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];
    bool undoable = can_be_rolled_back(run);
    CLEANUP(text_free) struct text note = {0};

    if (sent + summary->not_started > 0) {
        text_printf(&note, "run %s recorded; %s", run_id, undoable ? "undo" : "details");
        note_run_command(app, text_string(&note), undoable ? "runs rollback" : "runs show", run_id);
    }
}

void results_summarize(const struct app *app, const struct fleet_run *run, const char *run_id)
{
    const struct fleet_summary *summary = &run->summary;
    const size_t *counts = summary->counts;
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};

    fleet_causes_find(run, &causes);
    app_note(app, "%zu selected: %zu changed, %zu unchanged, %zu skipped, %zu failed, %zu unknown", summary->selected,
             counts[FLEET_CHANGED], counts[FLEET_UNCHANGED], counts[FLEET_SKIPPED], counts[FLEET_FAILED],
             counts[FLEET_UNKNOWN]);
    note_causes(app, &causes);
    const struct resource_kind *restart = note_restarts(app, run);
    if (summary->budget_spent) {
        app_warn(app, "stopped after %zu failures: %zu were not started", counts[FLEET_FAILED] + counts[FLEET_UNKNOWN],
                 summary->not_started);
    }
    note_next(app, summary, run_id, restart);
}
