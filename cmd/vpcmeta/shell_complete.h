/*
 * shell_complete: what TAB does in the shell.
 */
#ifndef VPCMETA_SHELL_COMPLETE_H
#define VPCMETA_SHELL_COMPLETE_H

#include "cli/cli.h"

/*
 * A libedit function (CC_* is returned): completes the word at the cursor of `line`, an EditLine, from the command
 * table and from file names; shows the candidates on standard error when there are several. Sends no request.
 */
unsigned char shell_complete(void *line, const struct cli_program *program, int key);

#endif
