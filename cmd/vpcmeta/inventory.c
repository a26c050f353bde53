/* inventory export: everything that the program knows of the regions, in one file. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock/clock.h"
#include "commands.h"
#include "fsio/fsio_draft.h"
#include "inventory/inventory_export.h"
#include "mem/mem.h"
#include "selection.h"
#include "term/term.h"

struct export_opts {
    struct selector_opts select;
    const char *file;
    bool initializations, with_user_data;
};

static const struct opt_spec export_opt[] = {
    OPT_FILE(struct export_opts, file, 'o', "output", "FILE|-", "the file to write; - is standard output",
             .alias = "file"),
    OPT_FLAG(struct export_opts, initializations, 0, "initializations",
             "also each server's keys and default trusted profile (a request each)",
             .alias = "trusted-profile-details"),
    OPT_FLAG(struct export_opts, with_user_data, 0, "with-user-data",
             "user_data and passwords as they are, instead of their length and hash"),
    OPT_GROUP(struct export_opts, select, selector_group),
    OPT_END,
};

static const struct cmd_refusal export_refusals[] = {
    {"fields", "the file holds whole records"},
    {"jq", "the file is for programs: run jq on it"},
    {"no-headers", "the file has no line of headings"},
    {"color", "the file has no colours"},
    {"no-pager", "the file is not shown"},
    {0},
};

/* --- where it goes ------------------------------------------------------------------------------------ */

static bool is_format(const char *word)
{
    size_t i = 0;

    while (render_format_names[i] != NULL && strcmp(render_format_names[i], word) != 0) {
        i++;
    }
    return render_format_names[i] != NULL;
}

/* One JSON object of megabytes is of no use at a terminal, unless it is asked for by name. */
static bool check_file(const struct export_opts *opts, struct err *e)
{
    if (opts->file != NULL && is_format(opts->file)) {
        return err_set(e, ERR_USAGE,
                       "-o %s: -o names the file here, which is JSON: write -o ./%s if the file is "
                       "called so",
                       opts->file, opts->file);
    }
    return opts->file != NULL || !term_is_terminal(STDOUT_FILENO) ||
           err_set(e, ERR_USAGE, "an inventory is too long for a terminal: name a file with -o FILE, or pipe it");
}

/* A word that no server is called by and that looks like a file. */
static bool check_targets(const struct cli_call *call, struct err *e)
{
    for (size_t i = 0; i < call->args_count; i++) {
        const char *end = strrchr(call->args[i], '.');
        if (end != NULL && strcmp(end, ".json") == 0) {
            CLEANUP(text_free) struct text file = {0};
            cli_quote(&file, call->args[i]);
            return err_set(e, ERR_USAGE, "no server has the name %s: a file is named with -o %s", call->args[i],
                           text_string(&file));
        }
    }
    return true;
}

/* Where the inventory is written. */
struct target {
    struct app *app;
    const char *file; /* NULL: standard output */
    struct fsio_draft *draft;
    char *folder;   /* for what waits to be written */
    bool loadable;  /* the file is one that stays, not a device or a pipe */
    bool refusable; /* requests may have been sent, and nothing is written yet */
};

static void target_free(struct target *target)
{
    fsio_draft_close(target->draft);
    free(target->folder);
}

static bool open_target(struct app *app, const struct export_opts *opts, struct target *ret, struct err *e)
{
    const char *temporary = getenv("TMPDIR");
    bool to_output = opts->file == NULL || strcmp(opts->file, "-") == 0;
    struct stat status;

    ret->app = app;
    ret->file = to_output ? NULL : opts->file;
    if (!to_output && (ret->draft = fsio_draft_open(opts->file, e)) == NULL) {
        e->code = ERR_USAGE; /* nothing was sent */
        return err_wrap(e, "-o");
    }
    bool regular = !to_output && (stat(opts->file, &status) != 0 || S_ISREG(status.st_mode));
    ret->loadable = regular && strncmp(opts->file, "/dev/", 5) != 0 && strncmp(opts->file, "/proc/", 6) != 0;
    ret->folder = regular                                     ? fsio_folder_of(opts->file)
                  : temporary != NULL && temporary[0] != '\0' ? mem_copy(temporary)
                                                              : mem_copy("/tmp");
    return true;
}

static bool write_piece(void *context, const char *bytes, size_t size, struct err *e)
{
    struct target *target = context;

    if (!command_continues(&target->app->limits, e)) {
        return false;
    }
    if (target->draft != NULL) {
        return fsio_draft_write(target->draft, bytes, size, e);
    }
    target->refusable = false;
    app_progress_hide(target->app);
    return render_text(bytes, size, app_stdout(target->app), e);
}

