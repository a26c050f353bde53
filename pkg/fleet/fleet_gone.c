/* What became of resources that are not as they were planned with: deleted, replaced under their name, or renamed. */
#include "fleet/fleet_gone.h"

/* --- deleted ----------------------------------------------------------------------------------------- */

/* Another one of the name; the same one may be listed for a while after its end. */
static bool read_named(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct fleet_task *task = context;
    const struct resource *resource = task->result->item->resource;
    struct answer_node items;

    (void)reply;
    task->result->successor = NULL;
    if (!answer_get_array(root, resource->kind->items, ANSWER_REQUIRED, &items, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(items); answer_next(&each);) {
        struct answer_string id = answer_value(answer_find(each.node, "id")).string;
        struct answer_string name = answer_value(answer_find(each.node, "name")).string;
        if (id.data != NULL && answer_string_is(name, resource->name) && !answer_string_is(id, resource->id)) {
            task->result->successor = resource_list_share(task->fleet->strings, id.data, id.size);
        }
    }
    return true;
}

/* Where the name cannot be looked for, the resource is deleted all the same. */
static void named_read(const struct vpc_answer *answer, void *context)
{
    struct fleet_task *task = context;

    (void)answer;
    task->explained(task);
}

void fleet_gone_explain(struct fleet_task *task, void (*then)(struct fleet_task *task))
{
    const char *name = task->result->item->resource->name;

    if (name == NULL || fleet_is_over(task->fleet)) {
        then(task);
        return;
    }
    task->explained = then;
    fleet_task_read(task, vpc_get, &(struct vpc_call){.name = name, .read = read_named, .done = named_read});
}

void fleet_gone_describe(const struct fleet_task *task, struct text *out)
{
    const struct fleet_result *result = task->result;

    if (result->successor == NULL) {
        text_append(out, "deleted meanwhile");
    } else {
        text_printf(out, "deleted and created again as %s meanwhile; the new %s was left alone", result->successor,
                    result->item->resource->kind->singular);
    }
}

/* --- renamed ----------------------------------------------------------------------------------------- */

void fleet_gone_note_name(struct fleet_task *task, struct answer_node node)
{
    const struct plan_item *item = task->result->item;
    struct answer_string name = answer_value(answer_find(node, "name")).string;

    if (item->action == PLAN_CREATE || item->resource->name == NULL || name.data == NULL || name.size == 0) {
        return;
    }
    task->result->renamed = answer_string_is(name, item->resource->name)
                                ? NULL
                                : resource_list_share(task->fleet->strings, name.data, name.size);
}
