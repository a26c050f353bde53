/*
 * linehistory: the lines typed in earlier shells and in this one.
 *
 * Kept in a file that only its owner can read, one line each, oldest first. Lines that hold a secret of the process or
 * seem to hold another, and lines that begin with a blank, are never kept, neither in the file nor in memory. Several
 * processes may add at once.
 */
#ifndef LINEHISTORY_LINEHISTORY_H
#define LINEHISTORY_LINEHISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "err/err.h"
#include "secret/secret.h"

enum {
    LINEHISTORY_LINES = 1000,     /* remembered */
    LINEHISTORY_LINE_MAX = 10000, /* bytes of a line that is remembered */
};

struct linehistory;

/*
 * Reads the file and opens it for more; its folder and itself are made when they are missing. Never NULL: when the file
 * cannot be used, `e` says why and lines are remembered for this process alone. `secrets` is borrowed (NULL: none).
 */
struct linehistory *linehistory_open(const char *path, const struct secrets *secrets, struct err *e);
void linehistory_release(struct linehistory **history); /* for CLEANUP */

/* Remembers a line unless it is empty, the same as the last one, too long, begins with a blank or seems secret. */
void linehistory_add(struct linehistory *history, const char *line);

/* The line that is `back` lines older than the newest one; NULL beyond the oldest. Borrowed until the next line. */
const char *linehistory_at(const struct linehistory *history, size_t back);

/* Whether a line seems to hold a key, token or password: by the name before a value, or by the look of a word. */
bool linehistory_is_secret(const char *line);

#endif
