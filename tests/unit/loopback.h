/*
 * loopback: a server for the tests of http and iam: threads on 127.0.0.1 whose answers are written by the test, byte by
 * byte, so that it can also break off, hang or reset. Included by test programs; everything is static.
 */
#ifndef TESTS_UNIT_LOOPBACK_H
#define TESTS_UNIT_LOOPBACK_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "text/text.h"

enum { LOOPBACK_CONNECTIONS = 4096 };

/* One request as it came. */
struct heard {
    unsigned number;     /* counts from 0 over all connections */
    unsigned connection; /* counts from 0 */
    char method[16];
    char path[512];
    const char *head; /* request line and headers */
    const char *body;
    size_t body_size;
};

enum afterwards { KEEP_OPEN, CLOSE, RESET, HANG };

struct loopback;
/* Writes the raw answer; called under the server's lock. */
typedef enum afterwards loopback_handler(struct loopback *server, const struct heard *heard, struct text *answer);

struct loopback {
    loopback_handler *handler;
    void *context; /* of the test */
    int listener;
    unsigned port;
    pthread_t acceptor;
    pthread_mutex_t lock;
    unsigned requests, connections;
    struct text log; /* all that was heard */
    struct {
        pthread_t thread;
        int fd;
    } peers[LOOPBACK_CONNECTIONS];
};

struct loopback_peer {
    struct loopback *server;
    unsigned number;
};

static inline void loopback_send(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        bytes += sent;
        size -= (size_t)sent;
    }
}

static inline const char *loopback_header(const char *head, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') {
            return line + 2 + length + 1 + strspn(line + 2 + length + 1, " ");
        }
    }
    return NULL;
}

/* Copies a header's value; "" when absent. */
static inline void loopback_value(const char *head, const char *name, char *buffer, size_t size)
{
    const char *value = loopback_header(head, name);

    snprintf(buffer, size, "%.*s", value != NULL ? (int)strcspn(value, "\r\n") : 0, value != NULL ? value : "");
}

static inline int loopback_read_more(int fd, struct text *in)
{
    char *room = text_reserve(in, 65536);
    ssize_t got = recv(fd, room, 65536, 0);

    if (got > 0) {
        in->size += (size_t)got;
    }
    in->data[in->size] = '\0';
    return got > 0;
}

/* Reads one request into `in` and describes it; false at the end of the connection. */
static inline int loopback_hear(int fd, struct text *in, struct heard *heard, size_t *ret_size)
{
    const char *end;

    while ((end = in->size > 0 ? strstr(in->data, "\r\n\r\n") : NULL) == NULL) {
        if (!loopback_read_more(fd, in)) {
            return 0;
        }
    }
    size_t head_size = (size_t)(end - in->data) + 4;
    const char *length = loopback_header(in->data, "Content-Length");
    heard->body_size = length != NULL && length < end ? strtoul(length, NULL, 10) : 0;
    while (in->size < head_size + heard->body_size) {
        if (!loopback_read_more(fd, in)) {
            return 0;
        }
    }
    *ret_size = head_size + heard->body_size;
    heard->head = in->data;
    heard->body = in->data + head_size;
    return sscanf(in->data, "%15s %511s", heard->method, heard->path) == 2;
}

static inline enum afterwards loopback_answer(struct loopback *server, int fd, struct heard *heard, size_t size)
{
    struct text answer = {0};

    pthread_mutex_lock(&server->lock);
    heard->number = server->requests++;
    text_append_size(&server->log, heard->head, size);
    enum afterwards then = server->handler(server, heard, &answer);
    pthread_mutex_unlock(&server->lock);
    loopback_send(fd, text_string(&answer), answer.size);
    text_free(&answer);
    return then;
}

