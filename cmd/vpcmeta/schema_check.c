/* schema check: checking of bodies against the local JSON Schemas or any other; nothing is sent. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "schema/schema_catalog.h"

/* --- the report of a check ------------------------------------------------------------------- */

/* The check of one file. */
struct result {
    struct json_document document;
    const char *name;                  /* of the schema that was asked for; NULL when it was chosen by the shape */
    const char *title;                 /* of that schema, or NULL */
    struct schema_catalog *catalog;    /* NULL for a schema that is none of ours */
    struct schema_catalog_match match; /* `nearest` is the schema that was asked for when it is one of ours */
    enum schema_verdict verdict;
    struct schema_faults faults;
};

struct report {
    size_t files;    /* how many there will be */
    json_t *results; /* for the document; borrowed */
    bool any_invalid;
};

static void result_free(struct result *result)
{
    json_document_free(&result->document);
    schema_faults_free(&result->faults);
}

/* --- lines ------------------------------------------------------------------------------------- */

/* "NAME (what it is)" */
static void append_schema(struct text *line, const struct result *result, const struct schema_entry *entry)
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

static bool print_verdict(const struct report *report, const struct result *result, struct err *e)
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

static void print_faults(const struct app *app, const struct result *result)
{
    app_print_faults(app, &result->faults, &result->document);
    if (result->faults.more > 0) {
        struct err error = {.code = ERR_INVALID};
        snprintf(error.message, sizeof(error.message), "%s: %zu more faults", result->document.name,
                 result->faults.more);
        app_error(app, &error);
    }
}

/* Which schema the faults are against, unless the user said it. */
static void print_guess(const struct app *app, const struct result *result)
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

/* --- document ---------------------------------------------------------------------------------- */

static json_t *schemas_json(const struct result *result)
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

static const char *variant_of(const struct result *result)
{
    const struct schema_entry *entry = result->match.count > 0 ? result->match.valid[0] : result->match.nearest;

    if (result->verdict == SCHEMA_VALID && entry != NULL) {
        return schema_catalog_variant(result->catalog, entry, result->document.root);
    }
    return result->faults.count > 0 ? result->faults.list[0].variant : result->title;
}

static void add_document(struct report *report, const struct result *result)
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

