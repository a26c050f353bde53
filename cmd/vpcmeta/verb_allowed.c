/* What allowed_use has to say about a plan. */
#include "plan/plan_allowed_read.h"
#include "verbs.h"

bool verb_change_allow(struct app *app, const struct plan_scope *scope, struct plan *plan, struct err *e)
{
    CLEANUP(plan_doubts_free) struct plan_doubts doubts = {0};

    if (!plan_allowed_read(scope, plan, &doubts, e)) {
        return err_wrap(e, "nothing was changed");
    }
    if (doubts.count > 0) {
        app_warn(app, "whether allowed_use permits it is not known here for %zu server%s, the API decides: %s",
                 doubts.count, doubts.count == 1 ? "" : "s", text_string(&doubts.first));
    }
    return true;
}
