/* schema list, show and example: what the local JSON Schemas are and say; nothing is sent. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "commands.h"
#include "known_columns.h"
#include "schema/schema_catalog.h"

/* --- list -------------------------------------------------------------------------------------- */

enum { COLUMN_NAME, COLUMN_REQUEST, COLUMN_TITLE, COLUMN_DESCRIPTION, COLUMNS };

static const struct table_column list_columns[COLUMNS] = {
    [COLUMN_NAME] = {.name = "name", .flags = TABLE_FIXED},
    [COLUMN_REQUEST] = {.name = "request", .title = "BODY OF", .rank = 1, .least = 20},
    [COLUMN_TITLE] = {.name = "title", .title = "WHAT IT IS", .rank = 2, .least = 16},
    [COLUMN_DESCRIPTION] = {.name = "description", .flags = TABLE_WIDE},
};

struct list_opts {
    bool all;
};

static const struct opt_spec list_opt[] = {
    OPT_FLAG(struct list_opts, all, 0, "all", "also the definitions that they share"),
    OPT_END,
};

static int run_list(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct list_opts *opts = call->opts;
    TABLE_CLEANUP struct table *table = table_create(list_columns, COLUMNS);

    if (!app_check_output(app, list_columns, COLUMNS, e)) {
        return err_exit_status(e);
    }
    struct schema_catalog *catalog = app_schemas(app, e);
    size_t count = catalog == NULL ? 0 : opts->all ? schema_catalog_file_count(catalog) : schema_catalog_count(catalog);
    for (size_t i = 0; i < count; i++) {
        const struct schema_entry *entry = schema_catalog_at(catalog, i, e);
        if (entry == NULL) {
            return err_exit_status(e);
        }
        table_add_row(table);
        table_set_string(table, COLUMN_NAME, entry->name);
        table_set_string(table, COLUMN_REQUEST, entry->request);
        table_set_string(table, COLUMN_TITLE, entry->title);
        table_set_string(table, COLUMN_DESCRIPTION, entry->description);
    }
    return catalog != NULL && app_print_list(app, table, NULL, (struct app_noun){"schema", "schemas"}, e)
               ? 0
               : err_exit_status(e);
}

static const struct cmd_example list_examples[] = {
    {"vpcmeta schema list", "what 'schema check --as' knows"},
    {"vpcmeta schema list --all", "also common/metadata and the like, for 'schema show'"},
    {0},
};

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, list_columns, COLUMNS);
}

const struct cmd_spec cmd_schema_list = {
    .path = "schema list",
    .summary = "the request bodies that have a schema",
    .description =
        "Every body that is sent to the VPC API, the identity API of a server or IAM is checked against one of "
        "these first. They are part of the program; files of the same name in the folder of --schema-dir replace them.",
    .examples = list_examples,
    .opts = list_opt,
    .opts_size = sizeof(struct list_opts),
    .flags = CMD_OFFLINE | CMD_PAGED | CMD_ROWS,
    .run = run_list,
    .fields = fields,
};

/* --- show -------------------------------------------------------------------------------------- */

struct show_opts {
    bool bundle;
};

static const struct opt_spec show_opt[] = {
    OPT_FLAG(struct show_opts, bundle, 0, "bundle", "put the shared definitions it refers to into the same document"),
    OPT_END,
};

/* A schema is JSON already: only another format or --jq makes a document of it. */
static bool as_file(const struct app *app)
{
    return app->globals->jq == NULL && app->globals->output.value <= RENDER_JSON;
}

static bool show(struct app *app, const char *name, bool bundle, struct err *e)
{
    struct schema_catalog *catalog = app_schemas(app, e);
    const struct schema_entry *entry = catalog != NULL ? schema_catalog_find(catalog, name, e) : NULL;
    CLEANUP(text_free) struct text file = {0};

    if (entry == NULL) {
        return false;
    }
    if (bundle) {
        JSON_CLEANUP json_t *whole = schema_catalog_bundle(catalog, entry, e);
        return whole != NULL && app_print_body(app, whole, e);
    }
    if (!as_file(app)) {
        return app_print_document(app, entry->root, e);
    }
    if (app_json_style(app).indent) {
        return app_print_body(app, entry->root, e);
    }
    return schema_catalog_text(entry, &file, e) && render_text(file.data, file.size, app_stdout(app), e);
}

static int run_show(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct show_opts *opts = call->opts;

    return show(app, call->args[0], opts->bundle, e) ? 0 : err_exit_status(e);
}

static const struct cmd_example show_examples[] = {
    {"vpcmeta schema show common/metadata", "definitions that several schemas refer to"},
    {"vpcmeta schema show instance_create --bundle > instance_create.json",
     "a file for an editor that knows JSON Schema"},
    {NULL, NULL},
};