static bool report_result(struct app *app, struct report *report, const struct result *result, struct err *e)
{
    report->any_invalid |= result->verdict != SCHEMA_VALID;
    if (!app_prints_text(app)) {
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

static void report_failure(struct report *report, const char *file, const struct err *failure)
{
    report->any_invalid = true;
    json_array_append_new(report->results, json_build("{s:s, s:s, s:s, s:s}", "file", file, "verdict", "unreadable",
                                                      "place", failure->place, "error", failure->message));
}

static bool print_report(struct app *app, struct report *report, struct err *e)
{
    if (app_prints_text(app)) {
        return true;
    }
    JSON_CLEANUP json_t *document =
        json_build("{s:i, s:b, s:O}", "schema_version", 1, "valid", !report->any_invalid, "results", report->results);
    return app_print_document(app, document, e);
}

/* --- check ------------------------------------------------------------------------------------- */

struct check_opts {
    const char *as, *schema;
    struct opt_list maps;
    bool assert_format;
};

static const struct opt_spec check_opt[] = {
    OPT_STRING(struct check_opts, as, 0, "as", "NAME",
               "check against this schema; without it, chosen by the body's shape"),
    OPT_FILE(struct check_opts, schema, 0, "schema", "FILE|-", "check against any JSON Schema of draft 2020-12",
             .excludes = "as"),
    OPT_LIST(struct check_opts, maps, 0, "map", "URI=DIR", "references to URI... are files in DIR", .needs = "schema"),
    OPT_FLAG(struct check_opts, assert_format, 0, "assert-format", "'format' is a rule, not a remark",
             .needs = "schema"),
    OPT_END,
};

/* What bodies are checked against: `schema`, or when that is NULL what their shape tells. */
struct checker {
    struct schema_library *library; /* of --schema, or NULL */
    struct schema_catalog *catalog; /* or NULL */
    const struct schema_entry *entry;
    const struct schema *schema;
    const char *name; /* of the schema for people; NULL when the shape tells */
};

static void checker_free(struct checker *checker)
{
    schema_library_destroy(checker->library);
}

static bool map_folders(struct schema_library *library, const struct opt_list *maps, struct err *e)
{
    for (size_t i = 0; i < maps->count; i++) {
        const char *equals = strchr(maps->items[i], '=');
        if (equals == NULL || equals == maps->items[i] || equals[1] == '\0') {
            return err_set(e, ERR_USAGE, "--map %s: give URI=DIR, as in https://example.org/schemas=./schemas",
                           maps->items[i]);
        }
        CLEANUP(text_free) struct text uri = {0};
        text_append_size(&uri, maps->items[i], (size_t)(equals - maps->items[i]));
        if (!schema_library_map(library, uri.data, equals + 1, SCHEMA_DEFAULT, e)) {
            return err_wrap(e, "--map %s", maps->items[i]);
        }
    }
    return true;
}

/* Our own schemas can be referred to as well, so that a schema can be stricter than the API. */
static bool add_our_schemas(const struct app *app, struct schema_library *library, struct err *e)
{
    schema_library_embed(library, SCHEMA_CATALOG_URI, "schemas", schema_files, SCHEMA_TRUSTED);
    return app->globals->schema_dir == NULL ||
           schema_library_map(library, SCHEMA_CATALOG_URI, app->globals->schema_dir, SCHEMA_DEFAULT, e);
}

static const struct schema *compile_input(const struct app *app, struct schema_library *library, struct err *e)
{
    CLEANUP(json_document_free) struct json_document document = {0};

    if (!app_read_document(app, "-", JSON_READ_BIG_NUMBERS, &document, e)) {
        return NULL;
    }
    schema_library_add(library, "stdin:///schema.json", document.root);
    return schema_compile(library, "stdin:///schema.json", e);
}

static bool open_schema_file(const struct app *app, const struct check_opts *opts, struct checker *checker,
                             struct err *e)
{
    checker->library = schema_library_create(opts->assert_format ? SCHEMA_ASSERT_FORMAT : SCHEMA_DEFAULT);
    checker->name = strcmp(opts->schema, "-") == 0 ? FSIO_INPUT_NAME : opts->schema;
    if (!add_our_schemas(app, checker->library, e) || !map_folders(checker->library, &opts->maps, e)) {
        return false;
    }
    checker->schema = strcmp(opts->schema, "-") == 0 ? compile_input(app, checker->library, e)
                                                     : schema_compile_file(checker->library, opts->schema, e);
    return checker->schema != NULL;
}

static bool open_checker(struct app *app, const struct check_opts *opts, struct checker *checker, struct err *e)
{
    if (opts->schema != NULL) {
        return open_schema_file(app, opts, checker, e);
    }
    checker->catalog = app_schemas(app, e);
    if (checker->catalog == NULL || opts->as == NULL) {
        return checker->catalog != NULL;
    }
    checker->entry = schema_catalog_find(checker->catalog, opts->as, e);
    if (checker->entry != NULL && strchr(checker->entry->name, '/') != NULL) {
        return err_set(e, ERR_USAGE,
                       "%s holds definitions that schemas share, and no body is one; 'vpcmeta schema list' "
                       "shows what --as takes",
                       checker->entry->name);
    }
    checker->schema = checker->entry != NULL ? schema_catalog_compile(checker->catalog, checker->entry, e) : NULL;
    checker->name = opts->as;
    return checker->schema != NULL;
}

/* Chooses the schema by the body's shape; leaves it NULL where none fits. */
static bool recognize(const struct checker *checker, struct result *result, const struct schema **ret_schema,
                      struct err *e)
{
    if (!schema_catalog_recognize(checker->catalog, result->document.root, &result->match, e)) {
        return false;
    }
    const struct schema_entry *entry = result->match.count > 0 ? result->match.valid[0] : result->match.nearest;
    if (entry != NULL) {
        *ret_schema = schema_catalog_compile(checker->catalog, entry, e);
    }
    return entry == NULL || *ret_schema != NULL;
}

static bool check_file(const struct app *app, const struct checker *checker, const char *path, struct result *result,
                       struct err *e)
{
    const struct schema *schema = checker->schema;

    if (!app_read_document(app, path, JSON_READ_BIG_NUMBERS, &result->document, e)) {
        return false;
    }
    result->catalog = checker->catalog;
    result->name = checker->name;
    result->title = schema != NULL ? schema_title(schema) : NULL;
    if (checker->entry != NULL) {
        result->match.nearest = checker->entry;
    }
    if (schema == NULL && !recognize(checker, result, &schema, e)) {
        return false;
    }
    result->verdict = schema != NULL ? schema_check(schema, result->document.root) : SCHEMA_INVALID;
    if (schema != NULL && result->verdict != SCHEMA_VALID) {
        result->verdict = schema_explain(schema, result->document.root, &result->faults);
    }
    return true;
}

/* Standard input can be read once only. */
static bool refuse_second_reader(const struct check_opts *opts, const struct cli_call *call, struct err *e)
{
    size_t readers = text_equal(opts->schema, "-");

    for (size_t i = 0; i < call->args_count; i++) {
        readers += strcmp(call->args[i], "-") == 0;
    }
    return readers < 2 || err_set(e, ERR_USAGE, "standard input (-) can be read once only; give it once");
}

/* The first file that is not valid decides the exit status. */
static int run_check(struct app *app, const struct cli_call *call, struct err *e)
{
    CLEANUP(checker_free) struct checker checker = {0};
    JSON_CLEANUP json_t *results = json_array();
    struct report report = {.files = call->args_count, .results = results};
    int status = 0;

    if (!app_check_output(app, NULL, 0, e) || !refuse_second_reader(call->opts, call, e) ||
        !open_checker(app, call->opts, &checker, e)) {
        return err_exit_status(e);
    }
    for (size_t i = 0; i < call->args_count; i++) {
        CLEANUP(result_free) struct result result = {0};
        struct err failure = ERR_INIT;
        bool checked = check_file(app, &checker, call->args[i], &result, &failure);
        if (checked) {
            checked = report_result(app, &report, &result, &failure);
        } else {
            app_error(app, &failure);
            report_failure(&report, call->args[i], &failure);
        }
        int its_status =
            checked ? (result.verdict == SCHEMA_VALID ? ERR_EXIT_DONE : ERR_EXIT_USAGE) : err_exit_status(&failure);
        status = status != 0 ? status : its_status;
    }
    return print_report(app, &report, e) ? status : err_exit_status(e);
}

static const struct cmd_example check_examples[] = {
    {"vpcmeta schema check body.json", "which request it is the body of, and its faults"},
    {"vpcmeta schema check --as instance_patch -", "a body from standard input"},
    {"vpcmeta schema check --schema pet.json --map https://example.org=./schemas rex.json", "any schema"},
    {NULL, NULL},
};

const struct cmd_spec cmd_schema_check = {
    .path = "schema check",
    .summary = "check a request body, offline",
    .arguments = "FILE|- ...",
    .description =
        "Says what a body is valid as, or each of its faults with line and column, JSON pointer, reason and rule. "
        "Without --as the schema is chosen by the body's shape.\n\n"
        "With --schema the check is against any JSON Schema of draft 2020-12. Nothing is fetched: a reference that "
        "leads out of the file is found in the folder that --map gives for its URI, one to " SCHEMA_CATALOG_URI
        " in our own schemas. As the draft says, 'format' is a remark only; --assert-format makes it a rule.\n\n"
        "Exit status: 0 when every file is valid, 2 when one is not, or cannot be decided because checking it takes "
        "more effort than is allowed.",
    .examples = check_examples,
    .opts = check_opt,
    .opts_size = sizeof(struct check_opts),
    .flags = CMD_OFFLINE | CMD_FILE_ARGS,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = run_check,
};
