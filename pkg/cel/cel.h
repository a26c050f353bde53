/*
 * cel: the expression language of an image's, a volume's and a snapshot's `allowed_use` (vpc-api.md 4.3): Common
 * Expression Language without functions and macros.
 *
 * Sources: the grammar, the literals and "Logical Operators" of https://github.com/google/cel-spec doc/langdef.md;
 * which variables there are: vpc-api.md 4.3 (the caller brings them).
 *
 *   expr     = relations joined by && and, binding less, by ||       true && x || y  is  (true && x) || y
 *   relation = sum { ( == | != | < | <= | > | >= | in ) sum }        left to right: 1 < 2 == true  is  (1 < 2) == true
 *   sum      = unary values joined by + - and, binding more, * / %   integers only
 *   unary    = { ! } value  |  { - } value
 *   value    = true | false | integer | string | name { . name } | ( expr )
 *   list     = [ expr, ... ]  right of `in` and nowhere else
 *
 * Integers are 64 bits wide with sign, decimal or 0x; leaving that range is an error. Strings are in ', ", ''' or """,
 * with \a \b \f \n \r \t \v \\ \? \" \' \` \xHH \ooo \uHHHH \UHHHHHHHH for characters, or raw behind r.
 * Strings are ordered by code points, false is less than true. `//` begins a comment.
 *
 * An error is a value: false && error is false, true || error is true, either way round; everything else with an
 * operand that is an error is that error. Errors are: an unknown variable, an operator on types it is not defined for,
 * division by zero. Nothing is converted: 1 == '1', 1 && true and !1 are errors. (A CEL without its type checker calls
 * values of different types unequal, one with it refuses the expression; which the API has is not documented.) For the
 * same reason `x in [..]` is true when an equal value is listed, and otherwise an error when one of another type is.
 *
 * Not supported, so that an expression with it is undecided: functions, ?:, floating-point, unsigned, bytes, null,
 * maps, messages, indexing, lists as values.
 */
#ifndef CEL_CEL_H
#define CEL_CEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err/err.h"

enum {
    CEL_SIZE_MAX = 8192, /* bytes of an expression */
    CEL_DEPTH_MAX = 64,  /* parentheses and lists inside each other; the specification asks for 32 at least */
};

enum cel_type {
    CEL_UNKNOWN, /* the variable exists, its value is not known: an error with `string` as its cause */
    CEL_BOOL,
    CEL_INT,
    CEL_STRING,
};

struct cel_variable {
    const char *name; /* "metadata_service.enabled" */
    enum cel_type type;
    int64_t number;     /* of CEL_BOOL (0, 1) and CEL_INT */
    const char *string; /* of CEL_STRING; UTF-8 */
};

enum cel_verdict { CEL_FALSE, CEL_TRUE, CEL_UNDECIDED };

/* A compiled expression. It can be used by several threads at a time. */
struct cel;

/* Error: ERR_UNDECIDED with the cause; its place is the column ("column 5", in characters, or "line 2, column 5"). */
struct cel *cel_compile(const char *expression, struct err *e) __attribute__((warn_unused_result));

/* Frees it; for CLEANUP. NULL allowed. */
void cel_release(struct cel **cel);

/* Whether the expression names the variable. */
bool cel_names(const struct cel *cel, const char *variable);

/* What the expression is with these variables. CEL_UNDECIDED sets `e` as cel_compile does. Variables are borrowed. */
enum cel_verdict cel_decide(const struct cel *cel, const struct cel_variable variables[], size_t count, struct err *e);

#endif
