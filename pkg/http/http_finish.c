/* The end of an attempt: what the answer means, whether another attempt follows, and the end of a call. */
#include <stdlib.h>
#include <string.h>

#include "http/http_effect.h"
#include "http/http_explain.h"
#include "http/http_retry.h"
#include "http/http_session.h"
#include "mem/mem.h"

/* How an attempt ended. */
struct ending {
    struct http_reply reply;
    struct err error;
    const char *method;
    CURLcode code;
    bool sent;
    bool whole;   /* all of an answer that is HTTP came */
    bool gateway; /* an error status that says nothing of the API: what answered stands before it */
    enum http_body body;
    char *moved_url; /* where a redirect leads that is to be followed; owned */
    int64_t wait_ms; /* until the next attempt; -1: there is none */
};

static bool is_write(const struct http_call *call)
{
    return call->request.method != HTTP_GET;
}

void http_call_free(struct http_call *call)
{
    if (call->url != call->request.url) {
        free(call->url);
    }
    text_wipe(call, sizeof(*call) + call->size);
    free(call);
}

static void deliver(struct http *http, struct http_call *call, struct http_reply *reply)
{
    http->pending--;
    http_circuit_call_ends(call);
    http->urgent_pending -= (call->request.flags & HTTP_URGENT) != 0;
    call->request.done(reply, call->request.context);
    http_call_free(call);
}

void http_finish_unsent(struct http *http, struct http_call *call, enum http_fault fault, const struct err *cause)
{
    char padding[1 + HTTP_BODY_PADDING] = {0};
    struct http_reply reply = {
        .body = padding,
        .etag = "",
        .request_id = "",
        .content_type = "",
        .url = call->url,
        .retry_after_ms = -1,
        .date_s = -1,
        .attempts = call->sent - call->token_refusals,
        .fault = fault,
        .maybe_processed = call->maybe_processed,
        .error = cause,
    };

    deliver(http, call, &reply);
}

/* A handshake that fails twice (no TLS there, no common version) fails again; one that was cut off may not. */
static enum http_fault fault_of(const struct http_transfer *transfer, CURLcode code, bool sent)
{
    if (transfer->too_large) {
        return HTTP_FAULT_REFUSED;
    }
    if (code == CURLE_SSL_CONNECT_ERROR && ++transfer->call->handshakes_failed > 1) {
        return HTTP_FAULT_UNTRUSTED;
    }
    return http_retry_fault((int)code, sent);
}

/* Many answers of a second have the same date, and reading one costs as much as all other headers together. */
static int64_t date_of(struct http *http, const struct text *header)
{
    if (http->date.size != header->size || memcmp(text_string(&http->date), text_string(header), header->size) != 0) {
        text_clear(&http->date);
        text_append_size(&http->date, text_string(header), header->size);
        http->date_s = http_date(text_string(header));
    }
    return http->date_s;
}

/* The status of an answer that is HTTP of a known version; 0: none came. */
static int status_of(CURLcode code, long status)
{
    return http_retry_not_http((int)code) ? 0 : (int)status;
}

/* What a server repeats of our secrets ends here: nothing has read the answer yet. */
static void mask_secrets(struct http_transfer *transfer, long status)
{
    const struct secrets *secrets = transfer->http->options.secrets;

    http_headers_mask(&transfer->headers, secrets);
    secrets_mask_message(secrets, transfer->problem);
    if (status < 200 || status >= 300) {
        (void)secrets_mask(secrets, transfer->body.data, transfer->body.size);
    } else if (!transfer->secret) {
        secrets_mask_answer(secrets, transfer->body.data, transfer->body.size);
    }
}

