/* Deciding: the steps of an expression run on a stack of values. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cel/cel_token.h"
#include "mem/mem.h"
#include "text/text.h"

enum value_type { VALUE_ERROR, VALUE_BOOL, VALUE_INT, VALUE_STRING };

struct value {
    enum value_type type;
    int64_t number;    /* of VALUE_BOOL and VALUE_INT */
    const char *bytes; /* of VALUE_STRING; of VALUE_ERROR its message, terminated */
    size_t size;
    size_t offset; /* of VALUE_ERROR */
};

/* A computation. `stack` has room for a value of every step. */
struct machine {
    const struct cel_variable *variables;
    size_t variable_count;
    struct value *stack;
    size_t height;
    struct text_arena messages;
};

static const char *const type_names[] = {"error", "bool", "int", "string"};

static struct value error(struct machine *machine, const struct cel_step *step, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static struct value error(struct machine *machine, const struct cel_step *step, const char *format, ...)
{
    CLEANUP(text_free) struct text message = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    return (struct value){.type = VALUE_ERROR,
                          .bytes = text_arena_copy(&machine->messages, text_string(&message), message.size),
                          .offset = step->offset};
}

static struct value boolean(bool value)
{
    return (struct value){.type = VALUE_BOOL, .number = value};
}

static struct value integer(int64_t value)
{
    return (struct value){.type = VALUE_INT, .number = value};
}

/* --- operands ---------------------------------------------------------------------------------------- */

static struct value variable(struct machine *machine, const struct cel_step *step)
{
    for (size_t i = 0; i < machine->variable_count; i++) {
        const struct cel_variable *found = &machine->variables[i];
        if (strcmp(found->name, step->bytes) != 0) {
            continue;
        }
        switch (found->type) {
        case CEL_BOOL:
            return boolean(found->number != 0);
        case CEL_INT:
            return integer(found->number);
        case CEL_STRING:
            return (struct value){.type = VALUE_STRING, .bytes = found->string, .size = strlen(found->string)};
        case CEL_UNKNOWN:
            return error(machine, step, "%s is not known%s%s", step->bytes, found->string != NULL ? ": " : "",
                         found->string != NULL ? found->string : "");
        }
    }
    return error(machine, step, "there is no variable %s", step->bytes);
}

/* --- operators --------------------------------------------------------------------------------------- */

static struct value no_such_operator(struct machine *machine, const struct cel_step *step, const struct value *left,
                                     const struct value *right)
{
    static const char *const signs[] = {
        [CEL_NOT] = "!",      [CEL_NEGATE] = "-",         [CEL_OR] = "||",    [CEL_AND] = "&&",
        [CEL_EQUAL] = "==",   [CEL_UNEQUAL] = "!=",       [CEL_LESS] = "<",   [CEL_LESS_EQUAL] = "<=",
        [CEL_GREATER] = ">",  [CEL_GREATER_EQUAL] = ">=", [CEL_IN] = "in",    [CEL_ADD] = "+",
        [CEL_SUBTRACT] = "-", [CEL_MULTIPLY] = "*",       [CEL_DIVIDE] = "/", [CEL_REMAINDER] = "%",
    };

    if (right == NULL) {
        return error(machine, step, "%s is not defined for %s", signs[step->operation], type_names[left->type]);
    }
    return error(machine, step, "%s is not defined between %s and %s", signs[step->operation], type_names[left->type],
                 type_names[right->type]);
}

/* langdef.md, "Logical Operators": `decisive` (false of &&, true of ||) absorbs whatever the other side is. */
static struct value logical(struct machine *machine, const struct cel_step *step, const struct value *left,
                            const struct value *right, bool decisive)
{
    bool left_is_bool = left->type == VALUE_BOOL;
    bool right_is_bool = right->type == VALUE_BOOL;

    if ((left_is_bool && left->number == decisive) || (right_is_bool && right->number == decisive)) {
        return boolean(decisive);
    }
    if (left_is_bool && right_is_bool) {
        return boolean(!decisive);
    }
    if (left->type == VALUE_ERROR || right->type == VALUE_ERROR) {
        return left->type == VALUE_ERROR ? *left : *right;
    }
    return no_such_operator(machine, step, left, right);
}

/* Both have one type: -1, 0 or 1. UTF-8 sorts as its code points do. */
static int compare(const struct value *left, const struct value *right)
{
    if (left->type != VALUE_STRING) {
        return (left->number > right->number) - (left->number < right->number);
    }
    int order = memcmp(left->bytes, right->bytes, left->size < right->size ? left->size : right->size);
    return order != 0 ? order : (left->size > right->size) - (left->size < right->size);
}

static struct value relation(struct machine *machine, const struct cel_step *step, const struct value *left,
                             const struct value *right)
{
    if (left->type != right->type) {
        return no_such_operator(machine, step, left, right);
    }
    int order = compare(left, right);
    switch (step->operation) {
    case CEL_EQUAL:
        return boolean(order == 0);
    case CEL_UNEQUAL:
        return boolean(order != 0);
    case CEL_LESS:
        return boolean(order < 0);
    case CEL_LESS_EQUAL:
        return boolean(order <= 0);
    case CEL_GREATER:
        return boolean(order > 0);
    default:
        return boolean(order >= 0);
    }
}

/* Whether the operation leaves the range of int, or divides by zero; else its result. */
static bool compute(enum cel_operation operation, int64_t left, int64_t right, int64_t *ret_result)
{
    bool divides = right != 0 && (left != INT64_MIN || right != -1);

    switch (operation) {
    case CEL_ADD:
        return !__builtin_add_overflow(left, right, ret_result);
    case CEL_SUBTRACT:
        return !__builtin_sub_overflow(left, right, ret_result);
    case CEL_MULTIPLY:
        return !__builtin_mul_overflow(left, right, ret_result);
    case CEL_DIVIDE:
        *ret_result = divides ? left / right : 0;
        return divides;
    default:
        *ret_result = divides ? left % right : 0;
        return divides;
    }
}

static struct value arithmetic(struct machine *machine, const struct cel_step *step, const struct value *left,
                               const struct value *right)
{
    int64_t result;

    if (left->type != VALUE_INT || right->type != VALUE_INT) {
        return no_such_operator(machine, step, left, right);
    }
    if (compute(step->operation, left->number, right->number, &result)) {
        return integer(result);
    }
    bool by_zero = right->number == 0 && (step->operation == CEL_DIVIDE || step->operation == CEL_REMAINDER);
    return error(machine, step, by_zero ? "division by zero" : "the result is out of the range of int");
}

static struct value binary(struct machine *machine, const struct cel_step *step, const struct value *left,
                           const struct value *right)
{
    if (step->operation == CEL_AND || step->operation == CEL_OR) {
        return logical(machine, step, left, right, step->operation == CEL_OR);
    }
    if (left->type == VALUE_ERROR || right->type == VALUE_ERROR) {
        return left->type == VALUE_ERROR ? *left : *right;
    }
    return step->operation >= CEL_ADD ? arithmetic(machine, step, left, right) : relation(machine, step, left, right);
}

static struct value unary(struct machine *machine, const struct cel_step *step, const struct value *operand)
{
    if (operand->type == VALUE_ERROR) {
        return *operand;
    }
    if (step->operation == CEL_NOT && operand->type == VALUE_BOOL) {
        return boolean(operand->number == 0);
    }
    if (step->operation == CEL_NEGATE && operand->type == VALUE_INT) {
        return operand->number == INT64_MIN ? error(machine, step, "the result is out of the range of int")
                                            : integer(-operand->number);
    }
    return no_such_operator(machine, step, operand, NULL);
}

/* values[0] is looked for among the `count` behind it. A list with an error in it is an error. */
static struct value membership(struct machine *machine, const struct cel_step *step, const struct value values[],
                               size_t count)
{
    const struct value *other = NULL;
    bool found = false;

    for (size_t i = 0; i <= count; i++) {
        if (values[i].type == VALUE_ERROR) {
            return values[i];
        }
    }
    for (size_t i = 1; i <= count; i++) {
        if (values[i].type != values[0].type) {
            other = other != NULL ? other : &values[i];
        } else {
            found |= compare(&values[0], &values[i]) == 0;
        }
    }
    return found || other == NULL ? boolean(found) : no_such_operator(machine, step, &values[0], other);
}

/* --- steps ------------------------------------------------------------------------------------------- */

static size_t operands_of(const struct cel_step *step)
{
    switch (step->operation) {
    case CEL_PUSH_BOOL:
    case CEL_PUSH_INT:
    case CEL_PUSH_STRING:
    case CEL_PUSH_VARIABLE:
        return 0;
    case CEL_NOT:
    case CEL_NEGATE:
        return 1;
    case CEL_IN:
        return (size_t)step->number + 1;
    default:
        return 2;
    }
}

static struct value result_of(struct machine *machine, const struct cel_step *step, const struct value operands[])
{
    switch (step->operation) {
    case CEL_PUSH_BOOL:
        return boolean(step->number != 0);
    case CEL_PUSH_INT:
        return integer(step->number);
    case CEL_PUSH_STRING:
        return (struct value){.type = VALUE_STRING, .bytes = step->bytes, .size = step->size};
    case CEL_PUSH_VARIABLE:
        return variable(machine, step);
    case CEL_NOT:
    case CEL_NEGATE:
        return unary(machine, step, operands);
    case CEL_IN:
        return membership(machine, step, operands, (size_t)step->number);
    default:
        return binary(machine, step, &operands[0], &operands[1]);
    }
}

enum cel_verdict cel_decide(const struct cel *cel, const struct cel_variable variables[], size_t count, struct err *e)
{
    struct machine machine = {.variables = variables, .variable_count = count};
    enum cel_verdict verdict = CEL_UNDECIDED;

    machine.stack = mem_array(cel->count, sizeof(*machine.stack));
    for (size_t i = 0; i < cel->count; i++) {
        const struct cel_step *step = &cel->items[i];
        machine.height -= operands_of(step);
        machine.stack[machine.height] = result_of(&machine, step, &machine.stack[machine.height]);
        machine.height++;
    }
    const struct value *result = &machine.stack[0];
    if (result->type == VALUE_BOOL) {
        verdict = result->number != 0 ? CEL_TRUE : CEL_FALSE;
    } else if (result->type == VALUE_ERROR) {
        err_set(e, ERR_UNDECIDED, "%s", result->bytes);
        cel_at(e, cel->expression, result->offset);
    } else {
        err_set(e, ERR_UNDECIDED, "the expression is of type %s, not bool", type_names[result->type]);
        cel_at(e, cel->expression, 0);
    }
    text_arena_free(&machine.messages);
    free(machine.stack);
    return verdict;
}
