/* How far a run is: counts its results for the line of progress (app_progress.c), which draws itself. */
#include "verbs.h"

struct verb_progress verb_progress_begin(struct app *app, const struct verb_change *change)
{
    app_progress_write(app, plan_count(change->plan).change);
    return (struct verb_progress){.app = app};
}

void verb_progress_step(const struct fleet_result *result, const struct fleet_summary *summary, void *context)
{
    struct verb_progress *progress = context;
    size_t failed = summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN];

    (void)result;
    app_progress_note(progress->app, ++progress->done, summary->counts[FLEET_CHANGED], failed);
}

void verb_progress_end(const struct verb_progress *progress)
{
    app_progress_end(progress->app);
}
