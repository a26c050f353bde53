/* plan show: what a plan in a file would change, without a request. */
#include <string.h>
#include <strings.h>

#include "clock/clock.h"
#include "commands.h"
#include "fsio/fsio.h"
#include "plan_html.h"
#include "plan_next.h"
#include "plan_report.h"
#include "results.h"
#include "wrong_file.h"

enum { PEEKED = 64 };

struct show_opts {
    bool all;
    const char *html;
};

static const struct opt_spec show_opt[] = {
    OPT_FLAG(struct show_opts, all, 0, "all", "name every resource, even where many change alike"),
    OPT_FILE(struct show_opts, html, 0, "html", "FILE", "write the plan as a page for a browser, too"),
    OPT_END,
};

/* Whether there is a folder for the page, before anything is read. */
static bool check_folder(const char *path, struct err *e)
{
    CLEANUP(text_free_pointer) char *folder = fsio_folder_of(path);

    if (!fsio_check_room(folder, 0, e)) {
        e->code = ERR_USAGE;
        return err_wrap(e, "--html %s", path);
    }
    return true;
}

/* Whether the page may be written there: nothing that is no page is overwritten. */
static bool write_page(const char *path, const struct plan_file *file, const struct err *unusable, const char *apply,
                       struct err *e)
{
    static const char beginning[] = "<!doctype html>";
    CLEANUP(text_free) struct text page = {0};
    CLEANUP(text_free) struct text earlier = {0};
    struct err missing = ERR_INIT;

    bool exists = fsio_read(path, PEEKED, &earlier, &missing) || missing.code != ERR_NOT_FOUND;
    if (exists && strncasecmp(text_string(&earlier), beginning, strlen(beginning)) != 0) {
        return err_set(e, ERR_USAGE, "--html %s: the file exists and is not an HTML page: give another name", path);
    }
    plan_html(file, unusable->code != ERR_NONE ? unusable->message : NULL, apply, &page);
    return fsio_replace(path, text_string(&page), page.size, e) || err_wrap(e, "--html %s", path);
}

static bool read_plan(struct app *app, const char *path, struct resource_list *list, struct plan *plan,
                      struct plan_file *ret, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};
    const char *name = strcmp(path, "-") == 0 ? FSIO_INPUT_NAME : path;

    if (!app_read_text(app, path, "a plan", PLAN_FILE_SIZE_MAX, &content, e)) {
        e->code = e->code == ERR_CANCELLED ? ERR_CANCELLED : ERR_USAGE;
        return false;
    }
    return wrong_file_refuse_policy(app, path, &content, "plan --policy", e) &&
           plan_file_decode(text_string(&content), content.size, name, list, plan, ret, e);
}

/* The plan is shown also where it cannot be carried out any more, and that said last. */
static int show(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct show_opts *opts = call->opts;
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text next = {0};
    const char *apply = NULL;
    struct err unusable = ERR_INIT;
    struct plan_file file;
    char now[CLOCK_STAMP_SIZE];

    if (!results_check_plan(app, e) || (opts->html != NULL && !check_folder(opts->html, e)) ||
        !read_plan(app, call->args[0], list, &plan, &file, e)) {
        return err_exit_status(e);
    }
    clock_stamp(clock_wall_s(clock_system()), now);
    bool usable = plan_file_check(&file, now, app->program->version, &unusable);
    if (usable && plan_count(&plan).change > 0 && strcmp(call->args[0], "-") != 0) {
        plan_next_file(app, call->args[0], &line);
        apply = cli_command_line_string(&line);
        text_printf(&next, "next: %s", apply);
    }
    if (opts->html != NULL && !write_page(opts->html, &file, &unusable, apply, e)) {
        return err_exit_status(e);
    }
    if (!plan_report(app,
                     &(struct plan_report){.file = &file,
                                           .digested = true,
                                           .dated = true,
                                           .all = opts->all,
                                           .next = next.size > 0 ? text_string(&next) : NULL},
                     e)) {
        return err_exit_status(e);
    }
    if (!usable) {
        *e = unusable;
        return err_exit_status(e);
    }
    return 0;
}

static const struct cmd_example examples[] = {
    {"vpcmeta plan show change.plan", "what it would change, by policy rule and region"},
    {"vpcmeta plan show change.plan --all -o json", "everything about every resource, for programs"},
    {"vpcmeta plan show change.plan --html plan.html", "a page for those who approve it"},
    {0},
};

const struct cmd_spec cmd_plan_show = {
    .path = "plan show",
    .summary = "show what a plan in a file would change, offline",
    .arguments = "FILE|-",
    .description =
        "Checks the digest of the file and shows the plan as `plan` did, without a request. A file that was edited or "
        "cut off is refused and nothing of it is shown (exit status 2); of a plan that has expired everything is shown "
        "and then that it has (exit status 6).",
    .examples = examples,
    .opts = show_opt,
    .opts_size = sizeof(struct show_opts),
    .flags = CMD_OFFLINE | CMD_FILE_ARGS | CMD_PAGED | CMD_ROWS,
    .min_args = 1,
    .max_args = 1,
    .run = show,
    .fields = results_plan_fields,
};
