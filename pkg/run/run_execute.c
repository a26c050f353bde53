/* The one entry of every command that writes: asks, records, executes, and returns what became of it. */
#include <stdlib.h>

#include "clock/clock.h"
#include "run/run_journal.h"

void run_request_resume(struct run_request *request, const struct run_resumption *resumption)
{
    const struct run_record *record = resumption->record;

    request->resumption = resumption;
    request->plan = &resumption->plan;
    request->list = resumption->list;
    request->restart = record->restarts ? &record->restart : NULL;
}

bool run_read_deleted(const struct inventory_scope *scope, struct plan *plan, struct err *e)
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
        json_t *body = json_object_get(templates.bodies, item->resource->id);
        item->delete.body = plan_own(plan, json_incref(body));
    }
    return true;
}

static bool carry_out(const struct run_request *request, const struct run_hooks *hooks, struct run_journal *journal,
                      struct fleet_run *ret, struct err *e)
{
    struct fleet_journal of_fleet = run_journal_of_fleet(journal);
    const struct run_resumption *resumption = request->resumption;

    return fleet_execute(
        request->plan,
        &(struct fleet_options){.http = request->scope->http,
                                .regions = request->scope->regions,
                                .region_count = request->scope->region_count,
                                .concurrency = request->concurrency,
                                .settle_ms = request->settle_ms,
                                .began_s =
                                    resumption != NULL ? clock_stamp_read(resumption->record->entry.run.started_at) : 0,
                                .prefetch = request->prefetch,
                                .limits = request->limits,
                                .journal = journal->history != NULL ? &of_fleet : NULL,
                                .restart = request->restart,
                                .draining = hooks->draining,
                                .progress = hooks->progress,
                                .progress_context = hooks->context},
        request->list, ret, e);
}

/*
 * The results of a resumed run are all that the history has of it by now; who is down and why it stopped is known of
 * the last attempt only.
 */
static bool load_whole(struct run_journal *journal, const struct run_resumption *resumption, struct run_result *ret,
                       struct err *e)
{
    struct run_record record;

    if (!run_load(journal->history, journal->id, &record, e)) {
        return false;
    }
    struct fleet_run *whole = &record.results;
    const struct fleet_summary *last = &ret->run.summary;
    whole->summary.conflicts = last->conflicts;
    whole->summary.refused = last->refused;
    whole->summary.not_started = last->not_started;
    whole->summary.not_restarted = last->not_restarted;
    whole->summary.budget_spent = last->budget_spent;
    for (size_t i = 0; i < ret->run.count; i++) {
        const struct fleet_result *result = &ret->run.results[i];
        struct fleet_result *of = &whole->results[resumption->steps[i] - resumption->record->entry.steps];
        of->down = result->down;
        of->code = result->code;
        of->not_restarted = result->not_restarted;
    }
    fleet_run_free(&ret->run);
    ret->run = *whole;
    *whole = (struct fleet_run){0};
    ret->record = record;
    return true;
}

/* Where results of a resumed run, or of its rollback, have been. */
static const struct history_run *earlier_run(const struct run_request *request)
{
    const struct run_record *record = request->resumption != NULL ? request->resumption->record : request->rolls_back;

    return record != NULL ? &record->entry.run : NULL;
}

bool run_execute(const struct run_request *request, const struct run_hooks *hooks, struct run_result *ret,
                 struct err *e)
{
    CLEANUP(run_journal_close) struct run_journal journal = {0};
    struct run_result result = {0};

    if ((hooks->confirm != NULL && !hooks->confirm(hooks->context, e)) || !run_journal_begin(request, &journal, e)) {
        return false;
    }
    if (hooks->begin != NULL) {
        hooks->begin(hooks->context);
    }
    snprintf(result.id, sizeof(result.id), "%s", journal.id);
    (void)carry_out(request, hooks, &journal, &result.run, &result.stopped);
    if (request->resumption != NULL) {
        struct err unread = ERR_INIT;
        (void)load_whole(&journal, request->resumption, &result, &unread);
        err_take(&result.stopped, &unread);
    }
    int status = hooks->exit_status != NULL ? hooks->exit_status(&result, hooks->context) : HISTORY_NO_STATUS;
    run_journal_end(&journal, &result.run, status, &result.unrecorded);
    run_mark_restarts(request->history, earlier_run(request), &result.run);
    *ret = result;
    return true;
}

void run_preview(const struct run_request *request, struct run_result *ret)
{
    *ret = (struct run_result){0};
    fleet_preview(request->plan, &ret->run);
    for (size_t i = 0; request->restart != NULL && i < ret->run.count; i++) {
        struct fleet_result *result = &ret->run.results[i];
        if (result->item->leave_restart) {
            continue;
        }
        result->restarted =
            result->outcome == FLEET_CHANGED && (result->restart_needed || result->item->action == PLAN_RESTART);
        result->restart_needed = false;
    }
    run_mark_restarts(request->history, earlier_run(request), &ret->run);
}

void run_result_free(struct run_result *result)
{
    fleet_run_free(&result->run);
    run_record_free(&result->record);
}
