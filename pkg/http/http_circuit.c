/* The servers that a session speaks to, and how attempts with them end. */
#include <stdio.h>
#include <stdlib.h>

#include "http/http_session.h"
#include "mem/mem.h"

/* --- which one --------------------------------------------------------------------------------------- */

static struct http_circuit *find(struct http *http, const struct http_origin *origin, bool tokens)
{
    for (size_t i = 0; i < http->circuit_count; i++) {
        struct http_circuit *circuit = http->circuits[i];
        if (circuit->tokens == tokens && http_url_same_origin(&circuit->origin, origin)) {
            return circuit;
        }
    }
    if (http->circuit_count == HTTP_CIRCUITS_MAX) {
        return NULL;
    }
    struct http_circuit *circuit = mem_alloc(sizeof(*circuit));
    *circuit = (struct http_circuit){.origin = *origin, .tokens = tokens};
    http_queue_init(&circuit->held);
    http_breaker_begin(&circuit->breaker, http->outage_ms);
    http->circuits[http->circuit_count++] = circuit;
    return circuit;
}

void http_circuit_enter(struct http *http, struct http_call *call)
{
    /* what waits for a server that is down would be probed by requests of another kind than these */
    if (!call->probe && (call->request.flags & HTTP_METADATA_SERVICE) == 0) {
        call->circuit = find(http, &call->origin, (call->request.flags & HTTP_URGENT) != 0);
    }
}

bool http_circuit_has_worked(const struct http_call *call)
{
    return call->circuit != NULL && call->circuit->breaker.proven;
}

/* --- what waits -------------------------------------------------------------------------------------- */

bool http_circuit_is_down(const struct http_call *call)
{
    return call->circuit != NULL && !call->probe && call->circuit->breaker.state != HTTP_BREAKER_CLOSED;
}

size_t http_circuits_held(const struct http *http, bool tokens)
{
    size_t count = 0;

    for (size_t i = 0; i < http->circuit_count; i++) {
        count += http->circuits[i]->tokens == tokens ? http->circuits[i]->held.count : 0;
    }
    return count;
}

void http_circuit_keep(struct http_call *call)
{
    call->probe = false;
    call->uncounted++;
    http_queue_push(&call->circuit->held, call);
}

/* What waited goes on, slowly at first: a server that has just come up would go down under all of it. */
static void release(struct http *http, struct http_circuit *circuit)
{
    struct http_call *call;

    http->recovery = HTTP_WINDOW_START;
    while ((call = http_queue_pop(&circuit->held)) != NULL) {
        http_queue_push(circuit->tokens ? &http->urgent : &http->again, call);
    }
}

/* --- how attempts end -------------------------------------------------------------------------------- */

static unsigned count_older(const struct http_transfer *ended)
{
    const struct http_circuit *circuit = ended->call->circuit;
    unsigned older = 0;

    for (const struct http_transfer *at = ended->http->active; at != NULL; at = at->next) {
        older += at != ended && at->call->circuit == circuit && at->started_ms <= circuit->breaker.row_ms;
    }
    return older;
}

/* Small answers make better probes. */
static void remember_read(struct http_circuit *circuit, const struct http_call *call)
{
    const struct http_request *request = &call->request;
    bool is_long = (request->flags & HTTP_LONG_ANSWER) != 0 && circuit->probe_url.size > 0;

    if (request->method == HTTP_GET && request->authorization == NULL && !is_long) {
        text_clear(&circuit->probe_url);
        text_append(&circuit->probe_url, call->url);
        circuit->probe_flags = request->flags & HTTP_WITH_TOKEN;
        circuit->cross_origin = call->cross_origin;
    }
}

static void note_quality(struct http *http, struct http_circuit *circuit, const struct http_call *call,
                         const struct http_reply *reply, enum http_quality quality)
{
    if (quality == HTTP_QUALITY_BAD) {
        circuit->fault = reply->fault;
        circuit->status = reply->status;
    } else if (quality == HTTP_QUALITY_GOOD && http->recovery > 0) {
        http->recovery = http->recovery < http_ratelimit_window(&http->ratelimit) ? http->recovery + 1 : 0;
    }
    if (reply->error == NULL) {
        remember_read(circuit, call);
    }
}

