/*
 * Signals. A handler can reach only what is global, so this file holds the one exception to "no mutable file-level
 * variables": the session to stop, how, and the signal that came.
 */
#include <signal.h>
#include <stddef.h>

#include "app_session.h"

static struct http *volatile watched;
static volatile sig_atomic_t received;
static volatile sig_atomic_t drains; /* the command writes: what is in flight has to be seen to its end */

static void on_signal(int signal)
{
    struct http *http = watched;

    if (http != NULL) {
        if (received == 0 && drains) {
            http_cancel(http);
        } else {
            http_abort(http);
        }
    }
    received = signal;
}

void app_signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}

void app_signals_watch(struct http *http)
{
    watched = http;
    if (http != NULL) {
        app_signals_catch();
    }
}

int app_signal(void)
{
    return received;
}

void app_signals_forget(void)
{
    received = 0;
    drains = 0;
}

void app_signals_drain(void)
{
    drains = 1;
    /* a history that may grow no further is an error to be told, not the end of the run */
    sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}
