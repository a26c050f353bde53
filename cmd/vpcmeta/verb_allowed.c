/* Takes out of a plan what an allowed_use forbids. */
#include <stdlib.h>

#include "mem/mem.h"
#include "preflight/preflight.h"
#include "verbs.h"

/* Only the settings that expressions of allowed_use can name. */
static struct preflight_change change_of(const struct plan_item *item)
{
    bool concerns = item->verdict == PLAN_CHANGE && (item->mask & (RESOURCE_ENABLED | RESOURCE_PROTOCOL)) != 0;

    return (struct preflight_change){.resource = item->resource, .after = concerns ? &item->after : NULL};
}

/* Returns the number of changes that are undetermined; the first of them begins `ret_first`. */
static size_t drop_forbidden(struct plan *plan, const struct preflight_change changes[], struct text *ret_first)
{
    size_t undetermined = 0;

    for (size_t i = 0; i < plan->count; i++) {
        if (changes[i].verdict == PREFLIGHT_FORBIDDEN) {
            plan->items[i].verdict = PLAN_SKIP;
            plan->items[i].reason = changes[i].reason;
        } else if (changes[i].verdict == PREFLIGHT_UNDETERMINED && undetermined++ == 0) {
            text_printf(ret_first, "%s: %s", changes[i].resource->name, changes[i].reason);
        }
    }
    return undetermined;
}

bool verb_change_allow(struct app *app, const struct inventory_scope *scope, struct plan *plan, struct err *e)
{
    struct preflight_change *changes = mem_array(plan->count, sizeof(*changes));
    CLEANUP(text_free) struct text first = {0};

    for (size_t i = 0; i < plan->count; i++) {
        changes[i] = change_of(&plan->items[i]);
    }
    bool checked = preflight_check_changes(scope->http, changes, plan->count, NULL, &plan->memory, e);
    size_t undetermined = checked ? drop_forbidden(plan, changes, &first) : 0;
    free(changes);
    if (undetermined > 0) {
        app_warn(app, "whether allowed_use permits it is not known here for %zu server%s, the API decides: %s",
                 undetermined, undetermined == 1 ? "" : "s", text_string(&first));
    }
    return checked || err_wrap(e, "nothing was changed");
}
