/* apply: carries out a plan that was made earlier, or makes one from a policy and carries it out. */
#include <string.h>

#include "apply_file.h"
#include "apply_policy.h"
#include "commands.h"
#include "mem/mem.h"
#include "results.h"

struct apply_opts {
    struct policy_opts policy;
    struct selector_opts select;
    bool skip_stale;
    struct downtime_opts downtime;
    struct opt_duration settle_timeout;
    struct write_opts write;
};

static const struct opt_spec apply_opt[] = {
    OPT_GROUP(struct apply_opts, policy, policy_group),
    OPT_GROUP_NEEDS(struct apply_opts, select, selector_group, "policy"),
    OPT_FLAG(struct apply_opts, skip_stale, 0, "skip-stale",
             "carry out the rest of a plan where some of its resources have changed since it was made",
             .excludes = "policy"),
    OPT_GROUP(struct apply_opts, write, write_group),
    OPT_SETTLE_TIMEOUT(struct apply_opts, settle_timeout),
    OPT_GROUP(struct apply_opts, downtime, downtime_group),
    OPT_END,
};

/* How servers are restarted: as the options say, and where they do not say how many may be down, as the plan does. */
static struct fleet_restarts restarts_of(const struct apply_opts *opts, unsigned max_unavailable, bool percent)
{
    struct fleet_restarts restarts = options_restarts(&opts->downtime);

    if (!opts->downtime.max_unavailable.given) {
        restarts.max_unavailable = (struct fleet_share){.percent = percent, .value = max_unavailable};
    }
    restarts.terms.settles = opts->settle_timeout.ms > 0;
    return restarts;
}

/* Its start, in place of a restart that the plan has for it: a server that is stopped is not stopped again. */
static void start(struct plan *plan, const struct resource *record)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_item *item = &plan->items[i];
        if (item->action == PLAN_RESTART && item->verdict == PLAN_CHANGE &&
            text_equal(item->resource->id, record->id)) {
            item->restart.only_starts = true;
            return;
        }
    }
    plan_add_start(plan, record);
}

/* Servers that an interrupted run has stopped and that are part of the plan are started by it. */
static void add_starts(struct writing *writing, struct plan *plan, struct fleet_restarts *restarts)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(mem_set_free) struct mem_set seen = {0};
    struct resource_list *kept = writing->request.list;

    for (size_t i = 0; i < plan->count; i++) {
        const struct resource *record = plan->items[i].resource;
        if (record->kind->restart_to_enable && record->id != NULL && record->api != NULL &&
            mem_set_add(&seen, record->id)) {
            resource_list_adopt(list, record)->api = record->api;
        }
    }
    app_state_path(APP_HISTORY_FILE, &path);
    CLEANUP(text_free_pointer) bool *stopped = run_find_stopped(text_string(&path), list);
    for (size_t i = 0; stopped != NULL && i < resource_list_count(list); i++) {
        if (stopped[i]) {
            const struct resource *record = resource_list_at(list, i);
            struct resource *own = resource_list_adopt(kept, record);
            own->api = record->api;
            start(plan, own);
            writing->request.restart = restarts;
        }
    }
}

/* --- a file ------------------------------------------------------------------------------------------- */

static void describe(const struct plan_file *file, struct text *out)
{
    text_printf(out, "the plan was made at %s", file->created_at);
    if (file->policy != NULL) {
        text_append(out, " by policy ");
        text_append_safe(out, file->policy, strlen(file->policy));
    }
    text_printf(out, " and holds until %s\n", file->expires_at);
    apply_policy_append_left(file->left, file->left_count, out);
}

static int apply_file(struct app *app, const struct apply_opts *opts, const char *name, struct writing *writing,
                      struct err *e)
{
    CLEANUP(apply_file_free) struct apply_file apply = {0};
    CLEANUP(text_free) struct text details = {0};

    if (!apply_file_read(app, name, &apply, e)) {
        return err_exit_status(e);
    }
    struct fleet_restarts restarts = restarts_of(opts, apply.file.max_unavailable, apply.file.percent);
    describe(&apply.file, &details);
    writing->details = text_string(&details);
    writing->request.settle_ms = (unsigned)opts->settle_timeout.ms;
    writing->request.restart = apply.file.restarts_servers ? &restarts : NULL;
    writing->request.plan = &apply.plan;
    writing->request.list = apply.list;
    writing->request.strict = true;
    if (!apply_file_connect(app, writing, &apply, e)) {
        return write_refuse_early(app, writing, e);
    }
    if (!apply_file_compare(app, writing, &apply, e)) {
        return write_refuse(app, writing, e);
    }
    if (apply.staleness.count > 0) {
        if (!opts->skip_stale) {
            return apply_file_refuse(app, writing, &apply, e);
        }
        plan_skip_stale(&apply.plan, &apply.staleness);
    }
    if (!write_check(app, &apply.plan, e)) {
        return write_refuse(app, writing, e);
    }
    add_starts(writing, &apply.plan, &restarts);
    return write_perform(app, writing, e);
}