static void look_at(struct http_transfer *transfer, CURLcode code, struct ending *ending)
{
    struct http *http = transfer->http;
    const struct http_call *call = transfer->call;
    long status = 0;
    long request_size = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &request_size);
    /* room behind the body for readers that look ahead */
    memset(text_reserve(&transfer->body, HTTP_BODY_PADDING), 0, HTTP_BODY_PADDING + 1);
    mask_secrets(transfer, status);
    ending->method = http_method_name(call->request.method);
    /* without a round, the numbers are those of the handle's last use */
    ending->sent = transfer->rounds > 0 && request_size > 0;
    ending->wait_ms = -1;
    ending->code = code;
    ending->whole = code == CURLE_OK;
    struct http_reply *reply = &ending->reply;
    reply->body = transfer->body.data;
    reply->size = transfer->body.size;
    reply->etag = text_string(&transfer->headers.etag);
    reply->content_type = text_string(&transfer->headers.content_type);
    reply->request_id = transfer->headers.request_id.size > 0 ? text_string(&transfer->headers.request_id)
                                                              : transfer->id_line + strlen("X-Request-Id: ");
    reply->url = call->url;
    reply->retry_after_ms = http_retry_after(text_string(&transfer->headers.retry_after), clock_wall_s(http->clock));
    reply->date_s = date_of(http, &transfer->headers.date);
    reply->attempts = call->sent - call->token_refusals;
    reply->elapsed_ms = http_now_ms(http) - transfer->started_ms;
    reply->fault = fault_of(transfer, code, ending->sent);
    reply->timed_out = code == CURLE_OPERATION_TIMEDOUT;
    reply->not_tls = code == CURLE_SSL_CONNECT_ERROR;
    status = status_of(code, status);
    if (ending->sent && status >= 200 && reply->fault != HTTP_FAULT_REFUSED) {
        reply->status = (int)status;
        if (code != CURLE_OK) {
            /* An error status says all there is to say, even when its body was cut. */
            reply->fault = status >= 300 ? HTTP_FAULT_NONE : HTTP_FAULT_BROKEN;
        }
    } else if (reply->fault == HTTP_FAULT_NONE) {
        reply->fault = HTTP_FAULT_BROKEN; /* an answer that ends with what only announces one */
    }
}

static void explain_fault(struct http_transfer *transfer, CURLcode code, struct ending *ending)
{
    const char *words = transfer->problem[0] != '\0' ? transfer->problem : curl_easy_strerror(code);
    CLEANUP(text_free) struct text safe = {0};

    text_append_safe(&safe, words, strlen(words)); /* libcurl quotes certificates and host names */
    http_explain(&(struct http_failure){.origin = &transfer->call->origin,
                                        .fault = ending->reply.fault,
                                        .curl_code = (int)code,
                                        .words = text_string(&safe),
                                        .direct = (transfer->call->request.flags & HTTP_METADATA_SERVICE) != 0,
                                        .reopened = transfer->rounds > 1,
                                        .attempts = ending->reply.attempts,
                                        .too_large = transfer->too_large ? transfer->body_max : 0},
                 &ending->error);
}

static void explain_status(const struct http_transfer *transfer, struct ending *ending)
{
    const struct http_reply *reply = &ending->reply;
    CLEANUP(http_error_free) struct http_error said = {0};

    if (reply->size <= HTTP_ERROR_BODY_MAX) {
        http_error_read(reply->body, reply->size, &said);
    }
    if (ending->whole) {
        ending->body = said.is_api ? HTTP_BODY_API_ERROR : HTTP_BODY_FOREIGN;
    }
    ending->reply.foreign = ending->body != HTTP_BODY_API_ERROR;
    /* IAM has an error container of its own, wherever it is; of a 401 only a page or a text says nothing of tokens */
    const struct http_circuit *circuit = transfer->call->circuit;
    bool of_iam = circuit != NULL ? circuit->tokens : transfer->urgent;
    bool foreign = reply->foreign && said.iam_code.size == 0;
    ending->gateway = of_iam || reply->status == 401 ? said.is_foreign : foreign;
    http_problem_explain(reply, ending->method, &said, &ending->error);
    secrets_mask_message(transfer->http->options.secrets, ending->error.message);
}

/* Callers put such an error into reasons and reports, which have no place of their own: the message carries it. */
static void explain_broken(struct ending *ending)
{
    struct err *error = &ending->error;

    err_set(error, ERR_BAD_ANSWER, "the answer cannot be used");
    if (error->place[0] != '\0') {
        err_wrap(error, "%s", error->place);
        error->place[0] = '\0';
    }
    error->http_status = ending->reply.status;
}

