/* Compiling tokens to steps: precedence climbing over one table of operators. */
#include <stdlib.h>
#include <string.h>

#include "cel/cel_token.h"
#include "mem/mem.h"
#include "text/text.h"

struct parser {
    struct cel *cel;
    struct cel_token token; /* the next one */
    unsigned depth;
    struct err *e;
};

/* langdef.md, "Syntax": the higher level binds more; all are left-associative. */
static const struct operator_row {
    const char *sign;
    enum cel_operation operation;
    unsigned level;
} operators[] = {
    {"||", CEL_OR, 1},    {"&&", CEL_AND, 2},        {"==", CEL_EQUAL, 3},   {"!=", CEL_UNEQUAL, 3},
    {"<", CEL_LESS, 3},   {"<=", CEL_LESS_EQUAL, 3}, {">", CEL_GREATER, 3},  {">=", CEL_GREATER_EQUAL, 3},
    {"in", CEL_IN, 3},    {"+", CEL_ADD, 4},         {"-", CEL_SUBTRACT, 4}, {"*", CEL_MULTIPLY, 5},
    {"/", CEL_DIVIDE, 5}, {"%", CEL_REMAINDER, 5},
};

static bool refuse(struct parser *parser, const char *expected)
{
    const struct cel_token *token = &parser->token;
    const char *bytes = parser->cel->expression + token->offset;

    if (token->kind == CEL_TOKEN_END) {
        err_set(parser->e, ERR_UNDECIDED, "%s is missing at the end", expected);
    } else {
        CLEANUP(text_free) struct text shown = {0};
        text_append_short(&shown, bytes, token->end - token->offset, 30);
        err_set(parser->e, ERR_UNDECIDED, "%s is expected, not %s", expected, text_string(&shown));
    }
    return cel_at(parser->e, parser->cel->expression, token->offset);
}

/* --- tokens and steps -------------------------------------------------------------------------------- */

static bool advance(struct parser *parser)
{
    return cel_token_read(parser->cel->expression, parser->token.end, &parser->cel->strings, &parser->token, parser->e);
}

static bool take(struct parser *parser, const char *sign, const char *called)
{
    return cel_token_is(&parser->token, sign) ? advance(parser) : refuse(parser, called);
}

static void emit(struct cel *cel, const struct cel_step *step)
{
    *mem_list_add(cel) = *step;
}

static bool parse(struct parser *parser, unsigned level);

/* --- values ------------------------------------------------------------------------------------------ */

static bool parse_nested(struct parser *parser)
{
    if (parser->depth == CEL_DEPTH_MAX) {
        err_set(parser->e, ERR_UNDECIDED, "more than %d levels of brackets", CEL_DEPTH_MAX);
        return cel_at(parser->e, parser->cel->expression, parser->token.offset);
    }
    parser->depth++;
    bool good = parse(parser, 1);
    parser->depth--;
    return good;
}

static bool parse_number(struct parser *parser, bool negative)
{
    struct cel_step step = {.operation = CEL_PUSH_INT, .offset = parser->token.offset};
    uint64_t magnitude = parser->token.number;

    if (magnitude > (uint64_t)INT64_MAX + negative) {
        err_set(parser->e, ERR_UNDECIDED, "the integer is out of range");
        return cel_at(parser->e, parser->cel->expression, parser->token.offset);
    }
    /* in two steps: the lowest integer has no positive counterpart */
    step.number = negative && magnitude > 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    emit(parser->cel, &step);
    return advance(parser);
}

static bool is_word_of(const struct cel_token *token, const char *const words[])
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (cel_token_is(token, words[i])) {
            return true;
        }
    }
    return false;
}

/* name { "." name }, blanks in between left out. */
static bool parse_name(struct parser *parser)
{
    static const char *const literals[] = {"true", "false", "null", "in", NULL};
    static const char *const reserved[] = {"as",       "break",  "const",  "continue", "else",  "for",
                                           "function", "if",     "import", "let",      "loop",  "namespace",
                                           "package",  "return", "var",    "void",     "while", NULL};
    CLEANUP(text_free) struct text name = {0};
    struct cel_step step = {.operation = CEL_PUSH_VARIABLE, .offset = parser->token.offset};

    if (is_word_of(&parser->token, reserved)) {
        return refuse(parser, "a value");
    }
    for (;;) {
        if (parser->token.kind != CEL_TOKEN_NAME || is_word_of(&parser->token, literals)) {
            return refuse(parser, name.size > 0 ? "a name" : "a value");
        }
        text_append_size(&name, parser->token.bytes, parser->token.size);
        if (!advance(parser)) {
            return false;
        }
        if (!cel_token_is(&parser->token, ".")) {
            break;
        }
        text_append_char(&name, '.');
        if (!advance(parser)) {
            return false;
        }
    }
    if (cel_token_is(&parser->token, "(")) {
        err_set(parser->e, ERR_UNDECIDED, "%s is called as a function: there are none", text_string(&name));
        return cel_at(parser->e, parser->cel->expression, step.offset);
    }
    step.bytes = text_arena_copy(&parser->cel->strings, text_string(&name), name.size);
    step.size = name.size;
    emit(parser->cel, &step);
    return true;
}

