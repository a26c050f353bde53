/* runs resume, retry and rollback: a recorded run is finished, tried again or taken back. */
#include "commands.h"
#include "results.h"
#include "run_place.h"
#include "write.h"

/* --- what all three begin with ------------------------------------------------------------------------ */

static bool load(const struct cli_call *call, struct run_record *ret, struct err *e)
{
    HISTORY_CLEANUP struct history *history = app_open_history(e);

    return history != NULL && run_load(history, call->args[0], ret, e);
}

static bool begin(struct app *app, const struct cli_call *call, const struct write_opts *options,
                  const struct opt_duration *settle_timeout, struct writing *writing, struct run_record *record,
                  struct err *e)
{
    if (!write_begin(app, call, options, writing, e) || !results_check_output(app, options->dry_run, e) ||
        !write_check_history(writing, e) || !load(call, record, e)) {
        return false;
    }
    writing->request.settle_ms = (unsigned)settle_timeout->ms;
    run_place_adopt(app, record);
    writing->kind = record->entry.count > 0 ? record->plan.items[0].resource->kind : NULL;
    return true;
}

/* --- resume and retry --------------------------------------------------------------------------------- */

static int continue_run(struct app *app, struct writing *writing, const struct run_resumption *resumption,
                        struct err *e)
{
    const struct history_run *run = &resumption->record->entry.run;

    run_request_resume(&writing->request, resumption);
    if (!run_place_check(app, resumption->record, e) || !write_connect(app, writing, e) ||
        !run_check_places(&writing->request, e)) {
        return err_exit_status(e);
    }
    if (resumption->count == 0 && run->state == HISTORY_DONE && !writing->options->dry_run) {
        struct run_result finished = {.run = resumption->record->results};
        snprintf(finished.id, sizeof(finished.id), "%s", run->id);
        app_note(app, "nothing is left to do of run %s", run->id);
        return write_report(app, &finished, e);
    }
    return write_perform(app, writing, e);
}

struct resume_opts {
    struct opt_duration settle_timeout;
    struct write_opts write;
};

static const struct opt_spec resume_opt[] = {
    OPT_GROUP(struct resume_opts, write, write_group),
    OPT_SETTLE_TIMEOUT(struct resume_opts, settle_timeout),
    OPT_END,
};

static int resume(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resume_opts *opts = call->opts;
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
    struct writing writing;

    return begin(app, call, &opts->write, &opts->settle_timeout, &writing, &record, e) &&
                   run_resume(&record, &resumption, e)
               ? continue_run(app, &writing, &resumption, e)
               : err_exit_status(e);
}

static const struct cmd_example resume_examples[] = {
    {"vpcmeta runs resume last", "finish what was cut off"},
    {"vpcmeta runs resume last --dry-run", "see what is left of it"},
    {0},
};

const struct cmd_spec cmd_runs_resume = {
    .path = "runs resume",
    .summary = "finish a run that was interrupted",
    .arguments = "RUN",
    .description =
        "Reads every server that the run had not finished with, and compares it with what the run read: a server that "
        "has the wanted settings was changed by it, one that is as before is changed now, one that others have changed "
        "is a conflict. What was to be created is looked for by its name, and created where it is missing; without a "
        "name it is not sent again. The result is that of the whole run."
        "\n\n" RUN_PLACE_DESCRIPTION,
    .examples = resume_examples,
    .opts = resume_opt,
    .opts_size = sizeof(struct resume_opts),
    .flags = CMD_WRITES,
    .min_args = 1,
    .max_args = 1,
    .run = resume,
    .fields = results_fields,
};

struct retry_opts {
    bool failed, unknown;
    struct opt_duration settle_timeout;
    struct write_opts write;
};

static const struct opt_spec retry_opt[] = {
    OPT_FLAG(struct retry_opts, failed, 0, "failed", "only what failed"),
    OPT_FLAG(struct retry_opts, unknown, 0, "unknown", "only what has an unknown result"),
    OPT_GROUP(struct retry_opts, write, write_group),
    OPT_SETTLE_TIMEOUT(struct retry_opts, settle_timeout),
    OPT_END,
};

