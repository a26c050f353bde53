/* What to run after a run, for people: the commands that finish, retry, restart and undo, complete with their place. */
#include <string.h>

#include "cli/cli_command_line.h"
#include "clock/clock.h"
#include "plan/plan_rollback.h"
#include "results.h"
#include "when.h"

enum { NAMES_SHOWN = 10 };

/* The list of commands under its heading, which comes with the first of them. */
struct next {
    const struct app *app;
    bool begun;
};

/* "  restart those that need it (6):" and the command below. */
static void add_next(struct next *next, const char *purpose, struct cli_command_line *line)
{
    if (!next->begun) {
        app_note(next->app, "next:");
    }
    next->begun = true;
    app_note(next->app, "  %s:", purpose);
    app_note(next->app, "    %s", cli_command_line_string(line));
}

/* The options of place of a command for servers, of which this is one. */
static void add_region_of(struct cli_command_line *line, const struct app *app, const struct resource *server)
{
    const struct cli_place place = options_place(app->globals, &server->region);

    cli_command_line_place(line, &place);
}

/* The word for a server in such a command: its name, which may stand for another one where several regions are read. */
static const char *operand_of(const struct app *app, const struct resource *server)
{
    const struct opt_list *regions = &app->globals->regions;
    bool several = regions->count > 1 || (regions->count == 1 && text_equal(regions->items[0], "all"));

    return server->name == NULL || (several && server->id != NULL) ? server->id : server->name;
}

/* --- servers that others took the place of ------------------------------------------------------------ */

/* "instance set ID... --enabled true": what was to be done, with those that have the names now. */
static void add_successors(struct next *next, const struct fleet_run *run)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text path = {0};
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
            cli_command_line_begin(&line, next->app->program->name, text_string(&path));
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
    add_region_of(&line, next->app, first->resource);
    CLEANUP(text_free) struct text purpose = {0};
    text_printf(&purpose, "change %s deleted and created again meanwhile, and left alone",
                count == 1 ? "the one that was" : "those that were");
    add_next(next, text_string(&purpose), &line);
}

/* Left alone by `restart`, because no record says whether they need one. */
static void add_unknown_restarts(struct next *next, const struct fleet_run *run)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text path = {0};
    const struct resource *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        const struct fleet_result *result = &run->results[i];
        if (result->item->action != PLAN_RESTART || !result->restart_unknown || result->outcome != FLEET_UNCHANGED) {
            continue;
        }
        if (count++ == 0) {
            first = result->item->resource;
            text_printf(&path, "%s restart", result->item->resource->kind->name);
            cli_command_line_begin(&line, next->app->program->name, text_string(&path));
        }
        if (count <= NAMES_SHOWN) {
            cli_command_line_operand(&line, operand_of(next->app, result->item->resource));
        }
    }
    if (count == 0) {
        return;
    }
    cli_command_line_option(&line, "always", NULL);
    add_region_of(&line, next->app, first);
    CLEANUP(text_free) struct text purpose = {0};
    text_printf(&purpose, "restart %s of which no run in this history knows whether a restart is pending (%zu)",
                count == 1             ? "the one"
                : count <= NAMES_SHOWN ? "those"
                                       : "the first of those",
                count);
    add_next(next, text_string(&purpose), &line);
}

/* --- what next --------------------------------------------------------------------------------------- */

/* "runs resume RUN" with the options of place that were given. */
static void make_run_command(const struct app *app, const char *path, const char *run_id, struct cli_command_line *line)
{
    const struct cli_place place = app_given_place(app);

    cli_command_line_begin(line, app->program->name, path);
    cli_command_line_operand(line, run_id);
    cli_command_line_place(line, &place);
}

static void add_run_command(struct next *next, const char *path, const char *run_id, const char *what, size_t count)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text purpose = {0};

    make_run_command(next->app, path, run_id, &line);
    text_printf(&purpose, "%s (%zu)", what, count);
    add_next(next, text_string(&purpose), &line);
}

void results_explain_end(const struct app *app, const struct fleet_run *run, const char *run_id, struct err *e)
{
    const struct fleet_summary *summary = &run->summary;
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    bool outage = e->cause == ERR_NETWORK && command_signal() == 0;

    err_append(e, ": %zu changed", summary->counts[FLEET_CHANGED]);
    if (summary->counts[FLEET_UNKNOWN] > 0) {
        err_append(e, ", %zu unknown", summary->counts[FLEET_UNKNOWN]);
    }
    err_append(e, ", %zu not started", results_not_started(run));
    if (summary->not_started + summary->counts[FLEET_UNKNOWN] > 0) {
        make_run_command(app, "runs resume", run_id, &line);
        err_advise(e, "Finish%s: %s", outage ? " once it is up again" : "", cli_command_line_string(&line));
    }
}

