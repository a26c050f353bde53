/* runs list and show: what was changed, by whom, where and when, and by which run. */
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "commands.h"
#include "known_columns.h"
#include "results.h"
#include "run_facts.h"
#include "run_place.h"
#include "term/term.h"
#include "when.h"

enum list_column {
    COLUMN_RUN,
    COLUMN_STARTED,
    COLUMN_COMMAND,
    COLUMN_STATE,
    COLUMN_SUMMARY,
    COLUMN_TOOK,
    COLUMN_REGION,
    COLUMN_ACCOUNT,
    COLUMN_ENDED,
    COLUMN_EXIT_STATUS,
    COLUMN_ARGUMENTS,
    COLUMN_WHO,
    COLUMN_COUNT
};

static const struct table_member summary_members[] = {
    {"summary.selected", "selected", TABLE_INT},       {"summary.changed", "changed", TABLE_INT},
    {"summary.unchanged", "unchanged", TABLE_INT},     {"summary.skipped", "skipped", TABLE_INT},
    {"summary.failed", "failed", TABLE_INT},           {"summary.unknown", "unknown", TABLE_INT},
    {"summary.not_started", "not_started", TABLE_INT}, {NULL, NULL, TABLE_INT},
};

static const struct table_column list_columns[COLUMN_COUNT] = {
    [COLUMN_RUN] = {.name = "run", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [COLUMN_STARTED] = {.name = "started_at", .title = "STARTED", .type = TABLE_TIME},
    [COLUMN_COMMAND] = {.name = "command", .type = TABLE_STRING},
    [COLUMN_STATE] = {.name = "state", .type = TABLE_STRING},
    [COLUMN_SUMMARY] = {.name = "summary", .type = TABLE_JSON, .members = summary_members},
    [COLUMN_TOOK] = {.name = "duration_s", .title = "TOOK", .type = TABLE_INT},
    [COLUMN_REGION] = {.name = "regions", .title = "REGION", .type = TABLE_JSON},
    [COLUMN_ACCOUNT] = {.name = "account", .type = TABLE_STRING},
    [COLUMN_ENDED] = {.name = "ended_at", .title = "ENDED", .type = TABLE_TIME, .flags = TABLE_WIDE},
    [COLUMN_EXIT_STATUS] = {.name = "exit_status", .type = TABLE_INT, .flags = TABLE_WIDE},
    [COLUMN_ARGUMENTS] = {.name = "arguments", .type = TABLE_JSON, .flags = TABLE_WIDE},
    [COLUMN_WHO] = {.name = "who", .type = TABLE_JSON, .flags = TABLE_WIDE},
};

/* What people read has the same names; nothing of it is cut. */
static const struct table_column text_columns[COLUMN_COUNT] = {
    [COLUMN_RUN] = {.name = "run", .type = TABLE_STRING, .flags = TABLE_FIXED},
    [COLUMN_STARTED] = {.name = "started_at", .title = "STARTED", .type = TABLE_STRING, .flags = TABLE_STACKED},
    [COLUMN_COMMAND] = {.name = "command", .type = TABLE_STRING},
    [COLUMN_STATE] = {.name = "state", .type = TABLE_STRING},
    [COLUMN_SUMMARY] = {.name = "summary", .type = TABLE_STRING},
    [COLUMN_TOOK] = {.name = "duration_s", .title = "TOOK", .type = TABLE_STRING},
    [COLUMN_REGION] = {.name = "regions", .title = "REGION", .type = TABLE_STRING, .flags = TABLE_STACKED},
    [COLUMN_ACCOUNT] = {.name = "account", .type = TABLE_STRING, .flags = TABLE_STACKED},
    [COLUMN_ENDED] = {.name = "ended_at", .title = "ENDED", .type = TABLE_TIME, .flags = TABLE_WIDE},
    [COLUMN_EXIT_STATUS] = {.name = "exit_status", .type = TABLE_INT, .flags = TABLE_WIDE},
    [COLUMN_ARGUMENTS] = {.name = "arguments", .type = TABLE_JSON, .flags = TABLE_WIDE},
    [COLUMN_WHO] = {.name = "who", .type = TABLE_JSON, .flags = TABLE_WIDE},
};

/* --- list ------------------------------------------------------------------------------------------- */

/* As the history has it; NULL with e set. New reference. */
static json_t *recorded_summary(const struct history_run *run, struct err *e)
{
    CLEANUP(json_document_free) struct json_document document = {0};

    return json_parse(run->summary, strlen(run->summary), run->id, JSON_READ_STRICT, &document, e)
               ? json_incref(document.root)
               : NULL;
}

/* From the steps; NULL with e set. New reference. */
static json_t *summary_of_steps(struct history *history, const struct history_run *run, struct err *e)
{
    CLEANUP(run_record_free) struct run_record record = {0};

    return run_load(history, run->id, &record, e) ? run_summary_json(&record.results) : NULL;
}

/* The summary as it was recorded; that of a run that was cut off is made from its steps. New reference. */
static json_t *summary_of(struct history *history, const struct history_run *run, struct err *e)
{
    struct err ignored = ERR_INIT; /* the record of another version of the program: its own summary stays */

    if (run->summary == NULL) {
        return summary_of_steps(history, run, e);
    }
    json_t *summary = recorded_summary(run, e);
    if (run->state == HISTORY_INTERRUPTED && json_integer_value(json_object_get(summary, "skipped")) > 0 &&
        json_object_get(summary, "not_started") == NULL) {
        JSON_CLEANUP json_t *counted = summary_of_steps(history, run, &ignored); /* 0.1.0 did not count these */
        json_object_set(summary, "not_started", json_object_get(counted, "not_started"));
    }
    return summary;
}

static void set_json(struct table *table, enum list_column column, const json_t *value)
{
    CLEANUP(text_free) struct text bytes = {0};

    if (value == NULL) {
        table_set_null(table, column);
        return;
    }
    json_print(&bytes, value, JSON_PRINT_COMPACT);
    table_set_json(table, column, text_string(&bytes), bytes.size);
}

/* "2026-11-28 11:09 (2h ago)" on a terminal; elsewhere the moment as it is recorded. */
static void set_started(struct table *table, const struct history_run *run, bool on_terminal)
{
    int64_t moment_s = clock_stamp_read(run->started_at);
    CLEANUP(text_free) struct text shown = {0};

    if (on_terminal && moment_s >= 0) {
        when_append_moment(&shown, moment_s, false);
    } else {
        text_append(&shown, run->started_at);
    }
    table_set_string(table, COLUMN_STARTED, text_string(&shown));
    table_set_key(table, COLUMN_STARTED, run->started_at);
}

/* What programs get of a value is what people sort by. */
static void set_key(struct table *table, enum list_column column, const json_t *value)
{
    CLEANUP(text_free) struct text key = {0};

    json_print(&key, value, JSON_PRINT_COMPACT);
    table_set_key(table, column, text_string(&key));
}

static void set_text(struct table *table, const struct history_run *run, const json_t *summary)
{
    int64_t duration_s = run_facts_duration_s(run);
    CLEANUP(text_free) struct text counts = {0}, took = {0}, regions = {0};

    set_started(table, run, term_is_terminal(STDOUT_FILENO));
    run_facts_describe_summary(summary, &counts);
    table_set_string(table, COLUMN_SUMMARY, text_string(&counts));
    set_key(table, COLUMN_SUMMARY, summary);
    if (duration_s >= 0) {
        JSON_CLEANUP json_t *seconds = json_integer(duration_s);
        when_append_duration(&took, duration_s);
        table_set_string(table, COLUMN_TOOK, text_string(&took));
        set_key(table, COLUMN_TOOK, seconds);
    }
    run_facts_describe_regions(run, &regions);
    table_set_string(table, COLUMN_REGION, regions.size > 0 ? text_string(&regions) : NULL);
    if (regions.size > 0) {
        JSON_CLEANUP json_t *list = run_facts_regions(run);
        set_key(table, COLUMN_REGION, list);
    }
}

static void set_values(struct table *table, const struct history_run *run, const json_t *summary)
{
    int64_t duration_s = run_facts_duration_s(run);
    JSON_CLEANUP json_t *regions = run_facts_regions(run);

    table_set_string(table, COLUMN_STARTED, run->started_at);
    set_json(table, COLUMN_SUMMARY, summary);
    set_json(table, COLUMN_REGION, regions);
    if (duration_s >= 0) {
        table_set_int(table, COLUMN_TOOK, duration_s);
    } else {
        table_set_null(table, COLUMN_TOOK);
    }
}

/* What is the same for people and programs. */
static void set_facts(struct table *table, const struct history_run *run)
{
    static const enum table_style styles[] = {
        [HISTORY_DONE] = TABLE_GOOD, [HISTORY_INTERRUPTED] = TABLE_BAD, [HISTORY_RUNNING] = TABLE_WARN};
    JSON_CLEANUP json_t *facts = run_facts_json(run);
    int status = run_facts_exit_status(run);

    table_set_string(table, COLUMN_RUN, run->id);
    table_set_string(table, COLUMN_COMMAND, run->command);
    table_set_string(table, COLUMN_STATE, history_state_name(run->state));
    table_set_style(table, COLUMN_STATE, styles[run->state]);
    table_set_string(table, COLUMN_ACCOUNT, json_string_value(json_object_get(facts, "account")));
    table_set_string(table, COLUMN_ENDED, run->ended_at);
    set_json(table, COLUMN_ARGUMENTS, json_object_get(facts, "arguments"));
    set_json(table, COLUMN_WHO, json_object_get(facts, "who"));
    if (status != HISTORY_NO_STATUS) {
        table_set_int(table, COLUMN_EXIT_STATUS, status);
    } else {
        table_set_null(table, COLUMN_EXIT_STATUS);
    }
}

static bool add_run(struct table *table, struct history *history, const struct history_run *run, bool for_people,
                    struct err *e)
{
    JSON_CLEANUP json_t *summary = summary_of(history, run, e);

    if (summary == NULL) {
        return false;
    }
    table_add_row(table);
    set_facts(table, run);
    if (for_people) {
        set_text(table, run, summary);
    } else {
        set_values(table, run, summary);
    }
    return true;
}

static int list(struct app *app, const struct cli_call *call, struct err *e)
{
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    CLEANUP(text_free) struct text path = {0};
    bool for_people = app_prints_text(app);

    (void)call;
    TABLE_CLEANUP struct table *table = table_create(for_people ? text_columns : list_columns, COLUMN_COUNT);
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
    if (for_people && runs.count == 0) {
        app_state_path(APP_HISTORY_FILE, &path);
        app_note(app, "no run is recorded yet (%s)", text_string(&path));
        return ERR_EXIT_DONE;
    }
    return app_print_list(app, table, &(struct render_envelope){.head = head, .items = "items"},
                          (struct app_noun){"run", "runs"}, e)
               ? 0
               : err_exit_status(e);
}

static const struct cmd_example list_examples[] = {
    {"vpcmeta runs list", "every recorded run, the newest first"},
    {"vpcmeta runs list -o json --jq '.items[] | select(.state == \"interrupted\") | .run'", "those to resume"},
    {0},
};

static void list_fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, list_columns, COLUMN_COUNT);
}

