/* Setting, wrapping and placing errors; the exit status of each code. */
#include "err/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

enum { TAIL_SIZE = ERR_MESSAGE_MAX * 3 / 4 };

_Static_assert(ERR_EXIT_FAILED == EXIT_FAILURE, "mem.c ends the process with EXIT_FAILURE");

/*
 * Puts a text into the buffer, cut behind a whole character. Messages quote names and answers from outside, so what is
 * not UTF-8 or steers a terminal is escaped.
 */
static void store(char *buffer, size_t size, const struct text *raw)
{
    CLEANUP(text_free) struct text safe = {0};
    size_t used = 0;

    text_append_safe(&safe, text_string(raw), raw->size);
    while (used < safe.size) {
        size_t next = text_decode(safe.data + used, safe.size - used).size;
        if (used + next >= size) {
            break;
        }
        used += next;
    }
    memcpy(buffer, text_string(&safe), used);
    buffer[used] = '\0';
}

/* Fills the buffer with the formatted text and, unless it is NULL, ": " and `behind`. */
__attribute__((format(printf, 3, 0))) static void fill(char *buffer, size_t size, const char *format, va_list args,
                                                       const char *behind)
{
    CLEANUP(text_free) struct text raw = {0};

    text_vprintf(&raw, format, args);
    if (behind != NULL) {
        text_printf(&raw, ": %s", behind);
    }
    store(buffer, size, &raw);
}

/* The message without its tail. */
static void append_sentence(struct text *out, const struct err *e)
{
    text_append_size(out, e->message, strlen(e->message) - e->tail);
}

static void append_tail(struct text *out, const struct err *e)
{
    text_append(out, e->message + strlen(e->message) - e->tail);
}

/* The tail is stored first: a remedy or a request id that is cut serves for nothing. */
static void join(struct err *e, const struct text *sentence, const struct text *tail)
{
    char end[TAIL_SIZE];

    store(end, sizeof(end), tail);
    e->tail = strlen(end);
    store(e->message, sizeof(e->message) - e->tail, sentence);
    memcpy(e->message + strlen(e->message), end, e->tail + 1);
}

bool err_set(struct err *e, enum err_code code, const char *format, ...)
{
    va_list args;

    if (e->code == ERR_NONE) {
        e->code = code;
        va_start(args, format);
        fill(e->message, sizeof(e->message), format, args, NULL);
        va_end(args);
    }
    return false;
}

bool err_set_errno(struct err *e, enum err_code code, const char *format, ...)
{
    const char *reason = strerror(errno);
    va_list args;

    if (e->code == ERR_NONE) {
        e->code = code;
        va_start(args, format);
        fill(e->message, sizeof(e->message), format, args, reason);
        va_end(args);
    }
    return false;
}

bool err_wrap(struct err *e, const char *format, ...)
{
    CLEANUP(text_free) struct text sentence = {0};
    CLEANUP(text_free) struct text tail = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&sentence, format, args);
    va_end(args);
    text_append(&sentence, ": ");
    append_sentence(&sentence, e);
    append_tail(&tail, e);
    join(e, &sentence, &tail);
    return false;
}

bool err_append(struct err *e, const char *format, ...)
{
    CLEANUP(text_free) struct text sentence = {0};
    CLEANUP(text_free) struct text tail = {0};
    va_list args;

    append_sentence(&sentence, e);
    append_tail(&tail, e);
    va_start(args, format);
    text_vprintf(&sentence, format, args);
    va_end(args);
    join(e, &sentence, &tail);
    return false;
}

/* Adds the separator and the text to the tail. */
__attribute__((format(printf, 3, 0))) static void lengthen(struct err *e, const char *separator, const char *format,
                                                           va_list args)
{
    CLEANUP(text_free) struct text sentence = {0};
    CLEANUP(text_free) struct text tail = {0};

    append_sentence(&sentence, e);
    append_tail(&tail, e);
    text_append(&tail, separator);
    text_vprintf(&tail, format, args);
    join(e, &sentence, &tail);
}

bool err_tail(struct err *e, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    lengthen(e, "", format, args);
    va_end(args);
    return false;
}

bool err_advise(struct err *e, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    lengthen(e, ". ", format, args);
    va_end(args);
    return false;
}

bool err_at(struct err *e, const char *format, ...)
{
    va_list args;

    if (e->place[0] == '\0') {
        va_start(args, format);
        fill(e->place, sizeof(e->place), format, args, NULL);
        va_end(args);
    }
    return false;
}

bool err_take(struct err *e, const struct err *cause)
{
    if (e->code == ERR_NONE && cause != NULL) {
        *e = *cause;
    }
    return e->code == ERR_NONE;
}

void err_clear(struct err *e)
{
    *e = ERR_INIT;
}

int err_exit_status(const struct err *e)
{
    switch (e->code) {
    case ERR_NONE:
        return ERR_EXIT_DONE;
    case ERR_USAGE:
    case ERR_INVALID:
    case ERR_UNDECIDED:
        return ERR_EXIT_USAGE;
    case ERR_AUTH:
        return ERR_EXIT_AUTH;
    case ERR_CONFLICT:
        return ERR_EXIT_CONFLICT;
    case ERR_BUDGET:
        return ERR_EXIT_BUDGET;
    case ERR_LOCKED:
        return ERR_EXIT_LOCKED;
    case ERR_CANCELLED:
        return e->signal > 0          ? ERR_EXIT_SIGNAL + e->signal
               : e->cause != ERR_NONE ? err_exit_status(&(struct err){.code = e->cause})
                                      : ERR_EXIT_FAILED;
    case ERR_FAILED:
    case ERR_NOT_FOUND:
    case ERR_IO:
    case ERR_NETWORK:
    case ERR_API:
    case ERR_BAD_ANSWER:
    case ERR_INCOMPLETE:
    case ERR_DECLINED:
        return ERR_EXIT_FAILED;
    }
    return ERR_EXIT_FAILED;
}