/* --- what it says of itself --------------------------------------------------------------------------- */

static void add_words(json_t *selection, const char *name, const char *const *items, size_t count)
{
    json_t *words = json_array();

    for (size_t i = 0; i < count; i++) {
        json_array_append_new(words, json_build_string(items[i]));
    }
    if (count > 0) {
        json_object_set(selection, name, words);
    }
    json_decref(words);
}

/* The selectors that were given; NULL: none. */
static json_t *describe_selection(const struct selector_opts *opts, const struct inventory_selector *selector)
{
    json_t *selection = json_object();

    add_words(selection, "targets", selector->targets.items, selector->targets.count);
    add_words(selection, "name", opts->names.items, opts->names.count);
    add_words(selection, "vpc", opts->vpcs.items, opts->vpcs.count);
    add_words(selection, "resource-group", opts->resource_groups.items, opts->resource_groups.count);
    add_words(selection, "zone", opts->zones.items, opts->zones.count);
    add_words(selection, "status", opts->statuses.items, opts->statuses.count);
    add_words(selection, "exclude", opts->excludes.items, opts->excludes.count);
    if (opts->where != NULL) {
        json_object_set_new(selection, "where", json_build_string(opts->where));
    }
    if (json_object_size(selection) == 0) {
        json_decref(selection);
        return NULL;
    }
    return selection;
}

/* Says each line of a text. */
static void detail_lines(const struct app *app, const struct text *lines)
{
    size_t size = 0;

    for (const char *line = text_string(lines); *line != '\0'; line += size + (line[size] == '\n')) {
        size = strcspn(line, "\n");
        app_detail(app, "%.*s", (int)size, line);
    }
}

/* "fleet.json has 490 records of 1 region; `vpcsim --load fleet.json` serves the copy" */
static void say_what_is_there(const struct target *target, size_t total, size_t regions, bool whole)
{
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "%s %s %zu record%s of %zu region%s", target->file, whole ? "has" : "is incomplete: it has",
                total, total == 1 ? "" : "s", regions, regions == 1 ? "" : "s");
    if (target->loadable) {
        text_append(&line, "; `vpcsim --load ");
        cli_quote(&line, target->file);
        text_append(&line, whole ? "` serves the copy" : total == 1 ? "` serves that" : "` serves those");
    }
    app_note(target->app, "%s", text_string(&line));
}

static void report(const struct target *target, const struct inventory_export *copy, size_t regions, bool with_secrets,
                   bool whole)
{
    const struct app *app = target->app;
    CLEANUP(text_free) struct text lines = {0};
    size_t total = inventory_export_describe(copy, &lines);

    detail_lines(app, &lines);
    if (target->file != NULL) {
        say_what_is_there(target, total, regions, whole);
    }
    if (with_secrets) {
        app_warn(app, "%s holds user_data and passwords as they are: whoever reads it has them",
                 target->file != NULL ? target->file : "the output");
    }
}

/* --- the command -------------------------------------------------------------------------------------- */

static bool read_all(struct app *app, const struct cli_call *call, struct selection *selection,
                     struct inventory_export *copy, const struct inventory_scope *scope, struct text *missing,
                     struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *found = resource_list_create();
    CLEANUP(text_free) struct text gone = {0};
    size_t kinds = 0;

    while (resource_kinds[kinds] != NULL) {
        kinds++;
    }
    selection->selector.observer = inventory_export_observer(copy);
    bool good = selection_find(app, call, scope, resource_kinds, kinds, selection, found, missing, e) &&
                inventory_export_finish(copy, found, missing, &gone, e);
    selection->selector.observer = NULL;
    if (good) {
        detail_lines(app, &gone);
    }
    return good;
}

static bool write_all(struct target *target, struct inventory_export *copy, const struct export_opts *opts,
                      const struct selection *selection, const struct text *missing, struct err *e)
{
    JSON_CLEANUP json_t *selectors = describe_selection(&opts->select, &selection->selector);
    char now[CLOCK_STAMP_SIZE];
    const struct inventory_export_head head = {.exported_at = now,
                                               .version = VPCMETA_VERSION,
                                               .api_version = target->app->globals->api_version,
                                               .selection = selectors};

    clock_stamp(clock_wall_s(clock_system()), now);
    return inventory_export_write(copy, &head, missing,
                                  &(struct inventory_export_sink){.write = write_piece, .context = target}, e) &&
           (target->draft == NULL || fsio_draft_publish(target->draft, e));
}

