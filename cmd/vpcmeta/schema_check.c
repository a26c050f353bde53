/* schema check: checking of bodies against the local JSON Schemas or any other; nothing is sent. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "resource/resource_create.h"
#include "schema_report.h"

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

/* Makes the body that a creation of such a kind would send, where that moves members. */
static bool move_members(struct check_result *result, const struct schema_entry *asked, struct err *e)
{
    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        const struct resource_kind *kind = resource_kinds[i];
        bool meant = asked != NULL ? body_relocates(asked) == kind : kind->profile_parent != NULL;
        if (!meant || !json_is_object(result->document.root)) {
            continue;
        }
        JSON_CLEANUP json_t *body = json_deep_copy(result->document.root);
        if (!resource_relocate_misplaced(kind, body, &result->moved, e)) {
            return err_wrap(e, "%s", result->document.name);
        }
        if (result->moved.size > 0) {
            result->mover = kind;
            result->moved_body = json_incref(body);
            return true;
        }
    }
    return true;
}

/* What a creation moves may make the body valid as that, too. */
static bool add_moved(const struct checker *checker, struct check_result *result, struct err *e)
{
    struct schema_catalog_match *match = &result->match;
    const struct schema_entry *entry = schema_catalog_find(checker->catalog, result->mover->create_schema, e);
    const struct schema *schema = entry != NULL ? schema_catalog_compile(checker->catalog, entry, e) : NULL;

    if (schema == NULL) {
        return false;
    }
    if (match->count < SCHEMA_CATALOG_MATCHES_MAX && schema_check(schema, result->moved_body) == SCHEMA_VALID) {
        match->valid[match->count++] = entry;
        match->nearest = NULL;
    }
    return true;
}

/* Chooses the schema by the body's shape; leaves it NULL where none fits. */
static bool recognize(const struct checker *checker, struct check_result *result, const struct schema_entry **ret_entry,
                      struct err *e)
{
    const json_t *root = result->document.root;
    bool moved = result->mover != NULL;
    bool certain = moved && json_object_get(root, result->mover->profile_parent) != NULL;

    if (!schema_catalog_recognize(checker->catalog, certain ? result->moved_body : root, &result->match, e) ||
        (moved && !certain && !add_moved(checker, result, e))) {
        return false;
    }
    *ret_entry = result->match.count > 0 ? result->match.valid[0] : result->match.nearest;
    return true;
}

/* Against one of our own schemas, as `create` does it. */
static bool check_body(const struct app *app, const struct checker *checker, struct check_result *result, struct err *e)
{
    const struct schema_entry *entry = checker->entry;

    if (!body_take_numbers(&result->document, e) || !move_members(result, entry, e)) {
        return false;
    }
    if (entry != NULL) {
        result->match.nearest = entry;
    } else if (!recognize(checker, result, &entry, e)) {
        return false;
    }
    result->judged.verdict = SCHEMA_INVALID;
    if (entry == NULL) {
        return true;
    }
    const struct schema *schema = schema_catalog_compile(checker->catalog, entry, e);
    if (schema == NULL) {
        return false;
    }
    result->title = schema_title(schema);
    body_judge(app, schema, check_result_body(result, entry), &result->judged);
    return true;
}

/* Files that people write may be YAML, and have rules that no schema says: another command checks them whole. */
static bool name_policy_check(const struct app *app, const struct checker *checker, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text file = {0};

    if (e->code != ERR_INVALID || checker->entry == NULL || !checker->entry->is_file || strcmp(path, "-") == 0) {
        return false;
    }
    cli_quote(&file, path);
    return err_advise(e, "YAML is read by: %s policy check %s%s", app->program->name,
                      strcmp(checker->entry->name, "policy") == 0 ? "" : "POLICY --exceptions ", text_string(&file));
}

static bool check_file(const struct app *app, const struct checker *checker, const char *path,
                       struct check_result *result, struct err *e)
{
    /* what `create` does not read is not valid either */
    int flags = checker->catalog != NULL ? JSON_READ_STRICT : JSON_READ_BIG_NUMBERS;

    if (!app_read_document(app, path, flags, &result->document, e)) {
        return name_policy_check(app, checker, path, e);
    }
    result->catalog = checker->catalog;
    result->name = checker->name;
    if (checker->catalog != NULL) {
        return check_body(app, checker, result, e);
    }
    result->title = schema_title(checker->schema);
    body_judge(app, checker->schema, result->document.root, &result->judged);
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
    struct check_report report = {.files = call->args_count, .results = results};
    int status = 0;

    if (!app_check_output(app, NULL, 0, e) || !refuse_second_reader(call->opts, call, e) ||
        !open_checker(app, call->opts, &checker, e)) {
        return err_exit_status(e);
    }
    for (size_t i = 0; i < call->args_count; i++) {
        CLEANUP(check_result_free) struct check_result result = {0};
        struct err failure = ERR_INIT;
        bool checked = check_file(app, &checker, call->args[i], &result, &failure);
        if (checked) {
            checked = check_report_result(app, &report, &result, &failure);
        } else {
            app_error(app, &failure);
            check_report_failure(&report, call->args[i], &failure);
        }
        int its_status = checked ? (result.judged.verdict == SCHEMA_VALID ? ERR_EXIT_DONE : ERR_EXIT_USAGE)
                                 : err_exit_status(&failure);
        status = status != 0 ? status : its_status;
    }
    return check_report_print(app, &report, e) ? status : err_exit_status(e);
}

static const struct cmd_example check_examples[] = {
    {"vpcmeta schema check web-17.json", "which request it is the body of, and its faults"},
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
