/* The HTTP side, on libmicrohttpd. */
#include "vpcsim/http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "mem/mem.h"
#include "vpcsim/http/acceptor.h"
#include "vpcsim/http/certificate.h"
#include "vpcsim/http/hop_limit.h"
#include "vpcsim/http/listener.h"
#include "vpcsim/http/log.h"
#include "vpcsim/http/timers.h"

enum { DAEMONS_MAX = 66, CONNECTIONS_MAX = 20000, IDLE_TIMEOUT_S = 300, PORT_TRIES = 20 };

/* One protocol of the port. */
struct face {
    struct server *server;
    bool tls;
};

struct server {
    struct sim *sim;
    route_handler *handler;
    struct face plain, secure;
    int listeners[2]; /* IPv4, IPv6; -1: none */
    int hop_limit;    /* that they have */
    /* Without TLS one a listener; with it those of https, and the last one is that of http. */
    struct MHD_Daemon *daemons[DAEMONS_MAX];
    size_t daemon_count, next_daemon;
    struct acceptor *acceptor; /* NULL without TLS: libmicrohttpd accepts itself */
    uint16_t port;
    struct timers *timers;
    struct certificate certificate;
    pthread_mutex_t lock; /* of the store */
    atomic_ulong connections, requests;
};

/* One request on its way through libmicrohttpd, which calls answer() several times for it. */
struct exchange {
    struct server *server;
    struct request request;
    struct reply reply;
    bool processed, dripping;
    size_t sent;
    struct MHD_Connection *connection;
};

static char *header(struct MHD_Connection *connection, const char *name)
{
    return mem_copy(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

/* What is joined of a header that may be sent in several lines. */
struct joined {
    const char *name;
    struct text value;
};

static enum MHD_Result join_line(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct joined *joined = context;

    (void)kind;
    if (strcasecmp(name, joined->name) == 0) {
        text_append(&joined->value, joined->value.size > 0 ? ", " : "");
        text_append(&joined->value, value != NULL ? value : "");
    }
    return MHD_YES;
}

/* A header that is a list: its lines as one (RFC 9110, 5.3); NULL: not sent. */
static char *list_header(struct MHD_Connection *connection, const char *name)
{
    struct joined joined = {.name = name};

    if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name) == NULL) {
        return NULL;
    }
    MHD_get_connection_values(connection, MHD_HEADER_KIND, join_line, &joined);
    char *value = mem_copy(text_string(&joined.value));
    text_free(&joined.value);
    return value;
}

static enum MHD_Result add_query(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct request *request = context;

    (void)kind;
    if (request->query_count == REQUEST_QUERY_MAX) {
        request->query_overflow = true;
        return MHD_NO;
    }
    struct parameter *parameter = &request->query[request->query_count++];
    parameter->name = mem_copy(name != NULL ? name : "");
    parameter->value = mem_copy(value != NULL ? value : "");
    return MHD_YES;
}

static struct exchange *begin(const struct face *face, struct MHD_Connection *connection, const char *url,
                              const char *method)
{
    struct server *server = face->server;
    struct exchange *exchange = mem_alloc(sizeof(*exchange));
    struct request *request = &exchange->request;
    struct request_headers *headers = &request->headers;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    exchange->server = server;
    exchange->connection = connection;
    request->sim = server->sim;
    request->tls = face->tls;
    request->method = mem_copy(method);
    request->path = mem_copy(url);
    request->connection = info != NULL ? *(const unsigned long *)info->socket_context : 0;
    request->number = atomic_fetch_add(&server->requests, 1) + 1;
    headers->authorization = header(connection, "Authorization");
    headers->content_type = header(connection, "Content-Type");
    headers->if_match = list_header(connection, "If-Match");
    headers->user_agent = header(connection, "User-Agent");
    headers->request_id = header(connection, "X-Request-Id");
    headers->accept = header(connection, "Accept");
    headers->accept_encoding = header(connection, "Accept-Encoding");
    headers->metadata_flavor = header(connection, "Metadata-Flavor");
    headers->host = header(connection, "Host");
    headers->forwarded_proto = header(connection, "X-Forwarded-Proto");
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_query, request);
    log_in_flight(server->sim->log, true);
    return exchange;
}

static void take_body(struct request *request, const char *data, size_t size)
{
    if (request->body.size + size > REQUEST_BODY_MAX) {
        request->body_too_large = true;
        text_clear(&request->body);
    } else if (!request->body_too_large) {
        text_append_size(&request->body, data, size);
    }
}

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info != NULL ? info->connect_fd : -1;
}