const struct cmd_spec cmd_runs_list = {
    .path = "runs list",
    .summary = "list the recorded runs, the newest first",
    .description =
        "Every command that writes records its run before it begins. A run is done, running, or interrupted: a signal, "
        "too many failures or the end of the machine left steps that `runs resume` carries out. What was not started "
        "because what it depends on failed is not among them: `runs retry` tries both again, and the run is done.\n\n"
        "Shows what was done, where (account and regions), when, for how long, and how many servers it was about. "
        "Times "
        "are local on a terminal and UTC elsewhere. Where the terminal is too narrow, a run takes several lines. "
        "--fields arguments,who,exit_status shows more.",
    .examples = list_examples,
    .flags = CMD_OFFLINE | CMD_PAGED | CMD_ROWS,
    .run = list,
    .fields = list_fields,
};

/* --- show ------------------------------------------------------------------------------------------- */

/* Who, where, when stands above the results, for people. */
static bool print_facts(struct app *app, const struct run_record *record, struct err *e)
{
    JSON_CLEANUP json_t *summary = run_summary_json(&record->results);
    TABLE_CLEANUP struct table *table = run_facts_table(&record->entry.run, summary);
    struct render_options options = app_render_options(app);

    if (!app_prints_text(app) || app->globals->fields.count > 0) {
        return true;
    }
    return render_records(table, NULL, &options, app_stdout(app), e) && render_text("\n", 1, app_stdout(app), e);
}