static bool export(struct app *app, const struct cli_call *call, struct selection *selection, struct target *target,
                   struct text *missing, struct err *e)
{
    const struct export_opts *opts = call->opts;
    struct inventory_scope scope = {0};
    bool connected = app_connect(app, &scope, e);

    target->refusable = target->file == NULL && scope.http != NULL;
    if (!connected) {
        return false;
    }
    const struct inventory_export_options options = {.folder = target->folder,
                                                     .narrowed = inventory_selector_narrows(&selection->selector) ||
                                                                 selection->selector.excludes.count > 0,
                                                     .initializations = opts->initializations,
                                                     .with_secrets = opts->with_user_data};
    CLEANUP(inventory_export_release) struct inventory_export *copy = inventory_export_begin(&scope, &options, e);
    if (copy == NULL || !read_all(app, call, selection, copy, &scope, missing, e) ||
        !write_all(target, copy, opts, selection, missing, e)) {
        return false;
    }
    report(target, copy, scope.region_count, opts->with_user_data, missing->size == 0);
    return true;
}

/* Programs get the object all the same (cli.md, "Output"): one without records, that says why. */
static void refuse(const struct target *target, const struct err *why)
{
    JSON_CLEANUP json_t *document =
        json_build("{s:i, s:s, s:[], s:{}, s:b, s:[s]}", "vpcmeta_inventory", 1, "vpcmeta", VPCMETA_VERSION, "records",
                   "counts", "complete", 0, "missing", why->message);
    CLEANUP(text_free) struct text text = {0};
    struct err ignored = ERR_INIT;

    json_print(&text, document, JSON_PRINT_COMPACT);
    text_append_char(&text, '\n');
    app_progress_hide(target->app);
    if (!render_text(text_string(&text), text.size, app_stdout(target->app), &ignored)) {
        app_error(target->app, &ignored);
    }
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct export_opts *opts = call->opts;
    CLEANUP(selection_free) struct selection selection = {0};
    CLEANUP(text_free) struct text missing = {0};
    CLEANUP(target_free) struct target target = {0};

    if (!check_file(opts, e) || !check_targets(call, e) || !selection_read(app, &opts->select, call, &selection, e) ||
        !open_target(app, opts, &target, e)) {
        return err_exit_status(e);
    }
    if (!export(app, call, &selection, &target, &missing, e)) {
        if (target.file != NULL) {
            err_append(e, "; %s was not written", target.file);
        } else if (target.refusable) {
            refuse(&target, e);
        }
        return err_exit_status(e);
    }
    return app_incomplete(app, "inventory", "\"missing\" in the file", &missing, e);
}

static const struct cmd_example examples[] = {
    {"vpcmeta inventory export --region us-south,eu-de -o fleet.json", "two regions, to be loaded with vpcsim --load"},
    {"vpcmeta inventory export --vpc vpc-prod -o prod.json", "the servers of a VPC and what they refer to"},
    {"vpcmeta inventory export --region all | gzip > fleet.json.gz", "the whole account, compressed"},
    {0},
};

const struct cmd_spec cmd_inventory_export = {
    .path = "inventory export",
    .summary = "write everything into one file, to rehearse on a copy",
    .description =
        "Reads instances, instance templates, bare metal servers and instance groups with their members, and what "
        "they use: images, boot volumes, snapshots, VPCs, subnets, keys, placement groups and resource groups, "
        "besides the region, its zones and the profiles. Data volumes stay out. `vpcsim --load FILE` serves the "
        "copy, with the same ids, CRNs and account.\n\n"
        "Selectors choose servers, templates and groups of all kinds at once. What these refer to comes along, and "
        "what that refers to; a group that was chosen brings its members. A server brings the group that it is in, "
        "but not the other members.\n\n"
        "The file is one JSON object, {\"vpcmeta_inventory\":1, ..., \"records\":[...], \"account\", \"counts\", "
        "\"complete\", \"missing\"}, with a record a line: {\"kind\", \"region\", \"record\"}, where `record` is the "
        "API's own object. It is written beside its place and moved there when it is whole, readable by its owner "
        "only. Where something could not be read or a record is odd, \"complete\" is false, \"missing\" names it, "
        "and the exit status is 1; an odd record is in the file as it was answered.\n\n"
        "A string of user_data or a password becomes {\"redacted\":true, \"length\", \"sha256\"}, unless "
        "--with-user-data is given.",
    .arguments = "[NAME|ID|CRN...]",
    .examples = examples,
    .opts = export_opt,
    .opts_size = sizeof(struct export_opts),
    .refusals = export_refusals,
    .max_args = CMD_ANY_ARGS,
    .run = run,
};
