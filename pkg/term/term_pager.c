/* The process of a pager: its start, its input, and the wait for its end. */
#include "term/term_pager.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
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

/* What this process ignores while a pager runs: the keys are the pager's, and one that ends early is no failure. */
static const int ignored[] = {SIGINT, SIGQUIT, SIGPIPE};
/* What wakes this process, and only while it waits, so that none comes between a look at it and the wait. */
static const int awaited[] = {SIGTERM, SIGHUP, SIGCHLD};
enum { IGNORED = sizeof(ignored) / sizeof(ignored[0]), AWAITED = sizeof(awaited) / sizeof(awaited[0]) };

struct signals {
    sigset_t mask; /* of the caller, of the pager, and of the waits */
    struct sigaction ignored[IGNORED], child;
};

static void wake(int number)
{
    (void)number;
}

static void begin_signals(struct signals *before)
{
    sigset_t blocked;

    sigemptyset(&blocked);
    for (size_t i = 0; i < AWAITED; i++) {
        sigaddset(&blocked, awaited[i]);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, &before->mask);
    for (size_t i = 0; i < IGNORED; i++) {
        sigaction(ignored[i], &(struct sigaction){.sa_handler = SIG_IGN}, &before->ignored[i]);
    }
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = wake}, &before->child);
}

static void end_signals(const struct signals *before)
{
    sigaction(SIGCHLD, &before->child, NULL);
    for (size_t i = 0; i < IGNORED; i++) {
        sigaction(ignored[i], &before->ignored[i], NULL);
    }
    pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
}

/* Whether the line is more than the name of a program (the characters are those of git). */
static bool needs_shell(const char *command)
{
    return command[strcspn(command, "|&;<>()$`\\\"' \t\n*?[#~=%")] != '\0';
}

/* Returns 0 or the number of the error. */
static int spawn(const struct term_pager *pager, int input, const sigset_t *mask, pid_t *ret_pid)
{
    const char *const line[] = {"sh", "-c", pager->command, NULL};
    const char *const word[] = {pager->command, NULL};
    const char *const *arguments = needs_shell(pager->command) ? line : word;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;

    sigemptyset(&defaults);
    for (size_t i = 0; i < IGNORED; i++) {
        sigaddset(&defaults, ignored[i]);
    }
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, mask);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
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

enum { DEPTH_MOST = 8 }; /* a shell that starts a script that starts the pager is 3 */

/*
 * Sends a signal to the processes that a process has started (proc_pid_children(5)), because the shell of "cat | less"
 * passes on none, and to itself: with `all`, or where it has started none. Children come first, because they are not
 * found below a process that has ended.
 */
static void signal_tree(pid_t pid, int number, bool all, unsigned depth)
{
    bool has_children = false;
    char name[64];

    snprintf(name, sizeof(name), "/proc/%ld/task/%ld/children", (long)pid, (long)pid);
    FILE *file = depth < DEPTH_MOST ? fopen(name, "re") : NULL;
    for (char word[32]; file != NULL && fscanf(file, "%31s", word) == 1;) {
        long child;
        if (text_to_long(word, 2, INT_MAX, &child)) {
            signal_tree((pid_t)child, number, all, depth + 1);
            has_children = true;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    if (all || !has_children) {
        kill(pid, number);
    }
}

/* How much of a text is written then; all of it when the pager has read enough. */
static size_t feed(int output, const char *text, size_t size, size_t done)
{
    ssize_t written = write(output, text + done, size - done);

    return written >= 0 ? done + (size_t)written : errno == EAGAIN || errno == EINTR ? done : size;
}

/* Gives the pager the text, closes `output`, and waits for the end; returns the status of waitpid. */
static int serve(const struct term_pager *pager, pid_t pid, int output, const char *text, size_t size,
                 const sigset_t *mask)
{
    /* a thread of a library may take the signal of the end, so that no wait is for ever */
    static const struct timespec longest = {.tv_sec = 1};
    struct pollfd wanted = {.fd = output, .events = POLLOUT};
    size_t done = 0;
    int status = 0;
    bool again = false;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (pager->signal() != 0) {
            /* the first time a shell stays that waits for the others to leave the terminal as it was */
            signal_tree(pid, pager->signal(), again, 0);
            again = true;
        }
        if (wanted.fd >= 0 && done == size) {
            close(output);
            wanted.fd = -1;
        }
        if (ppoll(&wanted, 1, &longest, mask) > 0) {
            done = feed(output, text, size, done);
        }
    }
    if (wanted.fd >= 0) {
        close(output);
    }
    return status;
}

/* Returns 0 or the number of the error. */
static int run(const struct term_pager *pager, const char *text, size_t size, const sigset_t *mask)
{
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    int error = spawn(pager, ends[0], mask, &pid);
    close(ends[0]);
    if (error != 0) {
        close(ends[1]);
        return error;
    }
    int status = serve(pager, pid, ends[1], text, size, mask);
    int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    return exit_status == NOT_FOUND ? ENOENT : exit_status == NOT_EXECUTABLE ? EACCES : 0;
}

bool term_page(const struct term_pager *pager, const char *text, size_t size)
{
    struct termios modes;
    bool has_modes = tcgetattr(STDOUT_FILENO, &modes) == 0;
    struct signals before;

    begin_signals(&before);
    int error = run(pager, text, size, &before.mask);
    if (has_modes) {
        tcsetattr(STDOUT_FILENO, TCSADRAIN, &modes);
    }
    end_signals(&before);
    errno = error;
    return error == 0;
}
