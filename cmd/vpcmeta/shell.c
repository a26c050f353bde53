/*
 * vpcmeta shell: the same commands, line by line, over connections and a token that stay.
 *
 * A line is split into commands, and each is run exactly as the program runs its arguments. Options of `shell` itself
 * are defaults of every line; a line may override them for itself only.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "linehistory/linehistory.h"
#include "shell_edit.h"
#include "term/term.h"

struct shell_opts {
    const char *command, *file;
    struct opt_enum on_error;
};

enum on_error { ON_ERROR_STOP, ON_ERROR_CONTINUE };
enum { SCRIPT_MAX = 16 * 1024 * 1024 }; /* bytes of a -f file */

static const char *const on_error_words[] = {"stop", "continue", NULL};

struct shell {
    struct app *app;
    const char *source; /* of the lines, for errors: "-c", a file; NULL: a person types them */
    size_t line;        /* number of the line in the source; 0: the source is one line */
    size_t lines;       /* of the source, read so far */
    struct text begun;  /* a line that the next one continues, without its backslash */
    bool stop;          /* at the first command that fails */
    bool leave;         /* no more lines are read */
    int status;         /* of the first command that failed, else ERR_EXIT_FINDINGS when one had any */
};

/* --- running a line ------------------------------------------------------------------------------- */

static void finish_command(struct shell *shell, int status)
{
    int signal_number = command_signal();

    /* findings and pending changes are results: they show in the exit status but stop nothing */
    if (shell->status == 0 || (shell->status == ERR_EXIT_FINDINGS && status != 0)) {
        shell->status = status;
    }
    if (signal_number != 0 && (shell->source != NULL || signal_number != SIGINT)) {
        shell->status = ERR_EXIT_SIGNAL + signal_number;
        shell->leave = true;
    } else if (status != 0 && status != ERR_EXIT_FINDINGS && shell->stop) {
        app_note(shell->app, "stopped at the first failure (exit status %d); --on-error continue goes on", status);
        shell->leave = true;
    }
}

static int run_own_word(struct shell *shell, const struct cli_words *words)
{
    struct err error = ERR_INIT;

    if (words->count > 1) {
        err_set(&error, ERR_USAGE, "%s takes no arguments", words->items[0]);
        app_error(shell->app, &error);
        return err_exit_status(&error);
    }
    shell->leave = true;
    return 0;
}

static void run_command(struct shell *shell, const struct cli_words *words)
{
    /* lines pasted from the documentation begin with the program's name */
    size_t skip = words->count > 1 && strcmp(words->items[0], shell->app->program->name) == 0;
    struct cli_words own = {.items = words->items + skip, .count = words->count - skip};

    if (strcmp(own.items[0], "exit") == 0 || strcmp(own.items[0], "quit") == 0) {
        finish_command(shell, run_own_word(shell, &own));
        return;
    }
    int status = app_run(shell->app, own.count, own.items);
    fflush(stdout);
    finish_command(shell, status);
}

static void run_line(struct shell *shell, const char *text)
{
    CLEANUP(cli_line_free) struct cli_line line = {0};
    CLEANUP(text_free) struct text where = {0};
    struct err error = ERR_INIT;

    if (shell->source != NULL) {
        text_append(&where, shell->source);
        if (shell->line > 0) {
            text_printf(&where, ":%zu", shell->line);
        }
        shell->app->where = text_string(&where);
    }
    if (!cli_split(text, &line, &error)) {
        app_error(shell->app, &error);
        finish_command(shell, err_exit_status(&error));
    }
    size_t done = 0;
    while (done < line.count && !shell->leave && command_signal() == 0) {
        run_command(shell, &line.commands[done++]);
    }
    if (done < line.count && command_signal() != 0) {
        app_note(shell->app, "interrupted: the rest of the line was not run");
    }
    shell->app->where = NULL;
}

/* --- where lines come from ------------------------------------------------------------------------ */

/* Adds a line to what is begun; false when a backslash at its end asks for the next one. */
static bool complete_line(struct shell *shell, const char *line)
{
    shell->lines++;
    if (shell->begun.size == 0) {
        shell->line = shell->lines;
    }
    text_append(&shell->begun, line);
    if (!cli_line_continues(text_string(&shell->begun))) {
        return true;
    }
    shell->begun.data[--shell->begun.size] = '\0';
    return false;
}

static void run_begun(struct shell *shell)
{
    CLEANUP(text_free) struct text line = shell->begun;

    shell->begun = (struct text){0};
    run_line(shell, text_string(&line));
}

/* Lines run as they arrive, because a program may wait for what they print. */
static bool run_stream(struct shell *shell, FILE *stream, struct err *e)
{
    CLEANUP(text_free_pointer) char *bytes = NULL;
    CLEANUP(text_free) struct text line = {0};
    size_t capacity = 0;
    ssize_t size;
    bool continues = false;

    while (!shell->leave && (size = getline(&bytes, &capacity, stream)) >= 0) {
        text_clear(&line);
        text_append_size(&line, bytes, (size_t)size);
        if (!fsio_accept_text(&line, shell->source, shell->lines + 1, e)) {
            return false;
        }
        line.size -= line.size > 0 && line.data[line.size - 1] == '\n';
        text_reserve(&line, 0)[0] = '\0';
        continues = !complete_line(shell, text_string(&line));
        if (!continues) {
            run_begun(shell);
        }
    }
    if (continues && command_signal() == 0) {
        text_append_char(&shell->begun, '\\'); /* it had nothing to continue with */
        run_begun(shell);
    }
    if (command_signal() != 0 && !shell->leave) {
        finish_command(shell, 0);
    }
    return true;
}

