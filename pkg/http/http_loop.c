/* The loop of a session: starts what may start, collects what has ended, waits for more. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/http_session.h"
#include "mem/mem.h"

enum { RUN_WAIT_MS = 60 * 1000 };

/* What keeps the next call from starting. */
enum start { START_DONE, START_NOTHING, START_FULL, START_PAUSED, START_TOKEN };

static bool look_up_origin(struct http *http, const char *url, struct http_origin *ret, struct err *e)
{
    size_t size = http_url_prefix(url);

    if (size == 0 || http->origin_prefix.size != size || memcmp(text_string(&http->origin_prefix), url, size) != 0) {
        struct http_origin origin;
        if (!http_url_origin(url, &origin, e)) {
            return false;
        }
        http->origin = origin;
        text_clear(&http->origin_prefix);
        text_append_size(&http->origin_prefix, url, size);
    }
    *ret = http->origin;
    return true;
}

static bool has_line_break(const char *value)
{
    return value != NULL && strpbrk(value, "\r\n") != NULL;
}

/* What must be refused before anything is connected. Sets call->origin. */
static bool guard(struct http *http, struct http_call *call, struct err *e)
{
    const struct http_request *request = &call->request;
    bool secret =
        http_token_is_wanted(http, call) || request->authorization != NULL || (request->flags & HTTP_SECRET_BODY) != 0;

    if (!look_up_origin(http, call->url, &call->origin, e)) {
        return false;
    }
    http_circuit_enter(http, call);
    if (has_line_break(request->content_type) || has_line_break(request->if_match) ||
        has_line_break(request->authorization) || has_line_break(request->header)) {
        return err_set(e, ERR_USAGE, "a header value for %s holds a line break", call->origin.host);
    }
    bool stays_here = call->origin.loopback || (call->origin.metadata && (request->flags & HTTP_METADATA_SERVICE) != 0);
    if (secret && !call->origin.https && !stays_here) {
        return err_set(
            e, ERR_USAGE,
            "credentials are not sent over plain http to %s: use https (plain http is for this machine only)",
            call->origin.host);
    }
    if (request->authorization != NULL) {
        const char *credentials = strchr(request->authorization, ' ');
        secrets_add(http->options.secrets, credentials != NULL ? credentials + 1 : request->authorization,
                    SECRET_LASTING);
    }
    return true;
}

static struct http_queue *next_queue(struct http *http)
{
    return http->urgent.count > 0 ? &http->urgent : http->again.count > 0 ? &http->again : &http->fresh;
}

static enum start may_start(struct http *http, bool urgent)
{
    if (urgent) {
        return START_DONE;
    }
    int64_t now_ms = http_now_ms(http);
    unsigned in_flight = (unsigned)(http->active_count - http->urgent_count);
    if (http->recovery > 0 && in_flight >= http->recovery) {
        return START_FULL;
    }
    int64_t wait_ms = http_ratelimit_wait_ms(&http->ratelimit, in_flight, now_ms);
    http->start_ms = now_ms + wait_ms;
    return wait_ms == 0 ? START_DONE : wait_ms > 0 ? START_PAUSED : START_FULL;
}

/* The token request is urgent, too; a probe lets it pass. */
static enum start await_token(struct http *http, struct http_queue *queue, enum start waits)
{
    bool starts = false;

    if (queue == &http->urgent) {
        http_queue_push(queue, http_queue_pop(queue));
    }
    for (const struct http_call *call = http->urgent.first; call != NULL; call = call->next) {
        starts = starts || (call->request.flags & HTTP_WITH_TOKEN) == 0;
    }
    return starts ? START_DONE : waits;
}

static enum start start_one(struct http *http)
{
    struct http_queue *queue = next_queue(http);
    struct http_call *call = queue->first;
    struct http_token_use use = {0};
    struct err problem = ERR_INIT;

    if (call == NULL) {
        return START_NOTHING;
    }
    bool urgent = queue == &http->urgent;
    enum start verdict = may_start(http, urgent);
    if (verdict != START_DONE) {
        return verdict;
    }
    bool fine = guard(http, call, &problem);
    if (fine && http_circuit_is_down(call)) {
        http_queue_pop(queue);
        http_outage_hold(http, call);
        return START_DONE;
    }
    if (fine) {
        enum http_token_state state = http_token_ask(http, call, &use, &problem);
        if (state == HTTP_TOKEN_WAIT) {
            http->start_ms = use.due_ms;
            return await_token(http, queue, use.due_ms > 0 ? START_PAUSED : START_TOKEN);
        }
        if (state == HTTP_TOKEN_FAILED) {
            http_give_up(http, &problem);
            return START_NOTHING;
        }
    }
    http_queue_pop(queue);
    if (!fine || !http_transfer_start(http, call, use.token, &problem)) {
        http_finish_unsent(http, call, HTTP_FAULT_REFUSED, &problem);
        return START_DONE;
    }
    http_token_sent(http->active, use.probe);
    if (!urgent) {
        http_ratelimit_started(&http->ratelimit, http_now_ms(http));
    }
    return START_DONE;
}

static void wake_due(struct http *http)
{
    while (http->waiting.count > 0 && http->waiting.calls[0]->due_ms <= http_now_ms(http)) {
        struct http_call *call = http_heap_pop(&http->waiting);
        http_queue_push((call->request.flags & HTTP_URGENT) != 0 ? &http->urgent : &http->again, call);
    }
}

static enum start start_calls(struct http *http)
{
    enum start verdict;

    wake_due(http);
    do {
        verdict = start_one(http);
    } while (verdict == START_DONE);
    http->saturated = http->active_count - http->urgent_count >= http_ratelimit_window(&http->ratelimit);
    return verdict;
}

