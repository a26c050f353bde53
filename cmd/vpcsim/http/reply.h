/*
 * reply: one answer while it is made, and how it is to leave.
 *
 * Errors are collected: a handler may report several problems; the first one decides on the status.
 */
#ifndef VPCSIM_REPLY_H
#define VPCSIM_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "text/text.h"
#include "json/json.h"

enum { REPLY_HEADERS_MAX = 16, REPLY_HEADER_SIZE = 256, REPLY_ERRORS_MAX = 16 };

enum delivery {
    DELIVER_WHOLE,
    DELIVER_RESET,     /* the connection is reset instead */
    DELIVER_TRUNCATED, /* the connection ends after `bytes` of the body */
    DELIVER_CLOSED,    /* the connection is closed without an answer */
    DELIVER_DRIP,      /* `bytes` at a time, every `interval_ms` */
};

/* The containers of errors (vpc-api.md 1.6, 5.5). */
enum error_form {
    ERRORS_API,
    ERRORS_DATA, /* with the status, and codes of its own */
    ERRORS_IAM,  /* one error, with the code of IAM and the context of the request */
};

struct reply_header {
    char name[64];
    char value[REPLY_HEADER_SIZE];
};

struct reply {
    unsigned status;
    struct text body;
    char content_type[128]; /* "": none */
    struct reply_header headers[REPLY_HEADERS_MAX];
    size_t header_count;
    struct text errors; /* items of the "errors" array */
    unsigned error_count;
    enum error_form form;
    char trace[40];
    const char *user_agent; /* of the request; NULL: it had none */
    enum delivery delivery;
    long delay_ms;
    size_t bytes;
    long interval_ms;
    const char *fault; /* what went wrong on purpose, for the log; NULL: nothing */
};

/* Starts a JSON answer; write into what is returned. */
struct text *reply_json(struct reply *reply, unsigned status);

/* No body. */
void reply_empty(struct reply *reply, unsigned status);

void reply_header(struct reply *reply, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets a header to these bytes, whatever it was before. */
void reply_replace_header(struct reply *reply, const char *name, const char *value);

void reply_content_type(struct reply *reply, const char *content_type);

/*
 * One error. Codes are those of the API; they become those of the metadata API or of IAM where the reply has that form.
 * Target and value may be NULL; `details` as the target type gives the errorDetails of IAM.
 */
void reply_problem(struct reply *reply, unsigned status, const char *code, const char *target_type, const char *target,
                   const char *value, const char *format, ...) __attribute__((format(printf, 7, 8)));

/* The common cases: a field of the body; a parameter of path or query; no target. */
void reply_bad_field(struct reply *reply, const char *field, const char *value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void reply_bad_parameter(struct reply *reply, const char *name, const char *value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void reply_error(struct reply *reply, unsigned status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* 404 for the resource that the path names. */
void reply_not_found(struct reply *reply, const char *what, const char *id);

/* Forgets the errors so far. */
void reply_clear_errors(struct reply *reply);

bool reply_failed(const struct reply *reply);

/* Makes the body of the errors that were collected, if there are any. */
void reply_finish(struct reply *reply);

void reply_free(struct reply *reply);

/* Appends a JSON string. */
void reply_string(struct text *out, const char *string);

/* Appends what stands between the quotes of a JSON string. */
void reply_escaped(struct text *out, const char *string);

/*
 * Appends a piece of JSON as printf does, of which it knows %s %d %u %ld %lu %zu. What %s stands for is escaped: no
 * name, wherever it comes from, ends the string that it is written into.
 */
void reply_format(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
