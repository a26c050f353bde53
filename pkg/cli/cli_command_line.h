/*
 * cli_command_line: a command line that people can paste: of hints, remedies and recommended fixes.
 *
 *     CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
 *     cli_command_line_begin(&line, "vpcmeta", "runs rollback");
 *     cli_command_line_operand(&line, run_id);
 *     cli_command_line_option(&line, "force", NULL);
 *     cli_command_line_place(&line, &place);
 *     app_note(app, "undo: %s", cli_command_line_string(&line));
 *
 * Operands come first and options behind them, each in the order of the calls. Every word is quoted as a POSIX shell
 * and cli_split need it (cli_quote). Where an operand begins with "-", the operands stand at the end, behind "--".
 */
#ifndef CLI_CLI_COMMAND_LINE_H
#define CLI_CLI_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "text/text.h"

/* The options of place: what a command needs to work where another one did. All zero: none. */
struct cli_place {
    const char *const *regions; /* --region, `region_count` of them */
    size_t region_count;
    const char *endpoint, *iam_url, *metadata_url, *auth, *api_key_file, *ca_file; /* NULL: none */
};

/* Zero-initialised: no line. Free with cli_command_line_free. */
struct cli_command_line {
    struct text path, operands, options;
    bool ends_options; /* an operand begins with "-" */
    struct text whole; /* of cli_command_line_string */
};

/* Begins the line anew: the program's name and the command's words. */
void cli_command_line_begin(struct cli_command_line *line, const char *program, const char *path);

void cli_command_line_operand(struct cli_command_line *line, const char *word);

/* "--name value" (`name` without the dashes), a flag where `value` is NULL. */
void cli_command_line_option(struct cli_command_line *line, const char *name, const char *value);

/* The options of place that are given. A key that came on standard input cannot be given again and is left out. */
void cli_command_line_place(struct cli_command_line *line, const struct cli_place *place);

/* The whole line. Borrowed until the next call for the same line. */
const char *cli_command_line_string(struct cli_command_line *line);

void cli_command_line_free(struct cli_command_line *line); /* for CLEANUP */

#endif
