/*
 * cli_roff: what manual pages in the man(7) macros have in common. For the files of room cli only.
 */
#ifndef CLI_CLI_ROFF_H
#define CLI_CLI_ROFF_H

#include "cli/cli_manual.h"

/* Appends words as roff takes them: no escape, no macro at the start of a line, "-" as the character that is typed. */
void cli_roff_words(struct text *out, const char *words);

/* Appends prose in which `backquotes` mark what is typed, in lines that are not too long, and a newline. */
void cli_roff_prose(struct text *out, const char *words);

/* Appends the name of a page, "vpcmeta-instance-set", hyphens as the character that is typed. */
void cli_roff_page(struct text *out, const struct cli_program *program, const char *path);

/* Appends the title and the name of a page; "" is the program's own. */
void cli_roff_head(struct text *out, const struct cli_program *program, const char *path, int section,
                   const char *summary);

/* Appends the parts of a topic; `heading` is the macro of its headings with a blank behind it. */
void cli_roff_topic(struct text *out, const struct cli_topic *topic, const char *heading);

/* Appends the section SEE ALSO: the program's page, and those of the commands and topics, a line each. */
void cli_roff_see_also(struct text *out, const struct cli_program *program, const char *names);

#endif
