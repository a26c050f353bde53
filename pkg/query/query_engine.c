/* jq expressions on libjq: compiling, running, and its errors in the words of the product. */
#include "query/query_engine.h"

#include <jq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "text/text.h"

/*
 * Bound around every expression, so that no name in it reaches the environment, a stream or a file. It is a
 * lexical scope: an expression can define names anew but not reach behind these. `import` and `include` must come
 * first in a jq program and so become syntax errors. On one line with the expression, for jq's line numbers.
 */
static const char scope[] = "def env: {}; def stderr: .; def input: error(\"there is no further input\"); "
                            "def modulemeta: error(\"there are no modules\"); {} as $ENV | ";

enum { EXPRESSION_SHOWN = 60, MESSAGE_SHOWN = 300 }; /* columns in messages */

struct query_engine {
    jq_state *jq;
    char *expression;
    const char *json; /* the value that it runs over, borrowed */
    size_t size;
};

/* libjq reports what is wrong in lines of "jq: error: REASON at <top-level>, line N:\nTEXT"; the first one is kept. */
static void keep_first(void *context, jv message)
{
    struct text *first = context;

    if (first->size == 0 && jv_get_kind(message) == JV_KIND_STRING) {
        text_append(first, jv_string_value(message));
    }
    jv_free(message);
}

static jv no_input(jq_state *jq, void *context)
{
    (void)jq;
    (void)context;
    return jv_invalid();
}

static void drop(void *context, jv message)
{
    (void)context;
    jv_free(message);
}

static void replace(struct text *text, const char *what, const char *with)
{
    char *at = strstr(text_string(text), what);

    if (at != NULL) {
        CLEANUP(text_free) struct text rest = {0};
        text_append(&rest, at + strlen(what));
        text->size = (size_t)(at - text->data);
        text_append(text, with);
        text_append(text, text_string(&rest));
    }
}

static void show(struct text *out, const char *bytes, size_t columns)
{
    text_append_short(out, bytes, strlen(bytes), columns);
}

void query_engine_append_name(struct text *out, const char *expression)
{
    text_append(out, "jq expression '");
    show(out, expression, EXPRESSION_SHOWN);
    text_append(out, "'");
}

static void refuse(const char *expression, struct text *report, struct err *e)
{
    static const char place[] = " at <top-level>, line ";
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text reason = {0};
    char *at = strstr(text_string(report), place);
    int line = 1;

    if (at != NULL) {
        line = atoi(at + strlen(place));
        *at = '\0';
        report->size = (size_t)(at - report->data);
    }
    replace(report, "jq: error: ", "");
    replace(report, " (Unix shell quoting issues?)", "");
    replace(report, "$end", "end of the expression");
    replace(report, "QQSTRING_TEXT or QQSTRING_INTERP_START or QQSTRING_END", "a closing quote");
    replace(report, "INVALID_CHARACTER", "character");
    replace(report, "IDENT", "name");
    replace(report, "LITERAL", "number");
    query_engine_append_name(&shown, expression);
    show(&reason, report->size > 0 ? text_string(report) : "it does not compile", MESSAGE_SHOWN);
    err_set(e, ERR_USAGE, "%s: %s", text_string(&shown), text_string(&reason));
    if (strchr(expression, '\n') != NULL) {
        err_at(e, "line %d", line);
    }
}

struct query_engine *query_engine_compile(const char *expression, struct err *e)
{
    CLEANUP(text_free) struct text program = {0};
    CLEANUP(text_free) struct text report = {0};

