/*
 * shell_edit: lines from a person at a terminal: editing, history and completion, on libedit.
 *
 * Everything that is drawn goes to standard error, so that `vpcmeta shell | tee log` logs data only. The keys are
 * libedit's (emacs, or what ~/.editrc says); TAB completes from the command table, offline.
 */
#ifndef VPCMETA_SHELL_EDIT_H
#define VPCMETA_SHELL_EDIT_H

#include "cli/cli.h"
#include "text/text.h"

struct shell_edit;
struct linehistory;

/* What a line ended with. */
enum shell_key {
    SHELL_ENTER,     /* a line is there */
    SHELL_INTERRUPT, /* Ctrl-C, or a signal (command_signal): what was typed is dropped */
    SHELL_END,       /* Ctrl-D on an empty line, or the terminal is gone */
};

/*
 * Takes over the terminal for reading. `history` (borrowed) outlives it; `program` is completed from. Never NULL:
 * without a usable terminal description libedit reads plain lines.
 */
struct shell_edit *shell_edit_open(const struct cli_program *program, const struct linehistory *history);
void shell_edit_release(struct shell_edit **edit); /* for CLEANUP */

/* Shows "vpcmeta WHERE> " (in colour or not) and reads a line without its newline; an empty one is a line too. */
enum shell_key shell_edit_read(struct shell_edit *edit, const char *where, bool color, struct text *ret_line);

#endif
