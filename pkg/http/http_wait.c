/* What hinders the next request, for people who wait. */
#include "http/http_session.h"

static enum wait_reason reason_of(const struct http_call *call)
{
    switch (call->failed) {
    case HTTP_FAULT_UNREACHED:
        return WAIT_CONNECTION;
    case HTTP_FAULT_NONE:
        return call->failed_status == 429 ? WAIT_RATE_LIMIT
               : call->failed_status > 0  ? WAIT_SERVER_ERROR
                                          : WAIT_NOTHING;
    default:
        return WAIT_NO_ANSWER;
    }
}

/* A call that is sent again, `left_ms` from now; -1: it is with the server already. */
static void explain_retry(const struct http *http, const struct http_call *call, int64_t left_ms, struct wait *wait)
{
    wait->reason = reason_of(call);
    wait->host = call->origin.host;
    wait->status = wait->reason == WAIT_SERVER_ERROR ? call->failed_status : 0;
    wait->attempt = call->sent - call->uncounted + (left_ms >= 0);
    wait->attempts = http->options.attempts;
    wait->left_ms = left_ms;
}

static const struct http_transfer *oldest(const struct http *http, bool urgent)
{
    const struct http_transfer *found = NULL;

    for (const struct http_transfer *at = http->active; at != NULL; at = at->next) {
        if (at->urgent == urgent && (found == NULL || at->started_ms < found->started_ms)) {
            found = at;
        }
    }
    return found;
}

/* With the server: for the first time, or again after a failure that still lasts. */
static void explain_transfer(const struct http *http, const struct http_transfer *transfer, enum wait_reason usual,
                             struct wait *wait)
{
    const struct http_call *call = transfer->call;
    int64_t past_ms = http_now_ms(http) - transfer->started_ms;
    enum wait_reason failed = reason_of(call);

    if (failed != WAIT_NOTHING && failed != WAIT_RATE_LIMIT) {
        explain_retry(http, call, -1, wait);
        return;
    }
    wait->reason = usual;
    wait->host = call->origin.host;
    wait->past_ms = past_ms < wait->past_ms ? past_ms : wait->past_ms;
}

/* Nothing is with the server: until when the rate limit lets nothing start; 0: it is not why. */
static int64_t limited_until_ms(const struct http *http)
{
    const struct http_ratelimit *limit = &http->ratelimit;
    int64_t now_ms = http_now_ms(http);
    bool found = limit->pace > 0 && (limit->ceiling <= 0 || limit->pace < limit->ceiling);

    if (http->fresh.count + http->again.count == 0) {
        return 0;
    }
    return limit->hold_until_ms > now_ms ? limit->hold_until_ms : found && http->start_ms > now_ms ? http->start_ms : 0;
}

static void explain_idle(const struct http *http, struct wait *wait)
{
    const struct http_transfer *token = oldest(http, true);
    int64_t now_ms = http_now_ms(http);
    int64_t until_ms = limited_until_ms(http);

    if (token != NULL) {
        explain_transfer(http, token, WAIT_TOKEN, wait);
    } else if (until_ms > 0) {
        wait->reason = WAIT_RATE_LIMIT;
        wait->left_ms = until_ms - now_ms;
    } else if (http->waiting.count > 0) {
        int64_t left_ms = http->waiting.calls[0]->due_ms - now_ms;
        explain_retry(http, http->waiting.calls[0], left_ms > 0 ? left_ms : 0, wait);
    }
}

static void explain(struct http *http, struct wait *wait)
{
    const struct http_circuit *down = http_circuits_down(http, &wait->left_ms);
    const struct http_transfer *request = oldest(http, false);
    unsigned refusals = http_token_refusals(http);

    if (down != NULL) {
        text_clear(&http->outage);
        http_circuit_describe(down, &http->outage);
        wait->reason = WAIT_OUTAGE;
        wait->what = text_string(&http->outage);
        wait->host = down->origin.host;
    } else if (refusals > 0) {
        wait->reason = WAIT_TOKEN_REFUSED;
        wait->attempt = refusals + 1;
    } else if (request != NULL) {
        explain_transfer(http, request, WAIT_ANSWER, wait);
    } else {
        explain_idle(http, wait);
    }
}

struct wait http_wait(struct http *http)
{
    struct wait wait = {.past_ms = http_now_ms(http) - http->answered_ms, .left_ms = -1};

    if (http->pending > 0) {
        explain(http, &wait);
    }
    bool lasts = wait.past_ms + (wait.left_ms > 0 ? wait.left_ms : 0) >= WAIT_SAID_MS;
    return lasts || wait.reason == WAIT_OUTAGE || wait.reason == WAIT_TOKEN_REFUSED ? wait
                                                                                    : (struct wait){.left_ms = -1};
}

struct wait_work *http_work(struct http *http)
{
    return &http->work;
}
