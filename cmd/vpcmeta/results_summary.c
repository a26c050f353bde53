/* What people read at the end of a run: what needs them first, counts, causes, and what to run next. */
#include <stdio.h>
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

void results_report_down(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(fleet_causes_free) struct fleet_causes causes = {0};

    fleet_causes_find(run, &causes);
    for (size_t i = 0; i < causes.count && causes.items[i].loud; i++) {
        CLEANUP(text_free) struct text names = {0};
        struct err error = ERR_INIT;
        for (size_t j = 0; j < causes.items[i].count; j++) {
            text_printf(&names, "%s%s", j > 0 ? ", " : "", name_of(causes.items[i].members[j]));
        }
        err_set(&error, ERR_FAILED, "%s: %s", text_string(&names), causes.items[i].message);
        app_error(app, &error);
    }
}

/* --- pending restarts -------------------------------------------------------------------------------- */

static void note_restarts(const struct app *app, const struct fleet_run *run)
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
}

/* --- servers that others took the place of ------------------------------------------------------------ */

/* "instance set ID... --enabled true": what was to be done, with those that have the names now. */
static void note_successors(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text path = {0};
    const struct cli_place place = options_place(app->globals);
    const struct plan_item *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        const struct plan_item *item = result->item;
        if (result->successor == NULL || (item->action != PLAN_SET && item->action != PLAN_RESTART)) {
            continue;
        }
        if (first != NULL && (item->action != first->action || item->wanted != first->wanted)) {
            continue; /* it would take another command */
        }
        if (count++ == 0) {
            first = item;
            text_printf(&path, "%s %s", item->resource->kind->name, item->action == PLAN_SET ? "set" : "restart");
            cli_command_line_begin(&line, app->program->name, text_string(&path));
        }
        if (count <= NAMES_SHOWN) {
            cli_command_line_operand(&line, result->successor);
        }
    }
    if (count == 0) {
        return;
    }
    if (first->action == PLAN_SET) {
        options_append_settings(&line, first->wanted);
    }
    cli_command_line_place(&line, &place);
    app_note(app, "%zu of them %s deleted and created again meanwhile, and the new %s left alone; next: %s", count,
             count == 1 ? "was" : "were", count == 1 ? "one was" : "ones were", cli_command_line_string(&line));
}

/* Left alone by `restart`, because no record says whether they need one. */
static void note_unknown_restarts(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text path = {0};
    const struct cli_place place = options_place(app->globals);
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        if (result->item->action != PLAN_RESTART || !result->restart_unknown || result->outcome != FLEET_UNCHANGED) {
            continue;
        }
        if (count++ == 0) {
            text_printf(&path, "%s restart", result->item->resource->kind->name);
            cli_command_line_begin(&line, app->program->name, text_string(&path));
        }
        if (count <= NAMES_SHOWN) {
            cli_command_line_operand(&line, name_of(result));
        }
    }
    if (count == 0) {
        return;
    }
    cli_command_line_option(&line, "always", NULL);
    cli_command_line_place(&line, &place);
    app_note(app,
             "of %zu of them no run in this history knows whether a restart is pending; to restart %s all the same: "
             "%s",
             count,
             count == 1             ? "it"
             : count <= NAMES_SHOWN ? "them"
                                    : "the first of them",
             cli_command_line_string(&line));
}

/* --- what next --------------------------------------------------------------------------------------- */

/* "runs resume RUN" with the options of place. */
static void make_run_command(const struct app *app, const char *path, const char *run_id, struct cli_command_line *line)
{
    const struct cli_place place = options_place(app->globals);

    cli_command_line_begin(line, app->program->name, path);
    cli_command_line_operand(line, run_id);
    cli_command_line_place(line, &place);
}

static void note_run_command(const struct app *app, const char *note, const char *path, const char *run_id)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    make_run_command(app, path, run_id, &line);
    app_note(app, "%s: %s", note, cli_command_line_string(&line));
}

void results_explain_outage(const struct app *app, const struct fleet_run *run, const char *run_id, struct err *e)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text message = {0};
    size_t left = 0;

    for (size_t i = 0; i < run->count; i++) {
        left += run->results[i].code == ERR_CANCELLED;
    }
    make_run_command(app, "runs resume", run_id, &line);
    text_printf(&message, "%s; %zu of %zu not finished. Once it is up again: %s", e->message, left, run->count,
                cli_command_line_string(&line));
    snprintf(e->message, sizeof(e->message), "%s", text_string(&message));
}

/* How the servers that need a restart can be restarted. */
struct restarts {
    const struct resource_kind *kind; /* NULL: none needs one */
    size_t count;                     /* of all */
    size_t disks, spot;               /* of these: with instance storage; of which a start is not certain */
    const struct resource *with_disk[NAMES_SHOWN];
};

static struct restarts count_restarts(const struct fleet_run *run)
{
    struct restarts restarts = {0};

    for (size_t i = 0; i < run->count; i++) {
        const struct resource *resource = run->results[i].item->resource;
        if (!run->results[i].restart_needed) {
            continue;
        }
        restarts.kind = resource->kind;
        restarts.count++;
        if (plan_restarts_by_hand(resource)) {
            restarts.spot++;
        } else if (resource->disk_count > 0 && restarts.disks++ < NAMES_SHOWN) {
            restarts.with_disk[restarts.disks - 1] = resource;
        }
    }
    return restarts;
}

