/* Files that appear whole or not at all, and scratch files without a name. */
#include "fsio/fsio_draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/mem.h"

enum { SCRATCH_GATHERED = 256 * 1024 }; /* bytes that are worth a write */

struct fsio_draft {
    char *path;         /* that is replaced */
    struct text beside; /* the draft; empty: `path` is written itself, or the draft has been published */
    int fd;
};

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

static bool write_all(int fd, const char *bytes, size_t size)
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

/* Opens what takes the bytes; `exists` says that something is at the path, and `status` what. */
static bool open_draft(struct fsio_draft *draft, bool exists, const struct stat *status, struct err *e)
{
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
    if (!open_draft(draft, exists, &status, e)) {
        fsio_draft_close(draft);
        return NULL;
    }
    return draft;
}

bool fsio_draft_write(struct fsio_draft *draft, const char *bytes, size_t size, struct err *e)
{
    return write_all(draft->fd, bytes, size) || err_set_errno(e, ERR_IO, "cannot write %s", draft->path);
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

/* --- scratch files ------------------------------------------------------------------------------------ */

struct fsio_scratch {
    char *folder;
    int fd;
    uint64_t size;       /* in the file */
    struct text waiting; /* to be written behind them */
};

/* Where the file system knows no files without a name, one is made and its name taken away. */
static int open_nameless(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    CLEANUP(text_free) struct text name = {0};

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL)) {
        return fd;
    }
    text_printf(&name, "%s/.vpcmeta.XXXXXX", folder);
    fd = mkostemp(name.data, O_CLOEXEC);
    if (fd >= 0) {
        unlink(name.data);
    }
    return fd;
}

struct fsio_scratch *fsio_scratch_open(const char *folder, struct err *e)
{
    int fd = open_nameless(folder);

    if (fd < 0) {
        err_set_errno(e, ERR_IO, "cannot write into folder %s", folder);
        return NULL;
    }
    struct fsio_scratch *scratch = mem_alloc(sizeof(*scratch));
    *scratch = (struct fsio_scratch){.folder = mem_copy(folder), .fd = fd};
    return scratch;
}

static bool write_waiting(struct fsio_scratch *scratch, struct err *e)
{
    if (!write_all(scratch->fd, text_string(&scratch->waiting), scratch->waiting.size)) {
        return err_set_errno(e, ERR_IO, "cannot write into folder %s", scratch->folder);
    }
    scratch->size += scratch->waiting.size;
    text_clear(&scratch->waiting);
    return true;
}

bool fsio_scratch_append(struct fsio_scratch *scratch, const char *bytes, size_t size, uint64_t *ret_offset,
                         struct err *e)
{
    if (scratch->waiting.size >= SCRATCH_GATHERED && !write_waiting(scratch, e)) {
        return false;
    }
    *ret_offset = scratch->size + scratch->waiting.size;
    text_append_size(&scratch->waiting, bytes, size);
    return true;
}

bool fsio_scratch_read(struct fsio_scratch *scratch, uint64_t offset, size_t size, struct text *ret, struct err *e)
{
    if (scratch->waiting.size > 0 && !write_waiting(scratch, e)) {
        return false;
    }
    char *bytes = text_reserve(ret, size);
    for (size_t done = 0; done < size;) {
        ssize_t count = pread(scratch->fd, bytes + done, size - done, (off_t)(offset + done));
        if (count == 0 || (count < 0 && errno != EINTR)) {
            return err_set_errno(e, ERR_IO, "cannot read back from folder %s", scratch->folder);
        }
        done += count > 0 ? (size_t)count : 0;
    }
    ret->size += size;
    ret->data[ret->size] = '\0';
    return true;
}

void fsio_scratch_close(struct fsio_scratch *scratch)
{
    if (scratch == NULL) {
        return;
    }
    close(scratch->fd);
    text_wipe(scratch->waiting.data, scratch->waiting.size);
    text_free(&scratch->waiting);
    free(scratch->folder);
    free(scratch);
}
