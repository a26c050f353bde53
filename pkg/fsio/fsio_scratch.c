/* Scratch files without a name. */
#include "fsio/fsio_scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem/mem.h"

enum { SCRATCH_GATHERED = 256 * 1024 }; /* bytes that are worth a write */

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
    if (!fsio_write(scratch->fd, text_string(&scratch->waiting), scratch->waiting.size)) {
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
        if (count == 0) {
            return err_set(e, ERR_IO, "a scratch file in folder %s is shorter than what was written", scratch->folder);
        }
        if (count < 0 && errno != EINTR) {
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