static void begin_restart(const struct app *app, const struct restarts *restarts, struct cli_command_line *line)
{
    CLEANUP(text_free) struct text path = {0};

    text_printf(&path, "%s restart", restarts->kind->name);
    cli_command_line_begin(line, app->program->name, text_string(&path));
}

static void note_disks(const struct app *app, const struct restarts *restarts, const struct cli_place *place)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    begin_restart(app, restarts, &line);
    for (size_t i = 0; restarts->disks <= NAMES_SHOWN && i < restarts->disks; i++) {
        cli_command_line_operand(&line, restarts->with_disk[i]->name);
    }
    if (restarts->disks > NAMES_SHOWN) {
        cli_command_line_option(&line, "all", NULL);
    }
    cli_command_line_option(&line, "allow-disk-loss", NULL);
    cli_command_line_place(&line, place);
    app_note(app, "%zu of them %s instance storage, which a stop erases; where it may be lost, next: %s",
             restarts->disks, restarts->disks == 1 ? "has" : "have", cli_command_line_string(&line));
}

static void note_restart_commands(const struct app *app, const struct fleet_run *run)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    const struct cli_place place = options_place(app->globals);
    struct restarts restarts = count_restarts(run);

    if (restarts.count > restarts.disks + restarts.spot) {
        begin_restart(app, &restarts, &line);
        cli_command_line_option(&line, "all", NULL);
        cli_command_line_place(&line, &place);
        app_note(app, "to restart those that need it; next: %s", cli_command_line_string(&line));
    }
    if (restarts.disks > 0) {
        note_disks(app, &restarts, &place);
    }
    if (restarts.spot > 0) {
        app_note(app, "%zu of them %s: stop and start %s by hand, when there is capacity for the start", restarts.spot,
                 restarts.spot == 1 ? "is a spot server" : "are spot servers", restarts.spot == 1 ? "it" : "them");
    }
}

/*
 * Whether the same request may succeed later. A client error repeats, except where a right, the load or the state of
 * the server may change; a conflict of a creation is about its name.
 */
static bool can_be_retried(const struct fleet_result *result)
{
    int status = result->http_status;

    if (result->outcome == FLEET_UNKNOWN) {
        return true;
    }
    if (result->outcome != FLEET_FAILED) {
        return false;
    }
    return status < 400 || status >= 500 || status == 401 || status == 403 || status == 408 || status == 412 ||
           status == 425 || status == 429 || (status == 409 && result->item->action != PLAN_CREATE);
}

static size_t count_retriable(const struct fleet_run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        count += can_be_retried(&run->results[i]);
    }
    return count;
}

/* Unknown results that a resumed run settles: what was created without a name cannot be looked for. */
static size_t count_settleable(const struct fleet_run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        const struct resource *resource = run->results[i].item->resource;
        count += run->results[i].outcome == FLEET_UNKNOWN && (resource->id != NULL || resource->name != NULL);
    }
    return count;
}

/* Where something was not started that is the one next step: a retry or a restart would leave the rest. */
static void note_next(const struct app *app, const struct fleet_run *run, const char *run_id)
{
    const struct fleet_summary *summary = &run->summary;
    size_t bad = summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];
    CLEANUP(text_free) struct text note = {0};

    if (summary->not_started > 0) {
        text_printf(&note, "%zu not finished; next", summary->not_started);
        note_run_command(app, text_string(&note), "runs resume", run_id);
        return;
    }
    if (count_settleable(run) > 0) {
        text_printf(&note, "%zu unknown; next", summary->counts[FLEET_UNKNOWN]);
        note_run_command(app, text_string(&note), "runs resume", run_id);
    } else if (bad > 0 && count_retriable(run) > 0) {
        text_printf(&note, "%zu failed or unknown; next", bad);
        note_run_command(app, text_string(&note), "runs retry", run_id);
    } else if (bad > 0) {
        app_note(app, "%zu failed: sent again, the same request would be refused again", bad);
    }
    note_restart_commands(app, run);
}

/* Whether a rollback has anything to do: servers that were created stay, and restarts are over. */
static bool can_be_rolled_back(const struct fleet_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        bool applied =
            result->outcome == FLEET_CHANGED || result->outcome == FLEET_UNKNOWN || fleet_set_in_part(result);
        if (applied && plan_can_roll_back(result->item)) {
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
    bool interrupted = command_signal() != 0 && summary->not_started > 0; /* what to run next is said already */
    CLEANUP(text_free) struct text note = {0};

    if (sent + summary->not_started > 0 && !interrupted) {
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
    note_restarts(app, run);
    note_unknown_restarts(app, run);
    note_successors(app, run);
    if (summary->budget_spent) {
        app_warn(app, "stopped after %zu failures: %zu were not started", counts[FLEET_FAILED] + counts[FLEET_UNKNOWN],
                 summary->not_started);
    }
    note_next(app, run, run_id);
}
