/* Circles of references that go round without going into the value: they would never end. */
#include "schema/library.h"

enum visit { NOT_YET, UNDER_WAY, DONE };

static bool refuse(const struct schema *first, struct err *e)
{
    CLEANUP(text_free) struct text place = {0};

    schema_place_print(&place, first);
    return err_set(e, ERR_INVALID,
                   "%s: refers to itself without going into the value, so checking it would never end; put the "
                   "reference below properties, items or the like",
                   text_string(&place));
}

/* Depth first, without recursion: chains of references are as long as a schema's author likes. */
static const struct schema *find_circle(struct schema *start)
{
    struct schema *at = start;

    at->visitor = NULL;
    at->visit = UNDER_WAY;
    at->cursor = at->edges;
    while (at != NULL) {
        if (at->cursor == NULL) {
            at->visit = DONE;
            at = at->visitor;
            continue;
        }
        struct schema *to = at->cursor->to;
        at->cursor = at->cursor->next;
        if (to->visit == UNDER_WAY) {
            return to;
        }
        if (to->visit == NOT_YET) {
            to->visitor = at;
            to->visit = UNDER_WAY;
            to->cursor = to->edges;
            at = to;
        }
    }
    return NULL;
}

bool schema_refuse_circles(struct schema_library *library, struct err *e)
{
    for (struct schema *schema = library->compiled; schema != NULL; schema = schema->next) {
        const struct schema *circle = schema->visit == NOT_YET ? find_circle(schema) : NULL;
        if (circle != NULL) {
            return refuse(circle, e);
        }
    }
    return true;
}
