/*
 * fsio_draft: a file that is written piece by piece and appears whole or not at all, and a scratch file for what has
 * to wait outside of memory.
 */
#ifndef FSIO_FSIO_DRAFT_H
#define FSIO_FSIO_DRAFT_H

#include "fsio/fsio.h"

struct fsio_draft;

/*
 * Begins a file, 0600, beside the one at `path`, which stays as it is until fsio_draft_publish. A symbolic link is
 * followed. What is no regular file (a pipe, /dev/null) cannot be replaced: it takes the bytes as they come. ERR_IO.
 */
struct fsio_draft *fsio_draft_open(const char *path, struct err *e) __attribute__((warn_unused_result));

bool fsio_draft_write(struct fsio_draft *draft, const char *bytes, size_t size, struct err *e)
    __attribute__((warn_unused_result));

/* Puts the draft in the place of the file, as fsio_replace does. ERR_IO. */
bool fsio_draft_publish(struct fsio_draft *draft, struct err *e) __attribute__((warn_unused_result));

/* Frees it; one that was not published leaves nothing behind. NULL allowed. */
void fsio_draft_close(struct fsio_draft *draft);

struct fsio_scratch;

/* A file of the folder that has no name: it is gone with the process, however that ends. ERR_IO. */
struct fsio_scratch *fsio_scratch_open(const char *folder, struct err *e) __attribute__((warn_unused_result));

/* Appends bytes; *ret_offset is where they begin. ERR_IO. */
bool fsio_scratch_append(struct fsio_scratch *scratch, const char *bytes, size_t size, uint64_t *ret_offset,
                         struct err *e) __attribute__((warn_unused_result));

/* Appends `size` bytes that begin at `offset` to the text. ERR_IO. */
bool fsio_scratch_read(struct fsio_scratch *scratch, uint64_t offset, size_t size, struct text *ret, struct err *e)
    __attribute__((warn_unused_result));

void fsio_scratch_close(struct fsio_scratch *scratch); /* NULL allowed */

/* The folder of a path: "a/b" of "a/b/c", "." of "c". To be freed. */
char *fsio_folder_of(const char *path) __attribute__((warn_unused_result));

#endif
