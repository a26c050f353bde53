/*
 * cli_wrap: text of help in lines of a terminal's width. For the files of room cli only.
 */
#ifndef CLI_CLI_WRAP_H
#define CLI_CLI_WRAP_H

#include "text/text.h"

enum { CLI_INDENT = 2 }; /* of the items of a list */

/* The width of lines for a terminal of so many columns, 0 for none: 40 to 100, usually 80. */
size_t cli_wrap_width(unsigned columns);

/* Appends words from column `at` on and a newline, in lines of at most `width` columns that begin at `indent`. */
void cli_wrap(struct text *out, const char *words, size_t at, size_t indent, size_t width);

/* Appends paragraphs with a blank line before each. */
void cli_wrap_paragraphs(struct text *out, const char *paragraphs, size_t width);

/* The width of a list's left side with one more item; one that is too wide gets its own line and does not count. */
size_t cli_wrap_left(size_t widest, const char *left, size_t width);

/* Appends an item of a list: `left`, and `right` beside or below it. */
void cli_wrap_item(struct text *out, const char *left, const char *right, size_t left_width, size_t width);

/* Appends a command as it can be pasted into a shell: a backslash ends a line that is continued. */
void cli_wrap_command(struct text *out, const char *line, size_t width);

#endif
