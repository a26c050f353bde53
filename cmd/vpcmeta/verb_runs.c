/* Taking up a recorded run: resume and retry go on with it, rollback is a run of its own. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "plan/plan_rollback.h"
#include "verb_past.h"

const struct opt_spec resume_opt[] = {
    OPT_GROUP(struct resume_opts, write, write_group),
    OPT_END,
};

const struct opt_spec retry_opt[] = {
    OPT_FLAG(struct retry_opts, failed, 0, "failed", "only what failed"),
    OPT_FLAG(struct retry_opts, unknown, 0, "unknown", "only what nobody knows the outcome of"),
    OPT_GROUP(struct retry_opts, write, write_group),
    OPT_END,
};

const struct opt_spec rollback_opt[] = {
    OPT_FLAG(struct rollback_opts, force, 0, "force", "also where somebody has changed something since"),
    OPT_GROUP(struct rollback_opts, write, write_group),
    OPT_END,
};

/* --- going on --------------------------------------------------------------------------------------- */

/* A rollback minds every change since, unless it was forced; so does its resumption. */
static enum plan_conflict_policy policy_of(const struct history_run *run)
{
    CLEANUP(json_document_free) struct json_document wanted = {0};
    struct err ignored = ERR_INIT;

    if (!json_parse(run->wanted, strlen(run->wanted), run->id, JSON_READ_STRICT, &wanted, &ignored) ||
        json_object_get(wanted.root, "rollback") == NULL) {
        return PLAN_CONFLICT_STRICT_TOUCHED;
    }
    return json_is_true(json_object_get(wanted.root, "force")) ? PLAN_CONFLICT_IGNORE : PLAN_CONFLICT_STRICT_ALL;
}

/* The steps to take up: what is left of the run or, for a retry, what went wrong. */
static void find_steps(const struct verb_past *past, const struct retry_opts *retry, bool ret_meant[])
{
    bool failed = retry != NULL && (retry->failed || !retry->unknown);
    bool unknown = retry != NULL && (retry->unknown || !retry->failed);

    for (size_t i = 0; i < past->entry.count; i++) {
        const struct history_step *step = &past->entry.steps[i];
        enum fleet_outcome outcome = past->run.results[i].outcome;
        bool final = step->stage == HISTORY_FINAL;
        bool went_wrong = (outcome == FLEET_FAILED && failed) || (outcome == FLEET_UNKNOWN && unknown);
        size_t needs = past->plan.items[i].depends_on;
        /* what waited for a step that went wrong goes on with it */
        bool waits = !final && needs != 0 && ret_meant[needs - 1];
        ret_meant[i] = retry == NULL ? !final : (final && went_wrong) || waits;
    }
}

/* What became of the whole run: its record, and why the last attempt at it stopped. */
static int report_whole(struct app *app, struct verb_record *record, const char *id, const struct fleet_summary *last,
                        const struct err *stopped, struct err *e)
{
    CLEANUP(verb_past_close) struct verb_past past = {0};

    if (!verb_past_open(record->history, id, &past, e)) {
        return err_exit_status(e);
    }
    struct fleet_summary *summary = &past.run.summary;
    summary->conflicts = last->conflicts;
    summary->refused = last->refused;
    summary->not_started = last->not_started;
    summary->budget_spent = last->budget_spent;
    verb_record_end(app, record, summary);
    return verb_change_report(app, &past.run, past.entry.run.id, stopped, e);
}

/* Goes on with a run; `again` says with which of its steps. */
static int carry_on(struct app *app, struct history **history, const struct verb_past *past, struct verb_change *change,
                    struct verb_again *again, struct err *e)
{
    CLEANUP(verb_record_close) struct verb_record record = {0};
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    struct err stopped = ERR_INIT;

