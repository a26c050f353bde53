/* The names that are meant by words that name nothing. */
#include "inventory/inventory_near.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

struct near {
    const struct inventory_words *absent;
    char **nearest; /* by absent words; NULL: none yet */
};

static void compare(const struct near *near, const char *name)
{
    for (size_t i = 0; name != NULL && i < near->absent->count; i++) {
        const char *words[] = {near->nearest[i], name};
        if (text_nearest(near->absent->items[i], words, 2) == name) {
            free(near->nearest[i]);
            near->nearest[i] = mem_copy(name);
        }
    }
}

static bool see(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    (void)item;
    (void)e;
    compare(context, record->name);
    compare(context, record->id);
    *ret_keep = false;
    return true;
}

static void listed(const struct err *error, void *context)
{
    (void)error; /* what is absent is an error already */
    (void)context;
}

/* Whether one of the words is that of the command: "instance set instance web-1". */
static bool repeats_kind(const struct resource_kind *kind, const struct inventory_words *absent, struct text *out)
{
    for (size_t i = 0; i < absent->count; i++) {
        if (strcmp(absent->items[i], kind->name) == 0 || strcmp(absent->items[i], kind->plural) == 0) {
            text_printf(out, ": the command says already that it is an %s: leave out \"%s\"", kind->singular,
                        absent->items[i]);
            return true;
        }
    }
    return false;
}

void inventory_append_near(const struct inventory_scope *scope, const struct resource_kind *const kinds[],
                           size_t kind_count, const struct inventory_words *absent, struct text *out)
{
    CLEANUP(resource_list_release) struct resource_list *nothing = resource_list_create();
    struct near near = {.absent = absent, .nearest = mem_array(absent->count + 1, sizeof(char *))};
    struct err ignored = ERR_INIT;
    size_t found = 0;

    if (kind_count == 1 && repeats_kind(kinds[0], absent, out)) {
        free(near.nearest);
        return;
    }
    for (size_t r = 0; r < scope->region_count; r++) {
        for (size_t k = 0; k < kind_count; k++) {
            vpc_list(scope->regions[r],
                     &(struct vpc_listing){
                         .kind = kinds[k], .into = nothing, .keep = see, .listed = listed, .context = &near});
        }
    }
    (void)!http_run(scope->http, &ignored);
    for (size_t i = 0; i < absent->count; i++) {
        if (near.nearest[i] != NULL) {
            text_printf(out, "%s%s", found++ > 0 ? ", " : ": did you mean ", near.nearest[i]);
        }
        free(near.nearest[i]);
    }
    text_append(out, found > 0 ? "?" : "");
    free(near.nearest);
}