static void process(struct exchange *exchange)
{
    struct server *server = exchange->server;
    const struct request *request = &exchange->request;

    pthread_mutex_lock(&server->lock);
    server->handler(&exchange->request, &exchange->reply);
    hop_limit_set_all(server->listeners, &server->hop_limit, server->sim->hop_limit);
    int hop_limit = request->plane == PLANE_DATA ? server->hop_limit : HOP_LIMIT_DEFAULT;
    pthread_mutex_unlock(&server->lock);
    hop_limit_set(socket_of(exchange->connection), hop_limit);
    exchange->processed = true;
}

/* A TCP reset: dissolving the association sends one at once. */
static void reset(struct MHD_Connection *connection)
{
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    (void)connect(socket_of(connection), &nowhere, sizeof(nowhere));
}

/* The body of a reply that ends early, or that comes in drops. */
static ssize_t read_body(void *context, uint64_t position, char *buffer, size_t room)
{
    struct exchange *exchange = context;
    const struct reply *reply = &exchange->reply;
    size_t end = reply->delivery == DELIVER_TRUNCATED ? reply->bytes : reply->body.size;
    size_t left = end > position ? end - (size_t)position : 0;

    if (left == 0) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (reply->delivery == DELIVER_DRIP) {
        exchange->dripping = !exchange->dripping;
        if (exchange->dripping && timers_wait(exchange->server->timers, exchange->connection, reply->interval_ms)) {
            return 0;
        }
        left = left < reply->bytes ? left : reply->bytes;
    }
    size_t size = left < room ? left : room;
    memcpy(buffer, reply->body.data + position, size);
    return (ssize_t)size;
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;

    if (reply->delivery == DELIVER_WHOLE || reply->body.size == 0) {
        size_t size = reply->body.size;
        return MHD_create_response_from_buffer(size, text_take(&reply->body), MHD_RESPMEM_MUST_FREE);
    }
    return MHD_create_response_from_callback(reply->body.size, 16 * 1024, read_body, exchange, NULL);
}

static enum MHD_Result respond(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    struct MHD_Response *response = make_response(exchange);

    if (response == NULL) {
        return MHD_NO;
    }
    if (reply->content_type[0] != '\0') {
        MHD_add_response_header(response, "Content-Type", reply->content_type);
    }
    for (size_t i = 0; i < reply->header_count; i++) {
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    }
    enum MHD_Result result = MHD_queue_response(exchange->connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result finish(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;

    if (reply->delay_ms > 0) {
        long delay_ms = reply->delay_ms;
        reply->delay_ms = 0;
        if (timers_wait(exchange->server->timers, exchange->connection, delay_ms)) {
            return MHD_YES;
        }
    }
    if (reply->delivery == DELIVER_RESET) {
        reset(exchange->connection);
        return MHD_NO;
    }
    return reply->delivery == DELIVER_CLOSED ? MHD_NO : respond(exchange);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *http_version, const char *data, size_t *size, void **state)
{
    struct exchange *exchange = *state;

    (void)http_version;
    if (exchange == NULL) {
        *state = begin(context, connection, url, method);
        return MHD_YES;
    }
    if (*size > 0) {
        take_body(&exchange->request, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (!exchange->processed) {
        process(exchange);
    }
    return finish(exchange);
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode reason)
{
    struct server *server = ((struct face *)context)->server;
    struct exchange *exchange = *state;

    (void)connection;
    (void)reason;
    if (exchange != NULL) {
        log_in_flight(server->sim->log, false);
        request_free(&exchange->request);
        reply_free(&exchange->reply);
        free(exchange);
        *state = NULL;
    }
}

static void connection_changed(void *context, struct MHD_Connection *connection, void **number,
                               enum MHD_ConnectionNotificationCode what)
{
    struct server *server = ((struct face *)context)->server;

    (void)connection;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        unsigned long *own = mem_alloc(sizeof(*own));
        *own = atomic_fetch_add(&server->connections, 1) + 1;
        *number = own;
    } else {
        free(*number);
        *number = NULL;
    }
    log_connection(server->sim->log, what == MHD_CONNECTION_NOTIFY_STARTED);
}

/* Listener -1: connections are handed over to it (deliver), and libmicrohttpd then takes no more than one thread. */
static bool start_daemon(struct server *server, struct face *face, int listener)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (face->tls ? MHD_USE_TLS : 0) |
                     (listener < 0 ? MHD_USE_NO_LISTEN_SOCKET : 0);
    struct MHD_OptionItem more[4] = {{MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem *next = more;

    if (face->tls) {
        *next++ = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate.certificate};
        *next++ = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, server->certificate.key};
    }
    if (listener >= 0) {
        *next++ = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, listener, NULL};
        *next++ = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, server->sim->options.threads, NULL};
    }
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, answer, face, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_NOTIFY_COMPLETED, completed, face,
        MHD_OPTION_NOTIFY_CONNECTION, connection_changed, face, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
    if (daemon == NULL) {
        return false;
    }
    server->daemons[server->daemon_count++] = daemon;
    return true;
}