/* Everything that is not with the server ends here once the session has to stop. */
static void drop_waiting(struct http *http)
{
    struct err cause = ERR_INIT;
    struct http_queue later;
    struct http_call *call;

    http_stopped_error(http, &cause);
    http_queue_init(&later);
    while ((call = http_heap_pop(&http->waiting)) != NULL) {
        http_queue_push(http_may_continue(http, call) ? &later : &http->again, call);
    }
    http_queue_drop(http, &http->again, &cause);
    http_queue_drop(http, &http->fresh, &cause);
    http_outage_drop(http, false, &cause);
    http_outage_drop(http, true, &cause);
    http_queue_drop(http, &http->urgent, &cause);
    http_queue_drop(http, &later, &cause);
    while ((call = http_queue_pop(&later)) != NULL) {
        http_heap_push(&http->waiting, call);
    }
}

static void apply_stop(struct http *http)
{
    if (http_left_ms(http) == 0 && http->stop < HTTP_LATE) {
        http->stop = HTTP_LATE;
    }
    if (http->stop == HTTP_GO) {
        return;
    }
    while (http->stop >= HTTP_STOP && http->active != NULL) {
        http_abort_transfer(http->active);
    }
    drop_waiting(http);
    while (http->pending == http->urgent_pending && http->active != NULL) {
        http_abort_transfer(http->active); /* no request needs a token any more */
    }
}

static bool collect(struct http *http)
{
    bool any = false;
    int left;

    for (CURLMsg *message; (message = curl_multi_info_read(http->multi, &left)) != NULL;) {
        struct http_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        http_finish_transfer(transfer, code);
        any = true;
    }
    return any;
}

/* Milliseconds until something has to happen that libcurl does not know of. */
static int64_t next_event_ms(const struct http *http, enum start verdict)
{
    int64_t now_ms = http_now_ms(http);
    int64_t next_ms = now_ms + RUN_WAIT_MS;

    if (http->waiting.count > 0 && http->waiting.calls[0]->due_ms < next_ms) {
        next_ms = http->waiting.calls[0]->due_ms;
    }
    if (http->deadline_ms > 0 && http->deadline_ms < next_ms) {
        next_ms = http->deadline_ms;
    }
    if (http->tick != NULL && http->ticked_ms + http->tick_interval_ms < next_ms) {
        next_ms = http->ticked_ms + http->tick_interval_ms;
    }
    if (verdict == START_PAUSED && http->start_ms < next_ms) {
        next_ms = http->start_ms;
    }
    next_ms = http_circuits_next_ms(http, next_ms);
    return next_ms > now_ms ? next_ms - now_ms : 0;
}

static void wait_for_more(struct http *http, int64_t wait_ms)
{
    struct curl_waitfd wake = {.fd = http->wake_fd, .events = CURL_WAIT_POLLIN};
    uint64_t ignored;

    if (curl_multi_poll(http->multi, &wake, 1, (int)wait_ms, NULL) != CURLM_OK) {
        http->stop = HTTP_BROKEN;
    }
    if (wake.revents != 0 && read(http->wake_fd, &ignored, sizeof(ignored)) < 0) {
        return; /* another wait has read it */
    }
}

/* A source that waits without a request under way would wait for ever. */
static void fail_token_wait(struct http *http)
{
    struct err cause = ERR_INIT;

    err_set(&cause, ERR_AUTH, "no token came");
    http_give_up(http, &cause);
}

static void step(struct http *http, int wait_ms)
{
    int running;

    http_outage_step(http);
    apply_stop(http);
    enum start verdict = start_calls(http);
    if (curl_multi_perform(http->multi, &running) != CURLM_OK) {
        http->stop = HTTP_BROKEN;
    }
    if (collect(http) || http->pending == 0) {
        return;
    }
    if (verdict == START_TOKEN && http->active_count == 0 && http->waiting.count == 0 &&
        http_circuits_held(http, true) == 0) {
        fail_token_wait(http);
        return;
    }
    int64_t event_ms = next_event_ms(http, verdict);
    if (event_ms > 0 && wait_ms > 0 && http->stop < HTTP_STOP) {
        wait_for_more(http, event_ms < wait_ms ? event_ms : wait_ms);
    }
}

static void tick(struct http *http)
{
    int64_t now_ms = http_now_ms(http);

    if (http->tick != NULL && now_ms - http->ticked_ms >= http->tick_interval_ms) {
        http->ticked_ms = now_ms;
        http->tick(http->tick_context, false);
    }
}

bool http_step(struct http *http, int wait_ms)
{
    assert(!http->running);
    http->running = true;
    step(http, wait_ms);
    http->running = false;
    tick(http);
    return http->pending > http->urgent_pending;
}

void http_idle(struct http *http, int wait_ms)
{
    assert(!http->running);
    apply_stop(http);
    if (http->stop < HTTP_STOP) {
        int64_t event_ms = next_event_ms(http, START_NOTHING);
        wait_for_more(http, event_ms < wait_ms ? event_ms : wait_ms);
    }
    tick(http);
}

enum http_state http_state(const struct http *http)
{
    return http->stop == HTTP_GO && http_left_ms(http) != 0                                     ? HTTP_OPEN
           : http->stop == HTTP_DRAIN || (http->stop == HTTP_GAVE_UP && http->drains_elsewhere) ? HTTP_DRAINING
                                                                                                : HTTP_CLOSED;
}

void http_tick_over(struct http *http)
{
    if (http->tick != NULL) {
        http->tick(http->tick_context, true);
    }
}

bool http_run(struct http *http, struct err *e)
{
    while (http_step(http, RUN_WAIT_MS)) {
    }
    http_tick_over(http);
    wait_reads_over(&http->work);
    return http->stop == HTTP_GO || http_stopped_error(http, e);
}