    if (expression[strspn(expression, " \t\r\n")] == '\0') {
        err_set(e, ERR_USAGE, "the jq expression is empty");
        return NULL;
    }
    struct query_engine *engine = mem_alloc(sizeof(*engine));
    if ((engine->jq = jq_init()) == NULL) {
        mem_out_of_memory();
    }
    engine->expression = mem_copy(expression);
    /* jq_init of 1.6 leaves these two pointers uninitialised. */
    jq_set_input_cb(engine->jq, no_input, NULL);
    jq_set_debug_cb(engine->jq, drop, NULL);
    text_append(&program, scope);
    text_append(&program, expression);
    jq_set_error_cb(engine->jq, keep_first, &report);
    bool compiled = jq_compile(engine->jq, text_string(&program));
    jq_set_error_cb(engine->jq, NULL, NULL);
    if (!compiled) {
        refuse(expression, &report, e);
        return NULL;
    }
    return engine;
}

/* Takes the message over. */
static bool fail(const struct query_engine *engine, jv message, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text reason = {0};
    jv string = jv_get_kind(message) == JV_KIND_STRING ? message : jv_dump_string(message, 0);

    query_engine_append_name(&shown, engine->expression);
    show(&reason, jv_string_value(string), MESSAGE_SHOWN);
    jv_free(string);
    return err_set(e, ERR_FAILED, "%s: %s", text_string(&shown), text_string(&reason));
}

/* Begins a run over the value; afterwards jq_next gives the outputs. */
static bool start(struct query_engine *engine, const char *json, size_t size, struct err *e)
{
    jv value = size < TEXT_MAX ? jv_parse_sized(json, (int)size) : jv_invalid();

    if (!jv_is_valid(value)) {
        jv message = jv_invalid_get_msg(value);
        const char *why = jv_get_kind(message) == JV_KIND_STRING ? jv_string_value(message) : "it is empty or too big";
        /* libjq adds the whole text */
        const char *behind = strstr(why, " (while parsing");
        err_set(e, ERR_INVALID, "the value for jq is no JSON: %.*s", behind ? (int)(behind - why) : (int)strlen(why),
                why);
        jv_free(message);
        return false;
    }
    engine->json = json;
    engine->size = size;
    jq_start(engine->jq, value, 0);
    return true;
}

/* What ended the outputs: nothing left, `halt`, or an error. Takes the invalid value over. */
static bool finish(struct query_engine *engine, jv last, struct err *e)
{
    if (jq_halted(engine->jq)) {
        jv_free(last);
        jv message = jq_get_error_message(engine->jq);
        if (jv_is_valid(message)) {
            return fail(engine, message, e); /* halt_error */
        }
        jv_free(message);
        return true;
    }
    if (jv_invalid_has_msg(jv_copy(last))) {
        return fail(engine, jv_invalid_get_msg(last), e);
    }
    jv_free(last);
    return true;
}

/* --- predicates --------------------------------------------------------------------------------------- */

/* Behind the string literal or the comment that begins at `at`; `at` itself where none does. */
static const char *skip_words(const char *at)
{
    if (*at == '#') {
        return at + strcspn(at, "\n");
    }
    if (*at != '"') {
        return at;
    }
    for (at++; *at != '\0' && *at != '"'; at++) {
        at += *at == '\\' && at[1] != '\0';
    }
    return *at == '"' ? at + 1 : at;
}

/* Whether the expression has a "=" that stands alone, which is no comparison. */
static bool assigns(const char *expression)
{
    for (const char *at = expression; *at != '\0';) {
        const char *behind = skip_words(at);
        if (behind != at) {
            at = behind;
            continue;
        }
        if (*at == '=' && at[1] != '=' && (at == expression || strchr("=!<>|+-*/%", at[-1]) == NULL)) {
            return true;
        }
        at += *at == '=' && at[1] == '=' ? 2 : 1;
    }
    return false;
}

/*
 * Whether what an expression makes of the record may be a part of user_data, which often holds passwords: then neither
 * the outputs nor the messages of jq, which quote them, are shown. The record is written anew, because the name of the
 * member may be written with escapes.
 */
static bool holds_user_data(const struct query_engine *engine)
{
    jv record = jv_dump_string(jv_parse_sized(engine->json, (int)engine->size), 0);
    bool holds = strstr(jv_string_value(record), "\"user_data\"") != NULL;

    jv_free(record);
    return holds;
}

