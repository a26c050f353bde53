/*
 * query: the jq expressions of --where and --jq, on libjq 1.6.
 *
 * An expression has access to one JSON value and nothing else: `env` and `$ENV` are empty (the environment may hold
 * an API key), there is no further input, `debug` and `stderr` print nothing, `import` and `include` are refused,
 * `halt` ends the expression and not the process. As with jq itself, the functions of ~/.jq can be used, and integers
 * beyond 2^53 are rounded. Compiling takes some 35 ms (libjq compiles its own library each time): compile once.
 *
 * Each query is evaluated in a child process of its own, so that an expression without end, one that takes all memory
 * and one that makes libjq crash are errors like others. A value may cost QUERY_CPU_SECONDS of CPU time and
 * QUERY_MEMORY_MB of memory; big ones get a second more for every 4 MB, and 20 bytes more for each of theirs. A query
 * that was stopped by a limit, by its wait or by its sink has ended: later calls give the same error. At most 512 MiB
 * of value, and of each output.
 *
 * A query belongs to one thread at a time, and to the process that compiled it; different queries are independent.
 * Values are nested at most 256 deep. SIGCHLD must not be caught.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "err/err.h"

struct query;

enum {
    QUERY_CPU_SECONDS = 2,
    QUERY_MEMORY_MB = 256,
    QUERY_VALUE_MAX = 512 * 1024 * 1024,
};

/*
 * How to wait for the child process: `ready` returns when the descriptor has one of these events of poll, or false
 * with an error (a signal, a deadline). Zero-initialised: until there is an answer.
 */
struct query_wait {
    bool (*ready)(const void *context, int fd, short events, struct err *e);
    const void *context;
};

/*
 * Copies the wait; NULL is a zero-initialised one. Errors: ERR_USAGE with jq's reason in one line; place is "line N"
 * when the expression has several. ERR_FAILED when no child process can be started; that of the wait.
 */
struct query *query_compile(const char *expression, const struct query_wait *wait, struct err *e)
    __attribute__((warn_unused_result));

/* NULL allowed. */
void query_destroy(struct query *query);
/* For CLEANUP. */
void query_release(struct query **query);

/*
 * Whether the predicate holds for the value (`size` bytes of JSON). Its output must be exactly one true, false or null,
 * because anything else is a slip, such as `=` for `==`. Errors: ERR_USAGE with the expression and what it gives
 * instead, or jq's message when it fails, or the limit it exceeds; ERR_INVALID when the value is no JSON; that of
 * the wait.
 */
bool query_test(struct query *query, const char *json, size_t size, bool *ret_true, struct err *e)
    __attribute__((warn_unused_result));

/* Whether the query was stopped, so that every later value has the same error. */
bool query_has_ended(const struct query *query);

/* One output; borrowed, valid during the callback. */
struct query_output {
    const char *bytes; /* the characters of a string (what `jq -r` prints), else compact JSON; may hold NULs */
    size_t size;
    bool is_string;
};

/* Takes an output; returning false with `e` set ends the run with that error. */
typedef bool query_sink(void *context, const struct query_output *output, struct err *e);

/*
 * Hands every output for the value to `sink`, in order. Outputs before an error were
 * handed over. Errors: ERR_FAILED with the expression and jq's message or the limit it exceeds, ERR_INVALID when the
 * value is no JSON, that of the wait.
 */
bool query_run(struct query *query, const char *json, size_t size, query_sink *sink, void *context, struct err *e)
    __attribute__((warn_unused_result));

#endif
