/* Advisory locks: flock, because the kernel gives it back however the holder ends. */
#include "fsio/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "mem/mem.h"

enum { WHO_MAX = 256, TRIES = 20, TRY_WAIT_NS = 1000 * 1000 };

struct fsio_lock {
    int fd;
};

/* Best effort: the holder may be about to write its line. */
static void holder(int fd, char who[WHO_MAX])
{
    ssize_t size = pread(fd, who, WHO_MAX - 1, 0);

    who[size > 0 ? size : 0] = '\0';
    who[strcspn(who, "\n")] = '\0';
}

static bool write_who(int fd, const char *who)
{
    size_t size = strlen(who);

    return ftruncate(fd, 0) == 0 && pwrite(fd, who, size, 0) == (ssize_t)size;
}

/* Whoever only asks whether the lock is held (fsio_lock_is_held) has it for some microseconds: they are waited for. */
static bool take(int fd)
{
    for (unsigned tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || tries == TRIES) {
            return false;
        }
        nanosleep(&(struct timespec){.tv_nsec = TRY_WAIT_NS}, NULL);
    }
    return true;
}

struct fsio_lock *fsio_lock_open(const char *path, const char *who, bool *ret_taken, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    *ret_taken = false;
    if (fd < 0) {
        err_set_errno(e, ERR_IO, "cannot open the lock %s", path);
        return NULL;
    }
    if (!take(fd)) {
        *ret_taken = errno == EWOULDBLOCK;
        if (*ret_taken) {
            char by[WHO_MAX];
            holder(fd, by);
            err_set(e, ERR_LOCKED, "%s is locked by %s", path, by[0] != '\0' ? by : "another process");
        } else {
            err_set_errno(e, ERR_IO, "cannot lock %s", path);
        }
        close(fd);
        return NULL;
    }
    struct fsio_lock *lock = mem_alloc(sizeof(*lock));
    lock->fd = fd;
    if (!write_who(fd, who)) {
        err_set_errno(e, ERR_IO, "cannot write the lock %s", path);
        fsio_lock_close(lock);
        return NULL;
    }
    return lock;
}

bool fsio_lock_is_held(const char *path, struct text *ret_who)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char who[WHO_MAX] = "";
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

    if (held) {
        holder(fd, who);
        text_append(ret_who, who);
    }
    if (fd >= 0) {
        close(fd);
    }
    return held;
}

void fsio_lock_close(struct fsio_lock *lock)
{
    if (lock != NULL) {
        /* the file stays: removing it would let two processes lock two files of one name */
        (void)!ftruncate(lock->fd, 0);
        close(lock->fd);
        free(lock);
    }
}
