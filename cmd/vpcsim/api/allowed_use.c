/*
 * Whether allowed_use permits a server. Its language (vpc-api.md 4.3): comparisons, &&, ||, !, in [..], parentheses,
 * integers, strings in either quotes, true, false, and names with dots; no functions, arithmetic or conversions. The
 * simulator's own reading of it.
 */
#include "vpcsim/api/allowed_use.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum cel_type { CEL_BOOL, CEL_INT, CEL_STRING };

struct cel_value {
    enum cel_type type;
    int64_t number;     /* of CEL_BOOL (0, 1) and CEL_INT */
    const char *string; /* `size` bytes, not terminated */
    size_t size;
};

struct cel_variable {
    const char *name; /* "metadata_service.enabled"; NULL ends the table */
    struct cel_value value;
};

enum cel_verdict { CEL_TRUE, CEL_FALSE, CEL_WRONG };

enum { CEL_DEPTH_MAX = 64, CEL_MESSAGE_MAX = 160 };

/*
 *   or         = and { "||" and }
 *   and        = relation { "&&" relation }
 *   relation   = unary [ ("==" | "!=" | "<" | "<=" | ">" | ">=") unary | "in" "[" [ or { "," or } ] "]" ]
 *   unary      = { "!" } primary
 *   primary    = "(" or ")" | integer | string | "true" | "false" | name { "." name }
 *
 * Both sides of && and || are evaluated: an unknown name is wrong wherever it stands.
 */
struct parser {
    const char *at;
    const struct cel_variable *variables;
    unsigned depth;
    bool failed;
    char *message;
};

static struct cel_value fail(struct parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));

static struct cel_value fail(struct parser *parser, const char *format, ...)
{
    va_list args;

    if (!parser->failed) {
        va_start(args, format);
        vsnprintf(parser->message, CEL_MESSAGE_MAX, format, args);
        va_end(args);
    }
    parser->failed = true;
    return (struct cel_value){0};
}

static struct cel_value boolean(bool value)
{
    return (struct cel_value){.type = CEL_BOOL, .number = value};
}

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

static bool take(struct parser *parser, const char *token)
{
    size_t size = strlen(token);

    skip_blanks(parser);
    if (strncmp(parser->at, token, size) != 0) {
        return false;
    }
    parser->at += size;
    return true;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct cel_value take_or(struct parser *parser);

static struct cel_value take_string(struct parser *parser)
{
    char quote = *parser->at++;
    const char *end = strchr(parser->at, quote);

    if (end == NULL || memchr(parser->at, '\\', (size_t)(end - parser->at)) != NULL) {
        return fail(parser, "a string does not end, or has an escape");
    }
    struct cel_value value = {.type = CEL_STRING, .string = parser->at, .size = (size_t)(end - parser->at)};
    parser->at = end + 1;
    return value;
}

static struct cel_value take_number(struct parser *parser)
{
    char *end;
    long long number = strtoll(parser->at, &end, 10);

    if (is_name_character(*end) || *end == '.') {
        return fail(parser, "a number is not an integer");
    }
    parser->at = end;
    return (struct cel_value){.type = CEL_INT, .number = number};
}

static struct cel_value take_name(struct parser *parser)
{
    const char *from = parser->at;

    while (is_name_character(*parser->at) || (*parser->at == '.' && is_name_character(parser->at[1]))) {
        parser->at++;
    }
    size_t size = (size_t)(parser->at - from);
    if (size == 0) {
        return *from == '\0' ? fail(parser, "the expression ends too early")
                             : fail(parser, "unexpected character '%c'", *from);
    }
    if (size == 4 && memcmp(from, "true", 4) == 0) {
        return boolean(true);
    }
    if (size == 5 && memcmp(from, "false", 5) == 0) {
        return boolean(false);
    }
    for (const struct cel_variable *variable = parser->variables; variable->name != NULL; variable++) {
        if (strlen(variable->name) == size && memcmp(variable->name, from, size) == 0) {
            return variable->value;
        }
    }
    return fail(parser, "unknown variable %.*s", size < 60 ? (int)size : 60, from);
}

static struct cel_value take_primary(struct parser *parser)
{
    skip_blanks(parser);
    if (take(parser, "(")) {
        struct cel_value value = take_or(parser);
        return take(parser, ")") ? value : fail(parser, "a parenthesis is not closed");
    }
    if (*parser->at == '\'' || *parser->at == '"') {
        return take_string(parser);
    }
    if ((*parser->at >= '0' && *parser->at <= '9') || *parser->at == '-') {
        return take_number(parser);
    }
    return take_name(parser);
}

static struct cel_value take_unary(struct parser *parser)
{
    bool negated = false;
    bool any = false;

    for (skip_blanks(parser); parser->at[0] == '!' && parser->at[1] != '='; skip_blanks(parser)) {
        parser->at++;
        negated = !negated;
        any = true;
    }
    struct cel_value value = take_primary(parser);
    if (!any || parser->failed) {
        return value;
    }
    return value.type == CEL_BOOL ? boolean((value.number != 0) != negated) : fail(parser, "! needs a bool");
}

/* -1, 0 or 1; only values of one type can be compared. */
static int compare(struct parser *parser, const struct cel_value *a, const struct cel_value *b)
{
    if (a->type != b->type) {
        fail(parser, "values of different types are compared");
        return 0;
    }
    if (a->type != CEL_STRING) {
        return a->number < b->number ? -1 : a->number > b->number;
    }
    size_t shorter = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->string, b->string, shorter);
    return order != 0 ? (order < 0 ? -1 : 1) : a->size < b->size ? -1 : a->size > b->size;
}

