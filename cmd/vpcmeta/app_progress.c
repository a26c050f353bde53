/*
 * How far a command is: a line on a terminal or lines of JSON, which the ticks of the session print, so also while no
 * answer comes; and where neither is shown a warning of an outage.
 */
#include "app_progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app.h"
#include "clock/clock.h"
#include "mem/mem.h"

enum {
    TICK_MS = 100,
    JSON_MS = 500,
    READING_DELAY_MS = 1000, /* most commands are done sooner */
    WRITING_DELAY_MS = 100,
};

static void update(struct app_progress *progress)
{
    struct session_progress session = session_progress(progress->session);

    if (progress->state.reads) {
        progress->state.done = session.items;
        progress->state.total = session.total;
    }
    progress->state.in_flight = session.in_flight;
    progress->state.retries = session.retries - progress->retries_before;
    progress->state.wait = session.wait;
    progress->state.work = session.work;
    render_progress_tick(&progress->state, clock_monotonic_ms(clock_system()) - progress->began_ms);
}

/* Whether it has taken so long, or is known to, that people want to know what for. */
static bool is_worth_a_word(const struct app_progress *progress)
{
    const struct render_progress *state = &progress->state;

    return wait_is_idle(&state->wait) || state->elapsed_ms >= (state->reads ? READING_DELAY_MS : WRITING_DELAY_MS);
}

static void draw(struct app_progress *progress)
{
    CLEANUP(text_free) struct text line = {0};
    unsigned columns = app_columns(STDERR_FILENO);

    if (columns == 0 || !is_worth_a_word(progress)) {
        return;
    }
    /* the last column stays free: some terminals wrap as soon as it is written */
    render_progress_line(&line, &progress->state, columns - 1);
    fprintf(stderr, "\r%s\033[K", text_string(&line));
    fflush(stderr);
    progress->drawn = true;
    progress->width = text_width(text_string(&line), line.size);
}

static void print_json(struct app_progress *progress)
{
    CLEANUP(text_free) struct text line = {0};

    render_progress_json(&line, &progress->state);
    fprintf(stderr, "%s\n", text_string(&line));
    fflush(stderr);
    progress->printed_ms = progress->state.elapsed_ms;
}

/* Where no line shows it, an outage is said once. */
static void warn_of_outage(struct app_progress *progress)
{
    const struct wait *wait = &progress->state.wait;
    bool outage = wait->reason == WAIT_OUTAGE;

    if (!outage || progress->warned) {
        progress->warned = progress->warned && outage;
        return;
    }
    progress->warned = true;
    app_warn(progress->app, "%s: trying again for %s (--outage-timeout)", wait->what,
             text_duration((wait->left_ms + 999) / 1000 * 1000).text);
}

/* Between two pieces of work any code may print: the line is not there then. */
static void tick(void *context, bool over)
{
    struct app_progress *progress = context;

    update(progress);
    if (over) {
        app_progress_hide(progress->app);
        app_busy_begin(progress->app, "working");
        return;
    }
    app_busy_end(progress->app);
    if (progress->form == APP_PROGRESS_LINE) {
        draw(progress);
    } else {
        if (progress->form == APP_PROGRESS_JSON && is_worth_a_word(progress) &&
            progress->state.elapsed_ms - progress->printed_ms >= JSON_MS) {
            print_json(progress);
        }
        warn_of_outage(progress);
    }
}

static struct app_progress *begin(struct app *app)
{
    app_progress_end(app);
    struct app_progress *progress = mem_alloc(sizeof(*progress));
    *progress = (struct app_progress){.app = app,
                                      .session = app->session,
                                      .form = app_progress_form(app),
                                      .began_ms = clock_monotonic_ms(clock_system()),
                                      .retries_before = session_progress(app->session).retries};
    session_set_ticker(app->session, tick, progress, TICK_MS);
    app->progress = progress;
    return progress;
}

void app_progress_read(struct app *app)
{
    if (app->progress == NULL || app->progress->session != app->session || !app->progress->state.reads) {
        begin(app)->state.reads = true;
    }
}

void app_progress_write(struct app *app, size_t total)
{
    begin(app)->state.total = total;
}

void app_progress_note(const struct app *app, size_t done, size_t changed, size_t failed)
{
    if (app->progress != NULL) {
        app->progress->state.done = done;
        app->progress->state.changed = changed;
        app->progress->state.failed = failed;
    }
}

void app_progress_end(struct app *app)
{
    struct app_progress *progress = app->progress;

    app_progress_hide(app);
    if (progress == NULL) {
        return;
    }
    if (command_signal() == SIGINT && app_can_clear_line()) {
        fputs("\r\033[K", stderr); /* the ^C that it has echoed */
    }
    session_set_ticker(progress->session, NULL, NULL, 0);
    if (!progress->state.reads && progress->form == APP_PROGRESS_JSON) {
        update(progress);
        print_json(progress);
    }
    free(progress);
    app->progress = NULL;
}
