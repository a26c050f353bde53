/* The API's answer about a single resource as a document. */
#include "inventory/inventory.h"

struct single {
    json_t *answer;
    struct err error;
};

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct single *single = context;

    (void)reply;
    json_decref(single->answer);
    single->answer = answer_to_json(root);
    return json_is_object(single->answer) || answer_error(root, e, "the answer must be an object");
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    err_take(&((struct single *)context)->error, answer->error);
}

bool inventory_read_answer(struct http *http, struct vpc *api, const struct resource_kind *kind, const char *id,
                           const char *below, json_t **ret_answer, struct err *e)
{
    struct single single = {.error = ERR_INIT};

    vpc_get(api, kind,
            &(struct vpc_call){.id = id, .below = below, .read = read_single, .done = single_done, .context = &single});
    if (!http_run(http, e) || !err_take(e, &single.error)) {
        json_decref(single.answer);
        return false;
    }
    *ret_answer = single.answer;
    return true;
}
