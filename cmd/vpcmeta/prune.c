/* runs prune: old runs are forgotten, those that are still needed only when forced. */
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "clock/clock.h"
#include "commands.h"
#include "history/history.h"
#include "known_columns.h"
#include "mem/mem.h"
#include "write_confirm.h"

enum { DAYS_MAX = 36500, DAY_S = 24 * 60 * 60 };

struct prune_opts {
    struct opt_int older_than;
    bool dry_run, yes, force;
};

static const struct opt_spec prune_opt[] = {
    OPT_INT(struct prune_opts, older_than, 0, "older-than", 0, DAYS_MAX, "days since the run began"),
    OPT_FLAG(struct prune_opts, dry_run, 'n', "dry-run", "show what would be forgotten, forget nothing"),
    OPT_FLAG(struct prune_opts, yes, 'y', "yes", "do not ask for confirmation"),
    OPT_FLAG(struct prune_opts, force, 0, "force", "also runs that were interrupted or whose restarts are pending"),
    OPT_END,
};

/* --- which ------------------------------------------------------------------------------------------- */

enum prune_verdict { FORGET, KEEP_RUNNING, KEEP_INTERRUPTED, KEEP_PENDING, VERDICTS };

static const char *const kept_reasons[VERDICTS] = {
    [KEEP_RUNNING] = "it is in progress",
    [KEEP_INTERRUPTED] = "it was interrupted: runs resume finishes it",
    [KEEP_PENDING] = "restarts that it left are pending",
};

struct old_run {
    const struct history_run *run;
    enum prune_verdict verdict;
};

struct old_runs {
    struct old_run *items; /* the newest first */
    size_t count, capacity;
    size_t counts[VERDICTS];
    struct history_runs all;
};

static void old_runs_free(struct old_runs *old)
{
    free(old->items);
    history_runs_free(&old->all);
}

static enum prune_verdict judge(const struct history_run *run, const struct history_ids *pending, bool force)
{
    if (run->state == HISTORY_RUNNING) {
        return KEEP_RUNNING;
    }
    if (force) {
        return FORGET;
    }
    return run->state == HISTORY_INTERRUPTED    ? KEEP_INTERRUPTED
           : history_ids_have(pending, run->id) ? KEEP_PENDING
                                                : FORGET;
}

static bool find_old(struct history *history, const struct prune_opts *opts, struct old_runs *ret, struct err *e)
{
    CLEANUP(history_ids_free) struct history_ids pending = {0};
    char before[CLOCK_STAMP_SIZE];

    clock_stamp(clock_wall_s(clock_system()) - opts->older_than.value * DAY_S, before);
    if (!history_list_runs(history, &ret->all, e) || !history_list_pending_runs(history, &pending, e)) {
        return false;
    }
    for (size_t i = 0; i < ret->all.count; i++) {
        const struct history_run *run = &ret->all.items[i];
        if (strcmp(run->started_at, before) <= 0) { /* stamps are whole seconds: 0 days are all runs until now */
            enum prune_verdict verdict = judge(run, &pending, opts->force);
            *mem_list_add(ret) = (struct old_run){.run = run, .verdict = verdict};
            ret->counts[verdict]++;
        }
    }
    return true;
}

/* --- deletion ----------------------------------------------------------------------------------------- */

static bool forget(struct history *history, const struct old_runs *old, struct err *e)
{
    int64_t *numbers = mem_array(old->count, sizeof(*numbers));
    size_t count = 0;

    for (size_t i = 0; i < old->count; i++) {
        if (old->items[i].verdict == FORGET) {
            numbers[count++] = old->items[i].run->number;
        }
    }
    bool fine = count == 0 || history_forget(history, numbers, count, e);
    free(numbers);
    return fine;
}

/* --- what became of them ------------------------------------------------------------------------------ */

enum { COLUMN_RUN, COLUMN_STARTED, COLUMN_COMMAND, COLUMN_STATE, COLUMN_OUTCOME, COLUMN_REASON, COLUMN_COUNT };

static const struct table_column columns[COLUMN_COUNT] = {
    [COLUMN_RUN] = {.name = "run", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [COLUMN_STARTED] = {.name = "started_at", .title = "STARTED", .type = TABLE_TIME, .flags = TABLE_STACKED},
    [COLUMN_COMMAND] = {.name = "command", .type = TABLE_STRING},
    [COLUMN_STATE] = {.name = "state", .type = TABLE_STRING},
    [COLUMN_OUTCOME] = {.name = "outcome", .type = TABLE_STRING},
    [COLUMN_REASON] = {.name = "reason", .type = TABLE_STRING, .flags = TABLE_STACKED},
};

static void add_row(struct table *table, const struct old_run *each, bool dry_run)
{
    const char *forgotten = dry_run ? "would_forget" : "forgotten";

    table_add_row(table);
    table_set_string(table, COLUMN_RUN, each->run->id);
    table_set_string(table, COLUMN_STARTED, each->run->started_at);
    table_set_string(table, COLUMN_COMMAND, each->run->command);
    table_set_string(table, COLUMN_STATE, history_state_name(each->run->state));
    table_set_string(table, COLUMN_OUTCOME, each->verdict == FORGET ? forgotten : "kept");
    table_set_string(table, COLUMN_REASON, each->verdict == FORGET ? "" : kept_reasons[each->verdict]);
}

static bool print(struct app *app, const struct old_runs *old, bool dry_run, struct err *e)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMN_COUNT);
    JSON_CLEANUP json_t *head = json_build("{s:i, s:b, s:I, s:I}", "schema_version", 1, "dry_run", dry_run, "forgotten",
                                           dry_run ? (json_int_t)0 : (json_int_t)old->counts[FORGET], "kept",
                                           (json_int_t)(old->count - old->counts[FORGET]));

    for (size_t i = 0; i < old->count; i++) {
        add_row(table, &old->items[i], dry_run);
    }
    return (app_prints_text(app) && old->count == 0) ||
           app_print_table(app, table, &(struct render_envelope){.head = head, .items = "items"}, e);
}