/* How the servers that need a restart can be restarted. */
struct restarts {
    const struct resource *first; /* NULL: none needs one */
    size_t count;                 /* of all */
    size_t plain, disks, spot;    /* of these: with instance storage; of which a start is not certain */
    const struct resource *without_disk[NAMES_SHOWN], *with_disk[NAMES_SHOWN]; /* the first of them */
};

static struct restarts count_restarts(const struct fleet_run *run)
{
    struct restarts restarts = {0};
    CLEANUP(text_free_pointer) const struct resource **servers = results_pending_restarts(run, &restarts.count);

    restarts.first = restarts.count > 0 ? servers[0] : NULL;
    for (size_t i = 0; i < restarts.count; i++) {
        const struct resource *resource = servers[i];
        if (plan_restarts_by_hand(resource)) {
            restarts.spot++;
        } else if (resource->disk_count > 0) {
            if (restarts.disks++ < NAMES_SHOWN) {
                restarts.with_disk[restarts.disks - 1] = resource;
            }
        } else if (restarts.plain++ < NAMES_SHOWN) {
            restarts.without_disk[restarts.plain - 1] = resource;
        }
    }
    return restarts;
}

/* Which servers a command is about: these where they are few, else those of the run; never any other. */
static void add_servers(struct cli_command_line *line, const struct app *app, const char *run_id,
                        const struct resource *const servers[], size_t count)
{
    CLEANUP(text_free) struct text run = {0};

    if (count > NAMES_SHOWN) {
        text_printf(&run, "run:%s", run_id);
        cli_command_line_option(line, "from", text_string(&run));
    }
    for (size_t i = 0; count <= NAMES_SHOWN && i < count; i++) {
        cli_command_line_operand(line, operand_of(app, servers[i]));
    }
}

static void begin_restart(const struct app *app, const struct resource *server, struct cli_command_line *line)
{
    CLEANUP(text_free) struct text path = {0};

    text_printf(&path, "%s restart", server->kind->name);
    cli_command_line_begin(line, app->program->name, text_string(&path));
}

static void add_disks(struct next *next, const struct restarts *restarts, const char *run_id)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text purpose = {0};

    begin_restart(next->app, restarts->first, &line);
    add_servers(&line, next->app, run_id, restarts->with_disk, restarts->disks);
    cli_command_line_option(&line, "allow-disk-loss", NULL);
    add_region_of(&line, next->app, restarts->first);
    text_printf(&purpose, "restart %s instance storage, which a stop erases (%zu)",
                restarts->disks == 1 ? "the one with" : "those with", restarts->disks);
    add_next(next, text_string(&purpose), &line);
}

static void add_restarts(struct next *next, const struct fleet_run *run, const char *run_id)
{
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text purpose = {0};
    struct restarts restarts = count_restarts(run);
    size_t plain = restarts.plain;

    /* those of which the last line says it are not said here as well */
    if (restarts.first == NULL) {
        return;
    }
    if (plain > run->summary.not_restarted) {
        /* of a recorded run it is not known which servers a restart leaves alone */
        bool recorded = restarts.first->status == NULL;
        begin_restart(next->app, restarts.first, &line);
        add_servers(&line, next->app, run_id, restarts.without_disk, plain);
        add_region_of(&line, next->app, restarts.first);
        text_printf(&purpose, "restart %s (%zu%s)", plain == 1 ? "the one that needs it" : "those that need it", plain,
                    recorded ? "; spot servers and those with instance storage are skipped" : "");
        add_next(next, text_string(&purpose), &line);
    }
    if (restarts.disks > 0) {
        add_disks(next, &restarts, run_id);
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

/* Of what was not started: how many have to wait for what failed. */
static size_t count_blocked(const struct fleet_run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        count += fleet_is_blocked(run, &run->results[i]);
    }
    return count;
}

/* Where something was not started that is the one next step: a retry or a restart would leave the rest. */
static void add_steps(struct next *next, const struct fleet_run *run, const char *run_id, bool end_explained)
{
    const struct fleet_summary *summary = &run->summary;
    size_t unknown = summary->counts[FLEET_UNKNOWN];
    size_t bad = summary->counts[FLEET_FAILED] + unknown;
    size_t left = results_not_started(run);
    size_t blocked = count_blocked(run);

    left = left > summary->not_started ? left : summary->not_started;
    if (end_explained) {
        return;
    }
    if (left > blocked) {
        add_run_command(next, "runs resume", run_id, "finish the rest", left);
        return;
    }
    if (count_settleable(run) > 0) {
        add_run_command(next, "runs resume", run_id, "find out what is unknown", unknown);
    } else if (bad > 0 && (count_retriable(run) > 0 || blocked > 0)) {
        add_run_command(next, "runs retry", run_id,
                        count_retriable(run) == 0
                            ? "once its cause is gone, try again what failed and what depends on it"
                        : blocked > 0  ? "try again what failed, and what depends on it"
                        : unknown == 0 ? "try again what failed"
                                       : "try again what failed or is unknown",
                        bad + blocked);
    } else if (bad > 0) {
        app_note(next->app, "  %zu failed: sent again, the same request would be refused again", bad);
    }
    add_restarts(next, run, run_id);
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
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    if (sent + summary->not_started > 0) {
        make_run_command(app, undoable ? "runs rollback" : "runs show", run_id, &line);
        app_note(app, "run %s recorded; %s:", run_id, undoable ? "undo" : "details");
        app_note(app, "  %s", cli_command_line_string(&line));
    }
}

void results_note_next(const struct app *app, const struct fleet_run *run, const char *run_id, bool end_explained)
{
    struct next next = {.app = app};

    add_steps(&next, run, run_id, end_explained);
    add_unknown_restarts(&next, run);
    add_successors(&next, run);
}

/* Unknown, because the end of the run cut it off, which is no failure. */
static size_t count_cut_off(const struct fleet_run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->count; i++) {
        count += run->results[i].outcome == FLEET_UNKNOWN && run->results[i].code == ERR_CANCELLED;
    }
    return count;
}

