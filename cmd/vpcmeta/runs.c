/* runs list and show: what was changed, and by which run. */
#include <string.h>

#include "commands.h"
#include "results.h"
#include "run_place.h"

enum list_column { COLUMN_RUN, COLUMN_STARTED, COLUMN_COMMAND, COLUMN_STATE, COLUMN_SUMMARY, COLUMN_COUNT };

static const struct table_column list_columns[COLUMN_COUNT] = {
    [COLUMN_RUN] = {.name = "run", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [COLUMN_STARTED] = {.name = "started_at", .title = "STARTED", .type = TABLE_TIME},
    [COLUMN_COMMAND] = {.name = "command", .type = TABLE_STRING},
    [COLUMN_STATE] = {.name = "state", .type = TABLE_STRING},
    [COLUMN_SUMMARY] = {.name = "summary", .type = TABLE_JSON},
};

static const struct table_column summary_for_people = {.name = "summary", .type = TABLE_STRING, .flags = TABLE_WRAP};

/* --- list ------------------------------------------------------------------------------------------- */

/* What people see: counts that are not 0. */
static void describe_summary(const json_t *summary, struct text *out)
{
    const char *name;
    json_t *count;

    json_object_foreach ((json_t *)summary, name, count) {
        if (json_integer_value(count) > 0) {
            text_printf(out, "%s%lld %s", out->size > 0 ? ", " : "", (long long)json_integer_value(count), name);
        }
    }
}

/* The summary as it was recorded; that of a run that was cut off is made from its steps. New reference. */
static json_t *summary_of(struct history *history, const struct history_run *run, struct err *e)
{
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(json_document_free) struct json_document document = {0};

    if (run->summary != NULL) {
        return json_parse(run->summary, strlen(run->summary), run->id, JSON_READ_STRICT, &document, e)
                   ? json_incref(document.root)
                   : NULL;
    }
    return run_load(history, run->id, &record, e) ? run_summary_json(&record.results.summary) : NULL;
}

static bool add_run(struct table *table, struct history *history, const struct history_run *run, bool for_people,
                    struct err *e)
{
    static const enum table_style styles[] = {
        [HISTORY_DONE] = TABLE_GOOD, [HISTORY_INTERRUPTED] = TABLE_BAD, [HISTORY_RUNNING] = TABLE_WARN};
    JSON_CLEANUP json_t *summary = summary_of(history, run, e);
    CLEANUP(text_free) struct text bytes = {0};

    if (summary == NULL) {
        return false;
    }
    table_add_row(table);
    table_set_string(table, COLUMN_RUN, run->id);
    table_set_string(table, COLUMN_STARTED, run->started_at);
    table_set_string(table, COLUMN_COMMAND, run->command);
    table_set_string(table, COLUMN_STATE, history_state_name(run->state));
    table_set_style(table, COLUMN_STATE, styles[run->state]);
    if (for_people) {
        describe_summary(summary, &bytes);
        table_set_string(table, COLUMN_SUMMARY, text_string(&bytes));
    } else {
        json_print(&bytes, summary, JSON_PRINT_COMPACT);
        table_set_json(table, COLUMN_SUMMARY, text_string(&bytes), bytes.size);
    }
    return true;
}

static int list(struct app *app, const struct cli_call *call, struct err *e)
{
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    bool for_people = app_prints_text(app);
    struct table_column columns[COLUMN_COUNT];

    (void)call;
    memcpy(columns, list_columns, sizeof(columns));
    columns[COLUMN_SUMMARY] = for_people ? summary_for_people : list_columns[COLUMN_SUMMARY];
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMN_COUNT);
    JSON_CLEANUP json_t *head = json_build("{s:i}", "schema_version", 1);
    if (!app_check_output(app, list_columns, COLUMN_COUNT, e) || (history = app_open_history(e)) == NULL ||
        !history_list_runs(history, &runs, e)) {
        return err_exit_status(e);
    }
    for (size_t i = 0; i < runs.count; i++) {
        if (!add_run(table, history, &runs.items[i], for_people, e)) {
            return err_exit_status(e);
        }
    }
    return app_print_table(app, table, &(struct render_envelope){.head = head, .items = "items"}, e)
               ? 0
               : err_exit_status(e);
}

static const struct cmd_example list_examples[] = {
    {"vpcmeta runs list", "every recorded run, the newest first"},
    {"vpcmeta runs list -o json --jq '.items[] | select(.state == \"interrupted\") | .run'", "those to resume"},
    {0},
};

const struct cmd_spec cmd_runs_list = {
    .path = "runs list",
    .summary = "list the recorded runs, the newest first",
    .description =
        "Every command that writes records its run before it begins. A run is done, running, or interrupted: "
        "then `runs resume` finishes it.",
    .examples = list_examples,
    .flags = CMD_OFFLINE | CMD_PAGED,
    .run = list,
};

/* --- show ------------------------------------------------------------------------------------------- */

static int show(struct app *app, const struct cli_call *call, struct err *e)
{
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(text_free) struct text places = {0};
    CLEANUP(text_free) struct text path = {0};

    if (!results_check_output(app, false, e) || (history = app_open_history(e)) == NULL ||
        !run_load(history, call->args_count > 0 ? call->args[0] : "last", &record, e)) {
        return err_exit_status(e);
    }
    run_place_adopt(app, &record);
    const struct history_run *run = &record.entry.run;
    run_append_places(run, &places);
    app_state_path(APP_HISTORY_FILE, &path);
    run_mark_restarts(text_string(&path), run, &record.results);
    app_note(app, "%s  %s  %s  %s  %s", run->id, run->started_at, run->command, history_state_name(run->state),
             text_string(&places));
    if (!results_print(app, &record.results, run->id, e)) {
        return err_exit_status(e);
    }
    if (run->state != HISTORY_RUNNING) {
        results_summarize(app, &record.results, run->id);
    }
    return ERR_EXIT_DONE;
}

static const struct cmd_example show_examples[] = {
    {"vpcmeta runs show", "what became of every server of the newest run"},
    {"vpcmeta runs show last -o json", "the newest one for programs, as it was printed then"},
    {0},
};

const struct cmd_spec cmd_runs_show = {
    .path = "runs show",
    .summary = "show what a run did to each server",
    .arguments = "[RUN]",
    .description = "RUN is an id, the beginning of one that no other run shares, or `last`: the newest, which is also "
                   "shown without RUN.",
    .examples = show_examples,
    .flags = CMD_OFFLINE | CMD_PAGED,
    .max_args = 1,
    .run = show,
};
