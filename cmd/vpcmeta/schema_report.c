/* What `schema check` says of the files that it checked: lines, or one document. */
#include "schema_report.h"

#include <string.h>

void check_result_free(struct check_result *result)
{
    json_document_free(&result->document);
    body_verdict_free(&result->judged);
    json_decref(result->moved_body);
    text_free(&result->moved);
}

static bool is_moved(const struct check_result *result, const struct schema_entry *entry)
{
    return entry != NULL && result->mover != NULL && body_relocates(entry) == result->mover;
}

json_t *check_result_body(const struct check_result *result, const struct schema_entry *entry)
{
    return is_moved(result, entry) ? result->moved_body : result->document.root;
}

/* --- lines ------------------------------------------------------------------------------------- */

/* "NAME (what it is)" */
static void append_schema(struct text *line, const struct check_result *result, const struct schema_entry *entry)
{
    const char *title = result->title;

    if (entry != NULL) {
        title = result->judged.verdict == SCHEMA_VALID
                    ? schema_catalog_variant(result->catalog, entry, check_result_body(result, entry))
                    : entry->title;
    }
    text_append(line, entry != NULL ? entry->name : result->name);
    if (title != NULL) {
        text_append(line, " (");
        text_append_safe(line, title, strlen(title));
        text_append(line, ")");
    }
}

static bool print_verdict(const struct check_report *report, const struct check_result *result, struct err *e)
{
    CLEANUP(text_free) struct text lines = {0};
    bool single = result->match.count == 0;
    size_t count = single ? 1 : result->match.count;

    for (size_t i = 0; i < count; i++) {
        if (report->files > 1) {
            text_append_safe(&lines, result->document.name, strlen(result->document.name));
            text_append(&lines, ": ");
        }
        text_append(&lines, "valid: ");
        append_schema(&lines, result, single ? result->match.nearest : result->match.valid[i]);
        text_append_char(&lines, '\n');
    }
    return render_text(lines.data, lines.size, stdout, e);
}

/* Which schema the faults are against, unless the user said it. */
static void print_guess(const struct app *app, const struct check_result *result)
{
    CLEANUP(text_free) struct text line = {0};
    struct err error = ERR_INIT;

    text_append_safe(&line, result->document.name, strlen(result->document.name));
    if (result->match.nearest == NULL) {
        text_append(&line, ": fits no schema, and nothing in it shows which one was meant; name it with --as "
                           "(\"vpcmeta schema list\" shows all)");
        err_set(&error, ERR_INVALID, "%s", line.data);
        app_error(app, &error);
        return;
    }
    text_append(&line, ": taken for ");
    append_schema(&line, result, result->match.nearest);
    app_note(app, "%s; --as NAME checks it as something else", line.data);
}

/* What a creation of that kind moves to where the API takes it, as `create` says when it does. */
static void note_moved(const struct app *app, const struct check_result *result)
{
    bool counts = is_moved(result, result->match.nearest);
    CLEANUP(text_free) struct text names = {0};

    for (size_t i = 0; i < result->match.count; i++) {
        counts |= is_moved(result, result->match.valid[i]);
    }
    text_append(&names, text_string(&result->moved));
    char *next = names.data;
    for (char *name = strsep(&next, ", "); counts && name != NULL; name = strsep(&next, ", ")) {
        if (name[0] != '\0') {
            app_note(app, "%s: `%s` belongs in `%s`; 'vpcmeta %s create' moves it there", result->document.name, name,
                     result->mover->profile_parent, result->mover->name);
        }
    }
}

/* A body that is valid as a change may be the beginning of one that creates. */
static void note_unfinished(const struct app *app, const struct check_result *result)
{
    CLEANUP(text_free) struct text names = {0};

    for (size_t i = 0; result->name == NULL && i < result->match.unfinished_count; i++) {
        text_printf(&names, "%s%s", i > 0 ? ", " : "", result->match.unfinished[i]->name);
    }
    if (names.size > 0) {
        app_note(app, "%s: it could also be an unfinished body of %s; --as NAME says what it lacks",
                 result->document.name, text_string(&names));
    }
}

