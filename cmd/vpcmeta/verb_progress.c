/* A line on a terminal while a fleet is changed; nothing when piped or with -q. */
#include <stdio.h>
#include <unistd.h>

#include "clock/clock.h"
#include "term/term.h"
#include "verbs.h"

enum { REDRAW_MS = 100 };

struct verb_progress verb_progress_begin(const struct app *app, const struct plan *plan)
{
    struct plan_counts counts = plan_count(plan);

    return (struct verb_progress){.total = counts.change,
                                  .started_ms = clock_monotonic_ms(clock_system()),
                                  .shown = !app->globals->quiet && term_is_terminal(STDERR_FILENO)};
}

void verb_progress_step(const struct fleet_result *result, const struct fleet_summary *summary, void *context)
{
    struct verb_progress *progress = context;
    int64_t now = clock_monotonic_ms(clock_system());

    (void)result;
    progress->done++;
    if (!progress->shown || (now - progress->drawn_ms < REDRAW_MS && progress->done < progress->total)) {
        return;
    }
    int64_t elapsed = now - progress->started_ms;
    progress->drawn_ms = now;
    fprintf(stderr, "\r%zu/%zu  %lld/s  %zu failed\033[K", progress->done, progress->total,
            elapsed > 0 ? (long long)progress->done * 1000 / (long long)elapsed : 0LL,
            summary->counts[FLEET_FAILED] + summary->counts[FLEET_UNKNOWN]);
    fflush(stderr);
}

void verb_progress_end(const struct verb_progress *progress)
{
    if (progress->shown && progress->drawn_ms > 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
