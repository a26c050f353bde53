/*
 * The JSON objects that the history keeps of a run: what it was asked for, {SETTINGS, "restart": {...}, "body": {...},
 * "identity": {...}, "rollback": RUN, "force": BOOL}, all of it optional, and its summary.
 */
#include <string.h>

#include "run/run_journal.h"

static json_t *restart_json(const struct fleet_restarts *restart)
{
    return json_build("{s:I, s:b, s:I, s:I, s:I, s:b, s:b, s:b, s:b, s:b, s:b}", "max_unavailable",
                      (json_int_t)restart->max_unavailable.value, "percent", restart->max_unavailable.percent,
                      "stop_timeout_ms", (json_int_t)restart->stop_timeout_ms, "start_timeout_ms",
                      (json_int_t)restart->start_timeout_ms, "poll_ms", (json_int_t)restart->poll_ms, "force_stop",
                      restart->force_stop, "same_group", restart->same_group, "only", restart->only, "allow_disk_loss",
                      restart->terms.allow_disk_loss, "always", restart->terms.always, "settles",
                      restart->terms.settles);
}

static unsigned number_of(const json_t *object, const char *member)
{
    return (unsigned)json_integer_value(json_object_get(object, member));
}

static bool is_true(const json_t *object, const char *member)
{
    return json_is_true(json_object_get(object, member));
}

static struct fleet_restarts restart_of(const json_t *object)
{
    return (struct fleet_restarts){
        .max_unavailable = {.percent = is_true(object, "percent"), .value = number_of(object, "max_unavailable")},
        .stop_timeout_ms = number_of(object, "stop_timeout_ms"),
        .start_timeout_ms = number_of(object, "start_timeout_ms"),
        .poll_ms = number_of(object, "poll_ms"),
        .force_stop = is_true(object, "force_stop"),
        .same_group = is_true(object, "same_group"),
        .only = is_true(object, "only"),
        .terms = {.allow_disk_loss = is_true(object, "allow_disk_loss"),
                  .always = is_true(object, "always"),
                  .settles = is_true(object, "settles")},
    };
}

json_t *run_wanted_json(const struct run_request *request)
{
    static const struct resource_settings none;
    json_t *object = resource_settings_json(request->settings != NULL ? request->settings : &none,
                                            RESOURCE_METADATA_SETTINGS | RESOURCE_PROFILE_SETTINGS);

    if (request->restart != NULL) {
        json_object_set_new(object, "restart", restart_json(request->restart));
    }
    if (request->body != NULL) {
        json_object_set(object, "body", request->body);
        json_object_set(object, "identity", request->identity);
    }
    if (request->rolls_back != NULL) {
        json_object_set_new(object, "rollback", json_build_string(request->rolls_back->entry.run.id));
        json_object_set_new(object, "force", json_boolean(request->force));
    }
    if (request->strict) {
        json_object_set_new(object, "strict", json_true());
    }
    return object;
}

bool run_wanted_read(struct run_record *record, json_t **ret_body, json_t **ret_identity, struct err *e)
{
    const struct history_run *run = &record->entry.run;
    CLEANUP(json_document_free) struct json_document wanted = {0};

    if (!json_parse(run->wanted, strlen(run->wanted), run->id, JSON_READ_STRICT, &wanted, e)) {
        return false;
    }
    json_t *restart = json_object_get(wanted.root, "restart");
    json_t *body = json_object_get(wanted.root, "body");
    json_t *identity = json_object_get(wanted.root, "identity");
    record->restarts = restart != NULL;
    record->restart = restart_of(restart);
    bool strict = json_object_get(wanted.root, "rollback") != NULL || is_true(wanted.root, "strict");
    record->policy = !strict                         ? PLAN_CONFLICT_STRICT_TOUCHED
                     : is_true(wanted.root, "force") ? PLAN_CONFLICT_IGNORE
                                                     : PLAN_CONFLICT_STRICT_ALL;
    if (body != NULL && identity != NULL) {
        *ret_body = plan_own(&record->plan, json_incref(body));
        *ret_identity = plan_own(&record->plan, json_incref(identity));
    }
    return true;
}

json_t *run_summary_json(const struct fleet_run *run)
{
    const struct fleet_summary *summary = &run->summary;
    size_t not_started = 0;
    json_t *object = json_build("{s:I}", "selected", (json_int_t)summary->selected);

    for (int outcome = 0; outcome < FLEET_OUTCOMES; outcome++) {
        json_object_set_new(object, fleet_outcome_name((enum fleet_outcome)outcome),
                            json_integer((json_int_t)summary->counts[outcome]));
    }
    for (size_t i = 0; i < run->count; i++) {
        not_started += fleet_is_not_started(&run->results[i]);
    }
    if (not_started > 0) {
        json_object_set_new(object, "not_started", json_integer((json_int_t)not_started));
    }
    return object;
}
