/*
 * render_output: what is written goes through a buffer to the FILE. For the files of room render only.
 */
#ifndef RENDER_RENDER_OUTPUT_H
#define RENDER_RENDER_OUTPUT_H

#include <stdio.h>

#include "err/err.h"
#include "text/text.h"

/* Formats append to `text`; render_flush_some hands it on when it has grown. */
struct render_output {
    FILE *file;
    struct text text;
};

/* Writes what has gathered if that is worth a write. False: the error is set. */
bool render_flush_some(struct render_output *output, struct err *e);

/* Writes the rest and flushes the FILE. */
bool render_finish(struct render_output *output, struct err *e);

/* Frees the buffer. For CLEANUP. */
void render_output_free(struct render_output *output);

#endif
