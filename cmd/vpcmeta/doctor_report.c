/* The checks of doctor: a line for each as it ends, for programs one object at the end. */
#include "doctor_report.h"

#include <string.h>
#include <unistd.h>

const struct table_column doctor_columns[] = {
    {.name = "check", .type = TABLE_STRING},
    {.name = "state", .type = TABLE_STRING},
    {.name = "detail", .type = TABLE_STRING, .flags = TABLE_WRAP, .least = 40},
};
enum { CHECK, STATE, DETAIL };

/* Lines come one by one, so that their columns cannot be measured: the longest check and the longest state. */
enum { CHECK_WIDTH = sizeof("bare metal servers") - 1, STATE_WIDTH = sizeof("skipped") - 1, GAP = 2 };

struct doctor_report doctor_report_begin(struct app *app)
{
    return (struct doctor_report){.app = app,
                                  .table = table_create(doctor_columns, DOCTOR_COLUMNS),
                                  .streams = app_prints_text(app) && app->globals->fields.count == 0,
                                  .first = ERR_INIT,
                                  .output = ERR_INIT};
}

void doctor_report_free(struct doctor_report *report)
{
    table_release(&report->table);
}

static void append_cell(struct text *out, const char *word, size_t width, const char *color)
{
    text_printf(out, "%s%s%s", color, word, color[0] != '\0' ? "\033[0m" : "");
    size_t used = text_width(word, strlen(word));
    text_append_repeat(out, ' ', (used < width ? width - used : 0) + GAP);
}

/* Prints a line and has it seen at once. */
static void print_line(struct doctor_report *report, const char *check, const char *state, const char *color,
                       const char *detail)
{
    const struct app *app = report->app;
    bool colored = app_color(app, STDOUT_FILENO);
    CLEANUP(text_free) struct text line = {0};
    CLEANUP(text_free) struct text safe = {0};

    text_append_safe(&safe, detail, strlen(detail));
    append_cell(&line, check, CHECK_WIDTH, "");
    append_cell(&line, state, STATE_WIDTH, colored ? color : "");
    text_append_wrapped(&line, text_string(&safe), app->program->name, CHECK_WIDTH + STATE_WIDTH + 2 * GAP,
                        CHECK_WIDTH + STATE_WIDTH + 2 * GAP, app_columns(STDOUT_FILENO));
    text_append_char(&line, '\n');
    (void)secrets_mask(app->secrets, line.data, line.size);
    app_progress_hide(app);
    if (report->output.code == ERR_NONE) {
        (void)!render_text(text_string(&line), line.size, stdout, &report->output);
    }
}

static void add(struct doctor_report *report, const char *check, enum doctor_state state, const char *detail)
{
    static const struct {
        const char *word, *color;
        enum table_style style;
    } looks[] = {[DOCTOR_OK] = {"ok", "\033[32m", TABLE_GOOD},
                 [DOCTOR_BAD] = {"bad", "\033[31m", TABLE_BAD},
                 [DOCTOR_SKIPPED] = {"skipped", "\033[2m", TABLE_DIM}};
    struct table *table = report->table;

    table_add_row(table);
    table_set_string(table, CHECK, check);
    table_set_string(table, STATE, looks[state].word);
    table_set_style(table, STATE, looks[state].style);
    table_set_string(table, DETAIL, detail);
    if (!report->streams) {
        return;
    }
    if (!report->begun && !report->app->globals->no_headers) {
        print_line(report, "CHECK", "STATE", "\033[1m", "DETAIL");
    }
    report->begun = true;
    print_line(report, check, looks[state].word, looks[state].color, detail);
}

void doctor_pass(struct doctor_report *report, const char *check, const char *detail)
{
    add(report, check, DOCTOR_OK, detail);
}

void doctor_fail(struct doctor_report *report, const char *check, const struct err *error)
{
    add(report, check, DOCTOR_BAD, error->message);
    if (report->first.code == ERR_NONE) {
        report->first = *error;
    }
}

void doctor_skip(struct doctor_report *report, const char *check, const char *because)
{
    CLEANUP(text_free) struct text detail = {0};

    text_printf(&detail, "not checked, because %s", because);
    add(report, check, DOCTOR_SKIPPED, text_string(&detail));
}

int doctor_report_end(struct doctor_report *report, const json_t *more, struct err *e)
{
    JSON_CLEANUP json_t *head = json_build("{s:i, s:b}", "schema_version", 1, "ok", report->first.code == ERR_NONE);

    json_object_update_missing(head, (json_t *)more);
    if (report->streams ? !err_take(e, &report->output)
                        : !app_print_table(report->app, report->table,
                                           &(struct render_envelope){.head = head, .items = "checks"}, e)) {
        return err_exit_status(e);
    }
    return err_exit_status(&report->first);
}
