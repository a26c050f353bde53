/* Wakes connections whose answer is delayed. */
#include "vpcsim/http/timers.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock/clock.h"
#include "mem/mem.h"
#include "vpcsim/store/schedule.h"

struct timers {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct due_heap waiting; /* of struct MHD_Connection */
    bool stopped;
};

static void wait_until(struct timers *timers, int64_t due_ms)
{
    struct timespec until = {.tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000};

    pthread_cond_timedwait(&timers->changed, &timers->lock, &until);
}

static void *run(void *context)
{
    struct timers *timers = context;

    pthread_mutex_lock(&timers->lock);
    while (!timers->stopped || timers->waiting.count > 0) {
        if (timers->waiting.count == 0) {
            pthread_cond_wait(&timers->changed, &timers->lock);
        } else if (timers->stopped || timers->waiting.items[0].due_ms <= clock_monotonic_ms(clock_system())) {
            MHD_resume_connection(due_heap_take(&timers->waiting).what);
        } else {
            wait_until(timers, timers->waiting.items[0].due_ms);
        }
    }
    pthread_mutex_unlock(&timers->lock);
    return NULL;
}

struct timers *timers_create(void)
{
    struct timers *timers = mem_alloc(sizeof(*timers));
    pthread_condattr_t attributes;

    pthread_mutex_init(&timers->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&timers->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&timers->thread, NULL, run, timers) != 0) {
        abort();
    }
    return timers;
}

void timers_stop(struct timers *timers)
{
    pthread_mutex_lock(&timers->lock);
    bool stopped = timers->stopped;
    timers->stopped = true;
    pthread_cond_signal(&timers->changed);
    pthread_mutex_unlock(&timers->lock);
    if (!stopped) {
        pthread_join(timers->thread, NULL);
    }
}

void timers_destroy(struct timers *timers)
{
    if (timers == NULL) {
        return;
    }
    timers_stop(timers);
    pthread_cond_destroy(&timers->changed);
    pthread_mutex_destroy(&timers->lock);
    free(timers->waiting.items);
    free(timers);
}

bool timers_wait(struct timers *timers, struct MHD_Connection *connection, long ms)
{
    pthread_mutex_lock(&timers->lock);
    bool waits = !timers->stopped;
    if (waits) {
        int64_t due_ms = clock_monotonic_ms(clock_system()) + ms;
        bool first = timers->waiting.count == 0 || due_ms < timers->waiting.items[0].due_ms;
        /* suspended before anybody can resume it: the lock is held */
        MHD_suspend_connection(connection);
        due_heap_add(&timers->waiting, due_ms, connection);
        if (first) {
            pthread_cond_signal(&timers->changed);
        }
    }
    pthread_mutex_unlock(&timers->lock);
    return waits;
}
