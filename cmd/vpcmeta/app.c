#include "app.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app_session.h"
#include "mem/mem.h"
#include "term/term.h"

/* --- a command line ------------------------------------------------------------------------------- */

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

static void print_costs(const struct app *app)
{
    if (app->globals->verbose && app->session != NULL) {
        struct http_counters counters = http_counters(app->session->http);
        app_detail(app, "%llu requests, %llu retries, %llu connections, %llu bytes sent, %llu received",
                   (unsigned long long)counters.attempts, (unsigned long long)counters.retries,
                   (unsigned long long)counters.connections, (unsigned long long)counters.bytes_sent,
                   (unsigned long long)counters.bytes_received);
    }
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
    app->limits = command_begin(call, app->session != NULL ? app->session->http : NULL);
    int status = call->command->run(app, call, e);
    app_progress_end(app);
    print_costs(app);
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
    app_session_close(app->session);
    schema_catalog_close(app->schemas);
    free(app->schema_dir);
    *app = (struct app){0};
}

/* --- what commands need --------------------------------------------------------------------------- */

bool app_connect(struct app *app, struct inventory_scope *ret_scope, struct err *e)
{
    CLEANUP(text_free_pointer) char *key = app_session_key(app->globals);

    if (!command_continues(&app->limits, e) || !app_session_check(app->globals, e)) {
        return false;
    }
    if (app->session == NULL || strcmp(app->session->key, key) != 0) {
        app_session_close(app->session);
        app->session = app_session_open(app, e);
    }
    if (app->session == NULL || !app_session_turn(app, e)) {
        return false;
    }
    *ret_scope = (struct inventory_scope){
        .http = app->session->http, .regions = app->session->regions, .region_count = app->session->region_count};
    app_progress_read(app, ret_scope);
    return true;
}

struct iam *app_iam(struct app *app)
{
    return app->session->iam;
}

const char *app_credential_source(const struct app *app)
{
    return app->session->credential_source;
}

const char *app_endpoint_source(const struct app *app)
{
    return app->session->endpoint_source;
}

struct schema_catalog *app_schemas(struct app *app, struct err *e)
{
    const char *wanted = app->globals->schema_dir;
    bool same =
        wanted == NULL ? app->schema_dir == NULL : app->schema_dir != NULL && strcmp(wanted, app->schema_dir) == 0;

    if (app->schemas == NULL || !same) {
        schema_catalog_close(app->schemas);
        free(app->schema_dir);
        app->schemas = schema_catalog_open(wanted, e);
        app->schema_dir = wanted != NULL ? mem_copy(wanted) : NULL;
    }
    return app->schemas;
}

void app_state_path(const char *name, struct text *out)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");

    /* a relative path is to be ignored (XDG Base Directory Specification) */
    if (state != NULL && state[0] == '/') {
        text_printf(out, "%s/vpcmeta/%s", state, name);
    } else if (home != NULL && home[0] == '/') {
        text_printf(out, "%s/.local/state/vpcmeta/%s", home, name);
    }
}

bool app_need_state_path(const char *name, struct text *out, struct err *e)
{
    app_state_path(name, out);
    return out->size > 0 || err_set(e, ERR_FAILED,
                                    "there is no folder to record what is changed: set XDG_STATE_HOME (or HOME) to an "
                                    "absolute path; nothing was sent");
}

/* --- people --------------------------------------------------------------------------------------- */

bool app_color(const struct app *app, int fd)
{
    struct term_environment environment = {.no_color = getenv("NO_COLOR"),
                                           .clicolor_force = getenv("CLICOLOR_FORCE"),
                                           .ibmcloud_color = getenv("IBMCLOUD_COLOR"),
                                           .term = getenv("TERM")};
    enum term_color option = app->globals != NULL ? (enum term_color)app->globals->color.value : TERM_COLOR_AUTO;

    return term_use_color(fd, option, &environment);
}

unsigned app_columns(int fd)
{
    return term_columns(fd, getenv("COLUMNS"));
}

