/* A session: opening, closing, submitting, and what may be set. */
#include "http/http.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fsio/fsio.h"
#include "http/http_retry.h"
#include "http/http_session.h"
#include "mem/mem.h"

/* Requests and forms with secrets pass through libcurl's buffers, so libcurl overwrites what it frees. */
static void wiping_free(void *memory)
{
    if (memory != NULL) {
        text_wipe(memory, malloc_usable_size(memory));
        free(memory);
    }
}

/* Not zeroed: libcurl takes buffers of BUFFER_SIZE for every request. */
static void *take_memory(size_t size)
{
    return mem_grow(NULL, size, 1);
}

/* realloc() would leave the old bytes as they were. */
static void *wiping_realloc(void *memory, size_t size)
{
    void *moved = take_memory(size);
    if (memory != NULL) {
        size_t usable = malloc_usable_size(memory);
        memcpy(moved, memory, usable < size ? usable : size);
        wiping_free(memory);
    }
    return moved;
}

static unsigned or_else(unsigned value, unsigned preset)
{
    return value > 0 ? value : preset;
}

static void fill_defaults(struct http_options *options)
{
    options->clock = options->clock != NULL ? options->clock : clock_system();
    options->user_agent = options->user_agent != NULL ? options->user_agent : "vpcmeta/" VPCMETA_VERSION;
    options->connect_timeout_ms = or_else(options->connect_timeout_ms, HTTP_CONNECT_TIMEOUT_MS);
    options->timeout_ms = or_else(options->timeout_ms, HTTP_TIMEOUT_MS);
    options->attempts = or_else(options->attempts, HTTP_ATTEMPTS);
    options->backoff_ms = or_else(options->backoff_ms, HTTP_BACKOFF_MS);
    options->answer_max = options->answer_max > 0 ? options->answer_max : HTTP_BODY_MAX;
}

static bool open_multi(struct http *http, struct err *e)
{
    http->date_s = -1;
    http->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (http->wake_fd < 0) {
        return err_set_errno(e, ERR_FAILED, "cannot open an event descriptor");
    }
    if (curl_global_init_mem(CURL_GLOBAL_ALL, take_memory, wiping_free, wiping_realloc, mem_copy, mem_array) !=
        CURLE_OK) {
        return err_set(e, ERR_FAILED, "cannot start libcurl");
    }
    http->multi = curl_multi_init();
    if (http->multi == NULL) {
        curl_global_cleanup();
        return err_set(e, ERR_FAILED, "libcurl cannot open a session");
    }
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(http->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)HTTP_WINDOW_MAX);
    return true;
}

struct http *http_create(const struct http_options *options, struct err *e)
{
    struct http_options chosen = options != NULL ? *options : (struct http_options){0};

    fill_defaults(&chosen);
    if (chosen.ca_file != NULL && access(chosen.ca_file, R_OK) != 0) {
        err_set_errno(e, ERR_USAGE, "cannot read the certificates in %s", chosen.ca_file);
        return NULL;
    }
    uint64_t seed = 0;
    if (!fsio_random(&seed, sizeof(seed), e)) {
        return NULL;
    }
    struct http *http = mem_alloc(sizeof(*http));
    http->options = chosen;
    http->outage_ms = -1;
    http->random = seed;
    http->clock = chosen.clock;
    http->user_agent = mem_copy(chosen.user_agent);
    http->ca_file = mem_copy(chosen.ca_file);
    http_queue_init(&http->urgent);
    http_queue_init(&http->again);
    http_queue_init(&http->fresh);
    if (!open_multi(http, e)) {
        http_destroy(http);
        return NULL;
    }
    http_ratelimit_begin(&http->ratelimit, chosen.max_per_second, 0, http_now_ms(http));
    http_set_window(http, chosen.window);
    return http;
}

static void free_queue(struct http_queue *queue)
{
    for (struct http_call *call; (call = http_queue_pop(queue)) != NULL;) {
        http_call_free(call);
    }
}

static void free_transfers(struct http *http)
{
    while (http->active != NULL) {
        struct http_transfer *transfer = http->active;
        struct http_call *call = transfer->call;
        http_transfer_detach(transfer);
        http_transfer_recycle(transfer);
        http_call_free(call);
    }
    while (http->idle != NULL) {
        struct http_transfer *transfer = http->idle;
        http->idle = transfer->next;
        http_transfer_destroy(transfer);
    }
}

void http_destroy(struct http *http)
{
    if (http == NULL) {
        return;
    }
    assert(!http->running);
    free_transfers(http);
    free_queue(&http->urgent);
    free_queue(&http->again);
    free_queue(&http->fresh);
    for (size_t i = 0; i < http->circuit_count; i++) {
        free_queue(&http->circuits[i]->held);
    }
    http_circuits_free(http);
    for (struct http_call *call; (call = http_heap_pop(&http->waiting)) != NULL;) {
        http_call_free(call);
    }
    free(http->waiting.calls);
    http_token_release(http->token);
    text_free(&http->origin_prefix);
    text_free(&http->date);
    text_free(&http->outage);
    if (http->multi != NULL) {
        curl_multi_cleanup(http->multi);
        curl_global_cleanup();
    }
    if (http->wake_fd >= 0) {
        close(http->wake_fd);
    }
    free(http->user_agent);
    free(http->ca_file);
    free(http);
}

