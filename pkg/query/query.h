/*
 * query: the jq expressions of --where and --jq. The only includer of <jq.h> (libjq 1.6).
 *
 * An expression has access to one JSON value and nothing else: `env` and `$ENV` are empty (the environment may hold
 * an API key), there is no further input, `debug` and `stderr` print nothing, `import` and `include` are refused,
 * `halt` ends the expression and not the process. As with jq itself, the functions of ~/.jq can be used, and integers
 * beyond 2^53 are rounded. Compiling takes some 35 ms (libjq compiles its own library each time): compile once.
 *
 * Limits of libjq 1.6: an expression that never ends is not stopped, and indices/index/rindex over an array leak some
 * 64 bytes each time.
 *
 * A query belongs to one thread at a time; different queries are independent. Values are nested at most 256 deep.
 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "err/err.h"

struct query;

/* Errors: ERR_USAGE with jq's reason in one line; place is "line N" when the expression has several. */
struct query *query_compile(const char *expression, struct err *e) __attribute__((warn_unused_result));

/* NULL allowed. */
void query_destroy(struct query *query);
/* For CLEANUP. */
void query_release(struct query **query);

/*
 * Whether the predicate holds for the value (`size` bytes of JSON). Its output must be exactly one true, false or null,
 * because anything else is a slip, such as `=` for `==`. Errors: ERR_USAGE with the expression and what it gives
 * instead, or jq's message when it fails; ERR_INVALID when the value is no JSON.
 */
bool query_test(struct query *query, const char *json, size_t size, bool *ret_true, struct err *e)
    __attribute__((warn_unused_result));

/* One output; borrowed, valid during the callback. */
struct query_output {
    const char *json; /* compact JSON, NUL-terminated */
    size_t size;
    const char *string; /* the characters when it is a string (what `jq -r` prints), else NULL; may hold NULs */
    size_t string_size;
};

/* Takes an output; returning false with `e` set ends the run with that error. */
typedef bool query_sink(void *context, const struct query_output *output, struct err *e);

/*
 * Hands every output for the value to `sink`, in order. Outputs before an error were
 * handed over. Errors: ERR_FAILED with the expression and jq's message, ERR_INVALID when the value is no JSON.
 */
bool query_run(struct query *query, const char *json, size_t size, query_sink *sink, void *context, struct err *e)
    __attribute__((warn_unused_result));

#endif
