/*
 * Setting metadata settings: GET, then PATCH with only what differs. The answer of either is compared with what is
 * wanted; what came of a PATCH without an answer is settled by the next GET.
 */
#include <stdio.h>
#include <string.h>

#include "fleet/fleet_task.h"

struct set_task {
    struct fleet_task task;
    struct resource fresh;          /* as last read */
    struct resource_settings asked; /* what the last PATCH asked for */
    unsigned mask;                  /* what differs, by the last read */
    unsigned round;                 /* reads so far */
    bool sent;                      /* a PATCH has left */
    bool lost;                      /* its answer never came: the next read settles it */
    struct err lost_error;
    char etag[FLEET_ETAG_SIZE];
};

static void start_read(struct set_task *set);

static const struct plan_item *item_of(const struct set_task *set)
{
    return set->task.result->item;
}

static void finish_changed(struct set_task *set)
{
    struct fleet_result *result = set->task.result;

    result->after = set->fresh.settings;
    result->restart_needed = fleet_needs_restart(result, set->fresh.status);
    if (result->restart_needed && set->task.fleet->options->restart != NULL) {
        fleet_task_go_on(&set->task, &fleet_restart);
    } else {
        fleet_task_finish(&set->task, FLEET_CHANGED);
    }
}

/* --- answers ------------------------------------------------------------------------------------- */

static bool read_fresh(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct set_task *set = context;
    struct resource fresh = *item_of(set)->resource;

    if (!resource_read(set->task.fleet->strings, &fresh, root, e)) {
        return false;
    }
    set->fresh = fresh;
    snprintf(set->etag, sizeof(set->etag), "%s", reply->etag);
    return true;
}

/* The settings that somebody changed to something else since the plan was made, as far as the plan minds. */
static unsigned changed_by_others(const struct set_task *set)
{
    const struct plan_item *item = item_of(set);
    unsigned changed = resource_settings_diff(&set->fresh.settings, &item->resource->settings);

    switch (item->conflict_policy) {
    case PLAN_CONFLICT_STRICT_TOUCHED:
        return changed & set->mask;
    case PLAN_CONFLICT_STRICT_ALL:
        return changed;
    case PLAN_CONFLICT_IGNORE:
        break;
    }
    return 0;
}

static void finish_conflict(struct set_task *set, unsigned mask)
{
    const struct plan_item *item = item_of(set);
    CLEANUP(text_free) struct text changes = {0};
    struct err error = ERR_INIT;

    resource_settings_describe(&changes, &item->resource->settings, &set->fresh.settings, mask);
    err_set(&error, ERR_CONFLICT, "changed by somebody else meanwhile (%s); nothing was overwritten, run it again",
            text_string(&changes));
    set->task.result->after = set->fresh.settings;
    fleet_task_finish_error(&set->task, &error, FLEET_FAILED);
}

/* A read is there: what is left to do? */
static void after_read(struct set_task *set)
{
    char reason[PLAN_REASON_SIZE];
    enum plan_verdict verdict = plan_judge(&set->fresh, item_of(set)->wanted, &set->mask, reason);

    if (!set->sent) {
        set->task.result->before = set->fresh.settings;
    }
    if (verdict == PLAN_UNCHANGED) {
        set->task.result->after = set->fresh.settings;
        if (set->sent) {
            finish_changed(set);
        } else {
            fleet_task_finish(&set->task, FLEET_UNCHANGED);
        }
        return;
    }
    if (set->lost) {
        /* the answer never came and the change is not there: http has tried often enough */
        fleet_task_finish_error(&set->task, &set->lost_error, FLEET_FAILED);
        return;
    }
    if (verdict == PLAN_SKIP) {
        struct err error = ERR_INIT;
        err_set(&error, ERR_FAILED, "%s", reason);
        fleet_task_finish_error(&set->task, &error, FLEET_SKIPPED);
        return;
    }
    unsigned theirs = changed_by_others(set);
    if (theirs != 0) {
        finish_conflict(set, theirs);
        return;
    }
    fleet_task_ready(&set->task, NULL, set->etag);
}

