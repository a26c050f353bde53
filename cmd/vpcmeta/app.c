/* Running one command line from its words to its exit status. */
#include "app.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_command_line.h"

/* Shows what was printed; false with the error when that fails. */
static bool end_output(struct app *app, struct err *e)
{
    CLEANUP(text_free) struct text warning = {0};
    bool shown = app_pager_end(app, &warning, e);

    if (warning.size > 0) {
        app_warn(app, "%s", text_string(&warning));
    }
    return shown;
}

/* What the program says of itself where the words are no command to run. */
static int print_words(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct cli_program *program = call->program;
    bool incomplete = call->action == CLI_INCOMPLETE;
    CLEANUP(text_free) struct text out = {0};

    if (incomplete) {
        cli_overview(program, call->topic, app_columns(STDERR_FILENO), &out);
    } else if (call->action == CLI_VERSION) {
        text_printf(&out, "%s %s\n", program->name, program->version);
    } else if (!cli_help(program, call->topic, app_columns(STDOUT_FILENO), &out, e)) {
        return err_exit_status(e);
    }
    app_pager_begin(app);
    bool printed =
        render_text(text_string(&out), out.size, incomplete ? stderr : app_stdout(app), e) && end_output(app, e);
    return printed && incomplete ? ERR_EXIT_USAGE : err_exit_status(e);
}

/* What a command does on this machine, before and between its requests. */
static const char *local_work(const struct cmd_spec *command)
{
    static const char *const works[][2] = {{"runs ", "reading the history"}, {"schema ", "reading schemas"}};

    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        if (strncmp(command->path, works[i][0], strlen(works[i][0])) == 0) {
            return works[i][1];
        }
    }
    return "working";
}

/*
 * "plan shwo FILE": the first word of a command that has commands below it may be one of those with a slip, and is
 * taken for the name of a resource.
 */
static void advise_command_below(const struct app *app, const struct cli_call *call, struct err *e)
{
    enum { BELOW_MAX = 8 };
    const char *below[BELOW_MAX];
    size_t count = 0, size = strlen(call->command->path);
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};

    for (size_t i = 0; app->program->commands[i] != NULL && count < BELOW_MAX; i++) {
        const char *path = app->program->commands[i]->path;
        if (strncmp(path, call->command->path, size) == 0 && path[size] == ' ') {
            below[count++] = path + size + 1;
        }
    }
    const char *meant = call->args_count > 0 ? text_nearest(call->args[0], below, count) : NULL;
    if (meant == NULL || (e->code != ERR_NOT_FOUND && e->code != ERR_USAGE)) {
        return;
    }
    cli_command_line_begin(&line, app->program->name, call->command->path);
    cli_command_line_operand(&line, meant);
    for (size_t i = 1; i < call->args_count; i++) {
        cli_command_line_operand(&line, call->args[i]);
    }
    err_advise(e, "Did you mean: %s", cli_command_line_string(&line));
}

static int run_command(struct app *app, const struct cli_call *call, struct err *e)
{
    if (app->shell_call != NULL && (call->command->flags & CMD_NOT_IN_SHELL) != 0) {
        err_set(e, ERR_USAGE, "%s cannot be used inside the shell", call->command->path);
        return err_exit_status(e);
    }
    app->command = call->command->path;
    app->limits = command_begin(call, app->session);
    if ((call->command->flags & CMD_PAGED) != 0) {
        app_pager_begin(app);
    }
    if ((call->command->flags & CMD_NOT_IN_SHELL) == 0) { /* the shell waits for a person */
        app_busy_open(app);
        app_busy_begin(app, local_work(call->command));
    }
    int status = call->command->run(app, call, e);
    if (status != 0) {
        advise_command_below(app, call, e);
    }
    app_progress_end(app);
    if (!end_output(app, e) && status == 0) {
        status = err_exit_status(e);
    }
    if (app->globals->verbose && app->session != NULL) {
        CLEANUP(text_free) struct text costs = {0};
        session_append_costs(app->session, &costs);
        app_detail(app, "%s", text_string(&costs));
    }
    query_release(&app->jq);
    return status;
}

static int run_call(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct global_opts *outer = app->globals;

    app->given = app->globals = call->globals;
    int status = call->action == CLI_RUN ? run_command(app, call, e) : print_words(app, call, e);
    app->given = app->globals = outer;
    text_arena_free(&app->adopted_memory);
    struct err trace = ERR_INIT;
    if (app->session != NULL && !session_check_trace(app->session, &trace)) {
        app_error(app, &trace);
        status = status != 0 ? status : err_exit_status(&trace);
    }
    return status;
}

int app_run(struct app *app, size_t count, const char *const words[])
{
    CLEANUP(cli_call_free) struct cli_call call = {0};
    struct err error = ERR_INIT;

    app->words = words;
    app->words_count = count;
    for (size_t i = 0; i < count; i++) {
        if (strstr(words[i], "://") != NULL) {
            secrets_add_url(app->secrets, words[i]);
        }
    }
    bool parsed = cli_parse(app->program, app->shell_call, count, words, &call, &error);
    int status = parsed ? run_call(app, &call, &error) : err_exit_status(&error);
    if (error.code != ERR_NONE) {
        app_error(app, &error);
    }
    return command_signal() != 0 && status != 0 ? ERR_EXIT_SIGNAL + command_signal() : status;
}

void app_free(struct app *app)
{
    app_progress_end(app);
    app_close_output(app);
    app_busy_close(app);
    command_watch(NULL, NULL);
    session_close(app->api_session);
    session_close(app->metadata_session);
    schema_catalog_close(app->schemas);
    free(app->schema_dir);
    secrets_destroy(app->secrets);
    *app = (struct app){0};
}
