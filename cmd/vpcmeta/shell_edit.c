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

#include "app.h"
#include "command.h"
#include "linehistory/linehistory.h"
#include "mem/mem.h"

struct shell_edit {
    EditLine *line;
    FILE *screen; /* standard error, buffered: a prompt leaves in one piece */
    const struct cli_program *program;
    const struct linehistory *history;
    size_t shown; /* how many lines older than the newest the line of the history is */
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

/* --- completion ------------------------------------------------------------------------------------ */

enum {
    EXPLAINED_MAX = 24, /* more candidates than this are shown in columns, without what they mean */
    COLUMNS_DEFAULT = 80,
};

/* Bytes that all candidates begin with. */
static size_t common_prefix(const struct cli_candidates *candidates)
{
    const char *first = candidates->items[0].word;
    size_t size = strlen(first);

    for (size_t i = 1; i < candidates->count; i++) {
        size_t same = 0;
        while (same < size && candidates->items[i].word[same] == first[same]) {
            same++;
        }
        size = same;
    }
    return size;
}

static size_t characters(const char *bytes, size_t size)
{
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    }
    return count;
}

/* Puts `text` in place of the word that ends at the cursor. */
static void replace_word(EditLine *line, size_t start, const char *text)
{
    const LineInfo *info = el_line(line);
    size_t cursor = (size_t)(info->cursor - info->buffer);

    if (cursor > start) {
        el_deletestr(line, (int)characters(info->buffer + start, cursor - start));
    }
    el_insertstr(line, text);
}

/* The candidate without what stands in front of each of them. */
static const char *shown_word(const struct cli_candidates *candidates, size_t index)
{
    return candidates->items[index].word + candidates->before;
}

static void append_explained(struct text *out, const struct cli_candidates *candidates, size_t index, size_t width,
                             size_t columns)
{
    const struct cli_candidate *candidate = &candidates->items[index];
    const char *word = shown_word(candidates, index);
    size_t used = text_width(word, strlen(word));

    text_append(out, "  ");
    text_append(out, word);
    if (candidate->help[0] != '\0' && columns > width + 14) {
        text_append_repeat(out, ' ', width - used + 2);
        text_append_short(out, candidate->help, strlen(candidate->help), columns - width - 5);
    }
    text_append_char(out, '\n');
}

static void append_grid(struct text *out, const struct cli_candidates *candidates, size_t width, size_t columns)
{
    size_t per_line = columns / (width + 2) > 0 ? columns / (width + 2) : 1;

    for (size_t i = 0; i < candidates->count; i++) {
        const char *word = shown_word(candidates, i);
        bool last = i + 1 == candidates->count || (i + 1) % per_line == 0;

        text_append(out, word);
        text_append_repeat(out, last ? '\n' : ' ', last ? 1 : width + 2 - text_width(word, strlen(word)));
    }
}

static void show(const struct cli_candidates *candidates)
{
    CLEANUP(text_free) struct text out = {0};
    size_t columns = app_columns(STDERR_FILENO) > 0 ? app_columns(STDERR_FILENO) : COLUMNS_DEFAULT;
    size_t width = 0;

    for (size_t i = 0; i < candidates->count; i++) {
        size_t used = text_width(shown_word(candidates, i), strlen(shown_word(candidates, i)));
        width = used > width ? used : width;
    }
    text_append_char(&out, '\n');
    if (candidates->count > EXPLAINED_MAX) {
        append_grid(&out, candidates, width, columns);
    } else {
        for (size_t i = 0; i < candidates->count; i++) {
            append_explained(&out, candidates, i, width, columns);
        }
    }
    fputs(text_string(&out), stderr);
    fflush(stderr);
}

/* A value that only the operator can know: says what it is called. */
static unsigned char show_expected(const struct cli_candidates *candidates)
{
    if (candidates->expected != CLI_EXPECT_VALUE || candidates->value == NULL || candidates->prefix[0] != '\0') {
        return CC_ERROR;
    }
    fprintf(stderr, "\n  %s\n", candidates->value);
    fflush(stderr);
    return CC_REDISPLAY;
}

static unsigned char use(EditLine *line, const struct cli_candidates *candidates)
{
    CLEANUP(text_free) struct text text = {0};
    const char *first = candidates->items[0].word;

    if (candidates->count == 1) {
        cli_quote(&text, first);
        text_append(&text, first[strlen(first) - 1] == '=' ? "" : " ");
        replace_word(line, candidates->start, text_string(&text));
        return CC_REFRESH;
    }
    size_t common = common_prefix(candidates);
    if (common > strlen(candidates->prefix) && candidates->quote == 0) {
        text_append_size(&text, first, common);
        replace_word(line, candidates->start, text_string(&text));
    }
    show(candidates);
    return CC_REDISPLAY;
}

/*
 * The libedit function of TAB: completes the word at the cursor from the command table and from file names; shows the
 * candidates on standard error when there are several. Sends no request.
 */
static unsigned char complete(EditLine *line, int key)
{
    const LineInfo *info = el_line(line);
    CLEANUP(text_free) struct text typed = {0};
    CLEANUP(cli_candidates_free) struct cli_candidates candidates = {0};

    text_append_size(&typed, info->buffer, (size_t)(info->lastchar - info->buffer));
    cli_complete(edit_of(line)->program, text_string(&typed), (size_t)(info->cursor - info->buffer), &candidates);
    if (candidates.count > 0) {
        return use(line, &candidates);
    }
    if (candidates.expected == CLI_EXPECT_FILE || candidates.expected == CLI_EXPECT_FOLDER) {
        return _el_fn_complete(line, key);
    }
    return show_expected(&candidates);
}

/* --- history and keys ------------------------------------------------------------------------------ */

/* For EL_HIST. libedit's own lists are not used: its functions have the names of room history's. */
static int move_in_history(void *context, HistEvent *ret_event, int operation, ...)
{
    struct shell_edit *edit = context;
    size_t back = edit->shown;

    switch (operation) {
    case H_FIRST:
        back = 0;
        break;
    case H_NEXT:
        back++;
        break;
    case H_PREV:
        back--; /* before the newest line there is none: SIZE_MAX is beyond the oldest */
        break;
    case H_CURR:
        break;
    default:
        return -1;
    }
    const char *line = linehistory_at(edit->history, back);
    if (line == NULL) {
        return -1;
    }
    edit->shown = back;
    *ret_event = (HistEvent){.num = (int)back, .str = line};
    return 0;
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

struct shell_edit *shell_edit_open(const struct cli_program *program, const struct linehistory *history)
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
    edit->history = history;
    el_set(edit->line, EL_CLIENTDATA, edit);
    el_set(edit->line, EL_PROMPT_ESC, show_prompt, PROMPT_ESCAPE);
    el_set(edit->line, EL_EDITOR, "emacs");
    el_set(edit->line, EL_GETCFN, read_character);
    el_set(edit->line, EL_HIST, move_in_history, edit);
    /* el_set would copy the two strings and never free them */
    el_wset(edit->line, EL_ADDFN, L"vpcmeta-complete", L"complete from the command table", complete);
    el_set(edit->line, EL_BIND, "^I", "vpcmeta-complete", NULL);
    el_set(edit->line, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(edit->line, NULL);
    take_control_keys(edit);
    return edit;
}

void shell_edit_release(struct shell_edit **edit)
{
    el_end((*edit)->line);
    fclose((*edit)->screen);
    text_free(&(*edit)->prompt);
    free(*edit);
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
    command_ending_signals(&ending);
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
