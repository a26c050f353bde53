/*
 * cli_suggest: which command is meant by words that are none, as a whole line to paste. For the files of room cli only.
 */
#ifndef CLI_CLI_SUGGEST_H
#define CLI_CLI_SUGGEST_H

#include "cli/cli_options.h"

/* A command line whose words are not those of a command. */
struct cli_mistake {
    const char *const *words; /* all of the line, without the program's name */
    size_t count;
    const bool *known; /* by words: those that the command's words begin with; NULL: none */
    size_t unknown;    /* the index of the word that is neither noun nor command there */
};

/*
 * Appends the whole command that is probably meant: "vpcmeta instance set --all --enabled false". Arguments and known
 * options follow as they were written; what follows an unknown option is left out, because it may be a secret. A word
 * that is near a verb that reads never leads to one that writes. False: nothing is near.
 */
bool cli_suggest_command(const struct cli_program *program, const struct cli_mistake *mistake, struct text *out);

/* The command that is probably meant by words that help is asked for; NULL: none is near. */
const struct cmd_spec *cli_suggest_topic(const struct cli_program *program, const char *const words[], size_t count);

/* Sets the error for words that look like a command but are none on purpose: what does it instead. False: others. */
bool cli_suggest_instead(const struct cli_program *program, const char *path, const char *word, struct err *e);

/* Appends what to write in place of an option of that name ("--api-key"), from the program's hints. False: nothing. */
bool cli_suggest_option(const struct cli_program *program, const struct cmd_spec *command, const char *name,
                        struct text *out);

/* Appends the commands that have an option of that name or letter: "it belongs to 'template replace'". False: none. */
bool cli_suggest_owner(const struct cli_program *program, const char *name, struct text *out);

#endif
