/* Reading records singly once more: what they have now, with the ETag that a change can be bound to. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory.h"
#include "mem/mem.h"

struct again {
    struct resource_list *list;
    struct resource *record;
    struct err *error; /* shared: the first one counts */
};

static bool take_record(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    const struct again *again = context;

    (void)e;
    resource_read(again->list, again->record, root);
    again->record->etag =
        reply->etag[0] != '\0' ? resource_list_copy(again->list, reply->etag, strlen(reply->etag)) : NULL;
    return true;
}

static void read_done(const struct vpc_answer *answer, void *context)
{
    struct again *again = context;

    if (answer->error != NULL && !http_is_not_found(answer->reply) && again->error->code == ERR_NONE) {
        *again->error = *answer->error;
        err_wrap(again->error, "reading %s %s once more", again->record->kind->singular, again->record->name);
    }
    free(again);
}

bool inventory_read_again(const struct inventory_scope *scope, struct resource_list *list,
                          struct resource *const records[], size_t count, struct err *e)
{
    struct err error = ERR_INIT;

    for (size_t i = 0; i < count; i++) {
        struct again *again = mem_alloc(sizeof(*again));
        *again = (struct again){.list = list, .record = records[i], .error = &error};
        vpc_get(records[i]->api, records[i]->kind,
                &(struct vpc_call){.id = records[i]->id, .read = take_record, .done = read_done, .context = again});
    }
    return http_run(scope->http, e) && err_take(e, &error);
}
