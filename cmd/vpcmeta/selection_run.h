/* selection_run: the servers of a recorded run as a list of names, for --from. */
#ifndef VPCMETA_SELECTION_RUN_H
#define VPCMETA_SELECTION_RUN_H

#include "app.h"

/* RUN of `--from run:RUN`; NULL: it is a file. */
const char *selection_run_word(const char *from);

/* The ids of its servers that still need a restart, at least one, kept in `memory`. ERR_USAGE. */
bool selection_of_run(const char *word, struct text_arena *memory, struct inventory_words *ret, struct err *e)
    __attribute__((warn_unused_result));

#endif
