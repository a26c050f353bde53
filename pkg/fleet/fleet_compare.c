/*
 * The second half of creating a template from another one: both are read and compared member by member, but for what the
 * body has over the source. It is not documented how the API merges them (vpc-api.md 2.9), and groups that are moved to a
 * template with another image would breed other servers. The outcome without that is in the result.
 */
#include <string.h>

#include "fleet/fleet_task.h"
#include "plan/plan_replace.h"

struct compare_task {
    struct fleet_task task;
    json_t *source, *made;
};

static void finish(struct compare_task *compare, const struct err *error, enum fleet_outcome outcome)
{
    json_decref(compare->source);
    json_decref(compare->made);
    if (error != NULL) {
        fleet_task_finish_error(&compare->task, error, outcome);
    } else {
        fleet_task_finish(&compare->task, outcome);
    }
}

/* Open in the history when it was interrupted: the run that goes on finds it by its name and compares again. */
static void finish_unread(struct compare_task *compare, const struct err *cause)
{
    struct err error = *cause;

    err_wrap(&error, "created, but not compared with its source");
    finish(compare, &error, error.code == ERR_CANCELLED ? FLEET_UNKNOWN : FLEET_FAILED);
}

static bool read_into(struct answer_node root, json_t **slot)
{
    json_decref(*slot);
    *slot = answer_to_json(root);
    return true;
}

static bool read_made(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    (void)reply, (void)e;
    return read_into(root, &((struct compare_task *)context)->made);
}

static bool read_source(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    (void)reply, (void)e;
    return read_into(root, &((struct compare_task *)context)->source);
}

static void both_read(const struct vpc_answer *answer, void *context)
{
    struct compare_task *compare = context;
    CLEANUP(text_free) struct text different = {0};
    struct err error = ERR_INIT;

    if (answer->error != NULL) {
        finish_unread(compare, answer->error);
    } else if (plan_template_same(compare->source, compare->made, compare->task.result->item->create.body,
                                  &different)) {
        finish(compare, NULL, compare->task.result->outcome);
    } else {
        err_set(&error, ERR_FAILED, "created, but it differs from its source in more than was asked for: %s",
                text_string(&different));
        finish(compare, &error, FLEET_FAILED);
    }
}

static void source_read(const struct vpc_answer *answer, void *context)
{
    struct compare_task *compare = context;

    if (answer->error != NULL) {
        finish_unread(compare, answer->error);
        return;
    }
    fleet_task_read(
        &compare->task, vpc_get,
        &(struct vpc_call){.id = compare->task.result->item->resource->id, .read = read_made, .done = both_read});
}

/* The id of the template that the body builds on; NULL: on none. Borrowed from the body. */
static const char *source_of(const json_t *body)
{
    const json_t *source = json_object_get(body, "source_template");
    const char *crn = json_string_value(json_object_get(source, "crn"));

    return crn != NULL ? resource_crn_id(crn) : json_string_value(json_object_get(source, "id"));
}

static void begin(struct fleet_task *task)
{
    struct compare_task *compare = (struct compare_task *)task;
    const char *source = source_of(task->result->item->create.body);

    if (source == NULL) {
        finish(compare, NULL, compare->task.result->outcome);
        return;
    }
    fleet_task_read(task, vpc_get, &(struct vpc_call){.id = source, .read = read_source, .done = source_read});
}

bool fleet_compares(const struct plan_item *item)
{
    return item->resource->kind->disposable && json_object_get(item->create.body, "source_template") != NULL;
}

const struct fleet_work fleet_compare = {.size = sizeof(struct compare_task), .begin = begin};
