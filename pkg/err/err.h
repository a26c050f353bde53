/*
 * err: the error value that every fallible function of the house takes last.
 *
 * A function that can fail returns bool or a pointer, takes `struct err *e` as its last argument and leaves
 * its outputs untouched on failure. The first error wins: setting an error that is already set changes
 * nothing, so that clean-up code cannot hide the cause. `e` may not be NULL; a caller that does not care
 * passes a value of its own and drops it. A struct err owns nothing and may be copied.
 */
#ifndef ERR_ERR_H
#define ERR_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* What went wrong, as far as a caller or the exit status (cli.md, "Exit codes") cares. */
enum err_code {
    ERR_NONE = 0,
    ERR_FAILED,     /* anything without a code of its own */
    ERR_USAGE,      /* the command line is wrong; nothing was sent */
    ERR_INVALID,    /* a value or document breaks its schema; nothing was sent */
    ERR_UNDECIDED,  /* the validator hit an effort limit: neither valid nor invalid; nothing was sent */
    ERR_AUTH,       /* no credentials, or they were refused */
    ERR_NOT_FOUND,  /* a name, id or file does not exist */
    ERR_IO,         /* a local file or device failed */
    ERR_NETWORK,    /* no usable answer came */
    ERR_API,        /* the API answered with an error; http_status is set */
    ERR_BAD_ANSWER, /* the API answered with something that cannot be read */
    ERR_INCOMPLETE, /* an inventory lacks a part */
    ERR_CONFLICT,   /* the same thing was changed by other means */
    ERR_LOCKED,     /* another run holds the lock */
    ERR_BUDGET,     /* as many failures as were tolerable */
    ERR_CANCELLED,  /* a signal or a deadline ended it, or what `cause` says */
    ERR_DECLINED,   /* a person was asked and did not say yes; nothing was changed */
};

/* The exit statuses of the program (cli.md, "Exit codes"): no other file spells one as a number. */
enum err_exit {
    ERR_EXIT_DONE = 0,
    ERR_EXIT_FAILED = 1,
    ERR_EXIT_USAGE = 2,    /* usage or validation; nothing was sent */
    ERR_EXIT_FINDINGS = 3, /* findings of an audit, or changes that a preview found pending */
    ERR_EXIT_AUTH = 4,
    ERR_EXIT_PARTLY = 5,   /* a part failed */
    ERR_EXIT_CONFLICT = 6, /* a stale plan, or a precondition that failed (412) */
    ERR_EXIT_BUDGET = 7,   /* the failure budget is spent */
    ERR_EXIT_LOCKED = 8,   /* another run holds the lock */
    ERR_EXIT_SIGNAL = 128, /* plus the number of the signal that ended it */
    ERR_EXIT_HANGUP = 129,
    ERR_EXIT_INTERRUPTED = 130,
    ERR_EXIT_BROKEN_PIPE = 141,
    ERR_EXIT_TERMINATED = 143,
};

enum { ERR_PLACE_MAX = 256, ERR_MESSAGE_MAX = 1024 };

struct err {
    enum err_code code;
    int http_status;               /* of the answer that caused it, or 0 */
    int signal;                    /* that ended it when code is ERR_CANCELLED, or 0 */
    enum err_code cause;           /* that ended it when code is ERR_CANCELLED: no token, no server; or ERR_NONE */
    bool given_up;                 /* it would have been tried again, had the command not been ending */
    char place[ERR_PLACE_MAX];     /* "file:line:column", a JSON pointer, or "" */
    char message[ERR_MESSAGE_MAX]; /* one line of UTF-8 without a full stop; what steers a terminal is escaped */
    size_t tail;                   /* bytes at the end of the message that err_tail and err_advise have put there */
};

#define ERR_INIT ((struct err){.code = ERR_NONE})

/* Sets the error unless one is set. Always returns false, for `return err_set(e, ...)`. */
bool err_set(struct err *e, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* err_set with the text of errno behind the message: "cannot open x: No such file or directory". */
bool err_set_errno(struct err *e, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "format: " before the message that is there. Always returns false. */
bool err_wrap(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Puts a text behind the message that is there, in front of its tail. A message that is too long loses the end of what
 * stands before the tail. Always returns false.
 */
bool err_append(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts a text at the end of the message: what identifies the error at the server. Always returns false. */
bool err_tail(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts ". remedy" at the end of the message: what can be done about it. Always returns false. */
bool err_advise(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Names the place of the error that is set, if it has none yet. Always returns false. */
bool err_at(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Sets the error to `cause` unless one is set or `cause` is NULL or none, so that of several the first one counts.
 * Returns whether there is no error.
 */
bool err_take(struct err *e, const struct err *cause);

/* Forgets the error. */
void err_clear(struct err *e);

/* The process exit status for an error: the one place where codes become numbers. */
int err_exit_status(const struct err *e);

#endif
