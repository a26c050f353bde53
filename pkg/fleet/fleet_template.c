/*
 * Instance groups and their templates: moving a group to another template, which the run may have just created, and
 * deleting a template that no group uses any more.
 */
#include <string.h>

#include "fleet/fleet_write.h"

/* --- moving a group: GET, then PATCH ----------------------------------------------------------------- */

struct move_task {
    struct fleet_write write;
    struct plan_template to;
};

static bool prepare_move(struct fleet_write *write)
{
    struct move_task *move = (struct move_task *)write;
    struct err error = ERR_INIT;

    move->to = plan_template_target(write->task.fleet->plan, write->task.result->item);
    if (move->to.id == NULL) {
        err_set(&error, ERR_FAILED, "the template it is to use is not known");
        fleet_write_finish(write, FLEET_FAILED, &error);
    }
    return move->to.id != NULL;
}

static enum fleet_match compare_move(struct fleet_write *write, struct err *e)
{
    const struct plan_item *item = write->task.result->item;
    const struct resource *group = &write->actual;
    const char *from = item->move.from.id;

    if (strcmp(group->template_id, ((struct move_task *)write)->to.id) == 0) {
        return FLEET_AS_EXPECTED;
    }
    if (from == NULL || strcmp(group->template_id, from) == 0 || item->conflict_policy == PLAN_CONFLICT_IGNORE) {
        return FLEET_DIFFERENT;
    }
    err_set(e, ERR_CONFLICT, "moved to template %s by another writer meanwhile; nothing was overwritten",
            group->template_name != NULL ? group->template_name : group->template_id);
    return FLEET_CONFLICT;
}

static void send_move(struct fleet_write *write)
{
    const struct plan_template to = {.id = ((struct move_task *)write)->to.id};
    JSON_CLEANUP json_t *body = plan_template_json(&to);

    fleet_write_send(write, vpc_patch, NULL, body);
}

/* The template from before may be an old state; a third one is another writer's. */
static enum fleet_match verify_move(struct fleet_write *write, struct err *e)
{
    const char *before = write->task.result->before_state.template.id;
    const char *actual = write->actual.template_id;
    const char *to = ((struct move_task *)write)->to.id;

    if (strcmp(actual, to) == 0) {
        return FLEET_AS_EXPECTED;
    }
    if (text_equal(before, actual) || text_equal(write->task.result->item->move.from.id, actual)) {
        err_set(e, ERR_FAILED, "the API accepted the move, but does not show it");
        return FLEET_DIFFERENT;
    }
    err_set(e, ERR_CONFLICT, "moved to another template by another writer meanwhile (wanted %s, found %s)", to, actual);
    return FLEET_CONFLICT;
}

static void note_template(struct fleet_write *write, bool before)
{
    struct fleet_result *result = write->task.result;

    *(before ? &result->before_state : &result->after_state) =
        (struct plan_state){.type = PLAN_STATE_TEMPLATE,
                            .template = {.id = write->actual.template_id, .name = write->actual.template_name}};
}

static const struct fleet_write_ops guarded_move = {
    .settles = true,
    .rounds = 1,
    .prepare = prepare_move,
    .compare = compare_move,
    .write = send_move,
    .verify = verify_move,
    .note = note_template,
};

const struct fleet_action_ops fleet_move = {.size = sizeof(struct move_task),
                                            .begin = fleet_write_begin,
                                            .write = fleet_write_ready,
                                            .resume = fleet_write_resume,
                                            .guarded = &guarded_move};

/* --- deleting a template: the groups are listed, then DELETE ----------------------------------------- */

struct delete_task {
    struct fleet_write write;
    struct resource_list *users; /* groups that use it */
};

static bool keep_user(const struct resource *group, struct answer_node item, void *context, bool *ret_keep,
                      struct err *e)
{
    const struct fleet_write *write = context;

    (void)item, (void)e;
    *ret_keep = group->template_id == NULL || strcmp(group->template_id, write->actual.id) == 0;
    return true;
}

static void groups_listed(const struct err *error, void *context)
{
    fleet_write_was_read(context, NULL, error);
}

/* Before the DELETE the groups are what counts: one that uses it again must keep it. After it, whether it exists. */
static void read_users(struct fleet_write *write)
{
    struct delete_task *delete = (struct delete_task *)write;

    if (write->receipt != FLEET_UNSENT) {
        fleet_task_read(&write->task, vpc_get,
                        &(struct vpc_call){.id = write->actual.id, .done = fleet_write_read_done});
        return;
    }
    delete->users = resource_list_create();
    fleet_task_list(&write->task,
                    &(struct vpc_listing){
                        .kind = &resource_group, .into = delete->users, .keep = keep_user, .listed = groups_listed});
}

static enum fleet_match compare_users(struct fleet_write *write, struct err *e)
{
    const struct resource_list *users = ((struct delete_task *)write)->users;
    size_t count = resource_list_count(users);
    CLEANUP(text_free) struct text odd = {0};

    if (count == 0) {
        return FLEET_DIFFERENT;
    }
    for (size_t i = 0; i < count; i++) {
        const struct resource *user = resource_list_at(users, i);
        if (user->template_id == NULL) {
            resource_append_odd(&odd, user);
            err_set(e, ERR_CONFLICT, "whether a group uses it is not known (%s); nothing was deleted",
                    text_string(&odd));
            return FLEET_CONFLICT;
        }
    }
    err_set(e, ERR_CONFLICT, "it is used by instance group %s%s; nothing was deleted", resource_list_at(users, 0)->name,
            count > 1 ? " and others" : "");
    return FLEET_CONFLICT;
}

static void send_delete(struct fleet_write *write)
{
    fleet_write_send(write, vpc_delete, NULL, NULL);
}

static void release_users(struct fleet_task *task)
{
    resource_list_destroy(((struct delete_task *)task)->users);
}

static const struct fleet_write_ops guarded_delete = {
    .deletes = true,
    .rounds = 1,
    .read = read_users,
    .compare = compare_users,
    .write = send_delete,
};

const struct fleet_action_ops fleet_delete = {.size = sizeof(struct delete_task),
                                              .begin = fleet_write_begin,
                                              .write = fleet_write_ready,
                                              .resume = fleet_write_resume,
                                              .release = release_users,
                                              .guarded = &guarded_delete};