/* --- document ---------------------------------------------------------------------------------- */

static json_t *entry_names(const struct schema_entry *const *entries, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_build_string(entries[i]->name));
    }
    return list;
}

static json_t *schemas_json(const struct check_result *result)
{
    json_t *list = entry_names(result->match.valid, result->name == NULL ? result->match.count : 0);

    if (result->match.nearest != NULL) {
        json_array_append_new(list, json_build_string(result->match.nearest->name));
    } else if (result->name != NULL) {
        json_array_append_new(list, json_build_string(result->name));
    }
    return list;
}

static const char *variant_of(const struct check_result *result)
{
    const struct schema_entry *entry = result->match.count > 0 ? result->match.valid[0] : result->match.nearest;
    const struct schema_faults *faults = &result->judged.faults;

    if (result->judged.verdict == SCHEMA_VALID && entry != NULL) {
        return schema_catalog_variant(result->catalog, entry, check_result_body(result, entry));
    }
    return faults->count > 0 ? faults->list[0].variant : result->title;
}

static json_t *unknown_json(const struct check_result *result)
{
    json_t *list = json_array();
    size_t i;
    json_t *unknown;

    json_array_foreach (result->judged.unknown, i, unknown) {
        json_array_append(list, json_object_get(unknown, "pointer"));
    }
    return list;
}

static void add_document(struct check_report *report, const struct check_result *result)
{
    static const char *const verdicts[] = {
        [SCHEMA_VALID] = "valid", [SCHEMA_INVALID] = "invalid", [SCHEMA_UNDECIDED] = "undecided"};
    const struct schema_faults *faults = &result->judged.faults;
    json_t *errors = json_array();

    for (size_t i = 0; i < faults->count; i++) {
        json_array_append_new(errors, schema_fault_json(&faults->list[i], &result->document));
    }
    size_t unfinished = result->name == NULL ? result->match.unfinished_count : 0;
    json_array_append_new(report->results,
                          json_build("{s:s, s:s, s:o, s:b, s:s?, s:o, s:I, s:o, s:o}", "file", result->document.name,
                                     "verdict", verdicts[result->judged.verdict], "schemas", schemas_json(result),
                                     "recognized", result->name == NULL, "variant", variant_of(result), "errors",
                                     errors, "more_errors", (json_int_t)faults->more, "could_be",
                                     entry_names(result->match.unfinished, unfinished), "unknown",
                                     unknown_json(result)));
}

/* --- one file, and all ------------------------------------------------------------------------- */

bool check_report_result(struct app *app, struct check_report *report, const struct check_result *result, struct err *e)
{
    bool valid = result->judged.verdict == SCHEMA_VALID;

    report->any_invalid |= !valid;
    note_moved(app, result);
    if (!app_prints_text(app)) {
        add_document(report, result);
        return true;
    }
    if (!valid && result->name == NULL) {
        print_guess(app, result);
    }
    body_print(app, &result->judged, &result->document);
    if (!valid) {
        return true;
    }
    app_progress_hide(app);
    bool printed = print_verdict(report, result, e);
    note_unfinished(app, result);
    return printed;
}

void check_report_failure(struct check_report *report, const char *file, const struct err *failure)
{
    report->any_invalid = true;
    json_array_append_new(report->results, json_build("{s:s, s:s, s:s, s:s}", "file", file, "verdict", "unreadable",
                                                      "place", failure->place, "error", failure->message));
}

bool check_report_print(struct app *app, const struct check_report *report, struct err *e)
{
    if (app_prints_text(app)) {
        return true;
    }
    JSON_CLEANUP json_t *document =
        json_build("{s:i, s:b, s:O}", "schema_version", 1, "valid", !report->any_invalid, "results", report->results);
    return app_print_document(app, document, e);
}