void results_warn_budget(const struct app *app, const struct fleet_run *run, const char *run_id)
{
    const struct fleet_summary *summary = &run->summary;
    size_t bad = summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];
    size_t cut_off = count_cut_off(run);
    CLEANUP(text_free) struct text more = {0};
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    bad -= cut_off;
    if (cut_off > 0) {
        text_printf(&more, ", %zu unknown", cut_off);
    }
    make_run_command(app, count_blocked(run) < results_not_started(run) ? "runs resume" : "runs retry", run_id, &line);
    app_warn(app, "stopped after %zu failure%s: %zu changed%s, %zu not started. Finish: %s", bad, bad == 1 ? "" : "s",
             summary->counts[FLEET_CHANGED], text_string(&more), results_not_started(run),
             cli_command_line_string(&line));
}

/* The first of those that were not restarted; NULL: there is none. */
static const struct resource *first_left(const struct fleet_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        if (run->results[i].not_restarted) {
            return run->results[i].item->resource;
        }
    }
    return NULL;
}

void results_warn_restarts(const struct app *app, const struct fleet_run *run, const char *run_id)
{
    size_t count = 0;
    const struct resource *left[NAMES_SHOWN], *first = first_left(run);
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text what = {0};

    if (first == NULL) {
        return;
    }
    for (size_t i = 0; i < run->count; i++) {
        if (run->results[i].not_restarted && count++ < NAMES_SHOWN) {
            left[count - 1] = run->results[i].item->resource;
        }
    }
    begin_restart(app, first, &line);
    add_servers(&line, app, run_id, left, count);
    add_region_of(&line, app, first);
    resource_append_count(&what, count, first->kind);
    app_warn(app, "%s not restarted. Finish: %s", text_string(&what), cli_command_line_string(&line));
}

void results_warn_interrupted(const struct app *app, const struct resource_list *list)
{
    struct run_interrupted found;
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(text_free) struct text begun = {0};
    CLEANUP(text_free) struct text more = {0};
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    app_state_path(APP_HISTORY_FILE, &path);
    run_find_interrupted(text_string(&path), list, &found);
    if (found.runs == 0) {
        return;
    }
    if (found.began_s >= 0) {
        text_append(&begun, ", begun ");
        when_append_duration(&begun, clock_wall_s(clock_system()) - found.began_s);
        text_append(&begun, " ago");
    }
    if (found.runs > 1) {
        text_printf(&more, " (and %zu earlier run%s: %s runs list)", found.runs - 1, found.runs == 2 ? "" : "s",
                    app->program->name);
    }
    cli_command_line_begin(&line, app->program->name, "runs resume"); /* the run has its place */
    cli_command_line_operand(&line, found.id);
    app_warn(app,
             "run %s (%s%s) was interrupted: %zu of its steps on these resources %s not done%s. Finish it first: %s",
             found.id, found.command, text_string(&begun), found.steps, found.steps == 1 ? "is" : "are",
             text_string(&more), cli_command_line_string(&line));
}