/* Takes the output over. */
static void append_output(struct text *out, jv output, bool withheld)
{
    if (withheld) {
        text_printf(out, "a value of type %s", jv_kind_name(jv_get_kind(output)));
        jv_free(output);
        return;
    }
    jv value = jv_dump_string(output, 0);
    show(out, jv_string_value(value), EXPRESSION_SHOWN);
    jv_free(value);
}

/* Takes the outputs over; `second` is invalid where there is only one, `first` where there is none. */
static bool refuse_outputs(const struct query_engine *engine, jv first, jv second, struct err *e)
{
    bool withheld = holds_user_data(engine);
    CLEANUP(text_free) struct text shown = {0};
    CLEANUP(text_free) struct text values = {0};
    jv outputs[] = {first, second};

    for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        if (jv_is_valid(outputs[i])) {
            text_append(&values, i > 0 ? ", " : "");
            append_output(&values, outputs[i], withheld);
        } else {
            jv_free(outputs[i]);
        }
    }
    query_engine_append_name(&shown, engine->expression);
    return err_set(e, ERR_USAGE, "%s gives %s instead of one true, false or null%s", text_string(&shown),
                   values.size > 0 ? text_string(&values) : "nothing",
                   assigns(engine->expression) ? ": `=` assigns, `==` compares" : "");
}

/* The end of the outputs of a predicate: an error in it is one of usage. Takes `last` over. */
static bool finish_test(struct query_engine *engine, jv last, struct err *e)
{
    CLEANUP(text_free) struct text shown = {0};
    struct err error = ERR_INIT;

    if (finish(engine, last, &error)) {
        return true;
    }
    if (!holds_user_data(engine)) {
        error.code = ERR_USAGE;
        return err_take(e, &error);
    }
    err_clear(&error);
    query_engine_append_name(&shown, engine->expression);
    return err_set(e, ERR_USAGE,
                   "%s fails on this record; what jq says is left out, because it may quote the record's user_data",
                   text_string(&shown));
}

bool query_engine_test(struct query_engine *engine, const char *json, size_t size, bool *ret_true, struct err *e)
{
    if (!start(engine, json, size, e)) {
        return false;
    }
    jv output = jq_next(engine->jq);
    jv_kind kind = jv_get_kind(output);
    if (kind == JV_KIND_INVALID) {
        return finish_test(engine, output, e) && refuse_outputs(engine, jv_invalid(), jv_invalid(), e);
    }
    if (kind != JV_KIND_NULL && kind != JV_KIND_FALSE && kind != JV_KIND_TRUE) {
        return refuse_outputs(engine, output, jv_invalid(), e);
    }
    jv next = jq_next(engine->jq);
    if (jv_is_valid(next)) {
        return refuse_outputs(engine, output, next, e);
    }
    jv_free(output);
    if (!finish_test(engine, next, e)) {
        return false;
    }
    *ret_true = kind == JV_KIND_TRUE;
    return true;
}

/* --- outputs ------------------------------------------------------------------------------------------ */

/* Takes the output over. */
static bool hand_over(jv output, query_sink *sink, void *context, struct err *e)
{
    bool is_string = jv_get_kind(output) == JV_KIND_STRING;
    jv shown = is_string ? output : jv_dump_string(output, 0);
    struct query_output out = {
        .bytes = jv_string_value(shown),
        .size = (size_t)jv_string_length_bytes(jv_copy(shown)),
        .is_string = is_string,
    };
    bool more = sink(context, &out, e);
    jv_free(shown);
    return more;
}

bool query_engine_run(struct query_engine *engine, const char *json, size_t size, query_sink *sink, void *context,
                      struct err *e)
{
    if (!start(engine, json, size, e)) {
        return false;
    }
    for (;;) {
        jv output = jq_next(engine->jq);
        if (!jv_is_valid(output)) {
            return finish(engine, output, e);
        }
        if (!hand_over(output, sink, context, e)) {
            return false;
        }
    }
}
