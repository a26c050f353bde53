/* plan: what a policy would change, shown and kept in a file for `apply`. Nothing is written to servers. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock/clock.h"
#include "commands.h"
#include "fsio/fsio.h"
#include "plan_next.h"
#include "plan_report.h"
#include "policy_plan.h"
#include "results.h"

enum { EXPIRES_MAX_MS = 30 * 24 * 3600 * 1000LL, PEEKED = 64 };

struct plan_opts {
    struct policy_opts policy;
    struct selector_opts select;
    const char *out;
    struct opt_duration expires;
    bool exit_code;
};

static const struct opt_spec plan_opt[] = {
    OPT_GROUP(struct plan_opts, policy, policy_group),
    OPT_GROUP(struct plan_opts, select, selector_group),
    OPT_FILE(struct plan_opts, out, 0, "out", "FILE", "write the plan to the file, for `apply`"),
    OPT_DURATION(struct plan_opts, expires, 0, "expires", "how long `apply` accepts the plan", .default_value = "24h",
                 .min = 1000, .max = EXPIRES_MAX_MS, .needs = "out"),
    OPT_FLAG(struct plan_opts, exit_code, 0, "exit-code", "exit with 3 when there are changes"),
    OPT_END,
};

/* --- the file ----------------------------------------------------------------------------------------- */

/* Whether what stands there may be overwritten: nothing, or an earlier plan. Known before the first request. */
static bool check_out(const char *path, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};
    CLEANUP(text_free_pointer) char *folder = fsio_folder_of(path);
    struct err ignored = ERR_INIT;
    struct stat status;

    if (strcmp(path, "-") == 0) {
        return err_set(e, ERR_USAGE, "--out -: a plan is kept in a file; -o json prints it");
    }
    if (lstat(path, &status) == 0) {
        if (S_ISLNK(status.st_mode)) {
            return err_set(e, ERR_USAGE, "--out %s: it is a symbolic link: give the name of a file", path);
        }
        bool whole = S_ISREG(status.st_mode) && fsio_read(path, PEEKED, &content, &ignored);
        bool begun = whole || content.size > PEEKED; /* of what is longer the beginning is enough */
        if (!begun || !plan_file_is(text_string(&content), content.size)) {
            return err_set(e, ERR_USAGE, "--out %s: the file exists and is not a plan: give another name", path);
        }
    }
    if (!fsio_check_room(folder, 0, e)) {
        e->code = ERR_USAGE;
        return err_wrap(e, "--out %s", path);
    }
    return true;
}

/* The words of the command line, as they may be kept. */
static void take_words(const struct app *app, struct policy_plan *planned, struct plan_file *file)
{
    const char **words = text_arena_alloc(&planned->memory, (app->words_count + 1) * sizeof(*words));

    for (size_t i = 0; i < app->words_count; i++) {
        char *word = text_arena_copy(&planned->memory, app->words[i], strlen(app->words[i]));
        (void)secrets_mask(app->secrets, word, strlen(word));
        words[i] = word;
    }
    file->selection = words;
    file->selection_count = app->words_count;
}

static void set_times(const struct plan_opts *opts, struct policy_plan *planned, struct plan_file *file)
{
    enum { SECOND_MS = 1000 };
    int64_t now = clock_wall_ms(clock_system());
    int64_t end = now + opts->expires.ms + SECOND_MS - 1; /* it holds for that time at least */
    char *stamps = text_arena_alloc(&planned->memory, 2 * CLOCK_STAMP_SIZE);

    clock_stamp(now / SECOND_MS, stamps);
    clock_stamp(end / SECOND_MS, stamps + CLOCK_STAMP_SIZE);
    file->created_at = stamps;
    file->expires_at = stamps + CLOCK_STAMP_SIZE;
}

static bool keep(const char *path, struct plan_file *file, struct err *e)
{
    CLEANUP(text_free) struct text bytes = {0};

    return (plan_file_encode(file, &bytes, e) && fsio_replace(path, text_string(&bytes), bytes.size, e)) ||
           err_wrap(e, "--out %s", path);
}

/* --- the report --------------------------------------------------------------------------------------- */

