/*
 * Deleting a template: first every instance group is listed, for one that somebody lets use it must keep it; then DELETE. 404
 * says that it is gone, which is what is wanted. A DELETE without an answer is settled by a GET.
 */
#include <string.h>

#include "fleet/fleet_task.h"

struct delete_task {
    struct fleet_task task;
    struct resource_list *groups; /* that use it */
    struct err lost_error;        /* of the DELETE whose answer never came */
};

static const struct plan_item *item_of(const struct delete_task *delete)
{
    return delete->task.result->item;
}

static void release(struct delete_task *delete)
{
    resource_list_destroy(delete->groups);
    delete->groups = NULL;
}

/* --- who uses it --------------------------------------------------------------------------------- */

static bool keep_user(const struct resource *group, struct answer_node item, void *context, bool *ret_keep,
                      struct err *e)
{
    const struct delete_task *delete = context;

    (void)item, (void)e;
    *ret_keep = strcmp(group->template_id, item_of(delete)->resource->id) == 0;
    return true;
}

static void groups_listed(const struct err *error, void *context)
{
    struct delete_task *delete = context;
    struct err used = ERR_INIT;
    size_t count = resource_list_count(delete->groups);

    if (error == NULL && count > 0) {
        err_set(&used, ERR_CONFLICT, "it is used by instance group %s%s; nothing was deleted",
                resource_list_at(delete->groups, 0)->name, count > 1 ? " and others" : "");
    }
    release(delete);
    if (error != NULL) {
        fleet_task_finish_unread(&delete->task, error);
    } else if (used.code != ERR_NONE) {
        fleet_task_finish_error(&delete->task, &used, FLEET_FAILED);
    } else {
        fleet_task_ready(&delete->task, NULL, NULL);
    }
}

static void begin(struct fleet_task *task)
{
    struct delete_task *delete = (struct delete_task *)task;

    delete->groups = resource_list_create();
    fleet_task_list(task,
                    &(struct vpc_listing){
                        .kind = &resource_group, .into = delete->groups, .keep = keep_user, .listed = groups_listed});
}

/* --- the deletion -------------------------------------------------------------------------------- */

static void settled(const struct vpc_answer *answer, void *context)
{
    struct delete_task *delete = context;

    if (answer->reply->status == 404) {
        fleet_task_finish(&delete->task, FLEET_CHANGED);
    } else {
        fleet_task_finish_error(&delete->task, &delete->lost_error,
                                answer->error == NULL ? FLEET_FAILED : FLEET_UNKNOWN);
    }
}

static void write_done(const struct vpc_answer *answer, void *context)
{
    struct delete_task *delete = context;
    bool gone = answer->reply->status == 404;

    if (answer->error == NULL || gone) {
        bool ours = answer->error == NULL || answer->reply->maybe_processed || item_of(delete)->journaled;
        fleet_task_finish(&delete->task, ours ? FLEET_CHANGED : FLEET_UNCHANGED);
    } else if (answer->reply->maybe_processed) {
        delete->lost_error = *answer->error;
        fleet_task_read(&delete->task, vpc_get,
                        &(struct vpc_call){.id = item_of(delete)->resource->id, .done = settled});
    } else {
        fleet_task_finish_error(&delete->task, answer->error, fleet_outcome_refused(answer));
    }
}

static void start_write(struct fleet_task *task)
{
    struct delete_task *delete = (struct delete_task *)task;

    fleet_task_write(task, vpc_delete, &(struct vpc_call){.id = item_of(delete)->resource->id, .done = write_done});
}

const struct fleet_work fleet_delete = {.size = sizeof(struct delete_task), .begin = begin, .write = start_write};