static void note_counts(const struct app *app, const struct old_runs *old, bool dry_run)
{
    size_t count = old->counts[FORGET];

    if (dry_run) {
        app_note(app, "dry run: %zu run%s would be forgotten", count, count == 1 ? "" : "s");
    } else {
        app_note(app, "%zu run%s forgotten", count, count == 1 ? "" : "s");
    }
    for (int verdict = FORGET + 1; verdict < VERDICTS; verdict++) {
        static const char *const why[VERDICTS] = {[KEEP_RUNNING] = "in progress",
                                                  [KEEP_INTERRUPTED] = "interrupted (--force forgets them)",
                                                  [KEEP_PENDING] = "with pending restarts (--force forgets them)"};
        if (old->counts[verdict] > 0) {
            app_note(app, "%zu kept: %s", old->counts[verdict], why[verdict]);
        }
    }
}

/* --- confirmation ------------------------------------------------------------------------------------- */

/* The rows of --dry-run. Destroy it with table_destroy. */
static struct table *make_question(const struct old_runs *old, size_t most, bool kept)
{
    struct table *table = table_create(columns, COLUMN_COUNT);
    size_t shown = 0;

    for (size_t i = 0; i < old->count; i++) {
        if (old->items[i].verdict == FORGET ? shown++ < most : kept) {
            add_row(table, &old->items[i], true);
        }
    }
    return table;
}

static bool confirm(const struct app *app, const struct prune_opts *opts, const struct old_runs *old, struct err *e)
{
    static const struct resource_kind run = {.singular = "run", .plural = "runs"};
    const struct write_question question = {.count = old->counts[FORGET],
                                            .noun = &run,
                                            .verb = "forget",
                                            .passive = "forgotten",
                                            .nothing = "nothing was forgotten"};
    CLEANUP(text_free) struct text path = {0};
    TABLE_CLEANUP struct table *table =
        make_question(old, write_question_rows(&question), old->count <= WRITE_SHOWN_WHOLE);

    if (opts->yes || question.count == 0) {
        return true;
    }
    if (!write_can_ask(app, &question, e)) {
        return false;
    }
    app_state_path(APP_HISTORY_FILE, &path);
    app_say(app, "history: %s", text_string(&path));
    app_say(app, "%zu run%s will be forgotten, and can no longer be rolled back:", question.count,
            question.count == 1 ? "" : "s");
    return write_ask_about(app, &question, table, e);
}

static int prune(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct prune_opts *opts = call->opts;
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(old_runs_free) struct old_runs old = {0};

    if (!opts->older_than.given) {
        err_set(e, ERR_USAGE, "which runs? give --older-than DAYS");
        return err_exit_status(e);
    }
    if (!app_check_output(app, columns, COLUMN_COUNT, e) || (history = app_open_history(e)) == NULL ||
        !find_old(history, opts, &old, e) ||
        (!opts->dry_run && (!confirm(app, opts, &old, e) || !forget(history, &old, e))) ||
        !print(app, &old, opts->dry_run, e)) {
        return err_exit_status(e);
    }
    note_counts(app, &old, opts->dry_run);
    return ERR_EXIT_DONE;
}

static const struct cmd_example examples[] = {
    {"vpcmeta runs prune --older-than 90 --dry-run", "what began more than 90 days ago, and whether it is kept"},
    {"vpcmeta runs prune --older-than 90", "forget it, after a question"},
    {0},
};

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, columns, COLUMN_COUNT);
}

const struct cmd_spec cmd_runs_prune = {
    .path = "runs prune",
    .summary = "forget old runs",
    .description =
        "Lists the runs and asks before they are forgotten: they can no longer be shown, resumed or rolled back then. "
        "A "
        "run that was interrupted, or that left servers whose restart is pending, is kept unless --force is given; one "
        "in progress is always kept. Which restarts are pending is remembered in any case.\n\n"
        "-o json is {\"schema_version\", \"dry_run\", \"forgotten\", \"kept\", \"items\"} with items of {\"run\", "
        "\"started_at\", \"command\", \"state\", \"outcome\", \"reason\"}; the outcome is forgotten, would_forget or "
        "kept.",
    .examples = examples,
    .opts = prune_opt,
    .opts_size = sizeof(struct prune_opts),
    .flags = CMD_OFFLINE,
    .run = prune,
    .fields = fields,
};
