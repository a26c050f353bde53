/* Running one command line from its words to its exit status. */
#include "app.h"

#include <stdlib.h>
#include <unistd.h>

static int print_help(const struct cli_call *call, struct err *e)
{
    CLEANUP(text_free) struct text help = {0};

    return cli_help(call->program, call->topic, app_columns(STDOUT_FILENO), &help, e) &&
                   render_text(text_string(&help), help.size, stdout, e)
               ? 0
               : err_exit_status(e);
}

static int print_overview(const struct cli_call *call, struct err *e)
{
    CLEANUP(text_free) struct text overview = {0};

    cli_overview(call->program, call->topic, app_columns(STDERR_FILENO), &overview);
    return render_text(text_string(&overview), overview.size, stderr, e) ? ERR_EXIT_USAGE : err_exit_status(e);
}

static int print_version(const struct cli_program *program, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "%s %s\n", program->name, program->version);
    return render_text(text_string(&line), line.size, stdout, e) ? 0 : err_exit_status(e);
}

static int run_call(struct app *app, const struct cli_call *call, struct err *e)
{
    switch (call->action) {
    case CLI_HELP:
        return print_help(call, e);
    case CLI_INCOMPLETE:
        return print_overview(call, e);
    case CLI_VERSION:
        return print_version(call->program, e);
    case CLI_RUN:
        break;
    }
    if (app->shell_call != NULL && (call->command->flags & CMD_NOT_IN_SHELL) != 0) {
        err_set(e, ERR_USAGE, "%s cannot be used inside the shell", call->command->path);
        return err_exit_status(e);
    }
    const struct global_opts *outer = app->globals;
    app->globals = call->globals;
    app->command = call->command->path;
    app->limits = command_begin(call, app->session);
    int status = call->command->run(app, call, e);
    app_progress_end(app);
    if (app->globals->verbose && app->session != NULL) {
        CLEANUP(text_free) struct text costs = {0};
        session_append_costs(app->session, &costs);
        app_detail(app, "%s", text_string(&costs));
    }
    query_release(&app->jq);
    app->globals = outer;
    return status;
}

int app_run(struct app *app, size_t count, const char *const words[])
{
    CLEANUP(cli_call_free) struct cli_call call = {0};
    struct err error = ERR_INIT;
    int status;

    app->words = words;
    app->words_count = count;
    if (!cli_parse(app->program, app->shell_call, count, words, &call, &error)) {
        status = err_exit_status(&error);
    } else {
        status = run_call(app, &call, &error);
    }
    if (error.code != ERR_NONE) {
        app_error(app, &error);
    }
    return command_signal() != 0 && status != 0 ? ERR_EXIT_SIGNAL + command_signal() : status;
}

void app_free(struct app *app)
{
    app_progress_end(app);
    command_watch(NULL, NULL);
    session_close(app->session);
    schema_catalog_close(app->schemas);
    free(app->schema_dir);
    *app = (struct app){0};
}
