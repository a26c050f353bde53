/* known_words: what completion offers beside the words of the command table. Sends nothing, and says nothing. */
#ifndef VPCMETA_KNOWN_WORDS_H
#define VPCMETA_KNOWN_WORDS_H

#include "cli/cli.h"

/* As cli_program.known_words wants it. */
void known_words(const struct cmd_spec *command, const struct opt_spec *option, struct cli_known *known);

#endif
