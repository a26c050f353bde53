/* Folders, reading, replacing. */
#include "fsio/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

#define FD_CLEANUP CLEANUP(close_fd)

char *fsio_folder_of(const char *path)
{
    struct text folder = {0};
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/') {
        size--;
    }
    while (size > 0 && path[size - 1] != '/') {
        size--;
    }
    while (size > 1 && path[size - 1] == '/') {
        size--;
    }
    text_append_size(&folder, size > 0 ? path : ".", size > 0 ? size : 1);
    return text_take(&folder);
}

bool fsio_write(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
        }
    }
    return true;
}

static bool check_private(const char *path, struct err *e)
{
    struct stat status;

    if (stat(path, &status) != 0) {
        return err_set_errno(e, ERR_IO, "cannot use folder %s", path);
    }
    if (!S_ISDIR(status.st_mode)) {
        return err_set(e, ERR_IO, "%s is not a folder", path);
    }
    if (status.st_uid != geteuid()) {
        return err_set(e, ERR_IO, "folder %s belongs to another user", path);
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return err_set(e, ERR_IO, "folder %s can be written by others; chmod go-w it", path);
    }
    return true;
}

/* Makes what is missing, from the top down; 0700 holds under any umask that leaves the owner alone. */
static bool make_folders(const char *path, struct err *e)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return true;
    }
    if (errno != ENOENT) {
        return err_set_errno(e, ERR_IO, "cannot make folder %s", path);
    }
    CLEANUP(text_free_pointer) char *above = fsio_folder_of(path);
    if (!make_folders(above, e)) {
        return false;
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return err_set_errno(e, ERR_IO, "cannot make folder %s", path);
    }
    return true;
}

bool fsio_make_private_folder(const char *path, struct err *e)
{
    return make_folders(path, e) && check_private(path, e);
}

bool fsio_check_room(const char *folder, size_t size, struct err *e)
{
    struct statvfs system;
    struct rlimit most;

    if (access(folder, W_OK) != 0 || statvfs(folder, &system) != 0) {
        return err_set_errno(e, ERR_IO, "cannot write into folder %s", folder);
    }
    errno = getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur < size ? EFBIG : 0;
    if (system.f_blocks > 0 && system.f_bavail < (size + system.f_frsize - 1) / system.f_frsize) {
        errno = ENOSPC; /* where f_blocks is 0 the file system does not say how big it is */
    }
    if (errno != 0) {
        return err_set_errno(e, ERR_IO, "cannot write %zu bytes into folder %s", size, folder);
    }
    return true;
}

bool fsio_make_private_file(const char *path, struct err *e)
{
    FD_CLEANUP int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0 || fchmod(fd, 0600) != 0) {
        return err_set_errno(e, ERR_IO, "cannot make %s private", path);
    }
    return true; /* cppcheck-suppress resourceLeak ; FD_CLEANUP closes it */
}

ssize_t fsio_input(const struct fsio_wait *wait, char *bytes, size_t size, struct err *e)
{
    bool waits = wait->ready != NULL;
    /* Ctrl-C makes a terminal drop input that poll has announced: a read that blocks would never return then */
    FD_CLEANUP int terminal =
        waits && isatty(STDIN_FILENO) ? open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : -1;
    int fd = terminal >= 0 ? terminal : STDIN_FILENO;

    while (!waits || wait->ready(wait->context, fd, e)) {
        ssize_t count = read(fd, bytes, size);
        if (count >= 0) {
            return count;
        }
        if (errno != EINTR && errno != EAGAIN) {
            err_set_errno(e, ERR_IO, "cannot read standard input");
            return -1;
        }
    }
    return -1;
}

/* Standard input where `wait` is not NULL. */
static bool read_fd(int fd, const char *path, const struct fsio_wait *wait, size_t limit, struct text *content,
                    struct err *e)
{
    enum { STEP = 64 * 1024 };
    size_t start = content->size;

    for (;;) {
        /* One byte more than allowed tells a file that is too big from one that just fits. */
        size_t left = limit - (content->size - start) + 1;
        size_t step = left < STEP ? left : STEP;
        char *bytes = text_reserve(content, step);
        ssize_t count = wait != NULL ? fsio_input(wait, bytes, step, e) : read(fd, bytes, step);
        if (count < 0 && (wait != NULL || errno != EINTR)) {
            return err_set_errno(e, ERR_IO, "cannot read %s", path);
        }
        if (count > 0) {
            content->size += (size_t)count;
        }
        if (content->size - start > limit) {
            return err_set(e, ERR_IO, "%s has more than %zu bytes", path, limit);
        }
        if (count == 0) {
            text_reserve(content, 0)[0] = '\0';
            return true;
        }
    }
}

