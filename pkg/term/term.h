/*
 * term: what the streams of the process are attached to.
 */
#ifndef TERM_TERM_H
#define TERM_TERM_H

#include <stdbool.h>

enum term_color { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER };

/* The facts that decide on colour; the caller reads the environment (house.md section 2, floor 5). */
struct term_environment {
    const char *no_color;       /* NO_COLOR: set and not empty means no colour (no-color.org) */
    const char *clicolor_force; /* CLICOLOR_FORCE: set and not "0" means colour even when piped */
    const char *ibmcloud_color; /* IBMCLOUD_COLOR: "false" means no colour */
    const char *term;           /* TERM: "dumb" or unset means no colour */
};

/* Whether to colour what goes to `fd`: the option wins, then the environment, then whether it is a terminal. */
bool term_use_color(int fd, enum term_color option, const struct term_environment *environment);

bool term_is_terminal(int fd);

/*
 * To be called before any other file is opened: gives standard input, output and error a place where the process was
 * started without one, so that no socket or file gets their number. Using such a stream fails: input opens for
 * writing only, the other two for reading only (/dev/null).
 */
void term_open_missing_streams(void);

/* Columns of the terminal behind `fd`; `columns_env` (COLUMNS, may be NULL) wins; 0 when it is no terminal. */
unsigned term_columns(int fd, const char *columns_env);

#endif
