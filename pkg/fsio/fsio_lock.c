/* Advisory locks of files and of single slots of a file; the kernel gives them back however the holder ends. */
#include "fsio/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mem/mem.h"

enum { WHO_MAX = 256 };

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

struct fsio_lock *fsio_lock_open(const char *path, const char *who, bool *ret_taken, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    *ret_taken = false;
    if (fd < 0) {
        err_set_errno(e, ERR_IO, "cannot open the lock %s", path);
        return NULL;
    }
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) {
            continue;
        }
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

void fsio_lock_close(struct fsio_lock *lock)
{
    if (lock != NULL) {
        /* the file stays: removing it would let two processes lock two files of one name */
        (void)!ftruncate(lock->fd, 0);
        close(lock->fd);
        free(lock);
    }
}

/* --- slots -------------------------------------------------------------------------------------------- */

/* A slot is a byte of the file, which need not exist. The lock belongs to the open file, not the process (fcntl(2)). */
static struct flock lock_of(uint64_t slot)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)slot, .l_len = 1};
}

struct fsio_lock *fsio_slots_open(const char *path, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0) {
        err_set_errno(e, ERR_IO, "cannot open the lock %s", path);
        return NULL;
    }
    struct fsio_lock *slots = mem_alloc(sizeof(*slots));
    slots->fd = fd;
    return slots;
}

bool fsio_slots_take(struct fsio_lock *slots, uint64_t slot)
{
    struct flock lock = lock_of(slot);

    return fcntl(slots->fd, F_OFD_SETLK, &lock) == 0;
}

bool fsio_slots_taken(const char *path, uint64_t slot)
{
    struct flock lock = lock_of(slot);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool taken = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

    if (fd >= 0) {
        close(fd);
    }
    return taken;
}
