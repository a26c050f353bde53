/* app_progress: the state of what a terminal shows of a command under way; app.h has what others call. */
#ifndef VPCMETA_APP_PROGRESS_H
#define VPCMETA_APP_PROGRESS_H

#include "render/render_progress.h"
#include "session/session.h"

struct app;

enum app_progress_form { APP_PROGRESS_NONE, APP_PROGRESS_LINE, APP_PROGRESS_JSON };

struct app_progress {
    const struct app *app;
    struct session *session;
    struct render_progress state;
    int64_t began_ms, printed_ms;
    uint64_t retries_before;
    enum app_progress_form form; /* a line on a terminal, lines of JSON, or nothing but warnings */
    size_t width;                /* of the line that was drawn last */
    bool drawn;                  /* the line stands there now */
    bool warned;                 /* of the outage under way */
};

/* Whether standard error is a terminal that obeys control sequences. */
bool app_can_clear_line(void);

/* By the options and the terminal. */
enum app_progress_form app_progress_form(const struct app *app);

#endif
