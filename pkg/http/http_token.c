/* Bearer tokens: which one a request is sent with, and what follows when the API refuses it. */
#include <stdlib.h>
#include <string.h>

#include "http/http_session.h"
#include "mem/mem.h"

static const char prefix[] = "Authorization: Bearer ";

static struct http_token *new_token(const char *token, unsigned serial)
{
    size_t length = strlen(token);
    size_t size = sizeof(prefix) + length;
    struct http_token *line = mem_alloc(sizeof(*line) + size);

    *line = (struct http_token){.references = 1, .serial = serial, .size = size};
    memcpy(line->line, prefix, sizeof(prefix) - 1);
    memcpy(line->line + sizeof(prefix) - 1, token, length + 1);
    return line;
}

void http_token_release(struct http_token *token)
{
    if (token != NULL && --token->references == 0) {
        text_wipe(token, sizeof(*token) + token->size);
        free(token);
    }
}

bool http_token_is_wanted(const struct http *http, const struct http_call *call)
{
    return (call->request.flags & HTTP_WITH_TOKEN) != 0 && http->source.get != NULL && !call->cross_origin;
}

enum http_token_state http_token_ask(struct http *http, const struct http_call *call, struct http_token_use *ret,
                                     struct err *e)
{
    struct http_token_offer offer = {0};
    int64_t now_ms = http_now_ms(http);

    if (!http_token_is_wanted(http, call)) {
        return HTTP_TOKEN_NONE;
    }
    enum http_admission admission = http_acceptance_admit(&http->acceptance, now_ms);
    if (admission == HTTP_ADMIT_LATER) {
        ret->due_ms = http->acceptance.probing ? 0 : http->acceptance.until_ms;
        return HTTP_TOKEN_WAIT;
    }
    enum http_token_state state = http->source.get(http->source.context, &offer, e);
    if (state != HTTP_TOKEN_READY) {
        ret->due_ms = offer.wait_ms > 0 ? now_ms + offer.wait_ms : 0;
        return state;
    }
    if (http->token == NULL || http->token->serial != offer.serial) {
        http_token_release(http->token);
        secrets_add(http->options.secrets, offer.token, SECRET_TOKEN);
        http->token = new_token(offer.token, offer.serial);
    }
    ret->token = http->token;
    ret->probe = admission == HTTP_ADMIT_PROBE;
    return HTTP_TOKEN_READY;
}

void http_token_sent(struct http_transfer *transfer, bool probe)
{
    transfer->token_probe = probe;
    if (probe) {
        http_acceptance_probe(&transfer->http->acceptance);
    }
}

/* No token will do: every request would be refused, so the run ends here. */
static void give_up(struct http *http, const struct err *refusal)
{
    const struct http_acceptance *acceptance = &http->acceptance;
    struct err cause = *refusal;
    const char *remedy = http->source.remedy != NULL ? http->source.remedy : "";
    double seconds = (double)(http_now_ms(http) - acceptance->since_ms) / 1000;

    cause.code = ERR_AUTH;
    err_wrap(&cause, "the API accepts no token (%u tried in %.0f s)", acceptance->tokens, seconds);
    if (remedy[0] != '\0') {
        err_advise(&cause, "%s", remedy);
    }
    http_give_up(http, &cause);
}

/* Others are accepted time and again between its refusals: it is not the token. */
static bool is_refused_alone(struct http_transfer *transfer)
{
    struct http_call *call = transfer->call;

    call->refused_alone += call->refused_ms > 0 && transfer->http->acceptance.accepted_ms > call->refused_ms;
    call->refused_ms = transfer->started_ms;
    return call->refused_alone > HTTP_ACCEPTANCE_ALONE_MAX;
}

static bool note_refusal(struct http_transfer *transfer, const struct err *error)
{
    struct http *http = transfer->http;
    struct http_acceptance *acceptance = &http->acceptance;
    const struct http_refusal refusal = {.started_ms = transfer->started_ms,
                                         .now_ms = http_now_ms(http),
                                         .probe = transfer->token_probe,
                                         .replaceable = http->source.replace != NULL,
                                         .random = (uint32_t)http_random(http)};

    if (is_refused_alone(transfer)) {
        if (transfer->token_probe) {
            http_acceptance_unanswered(acceptance, refusal.now_ms, refusal.random);
        }
        return false;
    }
    transfer->call->token_refusals++;
    transfer->call->uncounted++;
    if (transfer->token != http->token) {
        return true; /* another one is in use by now */
    }
    enum http_refused follows = http_acceptance_refused(acceptance, &refusal);
    if (follows != HTTP_REFUSED_REPEAT && refusal.replaceable) {
        http->source.replace(http->source.context, transfer->token->serial);
    }
    if (follows == HTTP_REFUSED_LASTING) {
        give_up(http, error);
    }
    return true;
}

/* What stands before the API seldom knows of tokens: http_breaker.h deals with it, its probes take another token. */
static bool note_gateway(struct http_transfer *transfer)
{
    struct http *http = transfer->http;
    struct http_call *call = transfer->call;

    if (!call->probe || call->token_refusals > 0 || http->source.replace == NULL) {
        return false;
    }
    call->token_refusals++;
    call->uncounted++;
    http->source.replace(http->source.context, transfer->token->serial);
    return true;
}

static void note_unanswered(const struct http_transfer *transfer)
{
    struct http *http = transfer->http;

    if (transfer->token_probe) {
        http_acceptance_unanswered(&http->acceptance, http_now_ms(http), (uint32_t)http_random(http));
    }
}

bool http_token_judge(struct http_transfer *transfer, const struct http_reply *reply, bool gateway)
{
    struct http_acceptance *acceptance = &transfer->http->acceptance;
    bool answered = reply->fault == HTTP_FAULT_NONE;

    if (transfer->token == NULL) {
        return false;
    }
    if (answered && reply->status == 401) {
        if (!gateway) {
            return note_refusal(transfer, reply->error);
        }
        note_unanswered(transfer);
        return note_gateway(transfer);
    }
    /* a gateway answers without a look at the token, and so may the rate limit */
    bool served = reply->status >= 200 && reply->status < 300;
    if (served ||
        (answered && !reply->foreign && reply->status >= 400 && reply->status < 500 && reply->status != 429)) {
        http_acceptance_accepted(acceptance, transfer->started_ms, transfer->token_probe);
    } else {
        note_unanswered(transfer);
    }
    return false;
}

unsigned http_token_refusals(const struct http *http)
{
    const struct http_acceptance *acceptance = &http->acceptance;
    bool lasts = acceptance->refusals > 0 && http_now_ms(http) - acceptance->since_ms >= WAIT_SAID_MS;

    return lasts ? acceptance->refusals : 0;
}