const struct cmd_spec cmd_schema_show = {
    .path = "schema show",
    .summary = "print a schema",
    .arguments = "NAME",
    .description = "Prints the file as it is. References to shared definitions (common/...) stay references unless "
                   "--bundle is given.",
    .examples = show_examples,
    .opts = show_opt,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_OFFLINE | CMD_PAGED,
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};

/* --- example ----------------------------------------------------------------------------------- */

struct example_opts {
    const char *variant;
};

/* For completion; a test compares them with the schemas. */
static const char *const variant_words[] = {
    "image-network-attachment",
    "image-network-interface",
    "catalog-offering-network-attachment",
    "catalog-offering-network-interface",
    "volume-network-attachment",
    "volume-network-interface",
    "source-snapshot-network-attachment",
    "source-snapshot-network-interface",
    "source-template",
    "network-attachment",
    "network-interface",
    "image",
    "volume",
    "source-snapshot",
    NULL,
};

static const struct opt_spec example_opt[] = {
    OPT_STRING(struct example_opts, variant, 0, "variant", "VARIANT",
               "of this variant: the start or some words of its name will do", .words = variant_words),
    OPT_END,
};

static const char *variant_of(const json_t *example)
{
    return json_string_value(json_object_get(example, "variant"));
}

/* The names of all examples except `chosen` (may be NULL). */
static void append_variants(struct text *out, const json_t *examples, const json_t *chosen)
{
    size_t i;
    json_t *example;

    json_array_foreach ((json_t *)examples, i, example) {
        if (example != chosen) {
            text_printf(out, "%s%s", out->size > 0 ? ", " : "", variant_of(example));
        }
    }
}

/* The first one that is meant, NULL with an error that lists all. Borrowed. */
static const json_t *choose_example(const char *name, const json_t *examples, const char *variant, struct err *e)
{
    CLEANUP(text_free) struct text all = {0};
    size_t i;
    json_t *example;

    if (json_array_size(examples) == 0) {
        err_set(e, ERR_USAGE, "the schema \"%s\" has no example", name);
        return NULL;
    }
    json_array_foreach ((json_t *)examples, i, example) {
        if (variant == NULL || schema_example_is(variant_of(example), variant)) {
            return example;
        }
    }
    append_variants(&all, examples, NULL);
    if (all.size > 0) {
        err_set(e, ERR_USAGE, "%s has no variant \"%s\"; give one of: %s", name, variant, text_string(&all));
    } else {
        err_set(e, ERR_USAGE, "%s has no variants: leave out --variant", name);
    }
    return NULL;
}

static void note_example(const struct app *app, const struct schema_entry *entry, const json_t *examples,
                         const json_t *example)
{
    CLEANUP(text_free) struct text others = {0};

    append_variants(&others, examples, example);
    const char *title = json_string_value(json_object_get(example, "title"));
    if (entry->is_file) {
        app_note(app, "example of %s: %s; put your own names in", entry->name, title);
    } else {
        app_note(app, "example of %s (%s): %s; put your own ids and names in", entry->name, entry->request, title);
    }
    if (others.size > 0) {
        app_note(app, "other variants (--variant): %s", text_string(&others));
    }
}

static int run_example(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct example_opts *opts = call->opts;
    struct schema_catalog *catalog = app_schemas(app, e);
    const struct schema_entry *entry = catalog != NULL ? schema_catalog_find(catalog, call->args[0], e) : NULL;

    if (entry == NULL) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *examples = schema_catalog_examples(catalog, entry);
    const json_t *example = choose_example(entry->name, examples, opts->variant, e);
    if (example == NULL || !app_print_body(app, json_object_get(example, "body"), e)) {
        return err_exit_status(e);
    }
    note_example(app, entry, examples, example);
    return ERR_EXIT_DONE;
}

static const struct cmd_example example_examples[] = {
    {"vpcmeta schema example instance_create > web-17.json", "a first body to edit: an instance by image"},
    {"vpcmeta schema example instance_create --variant volume-network-interface", "one that boots from a volume"},
    {"vpcmeta schema example instance_patch | vpcmeta schema check -", "every example is valid"},
    {NULL, NULL},
};

const struct cmd_spec cmd_schema_example = {
    .path = "schema example",
    .summary = "print an example of a request body, to be edited",
    .arguments = "NAME",
    .description =
        "Prints a body that is valid by the schema, with ids that exist in vpcsim only. Where a body has variants "
        "(an instance by image, catalog offering, volume, snapshot or source template, with network attachments or "
        "interfaces) it is the first one, or that of --variant. 'vpcmeta instance show NAME --as-body' makes a body "
        "of a server that exists.",
    .examples = example_examples,
    .opts = example_opt,
    .opts_size = sizeof(struct example_opts),
    .flags = CMD_OFFLINE | CMD_PAGED,
    .min_args = 1,
    .max_args = 1,
    .run = run_example,
};