/* Opens for reading; `ret_status` is of what was opened, so that it cannot be swapped between check and use. */
static int open_status(const char *path, struct stat *ret_status, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0 || fstat(fd, ret_status) != 0) {
        err_set_errno(e, errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO, "cannot open %s", path);
        close_fd(&fd);
        return -1;
    }
    /* a terminal and /dev/null are read as well: both come as standard input */
    if (!S_ISREG(ret_status->st_mode) && !S_ISFIFO(ret_status->st_mode) && !S_ISCHR(ret_status->st_mode)) {
        err_set(e, ERR_IO, "%s is not a regular file", path);
        close_fd(&fd);
        return -1;
    }
    return fd;
}

bool fsio_read(const char *path, size_t limit, struct text *ret_content, struct err *e)
{
    struct stat status;
    FD_CLEANUP int fd = open_status(path, &status, e);

    return fd >= 0 && read_fd(fd, path, NULL, limit, ret_content, e);
}

/* "-" is standard input where there is a way to wait for it; *ret_name is what places call the text. */
static bool read_path(const char *path, const struct fsio_wait *wait, size_t limit, struct text *ret_content,
                      const char **ret_name, struct err *e)
{
    bool is_input = wait != NULL && strcmp(path, "-") == 0;

    *ret_name = is_input ? FSIO_INPUT_NAME : path;
    return is_input ? read_fd(STDIN_FILENO, FSIO_INPUT_NAME, wait, limit, ret_content, e)
                    : fsio_read(path, limit, ret_content, e);
}

bool fsio_read_text(const char *path, const struct fsio_wait *wait, size_t limit, struct text *ret_content,
                    struct err *e)
{
    const char *name = NULL;

    return read_path(path, wait, limit, ret_content, &name, e) && fsio_accept_text(ret_content, name, 1, e);
}

bool fsio_read_items(const char *path, const struct fsio_wait *wait, size_t limit, struct text *ret_content,
                     struct err *e)
{
    const char *name = NULL;

    return read_path(path, wait, limit, ret_content, &name, e) && fsio_accept_items(ret_content, name, e);
}

bool fsio_random(void *bytes, size_t size, struct err *e)
{
    size_t filled = 0;
    ssize_t got = 0;

    while (filled < size && ((got = getrandom((char *)bytes + filled, size - filled, 0)) > 0 || errno == EINTR)) {
        filled += got > 0 ? (size_t)got : 0;
    }
    if (filled == size) {
        return true;
    }
    FD_CLEANUP int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, bytes, size) != (ssize_t)size) {
        return err_set_errno(e, ERR_IO, "cannot get random bytes from the kernel or /dev/urandom");
    }
    return true; /* cppcheck-suppress resourceLeak ; FD_CLEANUP closes it */
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Drops white space at both ends; what moves is overwritten where it stood. */
static void trim(struct text *secret)
{
    size_t start = 0;
    size_t end = secret->size;

    while (start < end && is_space(secret->data[start])) {
        start++;
    }
    while (end > start && is_space(secret->data[end - 1])) {
        end--;
    }
    memmove(secret->data, secret->data + start, end - start);
    text_wipe(secret->data + (end - start), secret->size - (end - start));
    secret->size = end - start;
    secret->data[secret->size] = '\0';
}

bool fsio_read_secret_file(const char *path, const struct fsio_wait *wait, struct text *ret_content, bool *ret_exposed,
                           struct err *e)
{
    CLEANUP(text_free_secret) struct text secret = {0};
    bool standard_input = strcmp(path, "-") == 0;
    struct stat status = {.st_mode = S_IFIFO};
    FD_CLEANUP int fd = standard_input ? dup(STDIN_FILENO) : open_status(path, &status, e);

    if (fd < 0) {
        return err_set_errno(e, ERR_IO, "cannot read standard input");
    }
    /* All the room at once: growing would leave copies behind. */
    text_reserve(&secret, FSIO_SECRET_MAX + 1)[0] = '\0';
    const char *name = standard_input ? FSIO_INPUT_NAME : path;
    if (!read_fd(fd, name, standard_input ? wait : NULL, FSIO_SECRET_MAX, &secret, e) ||
        !fsio_accept_text(&secret, name, 1, e)) {
        return false;
    }
    trim(&secret);
    if (secret.size == 0) {
        return err_set(e, ERR_IO, "%s is empty", name);
    }
    *ret_exposed = S_ISREG(status.st_mode) && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
    text_free_secret(ret_content);
    *ret_content = secret;
    secret = (struct text){0};
    return true;
}
