/*
 * Moving an instance group to another template: GET, then PATCH, unless somebody moved it elsewhere meanwhile. A PATCH
 * without an answer is settled by the next GET. The template may be one that the run has just made.
 */
#include <string.h>

#include "fleet/fleet_task.h"

struct move_task {
    struct fleet_task task;
    struct resource fresh;         /* the group as last read */
    struct plan_template from, to; /* from.id NULL: it does not matter where it was */
    bool sent;                     /* a PATCH has left */
    bool lost;                     /* its answer never came: the next read settles it */
    struct err lost_error;
};

static void start_read(struct move_task *move);

static const struct plan_item *item_of(const struct move_task *move)
{
    return move->task.result->item;
}

static struct plan_state state_of(const struct move_task *move)
{
    return (struct plan_state){.type = PLAN_STATE_TEMPLATE,
                               .template = {.id = move->fresh.template_id, .name = move->fresh.template_name}};
}

static bool is_there(const struct move_task *move)
{
    return strcmp(move->fresh.template_id, move->to.id) == 0;
}

/* --- answers ------------------------------------------------------------------------------------- */

static bool read_fresh(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct move_task *move = context;
    struct resource fresh = *item_of(move)->resource;

    (void)reply;
    if (!resource_read(move->task.fleet->strings, &fresh, root, e)) {
        return false;
    }
    move->fresh = fresh;
    return true;
}

static void finish_conflict(struct move_task *move)
{
    struct err error = ERR_INIT;

    err_set(&error, ERR_CONFLICT, "moved to template %s by somebody else meanwhile; nothing was overwritten",
            move->fresh.template_name != NULL ? move->fresh.template_name : move->fresh.template_id);
    move->task.result->after_state = state_of(move);
    fleet_task_finish_error(&move->task, &error, FLEET_FAILED);
}

static void after_read(struct move_task *move)
{
    struct fleet_result *result = move->task.result;
    bool moved_away = move->from.id != NULL && strcmp(move->fresh.template_id, move->from.id) != 0;

    if (is_there(move)) {
        result->after_state = state_of(move);
        fleet_task_finish(&move->task, move->sent ? FLEET_CHANGED : FLEET_UNCHANGED);
    } else if (moved_away && item_of(move)->conflict_policy != PLAN_CONFLICT_IGNORE) {
        finish_conflict(move);
    } else if (move->lost) {
        result->after_state = state_of(move);
        fleet_task_finish_error(&move->task, &move->lost_error, FLEET_FAILED);
    } else {
        result->before_state = state_of(move);
        fleet_task_ready(&move->task, NULL, NULL);
    }
}

static void read_done(const struct vpc_answer *answer, void *context)
{
    struct move_task *move = context;

    if (answer->error == NULL) {
        after_read(move);
    } else if (move->lost) {
        fleet_task_finish_error(&move->task, &move->lost_error, FLEET_UNKNOWN);
    } else {
        fleet_task_note_reply(&move->task, answer->reply);
        fleet_task_finish_unread(&move->task, answer->error);
    }
}

static void start_read(struct move_task *move)
{
    fleet_task_read(&move->task, vpc_get,
                    &(struct vpc_call){.id = item_of(move)->resource->id, .read = read_fresh, .done = read_done});
}

/* --- writes -------------------------------------------------------------------------------------- */

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct move_task *move = context;
    struct err error = ERR_INIT;

    if (answer->error != NULL && answer->reply->maybe_processed) {
        move->lost = true;
        move->lost_error = *answer->error;
        start_read(move);
    } else if (answer->error != NULL) {
        move->task.result->after_state = state_of(move);
        fleet_task_finish_error(&move->task, answer->error, fleet_outcome_refused(answer));
    } else if (is_there(move)) {
        move->task.result->after_state = state_of(move);
        fleet_task_finish(&move->task, FLEET_CHANGED);
    } else {
        move->task.result->after_state = state_of(move);
        err_set(&error, ERR_FAILED, "the API answered 200 without moving the group");
        fleet_task_finish_error(&move->task, &error, FLEET_FAILED);
    }
}

static void begin(struct fleet_task *task)
{
    struct move_task *move = (struct move_task *)task;
    struct err error = ERR_INIT;

    move->from = item_of(move)->move.from;
    move->to = plan_template_target(task->fleet->plan, item_of(move));
    move->sent = item_of(move)->journaled;
    if (move->to.id == NULL) {
        err_set(&error, ERR_FAILED, "the template it shall use is not known");
        fleet_task_finish_error(task, &error, FLEET_FAILED);
        return;
    }
    start_read(move);
}

static void start_write(struct fleet_task *task)
{
    struct move_task *move = (struct move_task *)task;
    JSON_CLEANUP json_t *body = plan_template_json(&(struct plan_template){.id = move->to.id});
    CLEANUP(text_free) struct text bytes = {0};

    json_print(&bytes, body, JSON_PRINT_COMPACT);
    move->sent = true;
    fleet_task_write(task, vpc_patch,
                     &(struct vpc_call){.id = item_of(move)->resource->id,
                                        .body = text_string(&bytes),
                                        .body_size = bytes.size,
                                        .read = read_fresh,
                                        .done = write_done});
}

const struct fleet_work fleet_move = {.size = sizeof(struct move_task), .begin = begin, .write = start_write};
