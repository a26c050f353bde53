/* Files that appear whole or not at all. */
#include "fsio/fsio_draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/mem.h"

struct fsio_draft {
    char *path;         /* that is replaced */
    struct text beside; /* the draft; empty: `path` is written itself, or the draft has been published */
    mode_t mode;        /* of the file that is replaced; 0: there was none */
    int fd;
};

/* Without this the rename may be lost with the power. Some file systems cannot do it, which is no failure. */
static bool sync_folder_of(const char *path, struct err *e)
{
    CLEANUP(text_free_pointer) char *folder = fsio_folder_of(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL || errno == EROFS);

    if (!synced) {
        err_set_errno(e, ERR_IO, "cannot sync folder %s", folder);
    }
    if (fd >= 0) {
        close(fd);
    }
    return synced;
}

static bool open_beside(struct fsio_draft *draft, struct err *e)
{
    text_printf(&draft->beside, "%s.XXXXXX", draft->path);
    draft->fd = mkostemp(draft->beside.data, O_CLOEXEC); /* 0600 by itself */
    if (draft->fd < 0) {
        text_clear(&draft->beside);
        return err_set_errno(e, ERR_IO, "cannot write beside %s", draft->path);
    }
    return true;
}

/* A link that leads nowhere: what it names is not there to be followed, and the link itself is not to be replaced. */
static bool is_dangling(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

/* Opens what takes the bytes; `exists` says that something is at the path, and `status` what. */
static bool open_draft(struct fsio_draft *draft, bool exists, const struct stat *status, struct err *e)
{
    if (!exists && is_dangling(draft->path)) {
        return err_set(e, ERR_IO, "%s is a symbolic link to what does not exist", draft->path);
    }
    if (exists && S_ISDIR(status->st_mode)) {
        return err_set(e, ERR_IO, "%s is a folder", draft->path);
    }
    if (exists && !S_ISREG(status->st_mode)) {
        draft->fd = open(draft->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return draft->fd >= 0 || err_set_errno(e, ERR_IO, "cannot write %s", draft->path);
    }
    return open_beside(draft, e);
}

struct fsio_draft *fsio_draft_open(const char *path, struct err *e)
{
    struct fsio_draft *draft = mem_alloc(sizeof(*draft));
    struct stat status = {0};
    bool exists = stat(path, &status) == 0;
    char *target = exists ? realpath(path, NULL) : NULL; /* of a link: what it leads to */

    draft->path = target != NULL ? target : mem_copy(path);
    draft->fd = -1;
    draft->mode = exists ? status.st_mode & 0777 : 0;
    if (!open_draft(draft, exists, &status, e)) {
        fsio_draft_close(draft);
        return NULL;
    }
    return draft;
}

/* The umask can only be read by setting it. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

bool fsio_draft_share(struct fsio_draft *draft, struct err *e)
{
    mode_t mode = draft->mode != 0 ? draft->mode : usual_mode();

    return draft->beside.size == 0 || fchmod(draft->fd, mode) == 0 ||
           err_set_errno(e, ERR_IO, "cannot set the mode of %s", draft->path);
}

bool fsio_draft_write(struct fsio_draft *draft, const char *bytes, size_t size, struct err *e)
{
    return fsio_write(draft->fd, bytes, size) || err_set_errno(e, ERR_IO, "cannot write %s", draft->path);
}

bool fsio_draft_publish(struct fsio_draft *draft, struct err *e)
{
    bool replaces = draft->beside.size > 0;

    if (!replaces) {
        return true;
    }
    if (fsync(draft->fd) != 0 || rename(text_string(&draft->beside), draft->path) != 0) {
        return err_set_errno(e, ERR_IO, "cannot write %s", draft->path);
    }
    text_clear(&draft->beside);
    return sync_folder_of(draft->path, e);
}

void fsio_draft_close(struct fsio_draft *draft)
{
    if (draft == NULL) {
        return;
    }
    if (draft->fd >= 0) {
        close(draft->fd);
    }
    if (draft->beside.size > 0) {
        unlink(text_string(&draft->beside));
    }
    text_free(&draft->beside);
    free(draft->path);
    free(draft);
}

bool fsio_replace(const char *path, const char *bytes, size_t size, struct err *e)
{
    struct fsio_draft *draft = mem_alloc(sizeof(*draft));

    *draft = (struct fsio_draft){.path = mem_copy(path), .fd = -1};
    bool good = open_beside(draft, e) && fsio_draft_write(draft, bytes, size, e) && fsio_draft_publish(draft, e);
    fsio_draft_close(draft);
    return good;
}
