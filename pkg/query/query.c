/* jq expressions, evaluated in a child process that can be stopped at any moment. */
#include "query/query.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "query/query_channel.h"
#include "query/query_engine.h"
#include "query/query_process.h"

struct query {
    char *expression;
    struct query_wait wait;
    struct query_process process;
    struct query_channel channel;
    struct err ended; /* why there is no process any more */
};

/* Keeps the error for later calls. What the process has still to say belongs to no later request. */
static bool end(struct query *query, struct err *e)
{
    query_process_stop(&query->process);
    err_take(&query->ended, e);
    return false;
}

/* The socket broke off: the process has ended by itself, and `size` bytes of value is what it worked on. */
static bool explain_end(struct query *query, size_t size, enum err_code code, struct err *e)
{
    CLEANUP(text_free) struct text why = {0};

    query_engine_append_name(&why, query->expression);
    text_append_char(&why, ' ');
    query_process_explain(&query->process, size, &why);
    err_clear(e);
    err_set(e, code, "%s", text_string(&why));
    return end(query, e);
}

/*
 * Reads one answer up to its end, with its outputs to `sink` (NULL: there are none). `code` is that of an
 * expression that was stopped by a limit.
 */
static bool read_answer(struct query *query, size_t size, query_sink *sink, void *context, enum err_code code,
                        bool *ret_result, struct err *e)
{
    struct query_message message;
    struct err error = ERR_INIT;

    while (query_channel_take(&query->channel, &message, e)) {
        struct query_output output = {.bytes = message.bytes, .size = message.size, .is_string = message.number != 0};
        switch ((enum query_message_kind)message.kind) {
        case QUERY_MESSAGE_OUTPUT:
            if (sink == NULL || !sink(context, &output, e)) {
                return end(query, e);
            }
            break;
        case QUERY_MESSAGE_DONE:
            *ret_result = message.number != 0;
            return true;
        default:
            memcpy(&error, message.bytes, message.size < sizeof(error) ? message.size : sizeof(error));
            return err_take(e, &error);
        }
    }
    return e->code == ERR_IO ? explain_end(query, size, code, e) : end(query, e);
}

struct query *query_compile(const char *expression, const struct query_wait *wait, struct err *e)
{
    struct query *query = mem_alloc(sizeof(*query));
    bool compiled = false;

    *query = (struct query){.expression = mem_copy(expression), .wait = wait != NULL ? *wait : (struct query_wait){0}};
    query->channel.wait = &query->wait;
    if (!query_process_start(expression, &query->process, e)) {
        query_destroy(query);
        return NULL;
    }
    query->channel.fd = query->process.fd;
    if (!read_answer(query, 0, NULL, NULL, ERR_USAGE, &compiled, e)) {
        query_destroy(query);
        return NULL;
    }
    return query;
}

void query_destroy(struct query *query)
{
    if (query != NULL) {
        query_process_stop(&query->process);
        query_channel_free(&query->channel);
        free(query->expression);
        free(query);
    }
}

void query_release(struct query **query)
{
    query_destroy(*query);
    *query = NULL;
}

bool query_has_ended(const struct query *query)
{
    return query->process.pid == 0;
}

static bool ask(struct query *query, enum query_message_kind kind, const char *json, size_t size, enum err_code code,
                struct err *e)
{
    struct query_message request = {.kind = kind, .bytes = json, .size = size};

    if (query_has_ended(query)) {
        return err_take(e, &query->ended);
    }
    if (size > QUERY_VALUE_MAX) {
        return err_set(e, ERR_INVALID, "the value for jq has more than %d bytes", QUERY_VALUE_MAX);
    }
    if (query_channel_send(&query->channel, &request, e)) {
        return true;
    }
    return e->code == ERR_IO ? explain_end(query, size, code, e) : end(query, e);
}

bool query_test(struct query *query, const char *json, size_t size, bool *ret_true, struct err *e)
{
    return ask(query, QUERY_MESSAGE_TEST, json, size, ERR_USAGE, e) &&
           read_answer(query, size, NULL, NULL, ERR_USAGE, ret_true, e);
}

bool query_run(struct query *query, const char *json, size_t size, query_sink *sink, void *context, struct err *e)
{
    bool result = false;

    return ask(query, QUERY_MESSAGE_RUN, json, size, ERR_FAILED, e) &&
           read_answer(query, size, sink, context, ERR_FAILED, &result, e);
}
