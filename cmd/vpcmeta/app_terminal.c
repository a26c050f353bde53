/* What a terminal shows: columns, colour, and the line of progress, which is taken away before anything is printed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app.h"
#include "app_progress.h"
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

void app_progress_hide(const struct app *app)
{
    struct app_progress *progress = app->progress;

    app_busy_end(app);
    if (progress != NULL && progress->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        progress->drawn = false;
    }
}

void app_progress_leave(const struct app *app)
{
    struct app_progress *progress = app->progress;

    if (progress != NULL && progress->drawn && command_signal() == SIGINT) {
        progress->drawn = false;
        fprintf(stderr, "\r%*s\n", (int)progress->width, "");
    } else if (app_can_clear_line()) {
        fputs("\r\033[K", stderr);
    } else if (command_signal() == SIGINT && term_is_terminal(STDERR_FILENO)) {
        fputc('\n', stderr); /* behind the ^C */
    }
}
