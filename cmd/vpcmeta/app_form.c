/* How progress is shown: by the options and the terminal. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "app_progress.h"
#include "term/term.h"

bool app_can_clear_line(void)
{
    const char *term = getenv("TERM");

    return term_is_terminal(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

static bool can_draw(const struct app *app)
{
    return app->globals->progress.value == OPTIONS_PROGRESS_AUTO && !app->globals->quiet && app_can_clear_line();
}

enum app_progress_form app_progress_form(const struct app *app)
{
    bool json = app->globals->progress.value == OPTIONS_PROGRESS_JSON;

    return can_draw(app) ? APP_PROGRESS_LINE : json ? APP_PROGRESS_JSON : APP_PROGRESS_NONE;
}
