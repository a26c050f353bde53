/*
 * query_channel: messages between the two processes of a query over a stream socket: a kind, a number and bytes.
 */
#ifndef QUERY_QUERY_CHANNEL_H
#define QUERY_QUERY_CHANNEL_H

#include <stdint.h>

#include "query/query.h"
#include "text/text.h"

enum query_message_kind {
    QUERY_MESSAGE_TEST = 1, /* a request: bytes are the value */
    QUERY_MESSAGE_RUN,      /* a request: bytes are the value */
    QUERY_MESSAGE_OUTPUT,   /* bytes are an output, number is whether it is a string */
    QUERY_MESSAGE_DONE,     /* ends the answer; number is the result of a test */
    QUERY_MESSAGE_FAILED,   /* ends the answer; bytes are a struct err */
};

struct query_message {
    uint32_t kind; /* enum query_message_kind */
    uint32_t number;
    const char *bytes;
    size_t size;
};

/* One end. Zero-initialised but for `fd`, which stays the caller's, and `wait`, which is borrowed. */
struct query_channel {
    int fd;
    const struct query_wait *wait;
    struct text out, in;
    size_t taken; /* bytes of `in` that messages had */
};

void query_channel_free(struct query_channel *channel);

/* Errors of both: ERR_IO when the other end is gone, or that of `wait`. */
bool query_channel_send(struct query_channel *channel, const struct query_message *message, struct err *e)
    __attribute__((warn_unused_result));
/* The bytes are borrowed until the next call. */
bool query_channel_take(struct query_channel *channel, struct query_message *ret, struct err *e)
    __attribute__((warn_unused_result));

#endif
