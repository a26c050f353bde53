/* restart: stop and start the servers whose metadata service was turned on since they were started. */
#include <stdlib.h>

#include "commands.h"
#include "results.h"
#include "selection.h"
#include "write.h"

struct restart_opts {
    struct selector_opts select;
    bool always;
    struct downtime_opts downtime;
    struct opt_duration settle_timeout;
    struct write_opts write;
};

static const struct opt_spec restart_opt[] = {
    OPT_GROUP(struct restart_opts, select, selector_group),
    OPT_FLAG(struct restart_opts, always, 0, "always", "also those that have no restart pending"),
    OPT_GROUP(struct restart_opts, downtime, downtime_group),
    OPT_GROUP(struct restart_opts, write, write_group),
    OPT_SETTLE_TIMEOUT(struct restart_opts, settle_timeout),
    OPT_END,
};

static bool make_plan(const struct writing *writing, const struct resource_list *list, struct plan *ret, struct err *e)
{
    enum resource_switch *pending = NULL;

    if (!write_read_restarts(list, &pending, e)) {
        return false;
    }
    plan_make_restart(list, pending, &writing->request.restart->terms, ret);
    free(pending);
    return true;
}

static int restart(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct restart_opts *opts = call->opts;
    struct fleet_restarts restarts = options_restarts(&opts->downtime);
    CLEANUP(selection_free) struct selection selection = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct writing writing;

    restarts.only = true;
    restarts.terms.always = opts->always;
    restarts.terms.settles = opts->settle_timeout.ms > 0;
    if (!write_begin(app, call, &opts->write, &writing, e) ||
        !selection_read(app, &opts->select, call, &selection, e) ||
        !selection_check_given(&selection.selector, writing.kind, opts->select.all, "--name", e) ||
        !write_connect(app, &writing, e)) {
        return write_refuse_early(app, &writing, e);
    }
    writing.request.plan = &plan;
    writing.request.list = list;
    writing.request.restart = &restarts;
    writing.request.settle_ms = (unsigned)opts->settle_timeout.ms;
    if (!selection_find(app, call, &writing.scope, &writing.kind, 1, &selection, list, NULL, e) ||
        !make_plan(&writing, list, &plan, e)) {
        err_wrap(e, "nothing was changed");
        return write_refuse(app, &writing, e);
    }
    return write_perform(app, &writing, e);
}

static const struct cmd_example examples[] = {
    {"vpcmeta instance restart --all --dry-run", "who still needs a restart"},
    {"vpcmeta instance restart --all --max-unavailable 10%", "them, a tenth of the servers at a time"},
    {"vpcmeta instance restart web-0001 --stop-timeout 60 --force-stop", "one that may not want to stop"},
    {0},
};

const struct cmd_spec cmd_instance_restart = {
    .path = "instance restart",
    .summary = "stop and start instances whose service was turned on",
    .arguments = "[NAME|ID|CRN...]",
    .description =
        "A service that was turned on after the creation is complete once the instance was stopped and started; a "
        "reboot is not enough. The history knows from `set` whose restart is pending; the others, and those of which "
        "no record on this machine says it (restart_needed is null), are left alone, unless --always is given. Each is "
        "stopped, waited for, started, and waited for again; --max-unavailable says "
        "how many may be down at a time, and no two of one placement group or instance group are. One that does not "
        "come back is reported first, and still counts as down: the run ends before more are down than allowed.\n\n"
        "Instances with instance storage are skipped (a stop erases it), spot instances as well (there may be no "
        "capacity for their start). A stopped instance is left stopped: its service will be complete at its next "
        "start.\n\n"
        "When the command is interrupted it starts what it has stopped; `runs resume` finishes the rest.",
    .examples = examples,
    .opts = restart_opt,
    .opts_size = sizeof(struct restart_opts),
    .flags = CMD_WRITES,
    .max_args = CMD_ANY_ARGS,
    .run = restart,
    .fields = results_fields,
    .subject = &resource_instance,
};
