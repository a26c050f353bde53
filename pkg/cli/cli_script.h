/*
 * cli_script: what the completion scripts have in common. For the files of room cli only.
 *
 * All three work alike: walk over the words before the cursor, leave out options and their values, and so find
 * the command (its path); then choose by "path:previous word" what an option's value may be, by path the rest.
 */
#ifndef CLI_CLI_SCRIPT_H
#define CLI_CLI_SCRIPT_H

#include "cli/cli_commands.h"
#include "cli/cli_options.h"

void cli_script_bash(const struct cli_program *program, struct text *out);
void cli_script_zsh(const struct cli_program *program, struct text *out);
void cli_script_fish(const struct cli_program *program, struct text *out);

/* Every path that the words of a command line can lead to, "" first, nouns before their commands. */
struct cli_paths {
    const char **items;
    size_t count;
    struct text_arena memory;
};
void cli_paths_list(const struct cli_program *program, struct cli_paths *ret);
void cli_paths_free(struct cli_paths *paths);

/* The words that may come next at `path`: verbs, or the arguments' words of a command. For help: the commands. */
void cli_script_next(const struct cli_program *program, const char *path, struct text_arena *memory,
                     struct cli_next *ret);

/* Appends the words of an option's value, blanks between. */
void cli_script_values(struct text *out, const struct opt_spec *spec);

/* Appends text for '...' in a shell: `escape` stands for each quote in it. */
void cli_script_quoted(struct text *out, const char *string, const char *escape);

/* Appends every spelling of the option ("--name", "--alias", "-n") behind `before`, with `between` between them. */
void cli_script_spellings(struct text *out, const struct opt_spec *spec, const char *before, const char *between);

/* Appends what `case` does for an option with a value. */
typedef void cli_script_branch(struct text *out, const struct opt_spec *spec);

/*
 * Appends what bash and zsh share: _NAME_is_path WORDS, and with the path in $at _NAME_takes_value OPTION and
 * _NAME_values OPTION, whose branches `append_values` writes.
 */
void cli_script_functions(struct text *out, const struct cli_program *program, const struct cli_paths *paths,
                          cli_script_branch *append_values);

/* Appends a script in which NAME stands for the program's name. */
void cli_script_frame(struct text *out, const char *frame, const char *name);

#endif
