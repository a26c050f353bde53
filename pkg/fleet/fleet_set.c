/*
 * Setting metadata settings: GET, then PATCH with only what differs, bound to the ETag where the kind has one. With
 * PLAN_GUARD_LIST the listed state stands for the first GET; lost answers are reconciled by a GET all the same.
 */
#include <stdio.h>
#include <string.h>

#include "fleet/fleet_prefetch.h"
#include "fleet/fleet_write.h"

struct set_task {
    struct fleet_write write;
    struct resource_settings asked; /* what the last PATCH asked for */
    unsigned mask;                  /* what differs, by the last read */
};

static bool reads_first(const struct fleet_write *write)
{
    return write->ours || write->task.result->item->guard == PLAN_GUARD_ETAG;
}

/* The first GET may have been done while the list was still coming. */
static void read_settings(struct fleet_write *write)
{
    const struct fleet_prefetch *prefetch = write->task.fleet->options->prefetch;
    const struct resource *fresh =
        prefetch != NULL && write->receipt == FLEET_UNSENT ? fleet_prefetch_get(prefetch, write->actual.id) : NULL;

    if (fresh == NULL) {
        fleet_write_get(write);
        return;
    }
    write->actual = *fresh;
    snprintf(write->etag, sizeof(write->etag), "%s", fresh->etag);
    fleet_write_was_read(write, NULL, NULL);
}

/* The settings that another writer changed to something else since the plan was made, as far as the policy minds. */
static unsigned changed_by_others(const struct set_task *set)
{
    const struct plan_item *item = set->write.task.result->item;
    unsigned changed = resource_settings_diff(&set->write.actual.settings, &item->resource->settings);

    switch (item->conflict_policy) {
    case PLAN_CONFLICT_STRICT_TOUCHED:
        return changed & set->mask;
    case PLAN_CONFLICT_STRICT_ALL:
    case PLAN_CONFLICT_STRICT_RECORD:
        return changed;
    case PLAN_CONFLICT_IGNORE:
        break;
    }
    return 0;
}

/* Whether anything was changed by others since the plan was made that shows in the ETag alone. */
static bool is_touched(const struct set_task *set)
{
    const struct fleet_write *write = &set->write;
    const struct resource *planned = write->task.result->item->resource;

    return write->task.result->item->conflict_policy == PLAN_CONFLICT_STRICT_RECORD && write->receipt == FLEET_UNSENT &&
           planned->etag != NULL && planned->etag[0] != '\0' && write->etag[0] != '\0' &&
           strcmp(planned->etag, write->etag) != 0 && !resource_status_passes(planned->status);
}

/*
 * Whether what the last PATCH did not ask for, because it had the wanted value then, still has it. False, with e set,
 * when another writer changed it between the read and the PATCH.
 */
static bool check_unsent(const struct set_task *set, struct err *e)
{
    const struct resource_settings *wanted = set->write.task.result->item->wanted;
    const struct resource_settings *actual = &set->write.actual.settings;
    static const struct resource_settings none;
    unsigned theirs = resource_settings_diff(actual, wanted) & actual->given & ~set->asked.given;
    CLEANUP(text_free) struct text text = {0};

    if (set->asked.given == 0 || theirs == 0) {
        return true;
    }
    text_append(&text, "wanted ");
    resource_settings_describe(&text, &none, wanted, theirs);
    text_append(&text, ", found ");
    resource_settings_describe(&text, &none, actual, theirs);
    return err_set(e, ERR_CONFLICT, "changed by another writer meanwhile (%s); it was not overwritten",
                   text_string(&text));
}

static enum fleet_match compare(struct fleet_write *write, struct err *e)
{
    struct set_task *set = (struct set_task *)write;
    const struct plan_item *item = write->task.result->item;
    CLEANUP(text_free) struct text changes = {0};
    char reason[PLAN_REASON_SIZE];

