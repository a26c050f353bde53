/* What allowed_use has to say about a plan. */
#include "preflight/preflight_allowed_read.h"
#include "verbs.h"

bool verb_change_allow(struct app *app, const struct inventory_scope *scope, struct plan *plan, struct err *e)
{
    CLEANUP(preflight_undetermined_free) struct preflight_undetermined doubts = {0};

    if (!preflight_allowed_read(scope, plan, &doubts, e)) {
        return err_wrap(e, "nothing was changed");
    }
    if (doubts.count > 0) {
        app_warn(app, "whether allowed_use permits it is not known here for %zu server%s, the API decides: %s",
                 doubts.count, doubts.count == 1 ? "" : "s", text_string(&doubts.first));
    }
    return true;
}
