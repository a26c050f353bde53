/* Setting, wrapping and placing errors; the exit status of each code. */
#include "err/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Messages quote foreign text (names, answers); a raw escape sequence must never reach a terminal. */
static void escape_controls(char *message, size_t size)
{
    char raw[ERR_MESSAGE_MAX];
    size_t out = 0;

    snprintf(raw, sizeof(raw), "%s", message);
    for (const unsigned char *in = (const unsigned char *)raw; *in != '\0' && out + 5 < size; in++) {
        if (*in < 0x20 || *in == 0x7f) {
            out += (size_t)snprintf(message + out, size - out, "\\x%02x", *in);
        } else if (*in == 0xc2 && in[1] >= 0x80 && in[1] <= 0x9f) {
            /* C1 controls (U+0080..U+009F) steer terminals as well */
            out += (size_t)snprintf(message + out, size - out, "\\x%02x", *++in);
        } else {
            message[out++] = (char)*in;
        }
    }
    message[out] = '\0';
}

/* A message that was cut inside a UTF-8 sequence loses the broken tail. */
static void drop_broken_tail(char *message, size_t length)
{
    size_t start = length;

    while (start > 0 && length - start < 4 && ((unsigned char)message[start - 1] & 0xc0) == 0x80) {
        start--;
    }
    if (start == 0) {
        return;
    }
    unsigned char lead = (unsigned char)message[start - 1];
    size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (need > 1 && length - (start - 1) < need) {
        message[start - 1] = '\0';
    }
}

static void finish(char *message, size_t size)
{
    escape_controls(message, size);
    drop_broken_tail(message, strlen(message));
}

bool err_set(struct err *e, enum err_code code, const char *format, ...)
{
    if (e->code != ERR_NONE) {
        return false;
    }
    e->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(e->message, sizeof(e->message), format, args);
    va_end(args);
    finish(e->message, sizeof(e->message));
    return false;
}

bool err_set_errno(struct err *e, enum err_code code, const char *format, ...)
{
    int number = errno;

    if (e->code != ERR_NONE) {
        return false;
    }
    e->code = code;
    va_list args;
    va_start(args, format);
    int used = vsnprintf(e->message, sizeof(e->message), format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof(e->message)) {
        snprintf(e->message + used, sizeof(e->message) - (size_t)used, ": %s", strerror(number));
    }
    finish(e->message, sizeof(e->message));
    return false;
}

bool err_wrap(struct err *e, const char *format, ...)
{
    char inner[ERR_MESSAGE_MAX];

    memcpy(inner, e->message, sizeof(inner));
    va_list args;
    va_start(args, format);
    int used = vsnprintf(e->message, sizeof(e->message), format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof(e->message)) {
        size_t room = sizeof(e->message) - (size_t)used;
        snprintf(e->message + used, room, ": %.*s", (int)room, inner);
    }
    finish(e->message, sizeof(e->message));
    return false;
}

bool err_at(struct err *e, const char *format, ...)
{
    if (e->place[0] == '\0') {
        va_list args;
        va_start(args, format);
        vsnprintf(e->place, sizeof(e->place), format, args);
        va_end(args);
        finish(e->place, sizeof(e->place));
    }
    return false;
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
        return e->signal > 0 ? ERR_EXIT_SIGNAL + e->signal : ERR_EXIT_FAILED;
    case ERR_FAILED:
    case ERR_NOT_FOUND:
    case ERR_IO:
    case ERR_NETWORK:
    case ERR_API:
    case ERR_BAD_ANSWER:
    case ERR_INCOMPLETE:
        return ERR_EXIT_FAILED;
    }
    return ERR_EXIT_FAILED;
}