    change->plan = &again->plan;
    change->list = again->list;
    change->kind = past->entry.count > 0 ? past->plan.items[0].resource->kind : NULL;
    if (change->write->dry_run) {
        return verb_change_show(app, change, e);
    }
    if (again->count > 0 && !verb_change_confirm(app, change, e)) {
        return err_exit_status(e);
    }
    if (again->count == 0 && past->entry.run.state == HISTORY_DONE) {
        app_note(app, "nothing is left to do of run %s", past->entry.run.id);
        return verb_change_report(app, &past->run, past->entry.run.id, &stopped, e);
    }
    record.history = *history;
    *history = NULL;
    if (!verb_record_resume(app, change, &past->entry, again->steps, &record, e)) {
        return err_exit_status(e);
    }
    if (again->count > 0) {
        (void)verb_change_run(app, change, &record, &run, &stopped);
    }
    verb_tell_loud(app, &run); /* the record does not know who is down now */
    return report_whole(app, &record, past->entry.run.id, &run.summary, &stopped, e);
}

/* Opens what every command needs that takes up a run. */
static bool open_past(struct app *app, const struct cli_call *call, const struct write_opts *write,
                      struct fleet_limits *ret_limits, struct inventory_scope *ret_scope, struct history **ret_history,
                      struct verb_past *ret_past, struct err *e)
{
    if (!options_limits(write, ret_limits, e) ||
        !app_check_output(app, verb_result_columns, verb_result_columns_count, e)) {
        return false;
    }
    if (!write->dry_run && !verb_history_check(e)) {
        return false;
    }
    *ret_history = verb_history_past(e);
    if (*ret_history == NULL || !verb_past_open(*ret_history, call->args[0], ret_past, e)) {
        return false;
    }
    const struct history_run *run = &ret_past->entry.run;
    if (run->state == HISTORY_RUNNING) {
        return err_set(e, ERR_LOCKED, "run %s is in progress: %s", run->id, run->holder);
    }
    return app_connect(app, ret_scope, e);
}

static int take_up(struct app *app, const struct cli_call *call, const struct write_opts *write,
                   const struct retry_opts *retry, struct err *e)
{
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(verb_past_close) struct verb_past past = {0};
    CLEANUP(verb_again_free) struct verb_again again = {0};
    struct fleet_limits limits;
    struct inventory_scope scope;

    assert(write != NULL);
    if (!open_past(app, call, write, &limits, &scope, &history, &past, e)) {
        return err_exit_status(e);
    }
    bool *meant = mem_array(past.entry.count + 1, sizeof(*meant));
    find_steps(&past, retry, meant);
    verb_again_take(&again, &past, meant, retry != NULL ? PLAN_CONFLICT_IGNORE : policy_of(&past.entry.run));
    free(meant);
    if (!inventory_find_apis(&scope, again.list, e)) {
        return err_exit_status(e);
    }
    for (size_t i = 0; retry != NULL && i < again.plan.count; i++) {
        if (again.steps[i]->stage != HISTORY_FINAL) {
            again.plan.items[i].conflict_policy = policy_of(&past.entry.run); /* begun for the first time */
        }
    }
    struct fleet_restarts restarts;
    struct verb_change change = {.scope = &scope,
                                 .write = write,
                                 .limits = &limits,
                                 .restart = verb_restarts_read(&past.entry.run, &restarts) ? &restarts : NULL,
                                 .began_s = clock_stamp_read(past.entry.run.started_at)};
    return carry_on(app, &history, &past, &change, &again, e);
}

int verb_runs_resume(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resume_opts *opts = call->opts;

    return take_up(app, call, &opts->write, NULL, e);
}

int verb_runs_retry(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct retry_opts *opts = call->opts;

    return take_up(app, call, &opts->write, opts, e);
}

/* --- going back ------------------------------------------------------------------------------------- */

static bool is_named(const struct cli_call *call, const struct history_step *step)
{
    for (size_t i = 1; i < call->args_count; i++) {
        const char *word = call->args[i];
        if (text_equal(step->name, word) || text_equal(step->id, word) || text_equal(step->crn, word)) {
            return true;
        }
    }
    return call->args_count == 1;
}

