/* One thread that accepts, waits for the first byte of each connection, and hands it over. */
#include "vpcsim/http/acceptor.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mem/mem.h"

enum { SILENT_MAX = 4096, EVENTS_MAX = 64, TLS_HANDSHAKE = 0x16, RETRY_MS = 50 };

/* A connection that has sent nothing so far; they form a ring in the order in which they came. */
struct silent {
    struct silent *before, *after;
    int connection;
    socklen_t size;
    struct sockaddr_storage peer;
};

struct acceptor {
    int listeners[2];
    acceptor_take *take;
    void *context;
    pthread_t thread;
    int epoll, stop;
    struct silent ring; /* its head */
    size_t silent_count;
};

static void forget(struct acceptor *acceptor, struct silent *silent)
{
    silent->before->after = silent->after;
    silent->after->before = silent->before;
    acceptor->silent_count--;
    free(silent);
}

static void drop(struct acceptor *acceptor, struct silent *silent)
{
    close(silent->connection);
    forget(acceptor, silent);
}

static void watch(struct acceptor *acceptor, int descriptor, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};

    epoll_ctl(acceptor->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/* All that wait at a listener; false when there are no descriptors left for them. */
static bool accept_all(struct acceptor *acceptor, int listener)
{
    for (;;) {
        struct silent *silent = mem_alloc(sizeof(*silent));
        silent->size = sizeof(silent->peer);
        silent->connection =
            accept4(listener, (struct sockaddr *)&silent->peer, &silent->size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (silent->connection < 0) {
            free(silent);
            return errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS;
        }
        silent->before = acceptor->ring.before;
        silent->after = &acceptor->ring;
        silent->before->after = acceptor->ring.before = silent;
        watch(acceptor, silent->connection, silent);
        if (++acceptor->silent_count > SILENT_MAX) {
            drop(acceptor, acceptor->ring.after);
        }
    }
}

static void look_at(struct acceptor *acceptor, struct silent *silent)
{
    unsigned char first;
    ssize_t size = recv(silent->connection, &first, 1, MSG_PEEK);

    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (size <= 0) {
        drop(acceptor, silent);
        return;
    }
    epoll_ctl(acceptor->epoll, EPOLL_CTL_DEL, silent->connection, NULL);
    acceptor->take(acceptor->context, silent->connection, (const struct sockaddr *)&silent->peer, silent->size,
                   first == TLS_HANDSHAKE);
    forget(acceptor, silent);
}

/* Connections first: accepting may drop one that an event of the same turn names. */
static bool serve(struct acceptor *acceptor, const struct epoll_event *events, int count)
{
    bool room = true;

    for (int i = 0; i < count; i++) {
        void *what = events[i].data.ptr;
        if (what == &acceptor->stop) {
            return false;
        }
        if (what != &acceptor->listeners[0] && what != &acceptor->listeners[1]) {
            look_at(acceptor, what);
        }
    }
    for (int i = 0; i < count; i++) {
        const void *what = events[i].data.ptr;
        if (what == &acceptor->listeners[0] || what == &acceptor->listeners[1]) {
            room = accept_all(acceptor, *(const int *)what) && room;
        }
    }
    if (!room) {
        usleep(RETRY_MS * 1000);
    }
    return true;
}

static void *run(void *context)
{
    struct acceptor *acceptor = context;
    struct epoll_event events[EVENTS_MAX];
    int count;

    do {
        count = epoll_wait(acceptor->epoll, events, EVENTS_MAX, -1);
    } while ((count < 0 && errno == EINTR) || (count >= 0 && serve(acceptor, events, count)));
    return NULL;
}

static void destroy(struct acceptor *acceptor)
{
    while (acceptor->ring.after != &acceptor->ring) {
        drop(acceptor, acceptor->ring.after);
    }
    close(acceptor->epoll);
    close(acceptor->stop);
    free(acceptor);
}

struct acceptor *acceptor_start(const int listeners[2], acceptor_take *take, void *context)
{
    struct acceptor *acceptor = mem_alloc(sizeof(*acceptor));

    acceptor->take = take;
    acceptor->context = context;
    acceptor->epoll = epoll_create1(EPOLL_CLOEXEC);
    acceptor->stop = eventfd(0, EFD_CLOEXEC);
    acceptor->ring.before = acceptor->ring.after = &acceptor->ring;
    watch(acceptor, acceptor->stop, &acceptor->stop);
    for (size_t i = 0; i < 2; i++) {
        acceptor->listeners[i] = listeners[i];
        if (listeners[i] >= 0) {
            watch(acceptor, listeners[i], &acceptor->listeners[i]);
        }
    }
    if (acceptor->epoll < 0 || acceptor->stop < 0 || pthread_create(&acceptor->thread, NULL, run, acceptor) != 0) {
        destroy(acceptor);
        return NULL;
    }
    return acceptor;
}

void acceptor_stop(struct acceptor *acceptor)
{
    const uint64_t one = 1;

    if (acceptor != NULL) {
        while (write(acceptor->stop, &one, sizeof(one)) < 0 && errno == EINTR) {
        }
        pthread_join(acceptor->thread, NULL);
        destroy(acceptor);
    }
}