static struct cel_value take_in(struct parser *parser, const struct cel_value *left)
{
    bool found = false;

    if (!take(parser, "[")) {
        return fail(parser, "in needs a list");
    }
    if (take(parser, "]")) {
        return boolean(false);
    }
    do {
        struct cel_value item = take_or(parser);
        found = found || (!parser->failed && compare(parser, left, &item) == 0);
    } while (!parser->failed && take(parser, ","));
    return take(parser, "]") ? boolean(found) : fail(parser, "a list is not closed");
}

static struct cel_value take_relation(struct parser *parser)
{
    static const struct {
        const char *token;
        bool less, equal, greater;
    } operators[] = {{"==", false, true, false}, {"!=", true, false, true}, {"<=", true, true, false},
                     {">=", false, true, true},  {"<", true, false, false}, {">", false, false, true}};
    struct cel_value left = take_unary(parser);

    skip_blanks(parser);
    if (strncmp(parser->at, "in", 2) == 0 && !is_name_character(parser->at[2])) {
        parser->at += 2;
        return take_in(parser, &left);
    }
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]) && !parser->failed; i++) {
        if (!take(parser, operators[i].token)) {
            continue;
        }
        struct cel_value right = take_unary(parser);
        if (parser->failed) {
            return left;
        }
        int order = compare(parser, &left, &right);
        if (left.type == CEL_BOOL && operators[i].less != operators[i].greater) {
            return fail(parser, "bools have no order");
        }
        return boolean(order < 0 ? operators[i].less : order > 0 ? operators[i].greater : operators[i].equal);
    }
    return left;
}

/* A chain of one logical operator. */
static struct cel_value take_chain(struct parser *parser, const char *token,
                                   struct cel_value (*take_operand)(struct parser *), bool decides)
{
    struct cel_value value = take_operand(parser);

    while (!parser->failed && take(parser, token)) {
        struct cel_value right = take_operand(parser);
        if (!parser->failed && (value.type != CEL_BOOL || right.type != CEL_BOOL)) {
            return fail(parser, "%s needs bools", token);
        }
        bool decided = (value.number != 0) == decides || (right.number != 0) == decides;
        value = boolean(decided ? decides : !decides);
    }
    return value;
}

static struct cel_value take_and(struct parser *parser)
{
    return take_chain(parser, "&&", take_relation, false);
}

static struct cel_value take_or(struct parser *parser)
{
    if (++parser->depth > CEL_DEPTH_MAX) {
        return fail(parser, "the expression is nested too deep");
    }
    struct cel_value value = take_chain(parser, "||", take_and, true);
    parser->depth--;
    return value;
}

