#include "timers.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "alloc.h"

struct timer {
    int64_t due_ms;
    struct MHD_Connection *connection;
};

struct timers {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct timer *heap; /* the next one first */
    size_t count, capacity;
    bool stopped;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void swap(struct timer *a, struct timer *b)
{
    struct timer held = *a;

    *a = *b;
    *b = held;
}

static void push(struct timers *timers, struct timer timer)
{
    timers->heap = alloc_grow(timers->heap, timers->count + 1, &timers->capacity, sizeof(timers->heap[0]));
    size_t at = timers->count++;
    timers->heap[at] = timer;
    for (; at > 0 && timers->heap[at].due_ms < timers->heap[(at - 1) / 2].due_ms; at = (at - 1) / 2) {
        swap(&timers->heap[at], &timers->heap[(at - 1) / 2]);
    }
}

static struct timer pop(struct timers *timers)
{
    struct timer first = timers->heap[0];

    timers->heap[0] = timers->heap[--timers->count];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < timers->count; child++) {
            if (timers->heap[child].due_ms < timers->heap[least].due_ms) {
                least = child;
            }
        }
        if (least == at) {
            return first;
        }
        swap(&timers->heap[at], &timers->heap[least]);
        at = least;
    }
}

static void wait_until(struct timers *timers, int64_t due_ms)
{
    struct timespec until = {.tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000};

    pthread_cond_timedwait(&timers->changed, &timers->lock, &until);
}

static void *run(void *context)
{
    struct timers *timers = context;

    pthread_mutex_lock(&timers->lock);
    while (!timers->stopped || timers->count > 0) {
        if (timers->count == 0) {
            pthread_cond_wait(&timers->changed, &timers->lock);
        } else if (timers->stopped || timers->heap[0].due_ms <= now_ms()) {
            struct timer timer = pop(timers);
            MHD_resume_connection(timer.connection);
        } else {
            wait_until(timers, timers->heap[0].due_ms);
        }
    }
    pthread_mutex_unlock(&timers->lock);
    return NULL;
}

struct timers *timers_create(void)
{
    struct timers *timers = alloc_zeroed(1, sizeof(*timers));
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
    free(timers->heap);
    free(timers);
}

bool timers_wait(struct timers *timers, struct MHD_Connection *connection, long ms)
{
    pthread_mutex_lock(&timers->lock);
    bool waits = !timers->stopped;
    if (waits) {
        int64_t due_ms = now_ms() + ms;
        bool first = timers->count == 0 || due_ms < timers->heap[0].due_ms;
        /* suspended before anybody can resume it: the lock is held */
        MHD_suspend_connection(connection);
        push(timers, (struct timer){.due_ms = due_ms, .connection = connection});
        if (first) {
            pthread_cond_signal(&timers->changed);
        }
    }
    pthread_mutex_unlock(&timers->lock);
    return waits;
}
