/*
 * Work of this machine that has no ticks: reading the history, checking a document, a slow standard input. A thread
 * says what for after a second, until the command sends, prints or asks something.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app.h"
#include "app_progress.h"
#include "mem/mem.h"
#include "term/term.h"

struct app_busy {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    const char *what;
    size_t columns;
    bool json;
    bool running; /* the thread does; only the other one looks at it */
    bool over;    /* under the lock */
    bool drawn;   /* a line stands there; under the lock */
};

static void say(struct app_busy *busy, unsigned seconds)
{
    char line[256];
    size_t size;

    if (busy->json) {
        snprintf(line, sizeof(line),
                 "{\"event\":\"progress\",\"done\":0,\"total\":0,\"in_flight\":0,\"changed\":0,\"failed\":0,"
                 "\"retries\":0,\"rate\":0.0,\"seconds_left\":null,\"activity\":\"%s\",\"seconds\":%u}\n",
                 busy->what, seconds);
        size = strlen(line);
    } else {
        snprintf(line, sizeof(line) - sizeof("\033[K"), "\r%s, %u s", busy->what, seconds);
        size = strlen(line) < busy->columns ? strlen(line) : busy->columns;
        memcpy(line + size, "\033[K", strlen("\033[K"));
        size += strlen("\033[K");
        busy->drawn = true;
    }
    /* not through stdio, whose lock a fork of the other thread could take into a child */
    ssize_t ignored = write(STDERR_FILENO, line, size);
    (void)ignored;
}

static void *watch(void *context)
{
    struct app_busy *busy = context;
    struct timespec due;

    clock_gettime(CLOCK_MONOTONIC, &due);
    pthread_mutex_lock(&busy->lock);
    for (unsigned seconds = 1; !busy->over; seconds++) {
        due.tv_sec++;
        while (!busy->over && pthread_cond_clockwait(&busy->changed, &busy->lock, CLOCK_MONOTONIC, &due) == 0) {
        }
        if (!busy->over) {
            say(busy, seconds);
        }
    }
    pthread_mutex_unlock(&busy->lock);
    return NULL;
}

void app_busy_end(const struct app *app)
{
    struct app_busy *busy = app->busy;

    if (busy == NULL || !busy->running) {
        return;
    }
    pthread_mutex_lock(&busy->lock);
    busy->over = true;
    pthread_cond_signal(&busy->changed);
    pthread_mutex_unlock(&busy->lock);
    pthread_join(busy->thread, NULL);
    busy->running = false;
    if (busy->drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}

void app_busy_open(struct app *app)
{
    if (app->busy == NULL) {
        app->busy = mem_alloc(sizeof(*app->busy));
        pthread_mutex_init(&app->busy->lock, NULL);
        pthread_cond_init(&app->busy->changed, NULL);
    }
}

void app_busy_begin(const struct app *app, const char *what)
{
    struct app_busy *busy = app->busy;
    enum app_progress_form form = app_progress_form(app);
    unsigned columns = term_columns(STDERR_FILENO, getenv("COLUMNS"));
    sigset_t all, before;

    app_busy_end(app);
    if (busy == NULL || form == APP_PROGRESS_NONE || (form == APP_PROGRESS_LINE && columns < 2)) {
        return;
    }
    busy->what = what;
    busy->columns = columns;
    busy->json = form == APP_PROGRESS_JSON;
    busy->over = busy->drawn = false;
    /* signals are for the other thread */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    busy->running = pthread_create(&busy->thread, NULL, watch, busy) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void app_busy_close(struct app *app)
{
    app_busy_end(app);
    if (app->busy != NULL) {
        pthread_cond_destroy(&app->busy->changed);
        pthread_mutex_destroy(&app->busy->lock);
        free(app->busy);
        app->busy = NULL;
    }
}
