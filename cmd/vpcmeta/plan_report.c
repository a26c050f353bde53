/* Printing a plan: text for people, rows for programs. */
#include "plan_report.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "plan_view.h"
#include "results.h"

/* --- for programs ------------------------------------------------------------------------------------- */

/* Resources that were selected: what the plan creates is none of them. */
static size_t count_resources(const struct plan_file *file)
{
    CLEANUP(mem_set_free) struct mem_set seen = {0};
    size_t nameless = 0;

    for (size_t i = 0; i < file->plan->count; i++) {
        const struct plan_item *item = &file->plan->items[i];
        const char *id = item->resource->id;
        if (item->action != PLAN_CREATE && id != NULL) {
            (void)mem_set_add(&seen, id);
        }
        nameless += item->action != PLAN_CREATE && id == NULL;
    }
    return mem_set_count(&seen) + nameless + file->unmanaged;
}

static json_t *policy_json(const struct plan_file *file)
{
    return file->policy == NULL ? json_null()
                                : json_build("{s:s, s:s?, s:s?}", "name", file->policy, "digest", file->policy_digest,
                                             "as_of", file->as_of);
}

static json_t *summary_of(const struct plan_file *file)
{
    struct plan_counts counts = plan_count(file->plan);

    return json_build("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "selected", (json_int_t)file->plan->count,
                      "resources", (json_int_t)count_resources(file), "would_change", (json_int_t)counts.change,
                      "unchanged", (json_int_t)counts.unchanged, "skipped", (json_int_t)counts.skip, "unmanaged",
                      (json_int_t)file->unmanaged, "restarts", (json_int_t)file->restarts, "restarts_left",
                      (json_int_t)file->restarts_left, "templates_replaced", (json_int_t)file->templates_replaced);
}

static json_t *missing_json(const struct text *missing)
{
    json_t *lines = json_array();

    for (const char *line = text_string(missing); *line != '\0';) {
        size_t size = strcspn(line, "\n");
        json_array_append_new(lines, json_build_string_n(line, size));
        line += size + (line[size] == '\n');
    }
    return lines;
}

static json_t *make_head(const struct plan_report *report)
{
    const struct plan_file *file = report->file;
    bool complete = report->missing == NULL || report->missing->size == 0;
    json_t *head =
        json_build("{s:i, s:s?, s:o, s:b}", "schema_version", 1, "plan", report->digested ? file->digest : NULL,
                   "policy", policy_json(file), "complete", (int)complete);

    if (!complete) {
        json_object_set_new(head, "missing", missing_json(report->missing));
    }
    if (report->digested) {
        json_object_set_new(head, "created_at", json_build_string(file->created_at));
        json_object_set_new(head, "expires_at", json_build_string(file->expires_at));
    }
    json_object_set_new(head, "dry_run", json_true());
    json_object_set_new(head, "summary", summary_of(file));
    json_object_set_new(head, "regions", plan_view_regions_json(file));
    return head;
}

/* As it would be if every change succeeded; `ret` is freed with fleet_run_free. */
static void foresee(const struct plan_file *file, struct fleet_run *ret)
{
    fleet_preview(file->plan, ret);
    for (size_t i = 0; i < ret->count; i++) {
        if (plan_view_restarts(file, ret->results[i].item)) {
            ret->results[i].restarted = true;
            ret->results[i].restart_needed = false;
        }
    }
    for (size_t i = 0; i < file->left_count; i++) {
        ret->results[file->left[i].item].restart_needed |= text_equal(file->left[i].check, "restart-pending");
    }
}

static bool print_rows(struct app *app, const struct plan_report *report, struct err *e)
{
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    JSON_CLEANUP json_t *head = make_head(report);

    foresee(report->file, &run);
    return results_print_plan(app, &run, report->file->left, report->file->left_count, head, e);
}

/* --- for people --------------------------------------------------------------------------------------- */

static bool print_text(const struct app *app, const struct text *text, struct err *e)
{
    return text->size == 0 || render_text(text_string(text), text->size, app_stdout(app), e);
}

static void append_end(const struct plan_report *report, const struct render_options *options, struct text *out)
{
    CLEANUP(text_free) struct text line = {0};

    text_append_char(out, '\n');
    plan_view_append_summary(report->file, &line);
    text_append_wrapped(out, text_string(&line), options->program, 0, 0, options->columns);
    text_append_char(out, '\n');
    if (report->next != NULL) {
        text_append_wrapped(out, report->next, options->program, 0, 0, options->columns);
        text_append_char(out, '\n');
    }
}

static bool print_page(struct app *app, const struct plan_report *report, struct err *e)
{
    const struct render_options options = app_render_options(app);
    const struct plan_view view = {.file = report->file,
                                   .all = report->all,
                                   .columns = options.columns,
                                   .color = options.color,
                                   .program = options.program};
    TABLE_CLEANUP struct table *regions = plan_view_regions(report->file);
    CLEANUP(text_free) struct text page = {0};
    CLEANUP(text_free) struct text body = {0};
    CLEANUP(text_free) struct text end = {0};

    if (report->missing != NULL && report->missing->size > 0) {
        text_append(&page, "INCOMPLETE: this is only what could be read\n\n");
    }
    if (report->dated) {
        plan_view_append_head(&view, &page);
    }
    plan_view_append(&view, &body);
    if (report->dated && (body.size > 0 || table_row_count(regions) > 0)) {
        text_append_char(&page, '\n');
    }
    text_append(&page, text_string(&body));
    text_append(&page, body.size > 0 && table_row_count(regions) > 0 ? "\n" : "");
    append_end(report, &options, &end);
    return print_text(app, &page, e) &&
           (table_row_count(regions) == 0 || render_table(regions, NULL, &options, app_stdout(app), e)) &&
           render_text(text_string(&end) + (page.size == 0 && table_row_count(regions) == 0), /* no empty line first */
                       end.size - (page.size == 0 && table_row_count(regions) == 0), app_stdout(app), e);
}

/* In the order of --sort, as far as --limit allows: a row for each change, as a dry run shows it. */
static bool print_arranged(struct app *app, const struct plan_report *report, struct err *e)
{
    const struct render_options options = app_render_options(app);
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    CLEANUP(text_free) struct text end = {0};

    foresee(report->file, &run);
    append_end(report, &options, &end);
    return results_print_preview(app, &run, NULL, e) && print_text(app, &end, e);
}

bool plan_report(struct app *app, const struct plan_report *report, struct err *e)
{
    app_progress_hide(app);
    if (!app_prints_text(app) || app->globals->fields.count > 0) {
        return print_rows(app, report, e);
    }
    return app_arranges_rows(app) ? print_arranged(app, report, e) : print_page(app, report, e);
}
