/* known_words: what completion offers beside the words of the command table. Sends nothing, and says nothing. */
#ifndef VPCMETA_KNOWN_WORDS_H
#define VPCMETA_KNOWN_WORDS_H

#include "cli/cli.h"
#include "table/table.h"

/* As cli_program.known_words wants it. */
void known_words(const struct cmd_spec *command, const struct opt_spec *option, struct cli_known *known);

/* Adds the names of columns, for `fields` of a command. */
void known_columns(struct cli_known *known, const struct table_column *columns, size_t count);

#endif
