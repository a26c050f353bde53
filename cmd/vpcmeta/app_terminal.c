/*
 * What a terminal shows: columns, colour, and the line of progress (or lines of JSON), which the ticks of the session
 * draw, so also while no answer comes, and which is taken away before anything else is printed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "clock/clock.h"
#include "mem/mem.h"
#include "render/render_progress.h"
#include "term/term.h"

bool app_color(const struct app *app, int fd)
{
    struct term_environment environment = {.no_color = getenv("NO_COLOR"),
                                           .clicolor_force = getenv("CLICOLOR_FORCE"),
                                           .ibmcloud_color = getenv("IBMCLOUD_COLOR"),
                                           .term = getenv("TERM")};
    enum term_color option = app->globals != NULL ? (enum term_color)app->globals->color.value : TERM_COLOR_AUTO;

    return term_use_color(fd, option, &environment);
}

unsigned app_columns(int fd)
{
    return term_columns(fd, getenv("COLUMNS"));
}

/* --- progress --------------------------------------------------------------------------------------- */

enum {
    TICK_MS = 100,
    JSON_MS = 500,
    READING_DELAY_MS = 1000, /* most commands are done sooner */
    WRITING_DELAY_MS = 100,
};

struct app_progress {
    struct session *session;
    struct render_progress state;
    int64_t began_ms, printed_ms;
    uint64_t retries_before;
    bool writing; /* a run; else lists are read */
    bool draws;   /* on a terminal; else lines of JSON */
    bool drawn;   /* the line stands there now */
};

static bool can_draw(const struct app *app)
{
    const char *term = getenv("TERM");

    return app->globals->progress.value == OPTIONS_PROGRESS_AUTO && !app->globals->quiet &&
           term_is_terminal(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

static void update(struct app_progress *progress)
{
    struct session_progress session = session_progress(progress->session);

    if (!progress->writing) {
        progress->state.done = session.items;
        progress->state.total = session.total;
    }
    progress->state.in_flight = session.in_flight;
    progress->state.retries = session.retries - progress->retries_before;
    render_progress_tick(&progress->state, clock_monotonic_ms(clock_system()) - progress->began_ms);
}

static void draw(struct app_progress *progress)
{
    CLEANUP(text_free) struct text line = {0};
    bool begun = progress->writing || progress->state.total > 0;
    unsigned columns = app_columns(STDERR_FILENO);

    if (!begun || columns == 0 ||
        progress->state.elapsed_ms < (progress->writing ? WRITING_DELAY_MS : READING_DELAY_MS)) {
        return;
    }
    /* the last column stays free: some terminals wrap as soon as it is written */
    render_progress_line(&line, &progress->state, columns - 1);
    fprintf(stderr, "\r%s\033[K", text_string(&line));
    fflush(stderr);
    progress->drawn = true;
}

static void print_json(struct app_progress *progress)
{
    CLEANUP(text_free) struct text line = {0};

    render_progress_json(&line, &progress->state);
    fprintf(stderr, "%s\n", text_string(&line));
    fflush(stderr);
    progress->printed_ms = progress->state.elapsed_ms;
}

static void hide(struct app_progress *progress)
{
    if (progress->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        progress->drawn = false;
    }
}

/* Between two pieces of work any code may print: the line is not there then. */
static void tick(void *context, bool over)
{
    struct app_progress *progress = context;

    update(progress);
    if (over) {
        hide(progress);
    } else if (progress->draws) {
        draw(progress);
    } else if (progress->writing && progress->state.elapsed_ms - progress->printed_ms >= JSON_MS) {
        print_json(progress);
    }
}

/* Nothing at all where nothing would be shown. */
static struct app_progress *begin(struct app *app)
{
    bool draws = can_draw(app);

    app_progress_end(app);
    if (!draws && app->globals->progress.value != OPTIONS_PROGRESS_JSON) {
        return NULL;
    }
    struct app_progress *progress = mem_alloc(sizeof(*progress));
    *progress = (struct app_progress){.session = app->session,
                                      .draws = draws,
                                      .began_ms = clock_monotonic_ms(clock_system()),
                                      .retries_before = session_progress(app->session).retries};
    session_set_ticker(app->session, tick, progress, TICK_MS);
    app->progress = progress;
    return progress;
}

void app_progress_read(struct app *app)
{
    struct app_progress *progress = begin(app);

    if (progress != NULL) {
        progress->state.what = "reading";
    }
}

void app_progress_write(struct app *app, size_t total)
{
    struct app_progress *progress = begin(app);

    if (progress != NULL) {
        progress->writing = true;
        progress->state.total = total;
    }
}

void app_progress_note(const struct app *app, size_t done, size_t changed, size_t failed)
{
    if (app->progress != NULL) {
        app->progress->state.done = done;
        app->progress->state.changed = changed;
        app->progress->state.failed = failed;
    }
}

void app_progress_hide(const struct app *app)
{
    if (app->progress != NULL) {
        hide(app->progress);
    }
}

void app_progress_end(struct app *app)
{
    struct app_progress *progress = app->progress;

    if (progress == NULL) {
        return;
    }
    app_progress_hide(app);
    session_set_ticker(progress->session, NULL, NULL, 0);
    if (progress->writing && !progress->draws) {
        update(progress);
        print_json(progress);
    }
    free(progress);
    app->progress = NULL;
}
