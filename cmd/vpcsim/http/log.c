/* The log of requests and their counters. */
#include "vpcsim/http/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mem/mem.h"
#include "vpcsim/sim.h"

enum { OPERATIONS_MAX = 128, CLIENTS_MAX = 64, CLIENT_SIZE = 160, STATUSES = 600 };

struct counter {
    const char *operation; /* of the route table; NULL: free */
    unsigned long requests;
    unsigned long statuses[6]; /* by hundreds; 0: no answer */
};

/* Requests of the API by who sent them: the hash of the token and the user agent. */
struct client_counter {
    char client[CLIENT_SIZE]; /* "": free; the last one holds all for whom there is no room */
    unsigned long requests, served, refused, no_answer;
};

struct request_log {
    int fd;
    char **lines; /* ring */
    size_t line_count, next_line;
    struct counter counters[OPERATIONS_MAX];
    struct client_counter clients[CLIENTS_MAX];
    unsigned long total;
    atomic_ulong connections, open_connections, in_flight, max_in_flight, max_connections;
};

struct request_log *log_create(void)
{
    struct request_log *log = mem_alloc(sizeof(*log));

    log->fd = -1;
    log->lines = mem_array(LOG_KEPT_LINES, sizeof(log->lines[0]));
    return log;
}

void log_clear(struct request_log *log)
{
    for (size_t i = 0; i < log->line_count; i++) {
        free(log->lines[i]);
        log->lines[i] = NULL;
    }
    log->line_count = log->next_line = 0;
    memset(log->counters, 0, sizeof(log->counters));
    memset(log->clients, 0, sizeof(log->clients));
    log->total = 0;
    atomic_store(&log->max_in_flight, atomic_load(&log->in_flight));
    atomic_store(&log->max_connections, atomic_load(&log->open_connections));
    atomic_store(&log->connections, 0);
}

void log_destroy(struct request_log *log)
{
    if (log == NULL) {
        return;
    }
    log_clear(log);
    if (log->fd >= 0) {
        close(log->fd);
    }
    free(log->lines);
    free(log);
}

bool log_open(struct request_log *log, const char *path, struct err *e)
{
    if (path == NULL) {
        return true;
    }
    log->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (log->fd < 0) {
        return err_set_errno(e, ERR_IO, "cannot open the log file %s", path);
    }
    return true;
}

int64_t log_microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void raise_to(atomic_ulong *maximum, unsigned long value)
{
    unsigned long seen = atomic_load(maximum);

    while (value > seen && !atomic_compare_exchange_weak(maximum, &seen, value)) {
    }
}

void log_connection(struct request_log *log, bool opened)
{
    if (opened) {
        atomic_fetch_add(&log->connections, 1);
        raise_to(&log->max_connections, atomic_fetch_add(&log->open_connections, 1) + 1);
    } else {
        atomic_fetch_sub(&log->open_connections, 1);
    }
}

void log_in_flight(struct request_log *log, bool began)
{
    if (began) {
        raise_to(&log->max_in_flight, atomic_fetch_add(&log->in_flight, 1) + 1);
    } else {
        atomic_fetch_sub(&log->in_flight, 1);
    }
}

unsigned long log_requests_in_flight(const struct request_log *log)
{
    return atomic_load(&log->in_flight);
}

static void append_member(struct text *out, const char *name, const char *value)
{
    if (value != NULL) {
        text_printf(out, ",\"%s\":", name);
        reply_string(out, value);
    }
}

/* The scheme, and a hash that distinguishes tokens without revealing them. */
static void append_token_hash(struct text *out, const char *authorization)
{
    if (authorization == NULL) {
        return;
    }
    size_t scheme = strcspn(authorization, " ");
    text_printf(out, "%.*s#%08" PRIx64,
                strncmp(authorization, "Bearer ", 7) == 0 || strncmp(authorization, "Basic ", 6) == 0 ? (int)scheme : 0,
                authorization, random_hash(authorization, strlen(authorization)) & 0xffffffff);
}

static void append_body(struct text *out, const struct request *request)
{
    bool secret = strstr(request->path, "/identity/") != NULL || strstr(request->path, "/instance_identity/") != NULL;

    if (request->body.size == 0) {
        return;
    }
    if (secret) {
        text_append(out, ",\"body\":\"<redacted>\"");
    } else if (request->document != NULL) {
        text_append(out, ",\"body\":");
        json_print(out, request->document, JSON_PRINT_COMPACT);
    } else {
        size_t size = request->body.size < LOG_BODY_MAX ? request->body.size : LOG_BODY_MAX;
        text_append(out, ",\"body\":");
        json_print_string(out, text_string(&request->body), size);
    }
    text_printf(out, ",\"body_size\":%zu", request->body.size);
}

static void append_query(struct text *out, const struct request *request)
{
    text_append(out, ",\"query\":{");
    for (size_t i = 0; i < request->query_count; i++) {
        text_append(out, i > 0 ? "," : "");
        reply_string(out, request->query[i].name);
        text_append_char(out, ':');
        reply_string(out, request->query[i].value);
    }
    text_append_char(out, '}');
}

