/* vpcmeta completion: scripts for the shells, made from the command table. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "commands.h"

static const struct cmd_example completion_examples[] = {
    {"vpcmeta completion bash > ~/.local/share/bash-completion/completions/vpcmeta", "for bash"},
    {"vpcmeta completion zsh > ~/.zfunc/_vpcmeta", "for zsh, with ~/.zfunc in $fpath"},
    {"vpcmeta completion fish > ~/.config/fish/completions/vpcmeta.fish", "for fish"},
    {0},
};

static int completion(struct app *app, const struct cli_call *call, struct err *e)
{
    CLEANUP(text_free) struct text out = {0};
    int shell = 0;

    (void)app;
    while (strcmp(cli_shell_names[shell], call->args[0]) != 0) {
        shell++;
    }
    char path[PATH_MAX + 1] = "";
    bool known = readlink("/proc/self/exe", path, PATH_MAX) > 0;
    cli_completion_script(call->program, (enum cli_shell)shell, known ? path : NULL, &out);
    return render_text(text_string(&out), out.size, stdout, e) ? 0 : err_exit_status(e);
}

static const struct cmd_refusal refusals[] = {OPTIONS_NO_FORMAT("a completion script"), {0}};

const struct cmd_spec cmd_completion = {
    .path = "completion",
    .summary = "print a completion script for a shell",
    .arguments = "bash|zsh|fish",
    .description =
        "At TAB the script asks vpcmeta what can stand there: commands, options that have an effect beside those "
        "that are there, and values, also fields, statuses, regions, rules, schemas and recorded runs. That "
        "takes milliseconds, reads no other files than the history, and sends nothing.",
    .examples = completion_examples,
    .refusals = refusals,
    .flags = CMD_OFFLINE,
    .min_args = 1,
    .max_args = 1,
    .argument_words = cli_shell_names,
    .run = completion,
};
