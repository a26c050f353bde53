/* fsio_scratch: a file for what has to wait outside of memory. */
#ifndef FSIO_FSIO_SCRATCH_H
#define FSIO_FSIO_SCRATCH_H

#include "fsio/fsio.h"

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

#endif
