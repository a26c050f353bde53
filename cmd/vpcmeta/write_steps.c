/* What the steps of a plan come to, for the last line before its question. */
#include "write_steps.h"

enum { KINDS = 8 }; /* more than there are */

/* In the order of a plan that replaces templates. */
static const struct {
    enum plan_action action;
    const char *verb;
} verbs[] = {{PLAN_CREATE, "create"}, {PLAN_SET, "change"},      {PLAN_MOVE, "move"},
             {PLAN_ROLL, "roll"},     {PLAN_RESTART, "restart"}, {PLAN_DELETE, "delete"}};

static void append_of(const struct plan *plan, enum plan_action action, const char *verb, struct text *out)
{
    const struct resource_kind *done[KINDS];
    size_t kinds = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct resource_kind *kind = plan->items[i].resource->kind;
        size_t count = 0;
        bool known = plan->items[i].verdict != PLAN_CHANGE || plan->items[i].action != action;
        for (size_t j = 0; !known && j < kinds; j++) {
            known = done[j] == kind;
        }
        if (known || kinds == KINDS) {
            continue;
        }
        done[kinds++] = kind;
        for (size_t j = i; j < plan->count; j++) {
            const struct plan_item *item = &plan->items[j];
            count += item->verdict == PLAN_CHANGE && item->action == action && item->resource->kind == kind;
        }
        text_printf(out, "%s%s ", out->size > 0 ? ", " : "", verb);
        resource_append_count(out, count, kind);
    }
}

void write_append_steps(const struct plan *plan, struct text *out)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        append_of(plan, verbs[i].action, verbs[i].verb, out);
    }
}
