/* What allowed_use has to say about a plan. */
#include "plan/plan_allowed_read.h"
#include "verbs.h"

bool verb_change_allow(struct app *app, const struct plan_scope *scope, const struct write_opts *write,
                       struct plan *plan, struct err *e)
{
    CLEANUP(plan_doubts_free) struct plan_doubts doubts = {0};

    http_set_window(scope->http, options_concurrency(write));
    http_set_max_rate(scope->http, (unsigned)write->tps.value);
    bool read = plan_allowed_read(scope, plan, &doubts, e);
    http_set_window(scope->http, 0);
    http_set_max_rate(scope->http, 0);
    if (!read) {
        return err_wrap(e, "nothing was changed");
    }
    if (doubts.count > 0) {
        app_warn(app, "whether allowed_use permits it is not known here for %zu server%s, the API decides: %s",
                 doubts.count, doubts.count == 1 ? "" : "s", text_string(&doubts.first));
    }
    return true;
}