static inline void *loopback_serve(void *argument)
{
    struct loopback_peer *peer = argument;
    struct loopback *server = peer->server;
    int fd = server->peers[peer->number].fd;
    struct heard heard = {.connection = peer->number};
    struct text in = {0};
    enum afterwards then = KEEP_OPEN;
    size_t size;

    free(peer);
    while (then == KEEP_OPEN && loopback_hear(fd, &in, &heard, &size)) {
        then = loopback_answer(server, fd, &heard, size);
        memmove(in.data, in.data + size, in.size - size);
        in.size -= size;
        in.data[in.size] = '\0';
    }
    if (then == HANG) {
        while (loopback_read_more(fd, &in)) {
        }
    }
    if (then == RESET) {
        struct linger hard = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    }
    text_free(&in);
    pthread_mutex_lock(&server->lock);
    close(fd);
    server->peers[heard.connection].fd = -1;
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

static inline void *loopback_accept(void *argument)
{
    struct loopback *server = argument;

    for (;;) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0 || server->connections == LOOPBACK_CONNECTIONS) {
            return NULL;
        }
        struct loopback_peer *peer = malloc(sizeof(*peer));
        *peer = (struct loopback_peer){.server = server, .number = server->connections};
        pthread_mutex_lock(&server->lock);
        unsigned number = server->connections++;
        server->peers[number].fd = fd;
        pthread_mutex_unlock(&server->lock);
        pthread_create(&server->peers[number].thread, NULL, loopback_serve, peer);
    }
}

/* Opens the listener and learns the port, no more. */
static inline void loopback_listen(struct loopback *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->listener, (struct sockaddr *)&address, size) != 0 || listen(server->listener, 1024) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0) {
        perror("loopback");
        exit(1);
    }
    server->port = ntohs(address.sin_port);
}

static inline void loopback_start(struct loopback *server, loopback_handler *handler, void *context)
{
    *server = (struct loopback){.handler = handler, .context = context};
    pthread_mutex_init(&server->lock, NULL);
    loopback_listen(server);
    pthread_create(&server->acceptor, NULL, loopback_accept, server);
}

static inline void loopback_stop(struct loopback *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->acceptor, NULL);
    close(server->listener);
    pthread_mutex_lock(&server->lock);
    for (unsigned i = 0; i < server->connections; i++) {
        if (server->peers[i].fd >= 0) {
            shutdown(server->peers[i].fd, SHUT_RDWR);
        }
    }
    pthread_mutex_unlock(&server->lock);
    for (unsigned i = 0; i < server->connections; i++) {
        pthread_join(server->peers[i].thread, NULL);
    }
    pthread_mutex_destroy(&server->lock);
    text_free(&server->log);
}

/* "HTTP/1.1 200 OK" with a JSON body and further headers ("" or lines that end in CRLF). */
static inline void loopback_json(struct text *answer, int status, const char *headers, const char *body)
{
    text_printf(answer, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s", status,
                strlen(body), headers, body);
}

/* The same for the resource that the path names: `body` begins with its id and its name. */
static inline void loopback_resource(struct text *answer, const char *path, const char *body)
{
    struct text named = {0};
    size_t end = strcspn(path, "?");
    size_t begin = end;

    while (begin > 0 && path[begin - 1] != '/') {
        begin--;
    }
    text_printf(&named, "{\"id\":\"%.*s\",\"name\":\"%.*s\"%s%s", (int)(end - begin), path + begin, (int)(end - begin),
                path + begin, body[1] != '}' ? "," : "", body + 1);
    loopback_json(answer, 200, "", text_string(&named));
    text_free(&named);
}

/*
 * Waits until connections `first` and above are served and closed by both sides: what a client that was killed had sent
 * still takes effect afterwards, and a test that goes on before would race with it. Connections come in order: once this
 * one is served, all before it are known.
 */
static inline void loopback_drain(struct loopback *server, unsigned first)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char byte;
    bool open = true;

    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        shutdown(fd, SHUT_WR);
        while (recv(fd, &byte, 1, 0) > 0) {
        }
    }
    close(fd);
    while (open) {
        open = false;
        pthread_mutex_lock(&server->lock);
        for (unsigned i = first; i < server->connections; i++) {
            open |= server->peers[i].fd >= 0;
        }
        pthread_mutex_unlock(&server->lock);
        usleep(1000);
    }
}

/* A port on which nobody listens. */
static inline unsigned loopback_dead_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&address, size) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        perror("loopback");
        exit(1);
    }
    close(fd);
    return ntohs(address.sin_port);
}

#endif
