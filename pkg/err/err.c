/* Setting, wrapping and placing errors; the exit status of each code. */
#include "err/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

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
    va_list args;

    va_start(args, format);
    fill(e->message, sizeof(e->message), format, args, e->message);
    va_end(args);
    return false;
}

bool err_advise(struct err *e, const char *format, ...)
{
    CLEANUP(text_free) struct text raw = {0};
    va_list args;

    text_printf(&raw, "%s. ", e->message);
    va_start(args, format);
    text_vprintf(&raw, format, args);
    va_end(args);
    store(e->message, sizeof(e->message), &raw);
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
