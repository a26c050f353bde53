/*
 * term_pager: a program that shows a text a screen at a time, as git starts it.
 */
#ifndef TERM_TERM_PAGER_H
#define TERM_TERM_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/* Rows of the terminal behind `fd`; `rows_env` (LINES, may be NULL) wins; 0 when it is none or does not say. */
unsigned term_rows(int fd, const char *rows_env);

/* Whether the text takes more than `rows` rows of `columns` columns. Colours (ESC [ ... m) take none. */
bool term_is_longer(const char *text, size_t size, unsigned columns, unsigned rows);

struct term_pager {
    const char *command;            /* one word, or a line for `sh -c` */
    const char *const *environment; /* ends with NULL */
    int (*signal)(void); /* the signal that asks this process to end, or 0: all processes of the pager get it too */
};

/*
 * Starts the pager, gives it the text on standard input and waits for its end. This process ignores SIGINT, SIGQUIT and
 * SIGPIPE meanwhile: the keys are the pager's, and one that ends early is no failure. SIGTERM and SIGHUP are handled
 * while it waits and at no other moment. The terminal's modes are afterwards what they were before. False with errno
 * set when there is no such program: nothing was shown then.
 */
bool term_page(const struct term_pager *pager, const char *text, size_t size) __attribute__((warn_unused_result));

#endif
