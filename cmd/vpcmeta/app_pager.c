/* What a command prints for reading, gathered where it may be longer than the screen, and shown by a pager then. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "mem/mem.h"
#include "term/term.h"
#include "term/term_pager.h"

extern char **environ;

enum { ROWS_USUAL = 24 };

/* What is printed so far and not shown yet. */
struct app_pager {
    char *text;
    size_t size;
    FILE *file; /* of `text`; NULL: nothing can be gathered */
    struct err error;
    struct text warning;
};

static void gather(struct app_pager *pager)
{
    pager->file = open_memstream(&pager->text, &pager->size);
}

/* A pager and its arguments; NULL: none. */
static const char *find_pager(void)
{
    static const char *const variables[] = {"VPCMETA_PAGER", "PAGER"};
    const char *pager = NULL;

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]) && pager == NULL; i++) {
        pager = getenv(variables[i]);
    }
    pager = pager != NULL ? pager : "less";
    return pager[strspn(pager, " \t")] != '\0' && strcmp(pager, "cat") != 0 ? pager : NULL;
}

/* Rows that a text may take without a pager; 0: any number. One row is the prompt's and one that of a note. */
static unsigned rows_free(const char *pager)
{
    unsigned rows = term_rows(STDOUT_FILENO, getenv("LINES"));

    if (rows == 0) {
        /* such a terminal may be a recorder without a person, where only a pager that was asked for may wait */
        return strcmp(pager, "less") != 0 ? ROWS_USUAL - 2 : 0;
    }
    return rows > 2 ? rows - 2 : 1;
}

/* A job in the background would be stopped by the terminal. */
static bool is_in_background(void)
{
    pid_t foreground = tcgetpgrp(STDOUT_FILENO);

    return foreground > 0 && foreground != getpgrp();
}

static bool can_page(const struct app *app)
{
    const char *term = getenv("TERM");

    return !app->globals->no_pager && term_is_terminal(STDOUT_FILENO) && term != NULL && strcmp(term, "dumb") != 0 &&
           app->where == NULL && !is_in_background() && find_pager() != NULL;
}

void app_pager_begin(struct app *app)
{
    if (!can_page(app)) {
        return;
    }
    app->pager = mem_alloc(sizeof(*app->pager));
    gather(app->pager);
}

FILE *app_stdout(const struct app *app)
{
    app_progress_hide(app);
    return app->pager != NULL && app->pager->file != NULL ? app->pager->file : stdout;
}

static bool is_set(const char *variable, const char *name)
{
    size_t size = strlen(name);

    return strncmp(variable, name, size) == 0 && variable[size] == '=';
}

static bool holds_secret(const struct app *app, const char *variable)
{
    CLEANUP(text_free_secret) struct text copy = {0};

    text_append(&copy, variable);
    if (copy.size > 0) {
        secrets_mask_message(app->secrets, copy.data);
    }
    return strcmp(text_string(&copy), variable) != 0;
}

/* The environment without what it holds of secrets, and with what makes less and lv show colours. */
static const char **make_environment(const struct app *app)
{
    bool less = false, lv = false;
    size_t count = 0, kept = 0;

    while (environ[count] != NULL) {
        count++;
    }
    const char **variables = mem_array(count + 3, sizeof(*variables));
    for (size_t i = 0; i < count; i++) {
        if (!holds_secret(app, environ[i])) {
            less |= is_set(environ[i], "LESS");
            lv |= is_set(environ[i], "LV");
            variables[kept++] = environ[i];
        }
    }
    if (!less) {
        variables[kept++] = "LESS=FRX";
    }
    if (!lv) {
        variables[kept++] = "LV=-c";
    }
    variables[kept] = NULL;
    return variables;
}

/* False where no pager has shown the text. */
static bool page(const struct app *app, const char *text, size_t size)
{
    const char *command = find_pager();
    unsigned rows = command != NULL ? rows_free(command) : 0;

    if (rows == 0 || command_signal() != 0 || !term_is_longer(text, size, app_columns(STDOUT_FILENO), rows)) {
        return false;
    }
    CLEANUP(text_free_pointer) const char **environment = make_environment(app);
    const struct term_pager pager = {.command = command, .environment = environment, .signal = command_signal};
    command_catch_signals(); /* a command without a session has not needed to */
    if (term_page(&pager, text, size)) {
        if (command_signal() != 0) { /* the keys are the pager's: the signal came from elsewhere */
            err_set(&app->pager->error, ERR_CANCELLED, "interrupted");
            app->pager->error.signal = command_signal();
        }
        return true;
    }
    if (getenv("VPCMETA_PAGER") != NULL || getenv("PAGER") != NULL) {
        text_clear(&app->pager->warning);
        text_printf(&app->pager->warning, "cannot start the pager %s: %s. Set PAGER to another one, or give --no-pager",
                    command, strerror(errno));
    }
    return false;
}

void app_pager_show(const struct app *app)
{
    struct app_pager *pager = app->pager;

    if (pager == NULL || pager->file == NULL) {
        return;
    }
    bool whole = fclose(pager->file) == 0;
    CLEANUP(text_free_pointer) char *text = pager->text;
    size_t size = pager->size;
    gather(pager);
    if (!whole) {
        err_set_errno(&pager->error, ERR_FAILED, "cannot collect the output");
        return;
    }
    app_progress_hide(app);
    if (size > 0 && !page(app, text, size) && !render_text(text, size, stdout, &pager->error)) {
        return; /* app_pager_end says so */
    }
}

bool app_pager_end(struct app *app, struct text *ret_warning, struct err *e)
{
    struct app_pager *pager = app->pager;

    if (pager == NULL) {
        return true;
    }
    app_pager_show(app);
    bool shown = err_take(e, &pager->error);
    text_append(ret_warning, text_string(&pager->warning));
    text_free(&pager->warning);
    if (pager->file != NULL) {
        fclose(pager->file);
        free(pager->text);
    }
    free(pager);
    app->pager = NULL;
    return shown;
}
