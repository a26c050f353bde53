/* What a file descriptor of a terminal can show. */
#include "term/term.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *value)
{
    return value != NULL && value[0] != '\0';
}

bool term_use_color(int fd, enum term_color option, const struct term_environment *environment)
{
    if (option != TERM_COLOR_AUTO) {
        return option == TERM_COLOR_ALWAYS;
    }
    if (is_set(environment->no_color)) {
        return false;
    }
    if (is_set(environment->ibmcloud_color) && strcmp(environment->ibmcloud_color, "false") == 0) {
        return false;
    }
    if (is_set(environment->clicolor_force) && strcmp(environment->clicolor_force, "0") != 0) {
        return true;
    }
    return term_is_terminal(fd) && is_set(environment->term) && strcmp(environment->term, "dumb") != 0;
}

void term_open_missing_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            /* the lowest free number is `fd`, because those below it are open by now */
            int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
            (void)opened;
        }
    }
}

bool term_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

unsigned term_columns(int fd, const char *columns_env)
{
    struct winsize size;

    if (!term_is_terminal(fd)) {
        return 0;
    }
    if (is_set(columns_env)) {
        char *end = NULL;
        long columns = strtol(columns_env, &end, 10);
        if (*end == '\0' && columns >= 20 && columns <= 10000) {
            return (unsigned)columns;
        }
    }
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return 80;
    }
    return size.ws_col;
}
