/* restart: stop and start the servers whose metadata service was turned on since they were started. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "verbs.h"

const struct opt_spec restart_opt[] = {
    OPT_GROUP(struct restart_opts, select, selector_group),
    OPT_FLAG(struct restart_opts, always, 0, "always", "also those that have no restart pending"),
    OPT_GROUP(struct restart_opts, downtime, downtime_group),
    OPT_GROUP(struct restart_opts, write, write_group),
    OPT_END,
};

/* --- kept with the run ------------------------------------------------------------------------------ */

json_t *verb_restarts_json(const struct fleet_restarts *restarts)
{
    return json_build("{s:i, s:b, s:I, s:I, s:I, s:b, s:b, s:b, s:b}", "max_unavailable",
                      (int)restarts->max_unavailable.value, "percent", restarts->max_unavailable.percent,
                      "stop_timeout_ms", (json_int_t)restarts->stop_timeout_ms, "start_timeout_ms",
                      (json_int_t)restarts->start_timeout_ms, "poll_ms", (json_int_t)restarts->poll_ms, "force_stop",
                      restarts->force_stop, "same_group", restarts->same_group, "allow_disk_loss",
                      restarts->terms.allow_disk_loss, "always", restarts->terms.always);
}

bool verb_restarts_read(const struct history_run *run, struct fleet_restarts *ret)
{
    CLEANUP(json_document_free) struct json_document wanted = {0};
    struct err ignored = ERR_INIT;

    if (!json_parse(run->wanted, strlen(run->wanted), run->id, JSON_READ_STRICT, &wanted, &ignored)) {
        return false;
    }
    const json_t *object = json_object_get(wanted.root, "restart");
    *ret = (struct fleet_restarts){
        .max_unavailable = {.percent = json_is_true(json_object_get(object, "percent")),
                            .value = (unsigned)json_integer_value(json_object_get(object, "max_unavailable"))},
        .stop_timeout_ms = (unsigned)json_integer_value(json_object_get(object, "stop_timeout_ms")),
        .start_timeout_ms = (unsigned)json_integer_value(json_object_get(object, "start_timeout_ms")),
        .poll_ms = (unsigned)json_integer_value(json_object_get(object, "poll_ms")),
        .force_stop = json_is_true(json_object_get(object, "force_stop")),
        .same_group = json_is_true(json_object_get(object, "same_group")),
        .terms = {.allow_disk_loss = json_is_true(json_object_get(object, "allow_disk_loss")),
                  .always = json_is_true(json_object_get(object, "always"))},
    };
    return object != NULL;
}

/* --- what people are told --------------------------------------------------------------------------- */

void verb_restarts_announce(const struct app *app, const struct verb_change *change, const struct plan_counts *counts)
{
    size_t restarts = counts->restart + counts->restarts;

    if (change->restart == NULL && counts->restart > 0) {
        app_note(app, "  %zu of them need a stop and a start afterwards", counts->restart);
    }
    if (change->restart != NULL && restarts > 0) {
        app_note(app, "  %zu: stopped and started, which interrupts what runs on them, %u%s at a time", restarts,
                 change->restart->max_unavailable.value, change->restart->max_unavailable.percent ? "%" : "");
    }
}

void verb_restarts_drain(size_t down, void *progress)
{
    const struct verb_progress *of = progress;

    app_warn(of->app,
             "interrupted while %zu server%s may be down: what was stopped is started first; another signal leaves it "
             "down",
             down, down == 1 ? "" : "s");
}

/* --- the command ------------------------------------------------------------------------------------ */

/* Nobody's restart is pending where there is no history. */
static bool make_plan(const struct resource_list *list, const struct plan_restart_terms *terms, struct plan *ret,
                      struct err *e)
{
    bool *pending = NULL;

    if (!verb_read_pending(list, &pending, e)) {
        return false;
    }
    if (pending == NULL) {
        pending = mem_array(resource_list_count(list) + 1, sizeof(*pending));
    }
    plan_make_restart(list, pending, terms, ret);
    free(pending);
    return true;
}

int verb_restart(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct resource_kind *kind = call->command->subject;
    const struct restart_opts *opts = call->opts;
    struct fleet_restarts restarts = options_restarts(&opts->downtime);
    CLEANUP(selection_free) struct selection selector = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    struct fleet_limits limits;
    struct inventory_scope scope;

    restarts.terms.always = opts->always;
    if (!options_limits(&opts->write, &limits, e) || !selection_read(app, &opts->select, call, &selector, e) ||
        !verb_check_selected(kind, opts->select.all, &selector.selector, e) ||
        !verb_change_open(app, &opts->write, &scope, e)) {
        return err_exit_status(e);
    }
    if (!inventory_select(&scope, &kind, 1, &selector.selector, list, NULL, e) ||
        !make_plan(list, &restarts.terms, &plan, e)) {
        err_wrap(e, "nothing was changed");
        return err_exit_status(e);
    }
    struct verb_change change = {.scope = &scope,
                                 .write = &opts->write,
                                 .limits = &limits,
                                 .plan = &plan,
                                 .list = list,
                                 .kind = kind,
                                 .restart = &restarts};
    JSON_CLEANUP json_t *wanted = json_object();
    return verb_change_perform(app, &change, wanted, e);
}