/* CEL_WRONG: syntax, an unknown name, or types that do not go together; `message` says which. */
static enum cel_verdict evaluate(const char *expression, const struct cel_variable *variables,
                                 char message[CEL_MESSAGE_MAX])
{
    struct parser parser = {.at = expression, .variables = variables, .message = message};

    message[0] = '\0';
    struct cel_value value = take_or(&parser);
    skip_blanks(&parser);
    if (!parser.failed && *parser.at != '\0') {
        fail(&parser, "unexpected text behind the expression");
    }
    if (!parser.failed && value.type != CEL_BOOL) {
        fail(&parser, "the expression is no bool");
    }
    return parser.failed ? CEL_WRONG : value.number != 0 ? CEL_TRUE : CEL_FALSE;
}

static struct cel_value integer(unsigned value)
{
    return (struct cel_value){.type = CEL_INT, .number = value};
}

static struct cel_value string(const char *value)
{
    return (struct cel_value){.type = CEL_STRING, .string = value, .size = strlen(value)};
}

static void judge(const char *expression, const struct cel_variable *variables, const char *field, struct reply *reply)
{
    char message[CEL_MESSAGE_MAX];

    if (expression == NULL) {
        return;
    }
    switch (evaluate(expression, variables, message)) {
    case CEL_TRUE:
        break;
    case CEL_FALSE:
        reply_problem(reply, 400, "allowed_use_violation", "field", field, expression,
                      "The allowed use does not permit these settings: %s", expression);
        break;
    case CEL_WRONG:
        reply_problem(reply, 400, "allowed_use_invalid", "field", field, expression,
                      "The allowed use cannot be evaluated: %s.", message);
        break;
    }
}

void allowed_use_instance(const char *expression, const struct instance *instance, const char *field,
                          struct reply *reply)
{
    const struct profile *profile = instance->profile;
    bool gpu = profile->gpu_model != NULL;
    const struct cel_variable variables[] = {
        {"enable_secure_boot", boolean(instance->secure_boot)},
        {"gpu.count", integer(profile->gpus)},
        {"gpu.manufacturer", string(gpu ? profile->gpu_manufacturer : "")},
        {"gpu.memory", integer(profile->gpu_memory)},
        {"gpu.model", string(gpu ? profile->gpu_model : "")},
        {"metadata_service.enabled", boolean(instance->metadata.enabled)},
        {"metadata_service.protocol", string(instance->metadata.https ? "https" : "http")},
        {"vcpu.count", integer(profile->vcpu)},
        {0},
    };

    judge(expression, variables, field, reply);
}

void allowed_use_bare_metal(const char *expression, const struct bare_metal *server, const char *field,
                            struct reply *reply)
{
    const struct cel_variable variables[] = {
        {"enable_secure_boot", boolean(server->secure_boot)},
        {0},
    };

    judge(expression, variables, field, reply);
}

/* Any values do: what matters is whether there is a verdict. */
void allowed_use_check(const char *expression, bool bare_metal, const char *field, struct reply *reply)
{
    static const struct profile nothing = {.name = ""};
    const struct instance instance = {.profile = &nothing};
    const struct bare_metal server = {.profile = &nothing};
    struct reply verdict = {0};

    if (bare_metal) {
        allowed_use_bare_metal(expression, &server, field, &verdict);
    } else {
        allowed_use_instance(expression, &instance, field, &verdict);
    }
    bool wrong = strstr(text_string(&verdict.errors), "allowed_use_invalid") != NULL;
    reply_free(&verdict);
    if (wrong) {
        reply_problem(reply, 400, "allowed_use_invalid", "field", field, expression, "The expression is not valid.");
    }
}

static void append_expression(struct text *out, const char *name, const char *expression)
{
    reply_format(out, ",\"%s\":", name);
    reply_string(out, expression != NULL ? expression : "true");
}

void allowed_use_render(const struct allowed_use *use, struct text *out)
{
    reply_format(out, "\"allowed_use\":{\"api_version\":\"%s\"", use->api_version);
    append_expression(out, "bare_metal_server", use->bare_metal_server);
    append_expression(out, "instance", use->instance);
    text_append_char(out, '}');
}