/* Neither option means both. */
static int retry(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct retry_opts *opts = call->opts;
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
    struct writing writing;

    return begin(app, call, &opts->write, &opts->settle_timeout, &writing, &record, e) &&
                   run_retry(&record, opts->failed || !opts->unknown, opts->unknown || !opts->failed, &resumption, e)
               ? continue_run(app, &writing, &resumption, e)
               : err_exit_status(e);
}

static const struct cmd_example retry_examples[] = {
    {"vpcmeta runs retry last --failed", "try again what failed"},
    {"vpcmeta runs retry last --unknown --yes", "settle unknown results, and change the servers that are not done"},
    {0},
};

const struct cmd_spec cmd_runs_retry = {
    .path = "runs retry",
    .summary = "try again what failed in a run or has an unknown result",
    .arguments = "RUN",
    .description =
        "Reads each of them once more and changes those that do not have the settings that the run wanted, also where "
        "others have changed them. Steps that waited for one of them follow it. The result is that of the whole run."
        "\n\n" RUN_PLACE_DESCRIPTION,
    .examples = retry_examples,
    .opts = retry_opt,
    .opts_size = sizeof(struct retry_opts),
    .flags = CMD_WRITES,
    .min_args = 1,
    .max_args = 1,
    .run = retry,
    .fields = results_fields,
};

/* --- rollback ----------------------------------------------------------------------------------------- */

struct rollback_opts {
    bool force;
    struct opt_duration settle_timeout;
    struct write_opts write;
};

static const struct opt_spec rollback_opt[] = {
    OPT_FLAG(struct rollback_opts, force, 0, "force", "also where others have changed something since"),
    OPT_GROUP(struct rollback_opts, write, write_group),
    OPT_SETTLE_TIMEOUT(struct rollback_opts, settle_timeout),
    OPT_END,
};

static int rollback(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct rollback_opts *opts = call->opts;
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct writing writing;

    if (!begin(app, call, &opts->write, &opts->settle_timeout, &writing, &record, e) ||
        !run_rollback(&record, call->args + 1, call->args_count - 1, opts->force, list, &plan, e) ||
        !run_place_check(app, &record, e) || !write_connect(app, &writing, e)) {
        return err_exit_status(e);
    }
    writing.kind = plan.count > 0 ? plan.items[0].resource->kind : NULL;
    writing.request.plan = &plan;
    writing.request.list = list;
    writing.request.rolls_back = &record;
    writing.request.force = opts->force;
    writing.request.restart = plan_count(&plan).starts > 0 ? &record.restart : NULL;
    if (!run_check_places(&writing.request, e) || !run_read_deleted(&writing.scope, &plan, e) ||
        !write_check(app, &plan, e)) {
        return err_exit_status(e);
    }
    return write_perform(app, &writing, e);
}

static const struct cmd_example rollback_examples[] = {
    {"vpcmeta runs rollback last --dry-run", "see which settings would be restored"},
    {"vpcmeta runs rollback last web-0001 web-0002", "two servers of the newest run"},
    {0},
};

const struct cmd_spec cmd_runs_rollback = {
    .path = "runs rollback",
    .summary = "take back what a run did",
    .arguments = "RUN [NAME|ID|CRN...]",
    .description =
        "Restores the settings from before the run, where the server still is as the run left it; otherwise that is a "
        "conflict, which --force overrides. Instance groups move back to the template they used; a template that was "
        "deleted is created again, with a new id, and one that was created is deleted unless a group uses it. Servers "
        "that were created are not deleted. What was done last is taken back first. Servers that the run has stopped "
        "for a restart and not started are started. The rollback is a run of its own and can be rolled back."
        "\n\n" RUN_PLACE_DESCRIPTION,
    .examples = rollback_examples,
    .opts = rollback_opt,
    .opts_size = sizeof(struct rollback_opts),
    .flags = CMD_WRITES,
    .min_args = 1,
    .max_args = CMD_ANY_ARGS,
    .run = rollback,
    .fields = results_fields,
};
