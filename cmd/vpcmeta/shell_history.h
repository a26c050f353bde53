/*
 * shell_history: the lines typed in earlier shells and in this one.
 *
 * Kept in a file that only its owner can read, one line each, oldest first. Lines that seem to hold a secret, and lines
 * that begin with a blank, are never kept, neither in the file nor for the arrow keys. Several shells may add at once.
 */
#ifndef VPCMETA_SHELL_HISTORY_H
#define VPCMETA_SHELL_HISTORY_H

#include <stdbool.h>

#include "err/err.h"

enum {
    SHELL_HISTORY_LINES = 1000,     /* remembered */
    SHELL_HISTORY_LINE_MAX = 10000, /* bytes of a line that is remembered */
};

struct HistEvent; /* of <histedit.h> */
struct shell_history;

/*
 * Reads the file and opens it for more; its folder and itself are made when they are not there. Never NULL: when the
 * file cannot be used, `e` says why and lines are remembered for this shell alone.
 */
struct shell_history *shell_history_open(const char *path, struct err *e);
void shell_history_close(struct shell_history *history);

/* For CLEANUP. */
void shell_history_close_pointer(struct shell_history **history);

/* Remembers a line unless it is to be forgotten. */
void shell_history_add(struct shell_history *history, const char *line);

/*
 * Moves among the lines as libedit's history() does: H_FIRST is the newest, H_NEXT an older one. For EL_HIST, with the
 * history as `context`. libedit's own lists are not used: its functions have the names of room history's.
 */
int shell_history_move(void *context, struct HistEvent *ret_event, int operation, ...);

/* Whether a line seems to hold a key, token or password: by the name before a value, or by the look of a word. */
bool shell_history_is_secret(const char *line);

#endif
