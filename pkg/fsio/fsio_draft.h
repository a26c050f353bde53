/* fsio_draft: a file that is written piece by piece and appears whole or not at all. */
#ifndef FSIO_FSIO_DRAFT_H
#define FSIO_FSIO_DRAFT_H

#include "fsio/fsio.h"

struct fsio_draft;

/*
 * Begins a file, 0600, beside the one at `path`, which stays as it is until fsio_draft_publish. A symbolic link is
 * followed, and refused where it leads nowhere. What is no regular file (a pipe, /dev/null) cannot be replaced: it
 * takes the bytes as they come. ERR_IO.
 */
struct fsio_draft *fsio_draft_open(const char *path, struct err *e) __attribute__((warn_unused_result));

/*
 * Gives the file the mode that others of its user have: that of the file it replaces, or 0666 without the bits of the
 * umask. ERR_IO.
 */
bool fsio_draft_share(struct fsio_draft *draft, struct err *e) __attribute__((warn_unused_result));

bool fsio_draft_write(struct fsio_draft *draft, const char *bytes, size_t size, struct err *e)
    __attribute__((warn_unused_result));

/* Puts the draft in the place of the file, as fsio_replace does. ERR_IO. */
bool fsio_draft_publish(struct fsio_draft *draft, struct err *e) __attribute__((warn_unused_result));

/* Frees it; one that was not published leaves nothing behind. NULL allowed. */
void fsio_draft_close(struct fsio_draft *draft);

#endif