    if (fleet_write_may_have_arrived(write) && !check_unsent(set, e)) {
        return FLEET_CONFLICT;
    }
    switch (plan_judge(&write->actual, item->wanted, &set->mask, reason)) {
    case PLAN_UNCHANGED:
        return FLEET_AS_EXPECTED;
    case PLAN_SKIP:
        err_set(e, ERR_FAILED, "%s", reason);
        return FLEET_BLOCKED;
    case PLAN_CHANGE:
        break;
    }
    unsigned theirs = changed_by_others(set);
    if (theirs == 0 && !is_touched(set)) {
        return FLEET_DIFFERENT;
    }
    if (theirs == 0) {
        err_set(e, ERR_CONFLICT, "changed by another writer meanwhile (another ETag); nothing was overwritten");
        return FLEET_CONFLICT;
    }
    resource_settings_describe(&changes, &item->resource->settings, &write->actual.settings, theirs);
    err_set(e, ERR_CONFLICT, "changed by another writer meanwhile (%s); nothing was overwritten",
            text_string(&changes));
    return FLEET_CONFLICT;
}

static void send_patch(struct fleet_write *write)
{
    struct set_task *set = (struct set_task *)write;
    const struct plan_item *item = write->task.result->item;
    JSON_CLEANUP json_t *body = resource_patch_body(item->wanted, set->mask);

    set->asked = *item->wanted;
    set->asked.given &= set->mask;
    fleet_write_send(write, vpc_patch, item->resource->kind->has_etag && write->etag[0] != '\0' ? write->etag : NULL,
                     body);
}

static enum fleet_match verify(struct fleet_write *write, struct err *e)
{
    const struct resource_settings *actual = &write->actual.settings;
    const struct resource_settings *asked = &((struct set_task *)write)->asked;
    unsigned missing = resource_settings_diff(actual, asked) & asked->given;
    CLEANUP(text_free) struct text changes = {0};

    if (missing == 0) {
        return check_unsent((struct set_task *)write, e) ? FLEET_AS_EXPECTED : FLEET_CONFLICT;
    }
    resource_settings_describe(&changes, actual, asked, missing);
    err_set(e, ERR_FAILED, "the API accepted the change, but does not show it (%s)", text_string(&changes));
    return FLEET_DIFFERENT;
}

static void note(struct fleet_write *write, bool before)
{
    struct fleet_result *result = write->task.result;

    *(before ? &result->before : &result->after) = write->actual.settings;
    if (!before && fleet_write_may_have_arrived(write)) {
        result->restart_needed = fleet_needs_restart(result, write->actual.status); /* however it ends */
    }
}

/* The boot volume forbids the setting. The code is in no source (vpc-api.md 4.3), only the name of the rule is. */
static enum fleet_outcome refuse(struct fleet_write *write, struct err *error)
{
    bool forbidden =
        error->http_status >= 400 && error->http_status < 500 &&
        (strcasestr(error->message, "allowed_use") != NULL || strcasestr(error->message, "allowed use") != NULL);

    (void)write;
    return forbidden ? FLEET_SKIPPED : FLEET_FAILED;
}

static void complete(struct fleet_write *write, enum fleet_outcome outcome)
{
    struct fleet_task *task = &write->task;
    struct fleet_result *result = task->result;

    result->restart_needed = outcome == FLEET_CHANGED && fleet_needs_restart(result, write->actual.status);
    if (result->restart_needed && task->fleet->options->restart != NULL && !result->item->leave_restart) {
        fleet_task_continue(task, &fleet_restart);
    } else {
        fleet_write_finish(write, outcome, NULL);
    }
}

static const struct fleet_write_ops guarded = {
    .settles = true,
    .rounds = FLEET_ROUNDS_MAX,
    .reads_first = reads_first,
    .read = read_settings,
    .compare = compare,
    .write = send_patch,
    .verify = verify,
    .note = note,
    .refuse = refuse,
    .complete = complete,
};

static void begin(struct fleet_task *task)
{
    if (task->result->item->phase != NULL) {
        /* the run that was cut off had come to the restart */
        fleet_task_continue(task, &fleet_restart);
    } else {
        fleet_write_begin(task);
    }
}

const struct fleet_action_ops fleet_set = {.size = sizeof(struct set_task),
                                           .begin = begin,
                                           .write = fleet_write_ready,
                                           .resume = fleet_write_resume,
                                           .guarded = &guarded};
