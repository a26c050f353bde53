/* The report of schema check: lines for people, or a document. */
#include "schema_report.h"

#include <stdio.h>
#include <string.h>

void schema_result_free(struct schema_result *result)
{
    json_document_free(&result->document);
    schema_faults_free(&result->faults);
}

void schema_report_free(struct schema_report *report)
{
    json_decref(report->results);
}

static bool wants_lines(const struct app *app)
{
    return app->globals->jq == NULL && app->globals->output.value == RENDER_TABLE;
}

/* --- lines ------------------------------------------------------------------------------------- */

/* "NAME (what it is)" */
static void append_schema(struct text *line, const struct schema_result *result, const struct schema_entry *entry)
{
    const char *title = result->title;

    if (entry != NULL) {
        title = result->verdict == SCHEMA_VALID ? schema_catalog_variant(result->catalog, entry, result->document.root)
                                                : entry->title;
    }
    text_append(line, entry != NULL ? entry->name : result->name);
    if (title != NULL) {
        text_append(line, " (");
        text_append_safe(line, title, strlen(title));
        text_append(line, ")");
    }
}

static bool print_verdict(const struct schema_report *report, const struct schema_result *result, struct err *e)
{
    CLEANUP(text_free) struct text lines = {0};
    bool named = result->name != NULL;
    size_t count = named ? 1 : result->match.count;

    for (size_t i = 0; i < count; i++) {
        if (report->files > 1) {
            text_append_safe(&lines, result->document.name, strlen(result->document.name));
            text_append(&lines, ": ");
        }
        text_append(&lines, "valid: ");
        append_schema(&lines, result, named ? result->match.nearest : result->match.valid[i]);
        text_append_char(&lines, '\n');
    }
    return render_text(lines.data, lines.size, stdout, e);
}

static void print_line(const struct app *app, const char *line)
{
    struct err error = {.code = ERR_INVALID};

    snprintf(error.message, sizeof(error.message), "%s", line);
    app_error(app, &error);
}

static void print_faults(const struct app *app, const struct schema_result *result)
{
    for (size_t i = 0; i < result->faults.count; i++) {
        CLEANUP(text_free) struct text line = {0};
        schema_fault_print(&line, &result->faults.list[i], &result->document);
        print_line(app, line.data);
    }
    if (result->faults.more > 0) {
        CLEANUP(text_free) struct text line = {0};
        text_printf(&line, "%s: %zu more faults", result->document.name, result->faults.more);
        print_line(app, line.data);
    }
}

/* Which schema the faults are against, unless the user said it. */
static void print_guess(const struct app *app, const struct schema_result *result)
{
    CLEANUP(text_free) struct text line = {0};

    text_append_safe(&line, result->document.name, strlen(result->document.name));
    if (result->match.nearest == NULL) {
        text_append(&line, ": fits no schema, and nothing in it shows which one was meant; name it with --as "
                           "(\"vpcmeta schema list\" shows all)");
        print_line(app, line.data);
        return;
    }
    text_append(&line, ": taken for ");
    append_schema(&line, result, result->match.nearest);
    app_note(app, "%s; --as NAME checks it as something else", line.data);
}

/* --- document ---------------------------------------------------------------------------------- */

static json_t *schemas_json(const struct schema_result *result)
{
    json_t *list = json_array();

    if (result->name != NULL) {
        json_array_append_new(list,
                              json_build_string(result->match.nearest ? result->match.nearest->name : result->name));
        return list;
    }
    for (size_t i = 0; i < result->match.count; i++) {
        json_array_append_new(list, json_build_string(result->match.valid[i]->name));
    }
    if (result->match.nearest != NULL) {
        json_array_append_new(list, json_build_string(result->match.nearest->name));
    }
    return list;
}

static const char *variant_of(const struct schema_result *result)
{
    const struct schema_entry *entry = result->match.count > 0 ? result->match.valid[0] : result->match.nearest;

    if (result->verdict == SCHEMA_VALID && entry != NULL) {
        return schema_catalog_variant(result->catalog, entry, result->document.root);
    }
    return result->faults.count > 0 ? result->faults.list[0].variant : result->title;
}

static void add_document(struct schema_report *report, const struct schema_result *result)
{
    static const char *const verdicts[] = {
        [SCHEMA_VALID] = "valid", [SCHEMA_INVALID] = "invalid", [SCHEMA_UNDECIDED] = "undecided"};
    json_t *errors = json_array();

    for (size_t i = 0; i < result->faults.count; i++) {
        json_array_append_new(errors, schema_fault_json(&result->faults.list[i], &result->document));
    }
    json_array_append_new(report->results,
                          json_build("{s:s, s:s, s:o, s:b, s:s?, s:o, s:I}", "file", result->document.name, "verdict",
                                     verdicts[result->verdict], "schemas", schemas_json(result), "recognized",
                                     result->name == NULL, "variant", variant_of(result), "errors", errors,
                                     "more_errors", (json_int_t)result->faults.more));
}

/* --- both -------------------------------------------------------------------------------------- */

static void begin(struct schema_report *report)
{
    if (report->results == NULL) {
        report->results = json_array();
    }
}

bool schema_report_add(struct app *app, struct schema_report *report, const struct schema_result *result, struct err *e)
{
    begin(report);
    report->any_invalid |= result->verdict != SCHEMA_VALID;
    if (!wants_lines(app)) {
        add_document(report, result);
        return true;
    }
    if (result->verdict == SCHEMA_VALID) {
        return print_verdict(report, result, e);
    }
    if (result->name == NULL) {
        print_guess(app, result);
    }
    print_faults(app, result);
    return true;
}

void schema_report_add_failure(struct schema_report *report, const char *file, const struct err *failure)
{
    begin(report);
    report->any_invalid = true;
    json_array_append_new(report->results, json_build("{s:s, s:s, s:s, s:s}", "file", file, "verdict", "unreadable",
                                                      "place", failure->place, "error", failure->message));
}

bool schema_report_finish(struct app *app, struct schema_report *report, struct err *e)
{
    if (wants_lines(app)) {
        return true;
    }
    begin(report);
    JSON_CLEANUP json_t *document =
        json_build("{s:i, s:b, s:O}", "schema_version", 1, "valid", !report->any_invalid, "results", report->results);
    return app_print_document(app, document, e);
}
