/* schema export: every schema as a file, to be read, edited and given back with --schema-dir. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "commands.h"
#include "schema/schema_catalog.h"

struct export_opts {
    bool force;
};

static const struct opt_spec export_opt[] = {
    OPT_FLAG(struct export_opts, force, 0, "force", "write over files that exist"),
    OPT_END,
};

static void append_path(struct text *path, const char *folder, const struct schema_entry *entry)
{
    text_printf(path, "%s/%s.json", folder, entry->name);
}

/* Makes the folder unless it is there. */
static bool make_folder(const char *path, struct err *e)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) {
        return true;
    }
    return err_set_errno(e, ERR_IO, "cannot make the folder %s", path);
}

/* Nothing is written unless all of it can be. */
static bool check_free(struct schema_catalog *catalog, const char *folder, struct err *e)
{
    for (size_t i = 0; i < schema_catalog_file_count(catalog); i++) {
        const struct schema_entry *entry = schema_catalog_at(catalog, i, e);
        CLEANUP(text_free) struct text path = {0};
        if (entry == NULL) {
            return false;
        }
        append_path(&path, folder, entry);
        if (access(text_string(&path), F_OK) == 0) {
            return err_set(e, ERR_USAGE, "%s exists: --force writes over it; nothing was written", text_string(&path));
        }
    }
    return true;
}

static bool write_file(const char *path, const struct text *content, struct err *e)
{
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        return err_set_errno(e, ERR_IO, "cannot write %s", path);
    }
    bool written = fwrite(text_string(content), 1, content->size, file) == content->size;
    if (fclose(file) != 0 || !written) {
        return err_set_errno(e, ERR_IO, "cannot write %s", path);
    }
    return true;
}

static bool export_entry(const struct schema_entry *entry, const char *folder, struct err *e)
{
    CLEANUP(text_free) struct text path = {0}, content = {0};

    append_path(&path, folder, entry);
    if (strchr(entry->name, '/') != NULL) {
        CLEANUP(text_free) struct text below = {0};
        text_append_size(&below, text_string(&path), (size_t)(strrchr(text_string(&path), '/') - text_string(&path)));
        if (!make_folder(text_string(&below), e)) {
            return false;
        }
    }
    return schema_catalog_text(entry, &content, e) && write_file(text_string(&path), &content, e);
}

static bool export_all(struct schema_catalog *catalog, const char *folder, struct err *e)
{
    if (!make_folder(folder, e)) {
        return false;
    }
    for (size_t i = 0; i < schema_catalog_file_count(catalog); i++) {
        const struct schema_entry *entry = schema_catalog_at(catalog, i, e);
        if (entry == NULL || !export_entry(entry, folder, e)) {
            return false;
        }
    }
    return true;
}

static int run_export(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct export_opts *opts = call->opts;
    const char *folder = call->args[0];
    struct schema_catalog *catalog = app_schemas(app, e);

    if (catalog == NULL || (!opts->force && !check_free(catalog, folder, e)) || !export_all(catalog, folder, e)) {
        return err_exit_status(e);
    }
    app_note(app,
             "%zu files written to %s; --schema-dir %s uses them, and files that you delete are taken from the "
             "program again",
             schema_catalog_file_count(catalog), folder, folder);
    return ERR_EXIT_DONE;
}

static const struct cmd_example export_examples[] = {
    {"vpcmeta schema export my-schemas", "every schema as a file, the shared definitions too"},
    {0},
};

const struct cmd_spec cmd_schema_export = {
    .path = "schema export",
    .summary = "write every schema to a folder",
    .arguments = "DIR",
    .description = "Writes the schemas of all bodies and the definitions that they share. For a property that is newer "
                   "than this program, keep and edit the one file that declares it, and give the folder with "
                   "--schema-dir: what is not in the folder is built in.",
    .examples = export_examples,
    .opts = export_opt,
    .opts_size = sizeof(struct export_opts),
    .flags = CMD_OFFLINE | CMD_FILE_ARGS,
    .min_args = 1,
    .max_args = 1,
    .run = run_export,
};
