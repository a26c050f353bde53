#include "cli/cli.h"

const char *const cli_shell_names[] = {"bash", "zsh", "fish", NULL};
