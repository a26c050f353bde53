/* The one rule for text that people write: marks and line ends are taken, what is not UTF-8 is refused by place. */
#include "fsio/fsio.h"

#include <string.h>

enum { NAME_SHOWN_MAX = 200 }; /* bytes of a name in a place, so that line and column stay visible */

static bool begins_with(const struct text *content, const char *mark)
{
    return content->size >= strlen(mark) && memcmp(content->data, mark, strlen(mark)) == 0;
}

/* Shortens the content to `size` bytes; what stood behind them may be a secret. */
static void shorten(struct text *content, size_t size)
{
    text_wipe(content->data + size, content->size - size);
    content->size = size;
    content->data[size] = '\0';
}

static void drop_mark(struct text *content)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (begins_with(content, mark)) {
        memmove(content->data, content->data + strlen(mark), content->size - strlen(mark));
        shorten(content, content->size - strlen(mark));
    }
}

static void join_line_ends(struct text *content)
{
    char *end = content->data;

    for (size_t i = 0; i < content->size; i++) {
        if (content->data[i] != '\r' || i + 1 == content->size || content->data[i + 1] != '\n') {
            *end++ = content->data[i];
        }
    }
    shorten(content, (size_t)(end - content->data));
}

/* Where the first byte behind `from` is that no text has; the size when there is none. */
static size_t find_fault(const struct text *content, size_t from)
{
    size_t i = from;

    while (i < content->size && content->data[i] != '\0') {
        struct text_character c = {.size = 1};
        if ((unsigned char)content->data[i] >= 0x80) {
            c = text_decode(content->data + i, content->size - i);
        }
        if (c.broken) {
            break;
        }
        i += c.size;
    }
    return i;
}

/* How many bytes of a long name are left out. */
static size_t cut_of(const char *name)
{
    return strlen(name) > NAME_SHOWN_MAX ? strlen(name) - NAME_SHOWN_MAX : 0;
}

/* Columns are characters, from 1. */
static bool refuse_at(const struct text *content, size_t fault, const char *name, size_t line, struct err *e)
{
    size_t column = 1;
    size_t cut = cut_of(name);

    for (size_t i = 0; i < fault; i++) {
        bool ends = content->data[i] == '\n';
        line += ends;
        column = ends ? 1 : column + (((unsigned char)content->data[i] & 0xc0) != 0x80);
    }
    return err_at(e, "%s%s:%zu:%zu", cut > 0 ? "..." : "", name + cut, line, column);
}

/* A byte order mark is dropped; that of UTF-16 is refused. */
static bool take_mark(struct text *content, const char *name, struct err *e)
{
    if (begins_with(content, "\xff\xfe") || begins_with(content, "\xfe\xff")) {
        err_set(e, ERR_INVALID, "the text is UTF-16: save it as UTF-8");
        return refuse_at(content, 0, name, 1, e);
    }
    drop_mark(content);
    return true;
}

bool fsio_accept_text(struct text *content, const char *name, size_t line, struct err *e)
{
    if (content->size == 0) {
        return true;
    }
    if (line == 1 && !take_mark(content, name, e)) {
        return false;
    }
    join_line_ends(content);
    size_t fault = find_fault(content, 0);
    if (fault == content->size) {
        return true;
    }
    if (content->data[fault] == '\0') {
        err_set(e, ERR_INVALID, FSIO_NUL_FAULT ": this is UTF-16 or not a text; save it as UTF-8");
    } else {
        err_set(e, ERR_INVALID, "what stands here is not UTF-8: save the text as UTF-8");
    }
    return refuse_at(content, fault, name, line, e);
}

bool fsio_accept_items(struct text *content, const char *name, struct err *e)
{
    size_t number = 1;

    if (content->size == 0) {
        return true;
    }
    if (!take_mark(content, name, e)) {
        return false;
    }
    for (size_t i = 0, end; i < content->size; i = end + 1, number++) {
        end = find_fault(content, i);
        if (memchr(content->data + i, '\n', end - i) != NULL) {
            err_set(e, ERR_INVALID, "a newline in an item, where only NUL bytes separate them");
        } else if (end < content->size && content->data[end] != '\0') {
            err_set(e, ERR_INVALID, "what stands here is not UTF-8");
        } else {
            continue;
        }
        size_t cut = cut_of(name);
        return err_at(e, "%s%s, item %zu", cut > 0 ? "..." : "", name + cut, number);
    }
    return true;
}
