/* vpcmeta help: everything that the command table says about itself. */
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "commands.h"

struct help_opts {
    bool json, man, list, topics;
    const char *topic, *check;
};

static const struct opt_spec help_opt[] = {
    OPT_FLAG(struct help_opts, json, 0, "json", "print the table of commands and options as JSON", .flags = OPT_ALONE),
    OPT_FLAG(struct help_opts, man, 0, "man", "print the manual page, for 'man -l -'"),
    OPT_FLAG(struct help_opts, list, 0, "list", "print the names of all commands, one a line", .flags = OPT_ALONE),
    OPT_FLAG(struct help_opts, topics, 0, "topics", "print the names of all topics, one a line", .flags = OPT_ALONE),
    OPT_STRING(struct help_opts, topic, 0, "topic", "TOPIC", "a topic that has the name of a command or kind, alone"),
    OPT_STRING(struct help_opts, check, 0, "check", "LINE", "parse a command line and do nothing", .flags = OPT_ALONE),
    OPT_END,
};

static const struct cmd_example help_examples[] = {
    {"vpcmeta help", "every command and every global option"},
    {"vpcmeta help instance set", "one command"},
    {"vpcmeta help selectors", "a topic: how servers are chosen"},
    {"vpcmeta help --check 'vpcmeta version -o json'", "whether a line of a script still parses"},
    {0},
};

static bool check_words(const struct cli_program *program, const struct cli_words *words, struct err *e)
{
    CLEANUP(cli_call_free) struct cli_call call = {0};
    size_t skip = strcmp(words->items[0], program->name) == 0;

    if (!cli_parse(program, NULL, cli_shell_end(words) - skip, words->items + skip, &call, e)) {
        return false;
    }
    if (call.action == CLI_INCOMPLETE) {
        return err_set(e, ERR_USAGE, "'%s' is not a whole command (see '%s help%s%s')", call.topic, program->name,
                       call.topic[0] ? " " : "", call.topic);
    }
    return true;
}

static bool check_line(const struct cli_program *program, const char *text, struct err *e)
{
    CLEANUP(cli_line_free) struct cli_line line = {0};

    if (!cli_split(text, &line, e)) {
        return false;
    }
    for (size_t i = 0; i < line.count; i++) {
        if (!check_words(program, &line.commands[i], e)) {
            return false;
        }
    }
    return true;
}

static bool append_help(const struct cli_call *call, struct text *out, struct err *e)
{
    const struct help_opts *opts = call->opts;
    CLEANUP(text_free) struct text words = {0};

    for (size_t i = 0; i < call->args_count; i++) {
        text_printf(&words, "%s%s", i > 0 ? " " : "", call->args[i]);
    }
    if (opts->topic != NULL && call->args_count > 0) {
        return err_set(e, ERR_USAGE, "--topic %s is shown alone: leave out '%s'", opts->topic, text_string(&words));
    }
    if (opts->topic != NULL) {
        return opts->man ? cli_topic_man(call->program, opts->topic, out, e)
                         : cli_topic_help(call->program, opts->topic, app_columns(STDOUT_FILENO), out, e);
    }
    return opts->man ? cli_man(call->program, text_string(&words), out, e)
                     : cli_help(call->program, text_string(&words), app_columns(STDOUT_FILENO), out, e);
}

static void append_names(const struct cli_program *program, bool topics, struct text *out)
{
    for (size_t i = 0; !topics && program->commands[i] != NULL; i++) {
        if (!(program->commands[i]->flags & CMD_HIDDEN)) {
            text_printf(out, "%s\n", program->commands[i]->path);
        }
    }
    for (size_t i = 0; topics && program->topics[i].name != NULL; i++) {
        text_printf(out, "%s\n", program->topics[i].name);
    }
}

static bool print_table(struct app *app, const struct cli_program *program, bool json, struct err *e)
{
    struct render_options options = app_render_options(app);
    JSON_CLEANUP json_t *table = cli_help_json(program);

    if (json) {
        options.format = RENDER_JSON;
        return render_document(table, &options, app_stdout(app), e);
    }
    return app_check_output(app, NULL, 0, e) && app_print_document(app, table, e);
}

static bool answer(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct help_opts *opts = call->opts;
    CLEANUP(text_free) struct text out = {0};

    if (opts->check != NULL) {
        return check_line(call->program, opts->check, e);
    }
    if (opts->json || !app_prints_text(app)) {
        return print_table(app, call->program, opts->json && app->globals->jq == NULL, e);
    }
    if (opts->list || opts->topics) {
        append_names(call->program, opts->topics, &out);
    } else if (!append_help(call, &out, e)) {
        return false;
    }
    return render_text(text_string(&out), out.size, app_stdout(app), e);
}

static int help(struct app *app, const struct cli_call *call, struct err *e)
{
    return answer(app, call, e) ? 0 : err_exit_status(e);
}

const struct cmd_spec cmd_help = {
    .path = "help",
    .summary = "explain a command or a topic",
    .arguments = "[COMMAND|TOPIC]",
    .examples = help_examples,
    .opts = help_opt,
    .opts_size = sizeof(struct help_opts),
    .flags = CMD_OFFLINE | CMD_COMMAND_ARGS | CMD_PAGED,
    .max_args = CMD_ANY_ARGS,
    .run = help,
};
