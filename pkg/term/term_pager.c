/* The process of a pager: its start, its input, and the wait for its end. */
#include "term/term_pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "term/term.h"
#include "text/text.h"

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 }; /* exit statuses of a shell (POSIX 2.8.2) */

unsigned term_rows(int fd, const char *rows_env)
{
    struct winsize size;
    long rows;

    if (!term_is_terminal(fd)) {
        return 0;
    }
    if (rows_env != NULL && text_to_long(rows_env, 2, 10000, &rows)) {
        return (unsigned)rows;
    }
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

/* Bytes of the control sequence for colours at the beginning; 0: there is none. */
static size_t color_size(const char *text, size_t size)
{
    size_t end = 2;

    if (size < 3 || text[0] != '\033' || text[1] != '[') {
        return 0;
    }
    while (end < size && ((text[end] >= '0' && text[end] <= '9') || text[end] == ';')) {
        end++;
    }
    return end < size && text[end] == 'm' ? end + 1 : 0;
}

/* Columns of a line with its colours. */
static size_t line_width(const char *line, size_t size)
{
    size_t width = 0;

    for (size_t at = 0; at < size;) {
        size_t color = color_size(line + at, size - at);
        const char *next = memchr(line + at + 1, '\033', size - at - 1);
        size_t end = color > 0 ? at + color : next != NULL ? (size_t)(next - line) : size;
        width += color > 0 ? 0 : text_width(line + at, end - at);
        at = end;
    }
    return width;
}

bool term_is_longer(const char *text, size_t size, unsigned columns, unsigned rows)
{
    size_t taken = 0;

    for (size_t at = 0; at < size && taken <= rows;) {
        const char *newline = memchr(text + at, '\n', size - at);
        size_t end = newline != NULL ? (size_t)(newline - text) : size;
        size_t width = line_width(text + at, end - at);
        taken += columns > 0 && width > columns ? (width + columns - 1) / columns : 1;
        at = end + 1;
    }
    return taken > rows;
}

/* --- the process ------------------------------------------------------------------------------------ */

/* Whether the line is more than the name of a program (the characters are those of git). */
static bool needs_shell(const char *command)
{
    return command[strcspn(command, "|&;<>()$`\\\"' \t\n*?[#~=%")] != '\0';
}

/* Returns 0 or the number of the error. */
static int spawn(const struct term_pager *pager, int input, pid_t *ret_pid)
{
    const char *const line[] = {"sh", "-c", pager->command, NULL};
    const char *const word[] = {pager->command, NULL};
    const char *const *arguments = needs_shell(pager->command) ? line : word;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGQUIT);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    /* it changes none of the strings (POSIX, rationale of exec) */
    int error = posix_spawnp(ret_pid, arguments[0], &actions, &attributes, (char *const *)arguments,
                             (char *const *)pager->environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* A signal that came during the call before ends the pager too. */
static bool is_interrupted(const struct term_pager *pager, pid_t pid)
{
    if (errno == EINTR && pager->signal() != 0) {
        kill(pid, pager->signal());
    }
    return errno == EINTR;
}

static void feed(const struct term_pager *pager, pid_t pid, int output, const char *text, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t written = write(output, text + done, size - done);
        if (written < 0 && !is_interrupted(pager, pid)) {
            return; /* the pager has read enough */
        }
        done += written > 0 ? (size_t)written : 0;
    }
}

/* Returns 0 or the number of the error. */
static int run(const struct term_pager *pager, const char *text, size_t size)
{
    int ends[2], status = 0;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    int error = spawn(pager, ends[0], &pid);
    close(ends[0]);
    if (error == 0) {
        feed(pager, pid, ends[1], text, size);
    }
    close(ends[1]);
    if (error != 0) {
        return error;
    }
    while (waitpid(pid, &status, 0) < 0 && is_interrupted(pager, pid)) {
    }
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    return exit_status == NOT_FOUND ? ENOENT : exit_status == NOT_EXECUTABLE ? EACCES : 0;
}

bool term_page(const struct term_pager *pager, const char *text, size_t size)
{
    static const int keys[] = {SIGINT, SIGQUIT, SIGPIPE};
    enum { KEYS = sizeof(keys) / sizeof(keys[0]) };
    struct sigaction before[KEYS];
    struct termios modes;
    bool has_modes = tcgetattr(STDOUT_FILENO, &modes) == 0;

    for (size_t i = 0; i < KEYS; i++) {
        sigaction(keys[i], &(struct sigaction){.sa_handler = SIG_IGN}, &before[i]);
    }
    int error = run(pager, text, size);
    if (has_modes) {
        tcsetattr(STDOUT_FILENO, TCSADRAIN, &modes);
    }
    for (size_t i = 0; i < KEYS; i++) {
        sigaction(keys[i], &before[i], NULL);
    }
    errno = error;
    return error == 0;
}
