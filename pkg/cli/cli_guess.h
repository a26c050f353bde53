/*
 * cli_guess: which command is meant by words that are those of another tool, in another order, or misspelt. For the
 * files of room cli only.
 */
#ifndef CLI_CLI_GUESS_H
#define CLI_CLI_GUESS_H

#include "cli/cli_options.h"

enum { CLI_GUESS_MAX = 5 }; /* words that may be those of the command */

/* Words that are taken for a command's, and the command as far as it was recognized. */
struct cli_guess {
    const struct cli_program *program;
    const char *words[CLI_GUESS_MAX];
    size_t count;
    size_t used;  /* how many of the words the command takes */
    bool foreign; /* "ibmcloud is" stood before them */
    const char *noun;
    const char *verb; /* with options where the synonym brings some: "set --enabled true" */
};

/*
 * The command that is meant, from program, words, count and foreign; the rest is set. NULL: none is near. A word that
 * is near a verb that reads never leads to one that writes. `ret_brought` is set to the options that a synonym brings.
 */
const struct cmd_spec *cli_guess(struct cli_guess *guess, const char **ret_brought);

#endif
