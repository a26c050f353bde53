/* Messages and questions on standard error, standard input, and where files of ours are. */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "clock/clock.h"
#include "history/history.h"
#include "term/term.h"

enum { HANGING_INDENT = 2 };

/* On a terminal between words, and never inside a command that can be pasted. */
static void append_lines(const struct app *app, const struct text *line, size_t label_width, struct text *out)
{
    const char *words = text_string(line);
    size_t columns = app_columns(STDERR_FILENO);
    size_t indent = strspn(words, " ");

    if (columns == 0 || label_width + text_width(words, line->size) <= columns) {
        text_append(out, words);
        return;
    }
    text_append_repeat(out, ' ', indent);
    text_append_wrapped(out, words, app->program->name, label_width + indent, indent + HANGING_INDENT, columns);
}

static void say(const struct app *app, const char *label, const char *color, struct text *message)
{
    bool colored = color[0] != '\0' && app_color(app, STDERR_FILENO);
    CLEANUP(text_free) struct text safe = {0};
    CLEANUP(text_free) struct text lines = {0};

    app_pager_show(app);
    (void)secrets_mask(app->secrets, message->data, message->size);
    text_append_safe(&safe, text_string(message), message->size);
    append_lines(app, &safe, strlen(label), &lines);
    app_progress_hide(app);
    fprintf(stderr, "%s%s%s%s\n", colored ? color : "", label, colored ? "\033[0m" : "", text_string(&lines));
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
    bool declined = error->code == ERR_DECLINED; /* the answer that a person gave is no failure */
    say(app, declined ? "" : "error: ", declined ? "" : "\033[31m", &line);
}

void app_message(const struct app *app, enum app_level level, const char *format, ...)
{
    static const struct {
        const char *label, *color;
    } looks[] = {[APP_WARNING] = {"warning: ", "\033[33m"},
                 [APP_NOTE] = {"", ""},
                 [APP_QUESTION] = {"", ""},
                 [APP_DETAIL] = {"", "\033[2m"}};
    CLEANUP(text_free) struct text line = {0};
    va_list args;

    if ((level == APP_NOTE && app->globals->quiet) || (level == APP_DETAIL && !app->globals->verbose)) {
        return;
    }
    va_start(args, format);
    text_vprintf(&line, format, args);
    va_end(args);
    say(app, looks[level].label, looks[level].color, &line);
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
    (void)secrets_mask(app->secrets, question.data, question.size);
    fprintf(stderr, "%s", text_string(&question));
    fflush(stderr);
    /* unbuffered, so that the rest of a pasted script stays for the shell to read */
    while (fsio_input(&input, &byte, 1, e) == 1) {
        if (byte == '\n') {
            return true;
        }
        text_append_char(ret_answer, byte);
    }
    fputc('\n', stderr); /* no newline was typed behind the question */
    return false;
}

void app_note_input(const struct app *app, const char *what)
{
    if (term_is_terminal(STDIN_FILENO)) {
        app_progress_hide(app);
        app_note(app, "reading %s from the terminal; Ctrl-D ends the input", what);
    }
}

static struct fsio_wait begin_input(const struct app *app, const char *path, const char *what)
{
    if (strcmp(path, "-") == 0) {
        app_busy_begin(app, "reading standard input");
        app_note_input(app, what);
    }
    return command_input(&app->limits);
}

bool app_read_text(const struct app *app, const char *path, const char *what, size_t limit, struct text *ret,
                   struct err *e)
{
    struct fsio_wait input = begin_input(app, path, what);

    return fsio_read_text(path, &input, limit, ret, e);
}

bool app_read_items(const struct app *app, const char *path, const char *what, size_t limit, struct text *ret,
                    struct err *e)
{
    struct fsio_wait input = begin_input(app, path, what);

    return fsio_read_items(path, &input, limit, ret, e);
}

bool app_read_document(const struct app *app, const char *path, int flags, struct json_document *ret, struct err *e)
{
    CLEANUP(text_free) struct text text = {0};

    if (!app_read_text(app, path, "a JSON document", JSON_SIZE_MAX, &text, e)) {
        e->code = e->code == ERR_NOT_FOUND || e->code == ERR_IO ? ERR_USAGE : e->code;
        return false;
    }
    return json_parse(text_string(&text), text.size, strcmp(path, "-") == 0 ? FSIO_INPUT_NAME : path, flags, ret, e);
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

bool app_need_history_path(struct text *out, struct err *e)
{
    app_state_path(APP_HISTORY_FILE, out);
    return out->size > 0 || err_set(e, ERR_FAILED,
                                    "there is no folder to record what is changed: set XDG_STATE_HOME (or HOME) to an "
                                    "absolute path");
}

struct history *app_open_history(struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    return app_need_history_path(&path, e) ? history_open_past(text_string(&path), clock_system(), e) : NULL;
}

struct history *app_open_history_as_is(struct err *e)
{
    CLEANUP(text_free) struct text path = {0};

    return app_need_history_path(&path, e) ? history_open_as_is(text_string(&path), clock_system(), e) : NULL;
}