static void append_line(struct text *out, const struct request *request, const struct reply *reply, int64_t began_us)
{
    const struct request_headers *headers = &request->headers;
    bool answered = reply->delivery != DELIVER_RESET && reply->delivery != DELIVER_CLOSED;
    int64_t spent_us = log_microseconds() - began_us + (int64_t)reply->delay_ms * 1000;
    char stamp[CLOCK_STAMP_SIZE];

    clock_stamp(request->sim->now_s, stamp);
    text_printf(out, "{\"number\":%" PRIu64 ",\"time\":\"%s\",\"at_ms\":%" PRId64 ",\"connection\":%lu",
                request->number, stamp, request->sim->now_ms, request->connection);
    append_member(out, "method", request->method);
    append_member(out, "path", request->path);
    append_member(out, "operation", request->route != NULL ? request->route->operation : NULL);
    append_query(out, request);
    if (headers->authorization != NULL) {
        text_append(out, ",\"authorization\":\"");
        append_token_hash(out, headers->authorization);
        text_append_char(out, '"');
    }
    append_member(out, "content_type", headers->content_type);
    append_member(out, "if_match", headers->if_match);
    append_member(out, "user_agent", headers->user_agent);
    append_member(out, "x_request_id", headers->request_id);
    append_member(out, "accept", headers->accept);
    append_member(out, "accept_encoding", headers->accept_encoding);
    append_member(out, "metadata_flavor", headers->metadata_flavor);
    append_body(out, request);
    text_printf(out, ",\"status\":%u,\"ms\":%" PRId64 ".%03" PRId64, answered ? reply->status : 0, spent_us / 1000,
                spent_us % 1000);
    append_member(out, "fault", reply->fault);
    text_append(out, "}\n");
}

static void count_client(struct request_log *log, const struct request *request, unsigned status)
{
    const struct request_headers *headers = &request->headers;
    struct text client = {0};
    size_t i = 0;

    append_token_hash(&client, headers->authorization);
    text_append(&client, client.size > 0 && headers->user_agent != NULL ? " " : "");
    text_append(&client, headers->user_agent != NULL ? headers->user_agent : "");
    if (client.size == 0 || client.size >= CLIENT_SIZE) {
        text_clear(&client);
        text_append(&client, "other");
    }
    while (i < CLIENTS_MAX - 1 && log->clients[i].client[0] != '\0' &&
           strcmp(log->clients[i].client, text_string(&client)) != 0) {
        i++;
    }
    struct client_counter *counter = &log->clients[i];
    snprintf(counter->client, sizeof(counter->client), "%s", i < CLIENTS_MAX - 1 ? text_string(&client) : "other");
    counter->requests++;
    counter->no_answer += status == 0;
    counter->served += status >= 200 && status < 300;
    counter->refused += status == 429;
    text_free(&client);
}

static void count(struct request_log *log, const struct request *request, const struct reply *reply)
{
    const char *operation = request->route != NULL ? request->route->operation : "unknown";
    bool answered = reply->delivery != DELIVER_RESET && reply->delivery != DELIVER_CLOSED;

    log->total++;
    if (request->route != NULL && (request->route->flags & ROUTE_API) != 0) {
        count_client(log, request, answered ? reply->status : 0);
    }
    for (size_t i = 0; i < OPERATIONS_MAX; i++) {
        struct counter *counter = &log->counters[i];
        if (counter->operation == NULL || strcmp(counter->operation, operation) == 0) {
            counter->operation = operation;
            counter->requests++;
            counter->statuses[answered && reply->status < STATUSES ? reply->status / 100 : 0]++;
            return;
        }
    }
}

void log_request(const struct request *request, const struct reply *reply, int64_t began_us)
{
    struct request_log *log = request->sim->log;
    struct text line = {0};

    append_line(&line, request, reply, began_us);
    count(log, request, reply);
    for (size_t sent = 0; log->fd >= 0 && sent < line.size;) {
        ssize_t size = write(log->fd, line.data + sent, line.size - sent);
        if (size < 0 && errno != EINTR) {
            break;
        }
        sent += size > 0 ? (size_t)size : 0;
    }
    free(log->lines[log->next_line]);
    log->lines[log->next_line] = text_take(&line);
    log->next_line = (log->next_line + 1) % LOG_KEPT_LINES;
    log->line_count += log->line_count < LOG_KEPT_LINES;
}

void log_append_requests(const struct request_log *log, struct text *out)
{
    size_t first = log->line_count < LOG_KEPT_LINES ? 0 : log->next_line;

    text_append(out, "{\"requests\":[");
    for (size_t i = 0; i < log->line_count; i++) {
        const char *line = log->lines[(first + i) % LOG_KEPT_LINES];
        text_append(out, i > 0 ? "," : "");
        text_append_size(out, line, strlen(line) - 1);
    }
    text_append(out, "]}");
}

void log_append_counters(struct request_log *log, struct text *out)
{
    text_printf(out,
                "{\"requests\":%lu,\"connections\":%lu,\"open_connections\":%lu,\"max_connections\":%lu,"
                "\"in_flight\":%lu,\"max_in_flight\":%lu,\"operations\":{",
                log->total, atomic_load(&log->connections), atomic_load(&log->open_connections),
                atomic_load(&log->max_connections), atomic_load(&log->in_flight), atomic_load(&log->max_in_flight));
    for (size_t i = 0; i < OPERATIONS_MAX && log->counters[i].operation != NULL; i++) {
        const struct counter *counter = &log->counters[i];
        text_printf(out, "%s\"%s\":{\"requests\":%lu,\"no_answer\":%lu,\"2xx\":%lu,\"4xx\":%lu,\"5xx\":%lu}",
                    i > 0 ? "," : "", counter->operation, counter->requests, counter->statuses[0], counter->statuses[2],
                    counter->statuses[4], counter->statuses[5]);
    }
    text_append(out, "},\"clients\":{");
    for (size_t i = 0; i < CLIENTS_MAX && log->clients[i].client[0] != '\0'; i++) {
        const struct client_counter *counter = &log->clients[i];
        text_append(out, i > 0 ? "," : "");
        reply_string(out, counter->client);
        text_printf(out, ":{\"requests\":%lu,\"no_answer\":%lu,\"served\":%lu,\"429\":%lu}", counter->requests,
                    counter->no_answer, counter->served, counter->refused);
    }
    text_append(out, "}}");
}
