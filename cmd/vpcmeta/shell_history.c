/* The lines typed in earlier shells and in this one, in a private file and in memory. */
#include "shell_history.h"

#include <ctype.h>
#include <fcntl.h>
#include <histedit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsio/fsio.h"
#include "mem/mem.h"
#include "text/text.h"

enum { FILE_MAX = 64 * 1024 * 1024 };

struct shell_history {
    char *lines[SHELL_HISTORY_LINES]; /* oldest first */
    size_t count;
    size_t shown; /* how far back from the newest libedit is */
    char *path;   /* NULL: lines are remembered for this shell alone */
};

static void remember(struct shell_history *history, const char *line)
{
    if (history->count > 0 && strcmp(history->lines[history->count - 1], line) == 0) {
        return;
    }
    if (history->count == SHELL_HISTORY_LINES) {
        free(history->lines[0]);
        memmove(history->lines, history->lines + 1, (SHELL_HISTORY_LINES - 1) * sizeof(history->lines[0]));
        history->count--;
    }
    char *copy = mem_copy(line);
    history->lines[history->count++] = copy;
}

int shell_history_move(void *context, struct HistEvent *ret_event, int operation, ...)
{
    struct shell_history *history = context;
    size_t wanted = history->shown;

    switch (operation) {
    case H_FIRST:
        wanted = 0;
        break;
    case H_LAST:
        wanted = history->count - 1;
        break;
    case H_NEXT:
        wanted++;
        break;
    case H_PREV:
        wanted--;
        break;
    case H_CURR:
        break;
    default:
        return -1;
    }
    /* beyond either end, and also when there is no line at all */
    if (wanted >= history->count) {
        return -1;
    }
    history->shown = wanted;
    ret_event->num = (int)(history->count - wanted);
    ret_event->str = history->lines[history->count - 1 - wanted];
    return 0;
}

/* Remembers the lines of the file; returns where the last SHELL_HISTORY_LINES of them begin. */
static const char *remember_lines(struct shell_history *history, struct text *content)
{
    size_t count = 0;

    for (size_t i = 0; i < content->size; i++) {
        count += content->data[i] == '\n';
    }
    char *line = content->data;
    for (; count > SHELL_HISTORY_LINES; count--) {
        line += strcspn(line, "\n") + 1;
    }
    const char *first = line;
    for (char *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        remember(history, line);
        *end = '\n';
    }
    return first;
}

static bool open_file(struct shell_history *history, const char *path, struct err *e)
{
    CLEANUP(text_free) struct text content = {0};
    CLEANUP(text_free) struct text folder = {0};
    const char *slash = strrchr(path, '/');

    text_append_size(&folder, path, slash != NULL ? (size_t)(slash - path) : 0);
    if (slash == NULL || !fsio_make_private_folder(text_string(&folder), e) || !fsio_make_private_file(path, e) ||
        !fsio_read(path, FILE_MAX, &content, e)) {
        return false;
    }
    const char *kept = remember_lines(history, &content);
    size_t dropped = kept != NULL ? (size_t)(kept - content.data) : 0;
    if (dropped > content.size / 2 && !fsio_replace(path, kept, content.size - dropped, e)) {
        return false;
    }
    history->path = mem_copy(path);
    return true;
}

struct shell_history *shell_history_open(const char *path, struct err *e)
{
    struct shell_history *history = mem_alloc(sizeof(*history));

    (void)open_file(history, path, e);
    return history;
}

void shell_history_close(struct shell_history *history)
{
    if (history != NULL) {
        for (size_t i = 0; i < history->count; i++) {
            free(history->lines[i]);
        }
        free(history->path);
        free(history);
    }
}

void shell_history_close_pointer(struct shell_history **history)
{
    shell_history_close(*history);
}

/*
 * One write a line, so that lines of several shells stay whole. What cannot be written is not worth a failed command.
 */
static void append(const char *path, const char *line)
{
    CLEANUP(text_free) struct text whole = {0};
    int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);

    text_printf(&whole, "%s\n", line);
    if (file >= 0) {
        (void)!write(file, whole.data, whole.size);
        close(file);
    }
}

void shell_history_add(struct shell_history *history, const char *line)
{
    if (line[0] == '\0' || isspace((unsigned char)line[0]) || strlen(line) > SHELL_HISTORY_LINE_MAX ||
        shell_history_is_secret(line)) {
        return;
    }
    remember(history, line);
    if (history->path != NULL) {
        append(history->path, line);
    }
}