/* Sets reply.error and what the verdict needs to know. */
static void judge(struct http_transfer *transfer, CURLcode code, struct ending *ending)
{
    struct http_call *call = transfer->call;
    struct http_reply *reply = &ending->reply;

    if (reply->fault == HTTP_FAULT_NONE && reply->status >= 200 && reply->status < 300) {
        struct err problem = ERR_INIT;
        if (call->request.read == NULL || call->request.read(reply, call->request.context, &problem)) {
            ending->body = HTTP_BODY_TAKEN;
            return;
        }
        ending->body = HTTP_BODY_FOREIGN;
        reply->fault = HTTP_FAULT_BROKEN;
        ending->error = problem;
        explain_broken(ending);
    } else if (reply->fault == HTTP_FAULT_NONE) {
        explain_status(transfer, ending);
    } else {
        explain_fault(transfer, code, ending);
    }
    reply->error = &ending->error;
}

static bool maybe_processed(const struct http_call *call, const struct ending *ending)
{
    return http_maybe_processed(&(struct http_evidence){
        .curl_code = (int)ending->code,
        .sent = ending->sent,
        .status = ending->reply.status,
        .body = ending->body,
        .write = is_write(call),
        .repeat = http_retry_class(call->request.method, call->request.repeat),
    });
}

/* What a gateway says in place of the API says nothing of a rate limit, and none holds back token requests. */
static void note_rate(struct http *http, const struct http_transfer *transfer, const struct ending *ending)
{
    const struct http_reply *reply = &ending->reply;
    const struct http_call *call = transfer->call;

    bool gateway = ending->gateway && reply->status < 500 && reply->status != 429;
    if (reply->fault != HTTP_FAULT_NONE || gateway || (call->request.flags & HTTP_URGENT) != 0) {
        return;
    }
    struct http_ratelimit_answer answer = {
        .started_ms = transfer->started_ms,
        .now_ms = http_now_ms(http),
        .class = is_write(call)                                  ? HTTP_RATELIMIT_WRITE
                 : (call->request.flags & HTTP_LONG_ANSWER) != 0 ? HTTP_RATELIMIT_LIST
                                                                 : HTTP_RATELIMIT_READ,
        .refused = reply->status == 429,
        .failed = reply->status >= 500,
        .saturated = http->saturated,
        .in_flight = (unsigned)(http->active_count - http->urgent_count - 1),
        .retry_after_ms = reply->retry_after_ms,
    };
    http_headers_ratelimit(&transfer->headers, clock_wall_s(http->clock), &answer);
    http_ratelimit_answered(&http->ratelimit, &answer);
}

/* A metadata service that is off gives no answer, now and later. */
static bool is_silence(const struct http_call *call, CURLcode code)
{
    return (call->request.flags & HTTP_METADATA_SERVICE) != 0 &&
           (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST);
}

static struct http_outcome outcome_of(struct http *http, const struct http_call *call, const struct ending *ending)
{
    /* the server took it: its state says what came of it, and another writer may have been there since */
    bool taken = is_write(call) && ending->reply.fault == HTTP_FAULT_BROKEN && ending->reply.well_formed;

    return (struct http_outcome){
        .repeat = taken ? HTTP_REPEAT_NEVER : http_retry_class(call->request.method, call->request.repeat),
        .fault = ending->reply.fault,
        .status = ending->reply.status,
        .misdirected = ending->reply.misdirected,
        .well_formed = ending->reply.well_formed || http_retry_not_http((int)ending->code),
        .api_error = ending->body == HTTP_BODY_API_ERROR,
        .foreign = ending->gateway && http_circuit_has_worked(call),
        .unresolved = ending->code == CURLE_COULDNT_RESOLVE_HOST && !http_circuit_has_worked(call),
        .attempt = call->sent - call->uncounted,
        .attempts_max = is_silence(call, ending->code) ? 1 : http->options.attempts,
        .backoff_ms = http->options.backoff_ms,
        .retry_after_ms = ending->reply.retry_after_ms,
        .left_ms = http_left_ms(http),
        .random = (uint32_t)http_random(http),
    };
}