/* A name that the run knows nothing of is a slip; nothing is undone then. */
static bool check_names(const struct cli_call *call, const struct verb_past *past, struct err *e)
{
    for (size_t i = 1; i < call->args_count; i++) {
        const char *const two[] = {call->args[0], call->args[i]};
        const struct cli_call one = {.args = two, .args_count = 2};
        bool known = false;
        for (size_t j = 0; j < past->entry.count && !known; j++) {
            known = is_named(&one, &past->entry.steps[j]);
        }
        if (!known) {
            return err_set(e, ERR_NOT_FOUND, "run %s had nothing to do with \"%s\"; nothing was changed",
                           past->entry.run.id, call->args[i]);
        }
    }
    return true;
}

/* What the run did, and of it what is named. A creation that failed afterwards has left something behind as well. */
static struct plan_applied *find_applied(const struct verb_past *past, const struct cli_call *call)
{
    struct plan_applied *applied = mem_array(past->entry.count + 1, sizeof(*applied));

    for (size_t i = 0; i < past->entry.count; i++) {
        const struct history_step *step = &past->entry.steps[i];
        const struct fleet_result *result = &past->run.results[i];
        bool left_behind =
            result->outcome == FLEET_FAILED && past->plan.items[i].action == PLAN_CREATE && step->id != NULL;
        bool changed = result->outcome == FLEET_CHANGED || left_behind;
        enum plan_effect effect = changed                            ? PLAN_EFFECT_APPLIED
                                  : result->outcome == FLEET_UNKNOWN ? PLAN_EFFECT_UNKNOWN
                                                                     : PLAN_EFFECT_NONE;
        applied[i] = (struct plan_applied){.item = &past->plan.items[i],
                                           .effect = is_named(call, step) ? effect : PLAN_EFFECT_NONE,
                                           .before = &result->before,
                                           .after = &result->after,
                                           .after_state = changed ? result->after_state : (struct plan_state){0}};
    }
    return applied;
}

/* What is deleted can be made again: what that takes is written down before. */
static bool keep_images(const struct inventory_scope *scope, struct plan *plan, struct err *e)
{
    CLEANUP(inventory_templates_free) struct inventory_templates templates = {0};

    for (size_t i = 0; i < plan->count; i++) {
        struct plan_item *item = &plan->items[i];
        if (item->action != PLAN_DELETE || item->verdict != PLAN_CHANGE) {
            continue;
        }
        if (templates.list == NULL && !inventory_read_templates(scope, &templates, e)) {
            return err_wrap(e, "nothing was changed");
        }
        item->delete.body = plan_own(plan, json_incref(json_object_get(templates.bodies, item->resource->id)));
    }
    return true;
}

int verb_runs_rollback(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct rollback_opts *opts = call->opts;
    HISTORY_CLEANUP struct history *history = NULL;
    CLEANUP(verb_past_close) struct verb_past past = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct fleet_limits limits;
    struct inventory_scope scope;

    if (!open_past(app, call, &opts->write, &limits, &scope, &history, &past, e) || !check_names(call, &past, e)) {
        return err_exit_status(e);
    }
    struct plan_applied *applied = find_applied(&past, call);
    plan_rollback(applied, past.entry.count, opts->force ? PLAN_CONFLICT_IGNORE : PLAN_CONFLICT_STRICT_ALL, list,
                  &plan);
    free(applied);
    struct verb_change change = {.scope = &scope,
                                 .write = &opts->write,
                                 .limits = &limits,
                                 .plan = &plan,
                                 .list = list,
                                 .kind = plan.count > 0 ? plan.items[0].resource->kind : NULL};
    if (!inventory_find_apis(&scope, list, e) || !verb_record_same_place(&change, &past.entry.run, e) ||
        !keep_images(&scope, &plan, e) || !verb_change_check(app, &plan, e)) {
        return err_exit_status(e);
    }
    JSON_CLEANUP json_t *wanted = json_build("{s:s, s:b}", "rollback", past.entry.run.id, "force", (int)opts->force);
    return verb_change_perform(app, &change, wanted, e);
}
