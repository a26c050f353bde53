/* One attempt of a call on a handle of libcurl. */
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "http/http_session.h"
#include "mem/mem.h"

enum {
    /*
     * libcurl has a buffer of its own for every transfer, and all it gives back is wiped: the small size holds one
     * server, the large one makes fewer reads of a page, which is near 1 MB.
     */
    BUFFER_SIZE = 16 * 1024,
    LONG_BUFFER_SIZE = 100 * 1024,
    EXPECT_LIMIT = 1024 * 1024, /* from here on libcurl would ask "Expect: 100-continue" first */
    IDLE_BODY_MAX = 64 * 1024,  /* a larger body buffer is not kept: the next answer is mostly a small one */
};

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;

    http_headers_line(&transfer->headers, data, size * count);
    return size * count;
}

/* The first piece of a body makes room for all of it: growing step by step would copy a page several times. */
static void reserve_whole(struct http_transfer *transfer)
{
    curl_off_t length = -1;

    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0 && (size_t)length <= transfer->body_max) {
        text_reserve(&transfer->body, (size_t)length + HTTP_BODY_PADDING);
    }
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct http_transfer *transfer = context;

    size *= count;
    if (size > transfer->body_max - transfer->body.size) {
        transfer->too_large = true;
        return 0;
    }
    if (transfer->body.size == 0) {
        reserve_whole(transfer);
    }
    text_append_size(&transfer->body, data, size);
    return size;
}

/*
 * libcurl sends a request again on its own when a reused connection dies before the first byte of the answer. The
 * server may have acted on the first sending, so for anything but reading that decision is http_retry's alone.
 */
static int on_before_send(void *context, char *their_ip, char *our_ip, int their_port, int our_port)
{
    struct http_transfer *transfer = context;
    enum http_method method = transfer->call->request.method;

    (void)their_ip, (void)our_ip, (void)their_port, (void)our_port;
    transfer->rounds++;
    return transfer->rounds > 1 && method != HTTP_GET ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73 /* linux/in6.h, which cannot be included beside netinet/in.h */
#endif

/* Before it connects: http_request.min_ttl. */
static int on_socket(void *context, curl_socket_t fd, curlsocktype purpose)
{
    const struct http_transfer *transfer = context;
    int min_ttl = (int)transfer->call->request.min_ttl;
    int domain = 0;
    socklen_t size = sizeof(domain);

    (void)purpose;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) {
        return CURL_SOCKOPT_ERROR;
    }
    int failed = domain == AF_INET6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &min_ttl, sizeof(min_ttl))
                                    : setsockopt(fd, IPPROTO_IP, IP_MINTTL, &min_ttl, sizeof(min_ttl));
    return failed == 0 ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

static void set_up(struct http *http, struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (http->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
    }
    curl_easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER_SIZE);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->options.connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_before_send);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer);
}

static struct http_transfer *take_idle(struct http *http)
{
    struct http_transfer *transfer = http->idle;

    if (transfer != NULL) {
        http->idle = transfer->next;
        return transfer;
    }
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        mem_out_of_memory();
    }
    transfer = mem_alloc(sizeof(*transfer));
    transfer->http = http;
    transfer->easy = easy;
    set_up(http, transfer);
    return transfer;
}

static void add_line(struct http_transfer *transfer, size_t *count, char *line)
{
    assert(*count < HTTP_LINES);
    if (*count > 0) {
        transfer->lines[*count - 1].next = &transfer->lines[*count];
    }
    transfer->lines[(*count)++] = (struct curl_slist){.data = line};
}

static char *compose(struct text *line, const char *name, const char *value)
{
    text_clear(line);
    text_append(line, name);
    text_append(line, value);
    return line->data;
}

/* RFC 9562 5.4. */
static void new_request_id(struct http_transfer *transfer)
{
    uint64_t random[2] = {http_random(transfer->http), http_random(transfer->http)};
    unsigned char bytes[sizeof(random)];

    memcpy(bytes, random, sizeof(bytes));
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char *out = transfer->id_line + sprintf(transfer->id_line, "X-Request-Id: ");
    for (size_t i = 0; i < sizeof(bytes); i++) {
        static const char digits[] = "0123456789abcdef";
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *out++ = '-';
        }
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

/* The list is made of our own nodes and strings: libcurl's would be copied and freed for every request. */
static void set_lines(struct http_transfer *transfer)
{
    static char accept[] = "Accept: application/json";
    static char no_expect[] = "Expect:";
    const struct http_request *request = &transfer->call->request;
    bool bodied = request->body_size > 0 || request->method == HTTP_POST;
    size_t count = 0;

    new_request_id(transfer);
    add_line(transfer, &count, accept);
    add_line(transfer, &count, transfer->id_line);
    if (bodied) {
        /* a name without a value keeps libcurl from naming a type of its own */
        bool typed = request->content_type != NULL && request->body_size > 0;
        add_line(transfer, &count,
                 compose(&transfer->type_line,
                         typed ? "Content-Type: " : "Content-Type:", typed ? request->content_type : ""));
    }
    if (request->if_match != NULL) {
        add_line(transfer, &count, compose(&transfer->match_line, "If-Match: ", request->if_match));
    }
    if (transfer->token != NULL) {
        add_line(transfer, &count, transfer->token->line);
    } else if (request->authorization != NULL && !transfer->call->cross_origin) {
        add_line(transfer, &count, compose(&transfer->authorization_line, "Authorization: ", request->authorization));
    }
    if (request->header != NULL) {
        add_line(transfer, &count, (char *)request->header); /* the call's own copy; libcurl only reads it */
    }
    if (request->body_size >= EXPECT_LIMIT) {
        add_line(transfer, &count, no_expect);
    }
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
}

static void set_method(struct http_transfer *transfer)
{
    const struct http_request *request = &transfer->call->request;
    CURL *easy = transfer->easy;
    bool plain = request->method == HTTP_GET;

    if (request->body_size > 0 || request->method == HTTP_POST) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, plain ? NULL : http_method_name(request->method));
}

