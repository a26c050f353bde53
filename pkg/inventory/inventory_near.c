/* The names that are meant by words that name nothing. */
#include "inventory/inventory_near.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* Records of a kind in a region that are compared: a slip does not read a whole fleet. */
enum { COMPARED_MOST = 1000 };

struct near {
    const char *const *absent; /* words */
    size_t count;
    char **nearest; /* by words; NULL: none yet */
};

/* A kind in a region. */
struct place {
    const struct near *near;
    size_t compared;
};

static void compare(const struct near *near, const char *name)
{
    for (size_t i = 0; name != NULL && i < near->count; i++) {
        const char *words[] = {near->nearest[i], name};
        if (text_nearest(near->absent[i], words, 2) == name) {
            free(near->nearest[i]);
            near->nearest[i] = mem_copy(name);
        }
    }
}

static bool see(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    struct place *place = context;

    (void)item;
    compare(place->near, record->name);
    compare(place->near, record->id);
    *ret_keep = false;
    return ++place->compared < COMPARED_MOST || err_set(e, ERR_INCOMPLETE, "enough records were compared");
}

static void listed(const struct err *error, void *context)
{
    (void)error; /* what is absent is an error already */
    (void)context;
}

/* Whether the word is that of the command: "instance set instance web-1". */
static bool repeats_kind(const struct resource_kind *kind, const char *word)
{
    return strcmp(word, kind->name) == 0 || strcmp(word, kind->plural) == 0;
}

/* Reads the records that the words may mean. */
static void look_up(const struct inventory_scope *scope, const struct resource_kind *const kinds[], size_t kind_count,
                    const struct near *near)
{
    CLEANUP(resource_list_release) struct resource_list *nothing = resource_list_create();
    CLEANUP(text_free_pointer) struct place *places = mem_array(scope->region_count * kind_count + 1, sizeof(*places));
    struct err ignored = ERR_INIT;

    for (size_t r = 0; r < scope->region_count; r++) {
        for (size_t k = 0; k < kind_count; k++) {
            struct place *place = &places[r * kind_count + k];
            *place = (struct place){.near = near};
            vpc_list(scope->regions[r],
                     &(struct vpc_listing){
                         .kind = kinds[k], .into = nothing, .keep = see, .listed = listed, .context = place});
        }
    }
    (void)!http_run(scope->http, &ignored);
}

void inventory_append_near(const struct inventory_scope *scope, const struct resource_kind *const kinds[],
                           size_t kind_count, const struct inventory_words *absent, struct text *out)
{
    CLEANUP(text_free_pointer) const char **words = mem_array(absent->count + 1, sizeof(*words));
    struct near near = {.absent = words, .nearest = mem_array(absent->count + 1, sizeof(char *))};
    const char *repeated = NULL;
    size_t found = 0;

    for (size_t i = 0; i < absent->count; i++) {
        if (kind_count == 1 && repeats_kind(kinds[0], absent->items[i])) {
            repeated = absent->items[i];
        } else {
            words[near.count++] = absent->items[i];
        }
    }
    if (repeated != NULL) {
        const char *singular = kinds[0]->singular;
        text_printf(out, ": the command says already that it is %s %s: leave out \"%s\"", text_article(singular),
                    singular, repeated);
    }
    if (near.count > 0) {
        look_up(scope, kinds, kind_count, &near);
    }
    for (size_t i = 0; i < near.count; i++) {
        if (near.nearest[i] != NULL) {
            const char *before = repeated != NULL ? "; did you mean " : ": did you mean ";
            text_printf(out, "%s%s", found++ > 0 ? ", " : before, near.nearest[i]);
        }
        free(near.nearest[i]);
    }
    text_append(out, found > 0 ? "?" : "");
    free(near.nearest);
}