static int show(struct app *app, const struct cli_call *call, struct err *e)
{
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(text_free) struct text path = {0};

    if (!results_check_output(app, false, e) || (history = app_open_history(e)) == NULL ||
        !run_load(history, call->args_count > 0 ? call->args[0] : "last", &record, e)) {
        return err_exit_status(e);
    }
    run_place_adopt(app, &record);
    const struct history_run *run = &record.entry.run;
    JSON_CLEANUP json_t *facts = run_facts_json(run);
    app_state_path(APP_HISTORY_FILE, &path);
    run_mark_restarts(text_string(&path), run, &record.results);
    if (!print_facts(app, &record, e) || !results_print_recorded(app, &record.results, run->id, facts, e)) {
        return err_exit_status(e);
    }
    if (run->state != HISTORY_RUNNING) {
        results_summarize(app, &record.results, false);
        results_note_next(app, &record.results, run->id, false);
    }
    return ERR_EXIT_DONE;
}

static const struct cmd_example show_examples[] = {
    {"vpcmeta runs show", "what became of every server of the newest run"},
    {"vpcmeta runs show last -o json", "the newest one for programs: who, where, when, and each result"},
    {0},
};

const struct cmd_spec cmd_runs_show = {
    .path = "runs show",
    .summary = "show what a run did, who ran it, where and when",
    .arguments = "[RUN]",
    .description =
        "RUN is an id, the beginning of one that no other run shares, or `last`: the newest, which is also shown "
        "without RUN.\n\n"
        "The command line is recorded without secrets; the identity is that of the token, and the machine the user "
        "and host that ran the program. -o json is the object that the command printed, with these members besides: "
        "command, arguments, state, interrupted_by, started_at, ended_at, duration_s, exit_status, who, account, "
        "regions, endpoints, "
        "version, and invocations, one for each time that the run was begun or resumed. What an older program did not "
        "record is null, and \"not recorded\" for people.",
    .examples = show_examples,
    .flags = CMD_OFFLINE | CMD_PAGED | CMD_ROWS,
    .max_args = 1,
    .run = show,
    .fields = results_fields,
};
