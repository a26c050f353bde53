/*
 * Standard output into a pipe whose reader may stop reading: a signal or the deadline ends the wait for it, and the
 * line of progress says what is waited for.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"

/* A pipe that is ready takes so much at once. */
static ssize_t write_output(void *cookie, const char *bytes, size_t size)
{
    const struct app *app = cookie;
    size_t done = 0;

    while (done < size) {
        size_t part = size - done < PIPE_BUF ? size - done : PIPE_BUF;
        if (!command_is_writable(STDOUT_FILENO)) {
            app_busy_begin(app, "waiting for the reader of standard output");
            bool ready = command_await_reader(&app->limits, STDOUT_FILENO);
            int reason = errno;
            app_busy_end(app);
            errno = reason;
            if (!ready) {
                return 0;
            }
        }
        ssize_t count = write(STDOUT_FILENO, bytes + done, part);
        if (count < 0 && errno != EINTR) {
            return 0;
        }
        done += count > 0 ? (size_t)count : 0;
    }
    return (ssize_t)size;
}

void app_open_output(struct app *app)
{
    struct stat status;

    if (fstat(STDOUT_FILENO, &status) != 0 || (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode))) {
        return;
    }
    FILE *output = fopencookie(app, "w", (cookie_io_functions_t){.write = write_output});
    if (output != NULL) {
        app->usual_output = stdout;
        stdout = output;
    }
}

void app_close_output(struct app *app)
{
    if (app->usual_output != NULL) {
        fclose(stdout);
        stdout = app->usual_output;
        app->usual_output = NULL;
    }
}
