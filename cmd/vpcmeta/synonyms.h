/*
 * synonyms: what people type who know other tools, and what it is here. Errors suggest it; nothing is run for it.
 */
#ifndef VPCMETA_SYNONYMS_H
#define VPCMETA_SYNONYMS_H

#include "cli/cli.h"

extern const struct cli_synonym synonyms[];
extern const struct cli_absent absent_commands[];
extern const struct cli_option_hint option_hints[];

#endif