static void finish_unread(struct set_task *set, const struct err *error)
{
    if (set->sent) {
        /* refused after a change that may have been ours: nobody knows */
        fleet_task_finish_error(&set->task, error, FLEET_UNKNOWN);
    } else {
        fleet_task_finish_unread(&set->task, error);
    }
}

static void read_done(const struct vpc_answer *answer, void *context)
{
    struct set_task *set = context;

    if (answer->error == NULL) {
        after_read(set);
    } else if (set->lost && answer->error->code != ERR_CANCELLED) {
        fleet_task_finish_error(&set->task, &set->lost_error, FLEET_UNKNOWN);
    } else {
        fleet_task_note_reply(&set->task, answer->reply);
        finish_unread(set, answer->error);
    }
}

static void start_read(struct set_task *set)
{
    set->round++;
    fleet_task_read(&set->task, vpc_get,
                    &(struct vpc_call){.id = item_of(set)->resource->id, .read = read_fresh, .done = read_done});
}

/* --- writes -------------------------------------------------------------------------------------- */

static bool answer_is_as_asked(struct set_task *set, struct err *e)
{
    unsigned missing = resource_settings_diff(&set->fresh.settings, &set->asked) & set->asked.given;

    if (missing == 0) {
        return true;
    }
    CLEANUP(text_free) struct text changes = {0};
    resource_settings_describe(&changes, &set->fresh.settings, &set->asked, missing);
    return err_set(e, ERR_FAILED, "the API answered 200 without making the change (%s)", text_string(&changes));
}

/* The boot volume forbids the setting. The code is in no source (vpc-api.md 4.3), only the name of the rule is. */
static bool allowed_use_refuses(const struct err *error)
{
    return error->http_status >= 400 && error->http_status < 500 &&
           (strcasestr(error->message, "allowed_use") != NULL || strcasestr(error->message, "allowed use") != NULL);
}

static void write_failed(struct set_task *set, const struct vpc_answer *answer)
{
    const struct err *error = answer->error;

    if (!answer->reply->maybe_processed) {
        set->task.result->after = set->fresh.settings;
    }
    if (error->code == ERR_CONFLICT && set->round < FLEET_ROUNDS_MAX) {
        /* refused, so what the next read finds is not our doing */
        set->sent = answer->reply->maybe_processed;
        start_read(set);
    } else if (answer->reply->maybe_processed && error->code != ERR_CONFLICT) {
        set->lost = true;
        set->lost_error = *error;
        start_read(set);
    } else {
        fleet_task_finish_error(&set->task, error,
                                allowed_use_refuses(error) ? FLEET_SKIPPED : fleet_outcome_refused(answer));
    }
}

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct set_task *set = context;
    struct err error = ERR_INIT;

    if (answer->error != NULL) {
        write_failed(set, answer);
    } else if (answer_is_as_asked(set, &error)) {
        finish_changed(set);
    } else {
        set->task.result->after = set->fresh.settings;
        fleet_task_finish_error(&set->task, &error, FLEET_FAILED);
    }
}

static void begin(struct fleet_task *task)
{
    struct set_task *set = (struct set_task *)task;

    if (item_of(set)->phase != NULL) {
        /* the run that was cut off had come to the restart */
        fleet_task_go_on(task, &fleet_restart);
        return;
    }
    set->sent = item_of(set)->journaled;
    start_read(set);
}

static void start_write(struct fleet_task *task)
{
    struct set_task *set = (struct set_task *)task;
    const struct plan_item *item = item_of(set);
    JSON_CLEANUP json_t *body = resource_patch_body(item->wanted, set->mask);
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, body, JSON_PRINT_COMPACT);
    set->asked = *item->wanted;
    set->asked.given &= set->mask;
    set->sent = true;
    fleet_task_write(
        task, vpc_patch,
        &(struct vpc_call){.id = item->resource->id,
                           .etag = item->resource->kind->has_etag && set->etag[0] != '\0' ? set->etag : NULL,
                           .body = text_string(&bytes),
                           .body_size = bytes.size,
                           .read = read_fresh,
                           .done = write_done});
}

const struct fleet_work fleet_set = {.size = sizeof(struct set_task), .begin = begin, .write = start_write};
