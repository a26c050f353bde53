/* Messages between the two processes of a query: framing, and waits that a signal or a deadline can end. */
#include "query/query_channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { PIECE = 64 * 1024 }; /* bytes that are sent or received at a time */

/* Both ends are the same program, so that numbers need no encoding. */
struct header {
    uint32_t kind, number;
    uint64_t size;
};

void query_channel_free(struct query_channel *channel)
{
    text_free(&channel->out);
    text_free(&channel->in);
}

static bool wait_ready(const struct query_channel *channel, short events, struct err *e)
{
    struct pollfd ready = {.fd = channel->fd, .events = events};

    if (channel->wait != NULL && channel->wait->ready != NULL) {
        return channel->wait->ready(channel->wait->context, channel->fd, events, e);
    }
    while (poll(&ready, 1, -1) < 0) {
        if (errno != EINTR) {
            return err_set_errno(e, ERR_IO, "cannot wait for jq");
        }
    }
    return true;
}

static bool send_all(struct query_channel *channel, const char *bytes, size_t size, struct err *e)
{
    for (size_t done = 0; done < size;) {
        ssize_t sent = send(channel->fd, bytes + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            done += (size_t)sent;
        } else if (errno == EAGAIN) {
            if (!wait_ready(channel, POLLOUT, e)) {
                return false;
            }
        } else if (errno != EINTR) {
            return err_set_errno(e, ERR_IO, "cannot write to jq");
        }
    }
    return true;
}

/* One system call for all but the longest messages. */
bool query_channel_send(struct query_channel *channel, const struct query_message *message, struct err *e)
{
    struct header header = {.kind = message->kind, .number = message->number, .size = message->size};
    bool is_long = message->size > PIECE;

    text_clear(&channel->out);
    text_append_size(&channel->out, (const char *)&header, sizeof(header));
    text_append_size(&channel->out, message->bytes, is_long ? 0 : message->size);
    return send_all(channel, text_string(&channel->out), channel->out.size, e) &&
           (!is_long || send_all(channel, message->bytes, message->size, e));
}

/* Receives until there are `size` bytes that no message had. */
static bool receive(struct query_channel *channel, size_t size, struct err *e)
{
    struct text *in = &channel->in;

    if (in->size - channel->taken >= size) {
        return true;
    }
    memmove(in->data, in->data + channel->taken, in->size - channel->taken);
    in->size -= channel->taken;
    channel->taken = 0;
    while (in->size < size) {
        size_t wanted = size - in->size > PIECE ? size - in->size : PIECE;
        char *room = text_reserve(in, wanted);
        ssize_t got = recv(channel->fd, room, wanted, MSG_DONTWAIT);
        if (got > 0) {
            in->size += (size_t)got;
        } else if (got == 0) {
            return err_set(e, ERR_IO, "jq ended");
        } else if (errno == EAGAIN) {
            if (!wait_ready(channel, POLLIN, e)) {
                return false;
            }
        } else if (errno != EINTR) {
            return err_set_errno(e, ERR_IO, "cannot read from jq");
        }
    }
    return true;
}

bool query_channel_take(struct query_channel *channel, struct query_message *ret, struct err *e)
{
    struct header header;

    text_reserve(&channel->in, sizeof(header)); /* memmove wants a pointer */
    if (!receive(channel, sizeof(header), e)) {
        return false;
    }
    memcpy(&header, channel->in.data + channel->taken, sizeof(header));
    channel->taken += sizeof(header);
    if (header.size > QUERY_VALUE_MAX) {
        return err_set(e, ERR_FAILED, "an output of jq has more than %d bytes", QUERY_VALUE_MAX);
    }
    if (!receive(channel, (size_t)header.size, e)) {
        return false;
    }
    *ret = (struct query_message){.kind = header.kind,
                                  .number = header.number,
                                  .bytes = channel->in.data + channel->taken,
                                  .size = (size_t)header.size};
    channel->taken += (size_t)header.size;
    return true;
}