/* Connections of https go round. */
static void deliver(void *context, int connection, const struct sockaddr *peer, socklen_t size, bool tls)
{
    struct server *server = context;
    size_t last = server->daemon_count - 1;
    size_t number = tls ? server->next_daemon++ % last : last;

    (void)MHD_add_connection(server->daemons[number], connection, peer, size);
}

/* Thousands of connections need as many descriptors. */
static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

static bool start_threads(struct server *server)
{
    bool started = true;

    if (!server->sim->options.tls) {
        for (size_t i = 0; i < 2; i++) {
            started =
                started && (server->listeners[i] < 0 || start_daemon(server, &server->plain, server->listeners[i]));
        }
        return started;
    }
    for (unsigned i = 0; i < server->sim->options.threads; i++) {
        started = started && start_daemon(server, &server->secure, -1);
    }
    if (started && start_daemon(server, &server->plain, -1)) {
        server->acceptor = acceptor_start(server->listeners, deliver, server);
    }
    return server->acceptor != NULL;
}

static bool start_listening(struct server *server, struct err *e)
{
    struct sim *sim = server->sim;
    bool listening = false;

    /* any port: one that is free on 127.0.0.1 may be taken on ::1 */
    for (int tries = sim->options.port != 0 ? 1 : PORT_TRIES; !listening && tries > 0; tries--) {
        server->port = sim->options.port;
        listening = listener_open(&server->port, server->listeners);
    }
    if (!listening) {
        return errno == EADDRINUSE
                   ? err_set(e, ERR_IO,
                             "port %u of 127.0.0.1 or ::1 is in use by another process: choose another with --port, "
                             "or --port 0 for any",
                             sim->options.port)
                   : err_set_errno(e, ERR_IO, "cannot listen on 127.0.0.1:%u", sim->options.port);
    }
    snprintf(sim->address, sizeof(sim->address), "127.0.0.1:%u", server->port);
    hop_limit_set_all(server->listeners, &server->hop_limit, sim->hop_limit);
    return start_threads(server) || err_set(e, ERR_IO, "cannot start threads that serve port %u", server->port);
}

struct server *server_start(struct sim *sim, route_handler *handler, struct err *e)
{
    struct server *server = mem_alloc(sizeof(*server));

    server->sim = sim;
    server->handler = handler;
    server->plain = (struct face){server, false};
    server->secure = (struct face){server, true};
    server->listeners[0] = server->listeners[1] = -1;
    pthread_mutex_init(&server->lock, NULL);
    raise_descriptors();
    if (sim->options.tls && !certificate_make(&server->certificate, sim->options.cert_out, e)) {
        server_stop(server);
        return NULL;
    }
    server->timers = timers_create();
    if (!start_listening(server, e)) {
        server_stop(server);
        return NULL;
    }
    return server;
}

/* The kernel resets who is not accepted yet. */
static void stop_listening(struct server *server)
{
    acceptor_stop(server->acceptor);
    for (size_t i = 0; i < server->daemon_count && !server->sim->options.tls; i++) {
        MHD_quiesce_daemon(server->daemons[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        if (server->listeners[i] >= 0) {
            close(server->listeners[i]);
        }
    }
}

/* What was answered is sent before its connection goes: it has half a second. */
static void drain(const struct server *server)
{
    const struct timespec moment = {.tv_nsec = 5000000};

    for (int i = 0; i < 100 && log_requests_in_flight(server->sim->log) > 0; i++) {
        nanosleep(&moment, NULL);
    }
}

void server_stop(struct server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->timers != NULL) {
        stop_listening(server);
        timers_stop(server->timers);
        drain(server);
    }
    for (size_t i = 0; i < server->daemon_count; i++) {
        MHD_stop_daemon(server->daemons[i]);
    }
    timers_destroy(server->timers);
    certificate_free(&server->certificate);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