/* A file is read whole, so that none of its commands runs when a later line cannot be read. */
static bool run_regular_file(struct shell *shell, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};

    if (!fsio_read_text(path, NULL, SCRIPT_MAX, &content, e)) {
        e->code = e->code == ERR_INVALID ? ERR_INVALID : ERR_USAGE;
        return false;
    }
    FILE *stream = fmemopen(content.data, content.size, "r");
    bool ran = content.size == 0 || (stream != NULL && run_stream(shell, stream, e));
    if (stream != NULL) {
        fclose(stream);
    }
    return ran || err_set_errno(e, ERR_IO, "cannot read %s", path);
}

static bool run_file(struct shell *shell, const char *path, struct err *e)
{
    struct stat status;

    if (strcmp(path, "-") == 0) {
        shell->source = FSIO_INPUT_NAME;
        return run_stream(shell, stdin, e);
    }
    shell->source = path;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        return run_regular_file(shell, path, e);
    }
    FILE *stream = fopen(path, "re");
    if (stream == NULL) {
        return err_set_errno(e, ERR_USAGE, "cannot read %s", path);
    }
    bool ran = run_stream(shell, stream, e);
    fclose(stream);
    return ran;
}

static bool run_words(struct shell *shell, const char *words, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};

    shell->source = "-c";
    text_append(&line, words);
    if (!fsio_accept_text(&line, shell->source, 1, e)) {
        return false;
    }
    run_line(shell, text_string(&line));
    return true;
}

static struct linehistory *open_history(struct shell *shell)
{
    CLEANUP(text_free) struct text path = {0};
    struct err error = ERR_INIT;

    app_state_path("shell_history", &path);
    struct linehistory *history = linehistory_open(text_string(&path), shell->app->secrets, &error);
    if (error.code != ERR_NONE) {
        app_warn(shell->app, "no history: %s", error.message);
    }
    return history;
}

static void run_terminal(struct shell *shell)
{
    CLEANUP(linehistory_release) struct linehistory *history = open_history(shell);
    CLEANUP(shell_edit_release) struct shell_edit *edit = shell_edit_open(shell->app->program, history);
    CLEANUP(text_free) struct text line = {0};
    CLEANUP(text_free) struct text place = {0};
    bool continues = false;

    app_describe_target(shell->app, &place);
    app_note(shell->app, "%s %s: TAB completes, `help` lists the commands, `exit` or Ctrl-D leaves",
             shell->app->program->name, shell->app->program->version);
    while (!shell->leave) {
        command_forget_signal();
        enum shell_key key =
            shell_edit_read(edit, continues ? "..." : text_string(&place), app_color(shell->app, STDERR_FILENO), &line);
        if (key == SHELL_ENTER) {
            continues = !complete_line(shell, text_string(&line));
            if (!continues) {
                linehistory_add(history, text_string(&shell->begun));
                run_begun(shell);
            }
            continue;
        }
        continues = false;
        text_free(&shell->begun);
        fputs(key == SHELL_INTERRUPT ? "^C\n" : "\n", stderr);
        shell->leave = key == SHELL_END;
        finish_command(shell, 0);
    }
}

static int shell_run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct shell_opts *opts = call->opts;
    bool typed = opts->command == NULL && opts->file == NULL && term_is_terminal(STDIN_FILENO);
    struct shell shell = {.app = app};

    shell.stop = opts->on_error.given ? opts->on_error.value == ON_ERROR_STOP : !typed;
    app->shell_call = call;
    command_catch_signals();
    if (typed) {
        run_terminal(&shell);
    } else if (opts->command != NULL) {
        run_words(&shell, opts->command, e);
    } else {
        run_file(&shell, opts->file != NULL ? opts->file : "-", e);
    }
    text_free(&shell.begun);
    app->shell_call = NULL;
    return e->code != ERR_NONE ? err_exit_status(e) : shell.status;
}

static const struct opt_spec shell_opt[] = {
    OPT_STRING(struct shell_opts, command, 'c', "command", "LINE", "run these commands, separated by ; or newlines"),
    OPT_FILE(struct shell_opts, file, 'f', "file", "FILE|-", "run the commands in a file", .excludes = "command"),
    OPT_ENUM(struct shell_opts, on_error, 0, "on-error", on_error_words,
             "what a failed command does to those after it; default: continue at a terminal, else stop"),
    OPT_END,
};

static const struct cmd_example shell_examples[] = {
    {"vpcmeta --region eu-de shell", "a prompt; --region holds for every line that does not say otherwise"},
    {"vpcmeta shell -c 'instance list --status stopped; audit'", "some commands over one connection and token"},
    {"vpcmeta shell -f change.txt --on-error continue", "the commands in a file, whatever fails"},
    {NULL, NULL},
};

const struct cmd_spec cmd_shell = {
    .path = "shell",
    .summary = "run commands line by line over one connection and token",
    .description =
        "At a terminal it prompts, keeps a history and completes commands, options and their values with TAB; Ctrl-C "
        "cancels the command under way, Ctrl-D leaves. Otherwise it runs the lines of -c, of a file or of standard "
        "input. Lines are split as a shell does: '...' and \"...\" quote, # begins a comment, ; separates, and a "
        "backslash "
        "at the end of a line continues it.\n\n"
        "Options given to the shell are the defaults of every line. The exit status is that of the first command that "
        "failed.",
    .examples = shell_examples,
    .opts = shell_opt,
    .opts_size = sizeof(struct shell_opts),
    .flags = CMD_OFFLINE | CMD_NOT_IN_SHELL,
    .run = shell_run,
};