static bool multiplexes(const struct http *http, const struct http_origin *origin)
{
    for (size_t i = 0; i < http->multiplexed_count; i++) {
        if (http_url_same_origin(&http->multiplexed[i], origin)) {
            return true;
        }
    }
    return false;
}

/* Remembers a server that speaks HTTP/2. */
void http_transfer_multiplexes(struct http *http, const struct http_origin *origin)
{
    if (http->multiplexed_count < HTTP_MULTIPLEXED_MAX && !multiplexes(http, origin)) {
        http->multiplexed[http->multiplexed_count++] = *origin;
    }
}

bool http_transfer_shares(const struct http_transfer *transfer)
{
    return multiplexes(transfer->http, &transfer->call->origin);
}

static void set_request(struct http_transfer *transfer)
{
    struct http *http = transfer->http;
    const struct http_call *call = transfer->call;
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_URL, call->url);
    set_method(transfer);
    set_lines(transfer);
    /* the deadline is the loop's: a time-out of the same moment would look like a server that does not answer */
    unsigned timeout_ms = call->request.timeout_ms > 0 ? call->request.timeout_ms : http->options.timeout_ms;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE,
                     (call->request.flags & HTTP_LONG_ANSWER) != 0 ? (long)LONG_BUFFER_SIZE : (long)BUFFER_SIZE);
    /* Until a server has spoken HTTP/2, waiting for its first connection to tell would only serialise the start. */
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, multiplexes(http, &call->origin) ? 1L : 0L);
    bool alone = call->request.min_ttl > 0;
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, alone ? on_socket : NULL);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, alone ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, alone ? 1L : 0L);
    /* A proxy would carry what is meant for this machine to another one. */
    bool direct = call->origin.loopback || (call->request.flags & HTTP_METADATA_SERVICE) != 0;
    curl_easy_setopt(easy, CURLOPT_NOPROXY, direct ? "*" : NULL);
}

bool http_transfer_start(struct http *http, struct http_call *call, struct http_token *token, struct err *e)
{
    struct http_transfer *transfer = take_idle(http);

    transfer->call = call;
    transfer->urgent = (call->request.flags & HTTP_URGENT) != 0;
    transfer->secret = (call->request.flags & HTTP_SECRET_BODY) != 0;
    transfer->token = token;
    if (token != NULL) {
        token->references++;
    }
    http_headers_clear(&transfer->headers);
    text_clear(&transfer->body);
    transfer->body_max = call->request.answer_max > 0 ? call->request.answer_max : http->options.answer_max;
    transfer->too_large = false;
    transfer->rounds = 0;
    transfer->problem[0] = '\0';
    transfer->started_ms = http_now_ms(http);
    call->second_ms = call->sent == call->uncounted + 1 ? transfer->started_ms : call->second_ms;
    transfer->started_wall_ms = clock_wall_ms(http->clock);
    set_request(transfer);
    DL_PREPEND2(http->active, transfer, previous, next);
    http->active_count++;
    http->urgent_count += transfer->urgent;
    call->sent++;
    http->counters.attempts++;
    http->counters.retries += call->sent - call->uncounted > 1;
    CURLMcode code = curl_multi_add_handle(http->multi, transfer->easy);
    if (code != CURLM_OK) {
        http_transfer_detach(transfer);
        http_transfer_recycle(transfer);
        return err_set(e, ERR_FAILED, "cannot start a transfer: %s", curl_multi_strerror(code));
    }
    return true;
}

void http_transfer_detach(struct http_transfer *transfer)
{
    struct http *http = transfer->http;

    curl_multi_remove_handle(http->multi, transfer->easy);
    DL_DELETE2(http->active, transfer, previous, next);
    http->active_count--;
    http->urgent_count -= transfer->urgent;
}

void http_transfer_recycle(struct http_transfer *transfer)
{
    struct http *http = transfer->http;

    http_token_release(transfer->token);
    transfer->token = NULL;
    transfer->call = NULL;
    text_wipe(transfer->authorization_line.data, transfer->authorization_line.size);
    if (transfer->secret) {
        text_wipe(transfer->body.data, transfer->body.size);
    }
    if (transfer->body.capacity > IDLE_BODY_MAX) {
        text_free(&transfer->body);
    }
    transfer->next = http->idle;
    http->idle = transfer;
}

void http_transfer_destroy(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    http_token_release(transfer->token);
    http_headers_free(&transfer->headers);
    text_free(&transfer->type_line);
    text_free(&transfer->match_line);
    text_free_secret(&transfer->authorization_line);
    text_free_secret(&transfer->body);
    free(transfer);
}
