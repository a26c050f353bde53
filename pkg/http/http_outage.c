/* What an outage does to calls: they wait for probes, which ask whether the server is up again, or end in the end. */
#include "http/http_session.h"

/* --- what waits ------------------------------------------------------------------------------------------ */

static void explain(const struct http *http, const struct http_circuit *circuit, struct err *e)
{
    CLEANUP(text_free) struct text what = {0};

    http_circuit_describe(circuit, &what);
    err_set(e, ERR_NETWORK, "%s, still after %s (--outage-timeout)", text_string(&what),
            text_duration(http->outage_ms).text);
}

/* What iam asks for in vain fails; iam gives up then. All other calls are left for another run. */
static void end_lost(struct http *http, struct http_circuit *circuit, struct http_call *call)
{
    struct err cause = ERR_INIT;

    explain(http, circuit, &cause);
    if (!circuit->tokens) {
        cause.code = ERR_CANCELLED;
        cause.cause = ERR_NETWORK;
    }
    http_finish_unsent(http, call, circuit->tokens ? HTTP_FAULT_UNREACHED : HTTP_FAULT_CANCELLED, &cause);
}

void http_outage_hold(struct http *http, struct http_call *call)
{
    struct http_circuit *circuit = call->circuit;

    if (circuit->breaker.state == HTTP_BREAKER_LOST) {
        end_lost(http, circuit, call);
    } else {
        http_queue_push(&circuit->held, call);
    }
}

/* Ends the calls of a queue but those that may continue. */
void http_queue_drop(struct http *http, struct http_queue *queue, const struct err *cause)
{
    struct http_queue kept;
    struct http_call *call;

    http_queue_init(&kept);
    while ((call = http_queue_pop(queue)) != NULL) {
        if (http_may_continue(http, call)) {
            http_queue_push(&kept, call);
        } else {
            http_finish_unsent(http, call, HTTP_FAULT_CANCELLED, cause);
        }
    }
    while ((call = http_queue_pop(&kept)) != NULL) {
        http_queue_push(queue, call);
    }
}

/* No request is left that needs the answer to a probe. */
static void abort_probes(struct http *http)
{
    struct http_transfer *next;

    for (struct http_transfer *at = http->active; at != NULL; at = next) {
        next = at->next;
        if (at->call->probe && !at->call->circuit->tokens && at->call->circuit->held.count == 0) {
            http_abort_transfer(at);
        }
    }
}

void http_outage_drop(struct http *http, bool tokens, const struct err *cause)
{
    for (size_t i = 0; i < http->circuit_count; i++) {
        if (http->circuits[i]->tokens == tokens) {
            http_queue_drop(http, &http->circuits[i]->held, cause);
        }
    }
    if (!tokens) {
        abort_probes(http);
    }
}

/* --- probes ---------------------------------------------------------------------------------------------- */

static void probe_done(struct http_reply *reply, void *context)
{
    (void)reply, (void)context;
}

/*
 * The last GET that was answered well once more: what waits may be what the server refuses in any case. A token request
 * is its own probe, because that server may have nothing to read.
 */
static void start_probe(struct http *http, struct http_circuit *circuit)
{
    struct http_call *first = circuit->held.first;
    struct http_call *probe;

    if (circuit->tokens) {
        probe = http_queue_pop(&circuit->held);
    } else {
        bool remembered = circuit->probe_url.size > 0;
        probe = http_call_create(
            http, &(struct http_request){
                      .method = HTTP_GET,
                      .repeat = HTTP_REPEAT_NEVER,
                      .flags = HTTP_URGENT | HTTP_MUST_FINISH |
                               (remembered ? circuit->probe_flags : first->request.flags & HTTP_WITH_TOKEN),
                      .url = remembered ? text_string(&circuit->probe_url) : first->url,
                      .done = probe_done,
                  });
        probe->cross_origin = remembered ? circuit->cross_origin : first->cross_origin;
    }
    probe->circuit = circuit;
    probe->probe = true;
    http_breaker_probe_started(&circuit->breaker);
    http_queue_push_front(&http->urgent, probe);
}

/* --- time ------------------------------------------------------------------------------------------------ */

/* Those that are with the server, those that wait for their next attempt, and those that wait for the server. */
static void end_all(struct http *http, struct http_circuit *circuit)
{
    struct http_queue later;
    struct http_call *call;
    struct http_transfer *next;

    http_queue_init(&later);
    for (struct http_transfer *at = http->active; at != NULL; at = next) {
        next = at->next;
        if (at->call->circuit == circuit) {
            http_abort_transfer(at);
        }
    }
    while ((call = http_heap_pop(&http->waiting)) != NULL) {
        http_queue_push(call->circuit == circuit ? &circuit->held : &later, call);
    }
    while ((call = http_queue_pop(&later)) != NULL) {
        http_heap_push(&http->waiting, call);
    }
    while ((call = http_queue_pop(&circuit->held)) != NULL) {
        end_lost(http, circuit, call);
    }
}

/* Servers elsewhere that the run has stopped are started all the same. */
static bool works_elsewhere(const struct http *http)
{
    bool elsewhere = false;

    for (size_t i = 0; i < http->circuit_count; i++) {
        const struct http_circuit *circuit = http->circuits[i];
        elsewhere =
            elsewhere || (!circuit->tokens && circuit->breaker.proven && circuit->breaker.state != HTTP_BREAKER_LOST);
    }
    return elsewhere;
}

static void give_up(struct http *http, struct http_circuit *circuit)
{
    struct err cause = ERR_INIT;

    if (!circuit->tokens) {
        explain(http, circuit, &cause);
        bool drains = http->stop < HTTP_GAVE_UP || http->drains_elsewhere;
        http_give_up(http, &cause);
        http->lost = drains ? circuit : http->lost;
        http->drains_elsewhere = drains && works_elsewhere(http);
    }
    end_all(http, circuit);
    if (circuit->tokens) {
        http_breaker_begin(&circuit->breaker, http->outage_ms); /* iam decides when to ask again */
    }
}

void http_outage_step(struct http *http)
{
    int64_t now_ms = http_now_ms(http);

    for (size_t i = 0; i < http->circuit_count; i++) {
        struct http_circuit *circuit = http->circuits[i];
        if (http_breaker_expire(&circuit->breaker, now_ms)) {
            give_up(http, circuit);
        } else if (circuit->held.count > 0 && http_breaker_probe_wait_ms(&circuit->breaker, now_ms) == 0) {
            start_probe(http, circuit);
        }
    }
}