/* Whether only the end of the session is why no attempt follows: also one with a fresh token, or at another URL. */
static bool is_given_up(const struct http_transfer *transfer, struct http_outcome outcome)
{
    bool at_once = outcome.status == 307 || outcome.status == 308 || (outcome.status == 401 && transfer->token != NULL);

    outcome.left_ms = -1;
    return http_retry_wait(&outcome) >= 0 || (at_once && !http_may_continue(transfer->http, transfer->call));
}

/* Whether and when another attempt follows. True: not before the server is up again. */
static bool decide(struct http_transfer *transfer, bool at_once, struct ending *ending)
{
    struct http *http = transfer->http;
    const struct http_call *call = transfer->call;
    const struct http_outcome outcome = outcome_of(http, call, ending);
    bool failed = ending->reply.error != NULL && http_may_continue(http, call);

    ending->wait_ms = at_once ? 0 : failed ? http_retry_wait(&outcome) : -1;
    ending->error.given_up = ending->reply.error != NULL && ending->wait_ms < 0 && is_given_up(transfer, outcome);
    return http_circuit_note(transfer,
                             &(struct http_circuit_end){.reply = &ending->reply,
                                                        .gateway = ending->gateway,
                                                        .api_error = ending->body == HTTP_BODY_API_ERROR,
                                                        .may_repeat = failed && http_retry_may_repeat(&outcome),
                                                        .at_once = at_once,
                                                        .waits = ending->wait_ms >= 0});
}

static void count_and_observe(struct http_transfer *transfer, const struct ending *ending)
{
    struct http *http = transfer->http;
    const struct http_reply *reply = &ending->reply;
    long sent = 0, headers = 0, opened = 0, version = 0;
    curl_off_t received = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &headers);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &opened);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    if (version == CURL_HTTP_VERSION_2_0) {
        http_transfer_multiplexes(http, &transfer->call->origin);
    }
    http->counters.connections += (uint64_t)opened;
    http->counters.bytes_sent += (uint64_t)sent;
    http->counters.bytes_received += (uint64_t)headers + (uint64_t)received;
    if (http->options.observe == NULL) {
        return;
    }
    struct http_attempt attempt = {
        .wall_ms = transfer->started_wall_ms,
        .method = ending->method,
        .url = reply->url,
        .request_id = transfer->id_line + strlen("X-Request-Id: "),
        .version = version == CURL_HTTP_VERSION_2_0   ? "2"
                   : version == CURL_HTTP_VERSION_1_1 ? "1.1"
                   : version == CURL_HTTP_VERSION_1_0 ? "1.0"
                                                      : "",
        .problem = reply->error != NULL ? reply->error->message : "",
        .status = reply->status,
        .fault = reply->fault,
        .attempt = transfer->call->sent,
        .elapsed_ms = reply->elapsed_ms,
        .wait_ms = ending->wait_ms,
        .retry_after_ms = reply->retry_after_ms,
        .bytes_sent = (uint64_t)sent,
        .bytes_received = (uint64_t)headers + (uint64_t)received,
        .reused = ending->sent && opened == 0,
    };
    http->options.observe(&attempt, http->options.observe_context);
}

static bool refuse_redirect(struct ending *ending, const char *target, const char *why)
{
    struct http_reply *reply = &ending->reply;

    ending->error = ERR_INIT;
    err_set(&ending->error, ERR_BAD_ANSWER, "%s %s: the server answered %d and points to %s, which is not followed: %s",
            ending->method, reply->url, reply->status, target, why);
    ending->error.http_status = reply->status;
    reply->fault = HTTP_FAULT_REFUSED;
    return false;
}