struct render_options app_render_options(const struct app *app)
{
    const struct global_opts *globals = app->globals;

    return (struct render_options){.format = (enum render_format)globals->output.value,
                                   .columns = app_columns(STDOUT_FILENO),
                                   .color = app_color(app, STDOUT_FILENO),
                                   .no_headers = globals->no_headers,
                                   .fields = globals->fields.items,
                                   .fields_count = globals->fields.count};
}

static void say(const struct app *app, const char *label, const char *color, const char *message)
{
    bool colored = color[0] != '\0' && app_color(app, STDERR_FILENO);
    CLEANUP(text_free) struct text safe = {0};

    text_append_safe(&safe, message, strlen(message));
    app_progress_hide(app);
    fprintf(stderr, "%s%s%s%s\n", colored ? color : "", label, colored ? "\033[0m" : "", text_string(&safe));
}

void app_error(const struct app *app, const struct err *error)
{
    CLEANUP(text_free) struct text line = {0};

    if (error->code == ERR_CANCELLED && error->signal == SIGPIPE) {
        return;
    }
    if (app->where != NULL) {
        text_printf(&line, "%s: ", app->where);
    }
    text_printf(&line, "%s%s%s", error->place, error->place[0] != '\0' ? ": " : "", error->message);
    say(app, "error: ", "\033[31m", text_string(&line));
}

void app_warn(const struct app *app, const char *format, ...)
{
    CLEANUP(text_free) struct text line = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&line, format, args);
    va_end(args);
    say(app, "warning: ", "\033[33m", text_string(&line));
}

void app_note(const struct app *app, const char *format, ...)
{
    CLEANUP(text_free) struct text line = {0};
    va_list args;

    if (app->globals->quiet) {
        return;
    }
    va_start(args, format);
    text_vprintf(&line, format, args);
    va_end(args);
    say(app, "", "", text_string(&line));
}

void app_detail(const struct app *app, const char *format, ...)
{
    CLEANUP(text_free) struct text line = {0};
    va_list args;

    if (!app->globals->verbose) {
        return;
    }
    va_start(args, format);
    text_vprintf(&line, format, args);
    va_end(args);
    say(app, "", "\033[2m", text_string(&line));
}

bool app_can_ask(const struct app *app)
{
    return !app->globals->no_input && term_is_terminal(STDIN_FILENO) && term_is_terminal(STDERR_FILENO);
}

bool app_ask(const struct app *app, struct text *ret_answer, struct err *e, const char *format, ...)
{
    struct fsio_wait input = command_input(&app->limits);
    CLEANUP(text_free) struct text question = {0};
    va_list args;
    char byte;

    app_progress_hide(app);
    va_start(args, format);
    text_vprintf(&question, format, args);
    va_end(args);
    fprintf(stderr, "%s", text_string(&question));
    fflush(stderr);
    /* unbuffered, so that the rest of a pasted script stays for the shell to read */
    while (fsio_input(&input, &byte, 1, e) == 1) {
        if (byte == '\n') {
            return true;
        }
        text_append_char(ret_answer, byte);
    }
    return false;
}

void app_note_input(const struct app *app, const char *what)
{
    if (term_is_terminal(STDIN_FILENO)) {
        app_note(app, "reading %s from the terminal; Ctrl-D ends the input", what);
    }
}

bool app_read_input(const struct app *app, const char *what, size_t limit, struct text *ret, struct err *e)
{
    struct fsio_wait input = command_input(&app->limits);

    app_note_input(app, what);
    return fsio_read_input(&input, limit, ret, e);
}

bool app_read_document(const struct app *app, const char *path, int flags, struct json_document *ret, struct err *e)
{
    CLEANUP(text_free) struct text text = {0};

    if (strcmp(path, "-") != 0) {
        return json_read_file(path, flags, ret, e);
    }
    return app_read_input(app, "a JSON document", JSON_SIZE_MAX, &text, e) &&
           json_parse(text_string(&text), text.size, "<stdin>", flags, ret, e);
}
