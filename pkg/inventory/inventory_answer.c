/* The API's answer about a single resource as a document. */
#include "inventory/inventory.h"

struct single {
    json_t *answer;
    bool is_resource; /* and not what lies below one */
    struct err error;
};

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct single *single = context;

    (void)reply;
    json_decref(single->answer);
    single->answer = answer_to_json(root);
    if (!json_is_object(single->answer)) {
        return answer_error(root, e, "the answer must be an object");
    }
    return !single->is_resource || json_is_string(json_object_get(single->answer, "id")) ||
           answer_error(root, e, "a resource must have an id");
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    err_take(&((struct single *)context)->error, answer->error);
}

bool inventory_read_answer(struct http *http, struct vpc *api, const struct resource_kind *kind, const char *id,
                           const char *below, json_t **ret_answer, struct err *e)
{
    struct single single = {.is_resource = below == NULL, .error = ERR_INIT};

    vpc_get(api, kind,
            &(struct vpc_call){.id = id, .below = below, .read = read_single, .done = single_done, .context = &single});
    if (!http_run(http, e) || !err_take(e, &single.error)) {
        json_decref(single.answer);
        return false;
    }
    *ret_answer = single.answer;
    return true;
}