static char *copy_behind(char **end, const char *bytes, size_t size)
{
    if (bytes == NULL) {
        return NULL;
    }
    char *copy = memcpy(*end, bytes, size);
    *end += size;
    return copy;
}

static size_t string_size(const char *string)
{
    return string != NULL ? strlen(string) + 1 : 0;
}

/* One block for the call and all it copies. */
struct http_call *http_call_create(struct http *http, const struct http_request *request)
{
    size_t url_size = string_size(request->url);
    size_t type_size = string_size(request->content_type);
    size_t match_size = string_size(request->if_match);
    size_t authorization_size = string_size(request->authorization);
    size_t header_size = string_size(request->header);
    size_t size = url_size + type_size + match_size + authorization_size + header_size + request->body_size;

    assert(request->url != NULL && request->done != NULL && (request->body != NULL || request->body_size == 0));
    struct http_call *call = mem_alloc(sizeof(*call) + size);
    char *end = (char *)(call + 1);
    call->size = size;
    call->request = *request;
    call->request.url = call->url = copy_behind(&end, request->url, url_size);
    call->request.content_type = copy_behind(&end, request->content_type, type_size);
    call->request.if_match = copy_behind(&end, request->if_match, match_size);
    call->request.authorization = copy_behind(&end, request->authorization, authorization_size);
    call->request.header = copy_behind(&end, request->header, header_size);
    call->request.body = copy_behind(&end, request->body, request->body_size);
    http->answered_ms = http->pending == 0 ? http_now_ms(http) : http->answered_ms;
    http->pending++;
    http->urgent_pending += (request->flags & HTTP_URGENT) != 0;
    http->counters.requests++;
    return call;
}

void http_submit(struct http *http, const struct http_request *request)
{
    struct http_call *call = http_call_create(http, request);

    http_queue_push((request->flags & HTTP_URGENT) != 0 ? &http->urgent : &http->fresh, call);
}

size_t http_in_flight(const struct http *http)
{
    return http->active_count;
}

void http_set_window(struct http *http, unsigned window)
{
    http_ratelimit_set_window(&http->ratelimit, window < HTTP_WINDOW_MAX ? window : HTTP_WINDOW_MAX);
    /* the pool holds one connection a request in flight and some for token requests and redirects */
    long most = window > 0 ? (long)http_ratelimit_window(&http->ratelimit) : HTTP_WINDOW_AUTO_MAX;
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, most + 4);
}

unsigned http_window(const struct http *http)
{
    size_t window = http_ratelimit_window(&http->ratelimit);
    size_t most = window > HTTP_WINDOW_AUTO_MAX ? window : HTTP_WINDOW_AUTO_MAX;

    return (unsigned)(window + http->waiting.count < most ? window + http->waiting.count : most);
}

void http_set_max_rate(struct http *http, unsigned max_per_second)
{
    http->ratelimit.ceiling = max_per_second;
}

void http_set_ticker(struct http *http, http_tick_fn *tick, void *context, unsigned interval_ms)
{
    http->tick = tick;
    http->tick_context = context;
    http->tick_interval_ms = interval_ms;
    http->ticked_ms = http_now_ms(http);
}

bool http_is_late(const struct http *http)
{
    return http->stop == HTTP_LATE || http->lost != NULL;
}

void http_set_deadline(struct http *http, int64_t ms)
{
    http->deadline_ms = ms > 0 ? http_now_ms(http) + ms : 0;
}

/* Called from signal handlers: nothing but the flag and one write. */
static void stop(struct http *http, enum http_stop how)
{
    int number = errno;

    if (http->stop < (sig_atomic_t)how) {
        http->stop = (sig_atomic_t)how;
    }
    http_wake(http);
    errno = number;
}

void http_cancel(struct http *http)
{
    stop(http, HTTP_DRAIN);
}

void http_abort(struct http *http)
{
    stop(http, HTTP_STOP);
}

void http_resume(struct http *http)
{
    http->stop = HTTP_GO;
    http->ratelimit.hold_until_ms = 0;
    http->deadline_ms = 0;
    http_circuits_begin(http);
    http_acceptance_reset(&http->acceptance);
}

void http_set_token_source(struct http *http, const struct http_token_source *source)
{
    http->source = source != NULL ? *source : (struct http_token_source){0};
    http_token_release(http->token);
    http->token = NULL;
    http->acceptance = (struct http_acceptance){0};
}

/* The next step asks the source anyway; only a wait has to end. */
void http_token_changed(struct http *http)
{
    http_wake(http);
}

struct http_counters http_counters(const struct http *http)
{
    return http->counters;
}

const char *http_library(void)
{
    return curl_version();
}

const char *http_built_with(void)
{
    return LIBCURL_VERSION;
}