/* --- a policy ----------------------------------------------------------------------------------------- */

static int apply_policy(struct app *app, const struct cli_call *call, struct writing *writing, struct err *e)
{
    const struct apply_opts *opts = call->opts;
    CLEANUP(policy_plan_free) struct policy_plan planned = {0};
    CLEANUP(text_free) struct text details = {0};

    if (!apply_policy_plan(app, call, &opts->policy, &opts->select, writing, &planned, e)) {
        return apply_policy_refuse(app, writing, &planned, e);
    }
    const struct plan_policy *made = &planned.made;
    struct fleet_restarts restarts = restarts_of(opts, made->max_unavailable, made->percent);
    writing->request.restart = made->restarts > 0 ? &restarts : NULL;
    writing->request.settle_ms = (unsigned)opts->settle_timeout.ms;
    add_starts(writing, &planned.made.plan, &restarts);
    apply_policy_append_left(made->left.items, made->left.count, &details);
    writing->details = text_string(&details);
    return write_perform(app, writing, e);
}

/* --- the command -------------------------------------------------------------------------------------- */

/* Names, ids and CRNs have no dot: who gives one beside --policy means a file. */
static bool check_names(const struct cli_call *call, struct err *e)
{
    for (size_t i = 0; i < call->args_count; i++) {
        const char *word = call->args[i];
        if (strncmp(word, "crn:", strlen("crn:")) != 0 && strchr(word, '.') != NULL) {
            return err_set(e, ERR_USAGE,
                           "%s: a plan file and --policy exclude each other: give one of both (names of resources "
                           "have no dot)",
                           word);
        }
    }
    return true;
}

static bool check_arguments(const struct apply_opts *opts, const struct cli_call *call, struct err *e)
{
    if (opts->policy.policy != NULL) {
        return check_names(call, e);
    }
    return call->args_count == 1 ||
           err_set(e, ERR_USAGE, "give %s: the file that vpcmeta plan --out has written, or --policy FILE",
                   call->args_count == 0 ? "a plan" : "one plan");
}

static int apply(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct apply_opts *opts = call->opts;
    struct writing writing;

    if (!check_arguments(opts, call, e) || !write_begin(app, call, &opts->write, &writing, e)) {
        return err_exit_status(e);
    }
    return opts->policy.policy != NULL ? apply_policy(app, call, &writing, e)
                                       : apply_file(app, opts, call->args[0], &writing, e);
}

static const struct cmd_example examples[] = {
    {"vpcmeta apply change.plan --dry-run", "whether the plan still holds, and what it would change"},
    {"vpcmeta apply change.plan", "carry it out"},
    {"vpcmeta apply change.plan --skip-stale --yes", "what of it still holds, without confirmation"},
    {"vpcmeta apply --policy policy.yaml --vpc vpc-prod", "plan, show, ask and carry out, in one run"},
    {0},
};

const struct cmd_spec cmd_apply = {
    .path = "apply",
    .summary = "carry out a plan, or what a policy wants",
    .arguments = "[FILE|-] | --policy FILE [NAME|ID|CRN...]",
    .description =
        "Carries out exactly what `plan --out` has written, and what has been reviewed. Everything that the plan "
        "changes is read again first: where settings, name, template or ETag are not those of the plan any more, "
        "nothing is sent (exit status 6), unless --skip-stale leaves those resources out. What has the planned "
        "settings "
        "already is left alone, so that a plan can be applied again. A change by others between that and the PATCH "
        "makes that resource fail.\n\n"
        "A plan is refused when it was edited or cut off, has expired (exit status 6), or was made for another "
        "account or another API than the command works at: the regions are those of the plan, the endpoint and the "
        "credential are yours and never those of the file. The run is recorded as that of every command that writes: "
        "`runs resume` finishes it, `runs rollback` takes it back. Servers of the plan that an interrupted run has "
        "stopped for a restart are started.\n\n"
        "With --policy it plans as `plan` does, shows the changes, asks, and carries them out in one run. What could "
        "not be read whole is not changed at all (exit status 5).",
    .examples = examples,
    .opts = apply_opt,
    .opts_size = sizeof(struct apply_opts),
    .flags = CMD_WRITES | CMD_FILE_ARGS,
    .max_args = CMD_ANY_ARGS,
    .run = apply,
    .fields = results_fields,
};
