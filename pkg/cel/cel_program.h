/*
 * cel_program: what an expression is compiled to: steps on a stack of values, operands before their operator. Both
 * sides of && and || are always computed: there are no side effects, and errors are values. Private to the room.
 */
#ifndef CEL_CEL_PROGRAM_H
#define CEL_CEL_PROGRAM_H

#include "cel/cel.h"
#include "text/text_arena.h"

enum cel_operation {
    CEL_PUSH_BOOL, /* number */
    CEL_PUSH_INT,
    CEL_PUSH_STRING,   /* bytes, size */
    CEL_PUSH_VARIABLE, /* bytes: its name */
    CEL_NOT,
    CEL_NEGATE,
    CEL_OR,
    CEL_AND,
    CEL_EQUAL,
    CEL_UNEQUAL,
    CEL_LESS,
    CEL_LESS_EQUAL,
    CEL_GREATER,
    CEL_GREATER_EQUAL,
    CEL_IN, /* number: how many values the list has; they lie above the one looked for */
    CEL_ADD,
    CEL_SUBTRACT,
    CEL_MULTIPLY,
    CEL_DIVIDE,
    CEL_REMAINDER,
};

struct cel_step {
    enum cel_operation operation;
    size_t offset; /* of its first byte in the expression, for messages */
    int64_t number;
    const char *bytes;
    size_t size;
};

struct cel {
    char *expression;
    struct cel_step *items; /* the steps */
    size_t count, capacity;
    struct text_arena strings;
};

#endif