/* RFC 9110 15.4, narrowed as http.h promises. True when the call continues at moved_url. */
static bool follow_redirect(struct http_transfer *transfer, struct ending *ending)
{
    struct http *http = transfer->http;
    struct http_call *call = transfer->call;
    int status = ending->reply.status;
    char *target = NULL; /* ASCII: libcurl percent-encodes other bytes of a Location; ours to change */
    struct http_origin origin;
    struct err problem = ERR_INIT;

    if ((status != 301 && status != 302 && status != 303 && status != 307 && status != 308) ||
        ending->reply.fault != HTTP_FAULT_NONE || http->stop != HTTP_GO) {
        return false;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &target);
    if (target == NULL) {
        return refuse_redirect(ending, "nowhere", "there is no Location");
    }
    (void)secrets_mask(http->options.secrets, target, strlen(target));
    if (!http_url_origin(target, &origin, &problem)) {
        return refuse_redirect(ending, "another place", problem.message);
    }
    if ((call->request.flags & HTTP_METADATA_SERVICE) != 0) {
        return refuse_redirect(ending, target, "the metadata service points nowhere else");
    }
    bool same = http_url_same_origin(&call->origin, &origin);
    if (call->redirects >= HTTP_REDIRECTS_MAX) {
        return refuse_redirect(ending, target, "too many redirects");
    }
    if (call->origin.https && !origin.https) {
        return refuse_redirect(ending, target, "it leads from https to plain http");
    }
    if (is_write(call) && (status < 307 || !same)) {
        return refuse_redirect(ending, target,
                               same ? "it would turn the request into a GET" : "it leads a change to another server");
    }
    ending->moved_url = mem_copy(target);
    call->cross_origin = call->cross_origin || !same;
    call->redirects++;
    call->uncounted++;
    return true;
}

static void move_call(struct http_call *call, char *url)
{
    if (call->url != call->request.url) {
        free(call->url);
    }
    call->url = url;
}

void http_finish_transfer(struct http_transfer *transfer, CURLcode code)
{
    struct http *http = transfer->http;
    struct http_call *call = transfer->call;
    struct ending ending = {.error = ERR_INIT};

    look_at(transfer, code, &ending);
    judge(transfer, code, &ending);
    bool gateway = ending.gateway && http_circuit_has_worked(call);
    bool refused = http_token_judge(transfer, &ending.reply, gateway);
    bool at_once = refused || follow_redirect(transfer, &ending);
    call->maybe_processed |= !at_once && maybe_processed(call, &ending);
    bool held = decide(transfer, at_once, &ending);
    note_rate(http, transfer, &ending);
    count_and_observe(transfer, &ending);
    http_transfer_detach(transfer);
    if (ending.moved_url != NULL) {
        move_call(call, ending.moved_url);
    }
    if (held) {
        http_circuit_keep(call);
    } else if (refused && transfer->token_probe && !transfer->urgent) {
        http_queue_push(&http->fresh, call); /* the next probe is another one: it may be the request */
    } else if (at_once) {
        http_queue_push_front(transfer->urgent ? &http->urgent : &http->again, call);
    } else if (ending.wait_ms >= 0) {
        call->due_ms = http_now_ms(http) + ending.wait_ms;
        call->failed = ending.reply.fault;
        call->failed_status = ending.reply.status;
        http_heap_push(&http->waiting, call);
    } else {
        http->answered_ms = http_now_ms(http);
        ending.reply.maybe_processed = call->maybe_processed;
        deliver(http, call, &ending.reply);
    }
    http_transfer_recycle(transfer);
}

void http_abort_transfer(struct http_transfer *transfer)
{
    struct http *http = transfer->http;
    struct http_call *call = transfer->call;
    struct ending ending = {.error = ERR_INIT};

    look_at(transfer, CURLE_ABORTED_BY_CALLBACK, &ending);
    ending.reply.fault = HTTP_FAULT_CANCELLED;
    call->maybe_processed |= maybe_processed(call, &ending);
    if (transfer->token_probe) {
        http_acceptance_unanswered(&http->acceptance, http_now_ms(http), (uint32_t)http_random(http));
    }
    http_stopped_error(http, &ending.error);
    ending.reply.error = &ending.error;
    ending.reply.maybe_processed = call->maybe_processed;
    count_and_observe(transfer, &ending);
    http_transfer_detach(transfer);
    deliver(http, call, &ending.reply);
    http_transfer_recycle(transfer);
}
