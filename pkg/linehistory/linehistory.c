/* Typed lines in memory and in a private file. */
#include "linehistory/linehistory.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsio/fsio.h"
#include "mem/mem.h"
#include "text/text.h"

enum { FILE_MAX = 64 * 1024 * 1024 };

struct linehistory {
    char *lines[LINEHISTORY_LINES]; /* oldest first */
    size_t count;
    char *path; /* NULL: lines are remembered for this process alone */
    const struct secrets *secrets;
};

static void remember(struct linehistory *history, const char *line)
{
    if (history->count > 0 && strcmp(history->lines[history->count - 1], line) == 0) {
        return;
    }
    if (history->count == LINEHISTORY_LINES) {
        free(history->lines[0]);
        memmove(history->lines, history->lines + 1, (LINEHISTORY_LINES - 1) * sizeof(history->lines[0]));
        history->count--;
    }
    history->lines[history->count++] = mem_copy(line);
}

const char *linehistory_at(const struct linehistory *history, size_t back)
{
    return back < history->count ? history->lines[history->count - 1 - back] : NULL;
}

/* Remembers the lines of the file; returns where the last LINEHISTORY_LINES of them begin. */
static const char *remember_lines(struct linehistory *history, struct text *content)
{
    size_t count = 0;

    for (size_t i = 0; i < content->size; i++) {
        count += content->data[i] == '\n';
    }
    char *line = content->data;
    for (; count > LINEHISTORY_LINES; count--) {
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

static bool open_file(struct linehistory *history, const char *path, struct err *e)
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

struct linehistory *linehistory_open(const char *path, const struct secrets *secrets, struct err *e)
{
    struct linehistory *history = mem_alloc(sizeof(*history));

    history->secrets = secrets;
    (void)open_file(history, path, e);
    return history;
}

void linehistory_release(struct linehistory **history)
{
    for (size_t i = 0; i < (*history)->count; i++) {
        free((*history)->lines[i]);
    }
    free((*history)->path);
    free(*history);
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

static bool holds_secret(const struct linehistory *history, const char *line)
{
    CLEANUP(text_free_secret) struct text copy = {0};

    text_append(&copy, line);
    return linehistory_is_secret(line) || secrets_mask(history->secrets, copy.data, copy.size);
}

void linehistory_add(struct linehistory *history, const char *line)
{
    if (line[0] == '\0' || isspace((unsigned char)line[0]) || strlen(line) > LINEHISTORY_LINE_MAX ||
        holds_secret(history, line)) {
        return;
    }
    remember(history, line);
    if (history->path != NULL) {
        append(history->path, line);
    }
}