/* The command that carries it out: the plan that is kept, or the same policy and selection. */
static void append_next(const struct app *app, const struct cli_call *call, struct text *out)
{
    const struct plan_opts *opts = call->opts;
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    if (opts->out != NULL) {
        plan_next_file(app, opts->out, &line);
    } else if (!plan_next_policy(app, call, &opts->policy, &opts->select, &line)) {
        text_append(out, "next: plan again with --out FILE, and apply that (standard input cannot be read again)");
        return;
    }
    text_printf(out, "next: %s", cli_command_line_string(&line));
    (void)secrets_mask(app->secrets, out->data, out->size);
}

/* Programs get an object all the same, once a request was sent. */
static int refuse(struct app *app, const struct policy_plan *planned, struct err *e)
{
    const struct fleet_run nothing = {0};
    JSON_CLEANUP json_t *head =
        json_build("{s:i, s:n, s:n, s:b, s:[s], s:s, s:b}", "schema_version", 1, "plan", "policy", "complete", 0,
                   "missing", e->message, "error", e->message, "dry_run", 1);
    struct err error = ERR_INIT;

    if (planned->fleet.scope.http != NULL && !app_prints_text(app) &&
        !results_print_plan(app, &nothing, NULL, 0, head, &error)) {
        app_error(app, &error);
    }
    return err_exit_status(e);
}

static int plan(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct plan_opts *opts = call->opts;
    CLEANUP(policy_plan_free) struct policy_plan planned = {0};
    CLEANUP(text_free) struct text next = {0};
    struct plan_file file;

    if (!results_check_plan(app, e) || (opts->out != NULL && !check_out(opts->out, e))) {
        return err_exit_status(e);
    }
    if (!policy_plan_make(app, call, &opts->policy, &opts->select, opts->out != NULL, &planned, e)) {
        return refuse(app, &planned, e);
    }
    bool complete = planned.fleet.missing.size == 0;
    size_t changes = plan_count(&planned.made.plan).change;
    policy_plan_describe(app, &planned, &file);
    take_words(app, &planned, &file);
    set_times(opts, &planned, &file);
    if (opts->out != NULL && complete && !keep(opts->out, &file, e)) {
        return refuse(app, &planned, e);
    }
    if (complete && changes > 0) {
        append_next(app, call, &next);
    }
    if (!plan_report(app,
                     &(struct plan_report){.file = &file,
                                           .digested = opts->out != NULL && complete,
                                           .all = opts->select.all,
                                           .missing = &planned.fleet.missing,
                                           .next = next.size > 0 ? text_string(&next) : NULL},
                     e)) {
        return err_exit_status(e);
    }
    if (!complete) {
        (void)app_inventory_status(app, "plan", &planned.fleet.missing, e);
        if (opts->out != NULL) {
            err_advise(e, "%s was not written: a plan of a part would leave out the rest", opts->out);
        }
        return ERR_EXIT_PARTLY;
    }
    return opts->exit_code && changes > 0 ? ERR_EXIT_FINDINGS : ERR_EXIT_DONE;
}

static const struct cmd_example examples[] = {
    {"vpcmeta plan --policy baseline", "what the built-in policy would change"},
    {"vpcmeta plan --policy policy.yaml --out change.plan", "keep the plan, to review it and to apply exactly that"},
    {"vpcmeta plan --policy policy.yaml --vpc vpc-prod --exit-code", "in a pipeline: 3 when something is to change"},
    {0},
};

const struct cmd_spec cmd_plan = {
    .path = "plan",
    .summary = "show what a policy would change, and keep it as a plan",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "Reads what `audit` reads with the same policy, and shows what it takes to get there: settings of servers, "
        "other templates, groups that move to them, restarts. Every finding is either changed by the plan or left with "
        "its reason. Nothing is changed. The history keeps the bodies of templates that `apply` deletes, user_data "
        "included, for `runs rollback` (mode 0600); a plan has none. --out keeps the plan with what was found, ETags "
        "and a digest: `apply FILE` "
        "does exactly that, and refuses what has changed since. Exit status 5 when something could not be read: then "
        "no file is written.",
    .examples = examples,
    .opts = plan_opt,
    .opts_size = sizeof(struct plan_opts),
    .flags = CMD_PAGED | CMD_ROWS,
    .max_args = CMD_ANY_ARGS,
    .run = plan,
    .fields = results_plan_fields,
};