static bool parse_value(struct parser *parser)
{
    const struct cel_token token = parser->token;

    if (cel_token_is(&token, "(")) {
        return advance(parser) && parse_nested(parser) && take(parser, ")", "an operator or )");
    }
    if (token.kind == CEL_TOKEN_NUMBER) {
        return parse_number(parser, false);
    }
    if (token.kind == CEL_TOKEN_STRING) {
        emit(parser->cel,
             &(struct cel_step){
                 .operation = CEL_PUSH_STRING, .offset = token.offset, .bytes = token.bytes, .size = token.size});
        return advance(parser);
    }
    if (cel_token_is(&token, "true") || cel_token_is(&token, "false")) {
        emit(parser->cel, &(struct cel_step){.operation = CEL_PUSH_BOOL,
                                             .offset = token.offset,
                                             .number = cel_token_is(&token, "true")});
        return advance(parser);
    }
    return token.kind == CEL_TOKEN_NAME ? parse_name(parser) : refuse(parser, "a value");
}

/* --- operators --------------------------------------------------------------------------------------- */

/* `sign` of a run was read; a minus right before a number belongs to it. */
static bool parse_unary(struct parser *parser)
{
    bool negation = cel_token_is(&parser->token, "-");
    const char *sign = negation ? "-" : "!";
    struct cel_step step = {.operation = negation ? CEL_NEGATE : CEL_NOT, .offset = parser->token.offset};
    size_t run = 0;

    for (; cel_token_is(&parser->token, sign); run++) {
        step.offset = parser->token.offset;
        if (!advance(parser)) {
            return false;
        }
    }
    bool minus = negation && run > 0;
    if (!negation && cel_token_is(&parser->token, "-")) { /* !-1: langdef.md has the sign in the literal as well */
        minus = true;
        run++;
        if (!advance(parser)) {
            return false;
        }
        if (parser->token.kind != CEL_TOKEN_NUMBER) {
            return refuse(parser, "an integer");
        }
    }
    bool literal = minus && parser->token.kind == CEL_TOKEN_NUMBER;
    if (literal ? !parse_number(parser, true) : !parse_value(parser)) {
        return false;
    }
    for (size_t i = literal ? 1 : 0; i < run; i++) {
        emit(parser->cel, &step);
    }
    return true;
}

/* Right of `in`: its values lie on the stack above the one looked for. */
static bool parse_list(struct parser *parser, struct cel_step *step)
{
    if (!take(parser, "[", "a list in brackets")) {
        return false;
    }
    while (!cel_token_is(&parser->token, "]")) {
        if (!parse_nested(parser)) {
            return false;
        }
        step->number++;
        if (!cel_token_is(&parser->token, "]") && !take(parser, ",", "a comma or ]")) {
            return false;
        }
    }
    return advance(parser);
}

static const struct operator_row *next_operator(const struct parser *parser)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (cel_token_is(&parser->token, operators[i].sign)) {
            return &operators[i];
        }
    }
    return NULL;
}

static bool parse(struct parser *parser, unsigned level)
{
    const struct operator_row *row;

    if (!parse_unary(parser)) {
        return false;
    }
    while ((row = next_operator(parser)) != NULL && row->level >= level) {
        struct cel_step step = {.operation = row->operation, .offset = parser->token.offset};
        if (!advance(parser)) {
            return false;
        }
        if (row->operation == CEL_IN ? !parse_list(parser, &step) : !parse(parser, row->level + 1)) {
            return false;
        }
        emit(parser->cel, &step);
    }
    return true;
}

struct cel *cel_compile(const char *expression, struct err *e)
{
    if (strnlen(expression, CEL_SIZE_MAX + 1) > CEL_SIZE_MAX) {
        err_set(e, ERR_UNDECIDED, "the expression is longer than %d bytes", CEL_SIZE_MAX);
        return NULL;
    }
    struct cel *cel = mem_alloc(sizeof(*cel));
    cel->expression = mem_copy(expression);
    struct parser parser = {.cel = cel, .e = e};
    if (!advance(&parser) || !parse(&parser, 1) ||
        (parser.token.kind != CEL_TOKEN_END && !refuse(&parser, "an operator or the end"))) {
        cel_release(&cel);
    }
    return cel;
}

void cel_release(struct cel **cel)
{
    if (*cel != NULL) {
        text_arena_free(&(*cel)->strings);
        free((*cel)->items);
        free((*cel)->expression);
        free(*cel);
    }
    *cel = NULL;
}

bool cel_names(const struct cel *cel, const char *variable)
{
    for (size_t i = 0; i < cel->count; i++) {
        if (cel->items[i].operation == CEL_PUSH_VARIABLE && strcmp(cel->items[i].bytes, variable) == 0) {
            return true;
        }
    }
    return false;
}
