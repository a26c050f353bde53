/*
 * cli_commands: finding commands by their words. For the files of room cli only.
 */
#ifndef CLI_CLI_COMMANDS_H
#define CLI_CLI_COMMANDS_H

#include "cli/cli.h"

/* The words that may come next after the words `path` ("" before the first), each once, in the table's order. */
struct cli_next {
    struct cli_candidate *items; /* the word and the summary of the noun or command */
    size_t count;
};

void cli_next_words(const struct cli_program *program, const char *path, struct text_arena *memory,
                    struct cli_next *ret);

/* The summary of the noun with this name, or "". */
const char *cli_noun_summary(const struct cli_program *program, const char *name);

/* The error for a word that is neither noun nor command after `path`. */
bool cli_unknown_command(const struct cli_program *program, const char *path, const char *word, struct err *e);

#endif
