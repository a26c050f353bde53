/* Lines from a person at a terminal, on libedit's EditLine. */
#include "shell_edit.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "command.h"
#include "mem/mem.h"
#include "shell_complete.h"
#include "shell_history.h"

struct shell_edit {
    EditLine *line;
    FILE *screen; /* standard error, buffered: a prompt leaves in one piece */
    const struct cli_program *program;
    struct text prompt;
    sigset_t outside;        /* the signal mask of the program, in force while a key is waited for */
    cc_t interrupt, suspend; /* Ctrl-C and Ctrl-Z as the terminal has them */
    bool interrupted;        /* the line under way, by a key or a signal */
};

/* Around escape sequences in the prompt, so that libedit does not count them as columns. */
enum { PROMPT_ESCAPE = '\1' };

static struct shell_edit *edit_of(EditLine *line)
{
    struct shell_edit *edit = NULL;

    el_get(line, EL_CLIENTDATA, &edit);
    return edit;
}

static char *show_prompt(EditLine *line)
{
    return edit_of(line)->prompt.data;
}

static unsigned char complete(EditLine *line, int key)
{
    return shell_complete(line, edit_of(line)->program, key);
}

/*
 * Waits for a byte: 1, 0 at the end or when the terminal is gone, -1 when a signal asks to stop. Signals are let in
 * here only, so that none slips in between a look at command_signal and the wait.
 */
static int read_byte(EditLine *line, char *ret_byte)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    while (command_signal() == 0) {
        if (ppoll(&input, 1, NULL, &edit_of(line)->outside) >= 0) {
            return read(STDIN_FILENO, ret_byte, 1) == 1 ? 1 : 0;
        }
        if (errno != EINTR) {
            return 0;
        }
        /* The window changed, or the process was stopped and goes on: the terminal's mode may be another's. */
        if (command_signal() == 0) {
            el_set(line, EL_PREP_TERM, 1);
            el_resize(line);
            el_set(line, EL_REFRESH);
        }
    }
    return -1;
}

static void suspend(EditLine *line)
{
    el_set(line, EL_PREP_TERM, 0);
    kill(0, SIGTSTP);
    el_set(line, EL_PREP_TERM, 1);
    el_set(line, EL_REFRESH);
}

/* libedit's own reader swallows the first signal. */
static int read_character(EditLine *line, wchar_t *ret_character)
{
    struct shell_edit *edit = edit_of(line);
    mbstate_t state = {0};
    char byte;

    for (int got; (got = read_byte(line, &byte)) != 0;) {
        if (got < 0 || (cc_t)byte == edit->interrupt) {
            edit->interrupted = true;
            return -1;
        }
        if ((cc_t)byte == edit->suspend) {
            suspend(line);
            continue;
        }
        size_t used = mbrtowc(ret_character, &byte, 1, &state);
        if (used == (size_t)-1) {
            state = (mbstate_t){0};
        } else if (used != (size_t)-2) {
            return 1;
        }
    }
    return 0;
}

/* Only there to wake ppoll: their default is to be ignored. */
static void wake(int signal_number)
{
    (void)signal_number;
}

/*
 * While a line is edited Ctrl-C is a key like others and no signal: the kernel would drop what was typed before it at
 * any moment, also between the news that there is a key and the reading of it.
 */
static void take_control_keys(struct shell_edit *edit)
{
    struct termios mode = {0};

    tcgetattr(STDIN_FILENO, &mode);
    edit->interrupt = mode.c_cc[VINTR];
    edit->suspend = mode.c_cc[VSUSP];
    el_set(edit->line, EL_SETTY, "-d", "-isig", NULL);
}

static void use_utf8(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || MB_CUR_MAX == 1) {
        setlocale(LC_CTYPE, "C.UTF-8");
    }
}

struct shell_edit *shell_edit_open(const struct cli_program *program, struct shell_history *kept)
{
    struct sigaction action = {.sa_handler = wake};
    struct shell_edit *edit = mem_alloc(sizeof(*edit));

    use_utf8();
    sigaction(SIGWINCH, &action, NULL);
    sigaction(SIGCONT, &action, NULL);
    if ((edit->screen = fdopen(dup(STDERR_FILENO), "w")) == NULL ||
        (edit->line = el_init(program->name, stdin, edit->screen, edit->screen)) == NULL) {
        mem_out_of_memory();
    }
    edit->program = program;
    el_set(edit->line, EL_CLIENTDATA, edit);
    el_set(edit->line, EL_PROMPT_ESC, show_prompt, PROMPT_ESCAPE);
    el_set(edit->line, EL_EDITOR, "emacs");
    el_set(edit->line, EL_GETCFN, read_character);
    el_set(edit->line, EL_HIST, shell_history_move, kept);
    /* el_set would copy the two strings and never free them */
    el_wset(edit->line, EL_ADDFN, L"vpcmeta-complete", L"complete from the command table", complete);
    el_set(edit->line, EL_BIND, "^I", "vpcmeta-complete", NULL);
    el_set(edit->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(edit->line, NULL);
    take_control_keys(edit);
    return edit;
}

void shell_edit_close(struct shell_edit *edit)
{
    if (edit != NULL) {
        el_end(edit->line);
        fclose(edit->screen);
        text_free(&edit->prompt);
        free(edit);
    }
}

void shell_edit_close_pointer(struct shell_edit **edit)
{
    shell_edit_close(*edit);
}

static void set_prompt(struct text *prompt, const char *name, const char *where, bool color)
{
    text_clear(prompt);
    if (color) {
        text_printf(prompt, "%c\033[1;36m%c%s%c\033[0m%c", PROMPT_ESCAPE, PROMPT_ESCAPE, name, PROMPT_ESCAPE,
                    PROMPT_ESCAPE);
    } else {
        text_append(prompt, name);
    }
    if (where[0] != '\0') {
        text_append_char(prompt, ' ');
        text_append_safe(prompt, where, strlen(where));
    }
    text_append(prompt, "> ");
}

enum shell_key shell_edit_read(struct shell_edit *edit, const char *where, bool color, struct text *ret_line)
{
    int count = 0;
    sigset_t ending;

    edit->interrupted = false;
    set_prompt(&edit->prompt, edit->program->name, where, color);
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigprocmask(SIG_BLOCK, &ending, &edit->outside);
    /* before the prompt: libedit does it at the first key only, and the terminal would echo what is typed ahead */
    el_set(edit->line, EL_PREP_TERM, 1);
    const char *line = el_gets(edit->line, &count);
    sigprocmask(SIG_SETMASK, &edit->outside, NULL);

    text_clear(ret_line);
    if (line == NULL || count <= 0) {
        el_reset(edit->line);
        return edit->interrupted ? SHELL_INTERRUPT : SHELL_END;
    }
    text_append_size(ret_line, line, strcspn(line, "\r\n"));
    return SHELL_ENTER;
}