bool http_circuit_note(struct http_transfer *transfer, const struct http_circuit_end *end)
{
    struct http *http = transfer->http;
    const struct http_call *call = transfer->call;
    struct http_circuit *circuit = call->circuit;
    const struct http_reply *reply = end->reply;

    if (circuit == NULL) {
        return false;
    }
    enum http_quality quality = http_breaker_quality(reply->fault, reply->status, end->gateway, reply->well_formed);
    bool was_closed = circuit->breaker.state == HTTP_BREAKER_CLOSED;
    note_quality(http, circuit, call, reply, quality);
    http_breaker_note(&circuit->breaker,
                      &(struct http_breaker_outcome){
                          .quality = quality,
                          .started_ms = transfer->started_ms,
                          .now_ms = http_now_ms(http),
                          .second_ms = call->second_ms,
                          .older = quality == HTTP_QUALITY_BAD && was_closed ? count_older(transfer) : 0,
                          .probe = call->probe,
                          .write = call->request.method != HTTP_GET,
                          .answered = reply->status > 0 && reply->fault == HTTP_FAULT_NONE,
                          .api_error = end->api_error,
                          .shared = reply->status == 0 && http_transfer_shares(transfer),
                          .used_up = end->may_repeat && !end->at_once && !end->waits,
                          .retry_after_ms = reply->retry_after_ms,
                          .random = (uint32_t)http_random(http),
                      });
    bool closed = circuit->breaker.state == HTTP_BREAKER_CLOSED;
    if (closed && !was_closed) {
        release(http, circuit);
    }
    return !closed && circuit->breaker.state != HTTP_BREAKER_LOST && quality == HTTP_QUALITY_BAD && end->may_repeat &&
           !end->at_once;
}

void http_circuit_call_ends(struct http_call *call)
{
    if (call->probe && call->circuit != NULL) {
        http_breaker_probe_dropped(&call->circuit->breaker);
    }
}

int64_t http_circuits_next_ms(const struct http *http, int64_t next_ms)
{
    int64_t now_ms = http_now_ms(http);

    for (size_t i = 0; i < http->circuit_count; i++) {
        const struct http_circuit *circuit = http->circuits[i];
        int64_t left_ms = http_breaker_left_ms(&circuit->breaker, now_ms);
        int64_t probe_ms = circuit->held.count > 0 ? http_breaker_probe_wait_ms(&circuit->breaker, now_ms) : -1;
        if (left_ms >= 0 && now_ms + left_ms < next_ms) {
            next_ms = now_ms + left_ms;
        }
        if (probe_ms >= 0 && now_ms + probe_ms < next_ms) {
            next_ms = now_ms + probe_ms;
        }
    }
    return next_ms;
}

/* --- the session ------------------------------------------------------------------------------------- */

void http_circuits_begin(struct http *http)
{
    for (size_t i = 0; i < http->circuit_count; i++) {
        release(http, http->circuits[i]);
        http_breaker_begin(&http->circuits[i]->breaker, http->outage_ms);
    }
    http->recovery = 0;
    http->lost = NULL;
    http->drains_elsewhere = false;
}

void http_set_outage_timeout(struct http *http, int64_t ms)
{
    http->outage_ms = ms;
    http_circuits_begin(http);
}

void http_circuits_free(struct http *http)
{
    for (size_t i = 0; i < http->circuit_count; i++) {
        text_free(&http->circuits[i]->probe_url);
        free(http->circuits[i]);
    }
}

void http_circuit_describe(const struct http_circuit *circuit, struct text *out)
{
    const char *host = circuit->origin.host;

    if (circuit->status > 0) {
        text_printf(out, "%s answers %d", host, circuit->status);
    } else {
        text_printf(out, "no %s %s", circuit->fault == HTTP_FAULT_UNREACHED ? "connection to" : "answer from", host);
    }
}

const struct http_circuit *http_circuits_down(const struct http *http, int64_t *ret_left_ms)
{
    int64_t now_ms = http_now_ms(http);

    for (size_t i = 0; i < http->circuit_count; i++) {
        int64_t left_ms = http_breaker_left_ms(&http->circuits[i]->breaker, now_ms);
        if (left_ms >= 0) {
            *ret_left_ms = left_ms;
            return http->circuits[i];
        }
    }
    return NULL;
}
