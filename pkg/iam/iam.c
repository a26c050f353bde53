/* The token source of a session: fetches tokens, renews them, and answers refusals. */
#include "iam/iam.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_error.h"
#include "iam/iam_renewal.h"
#include "iam/iam_token.h"
#include "mem/mem.h"

enum { ANSWER_MAX = 1024 * 1024, WAIT_MS = 60 * 1000 };

struct iam {
    struct iam_credentials credentials;
    struct http *http;
    const struct clock *clock;

    struct iam_token token; /* in hand; token.text is NULL before the first */
    unsigned serial;        /* of the token in hand */
    struct iam_token fresh; /* being received */
    struct iam_renewal renewal;
    struct err failure; /* of the last fetch */
    struct text remedy;
};

static int64_t now_ms(const struct iam *iam)
{
    return clock_monotonic_ms(iam->clock);
}

/* --- one token request ------------------------------------------------------------------------ */

static bool read_token(struct http_reply *reply, void *context, struct err *e)
{
    struct iam *iam = context;

    return iam_token_read(reply->body, reply->size, clock_wall_s(iam->clock), &iam->fresh, e);
}

static void accept_token(struct iam *iam)
{
    iam_token_free(&iam->token);
    iam->token = iam->fresh;
    iam->fresh = (struct iam_token){0};
    iam->serial++;
    iam_renewal_came(&iam->renewal, iam->token.life_s, now_ms(iam));
}

/* A page may come from a gateway. */
static bool is_denial(const struct http_reply *reply)
{
    CLEANUP(http_error_free) struct http_error said = {0};

    http_error_read(reply->body, reply->size, &said);
    return (reply->status == 400 || reply->status == 401 || reply->status == 403) && !said.is_foreign;
}

static void note_failure(struct iam *iam, const struct http_reply *reply)
{
    struct err failure = *reply->error;
    bool denied = is_denial(reply);

    if (failure.code != ERR_USAGE) {
        failure.code = ERR_AUTH; /* without a token nothing can be sent, whatever the reason */
    }
    if (denied) {
        err_wrap(&failure, "IAM refused the API key (%s)", iam->credentials.source);
        err_advise(&failure,
                   "The key is mistyped, deleted or expired, or of another IAM than %s: make one with 'ibmcloud iam "
                   "api-key-create vpcmeta --file key.json' and give --api-key-file key.json",
                   iam->credentials.iam_url);
    } else {
        err_wrap(&failure, "no token from %s", iam->credentials.iam_url);
    }
    iam->failure = failure;
    iam_renewal_failed(&iam->renewal, denied || failure.code == ERR_USAGE, now_ms(iam));
}

static void token_done(struct http_reply *reply, void *context)
{
    struct iam *iam = context;

    if (reply->error == NULL) {
        accept_token(iam);
    } else {
        iam_token_free(&iam->fresh);
        if (reply->fault == HTTP_FAULT_CANCELLED) {
            iam_renewal_dropped(&iam->renewal);
        } else {
            note_failure(iam, reply);
        }
    }
    http_token_changed(iam->http);
}

static void fetch_token(struct iam *iam)
{
    CLEANUP(text_free_secret) struct text form = {0}, authorization = {0};
    CLEANUP(text_free) struct text url = {0};

    iam_token_form(&iam->credentials, &form);
    iam_token_authorization(&iam->credentials, &authorization);
    text_printf(&url, "%s/identity/token", iam->credentials.iam_url);
    iam_renewal_begun(&iam->renewal, now_ms(iam));
    http_submit(iam->http, &(struct http_request){
                               .method = HTTP_POST,
                               .repeat = HTTP_REPEAT_SAFE,
                               .flags = HTTP_SECRET_BODY | HTTP_URGENT,
                               .url = text_string(&url),
                               .content_type = "application/x-www-form-urlencoded",
                               .authorization = authorization.size > 0 ? text_string(&authorization) : NULL,
                               .body = text_string(&form),
                               .body_size = form.size,
                               .answer_max = ANSWER_MAX,
                               .read = read_token,
                               .done = token_done,
                               .context = iam,
                           });
}

/* --- the session's token source --------------------------------------------------------------- */

static enum http_token_state offer_token(const struct iam *iam, const char *token, struct http_token_offer *ret_offer)
{
    *ret_offer = (struct http_token_offer){.token = token, .serial = iam->serial};
    return HTTP_TOKEN_READY;
}

static enum http_token_state await_token(const struct iam *iam, struct http_token_offer *ret_offer)
{
    int64_t wait_ms = iam_renewal_wait_ms(&iam->renewal, now_ms(iam));

    /* the time may have come since the renewal was asked: 0 is for a request that is under way */
    *ret_offer = (struct http_token_offer){.wait_ms = iam->renewal.fetching || wait_ms > 0 ? wait_ms : 1};
    return HTTP_TOKEN_WAIT;
}

static enum http_token_state get_token(void *context, struct http_token_offer *ret_offer, struct err *e)
{
    struct iam *iam = context;

    if (iam->credentials.method == IAM_NONE) {
        return HTTP_TOKEN_NONE;
    }
    if (iam->credentials.method == IAM_BEARER) {
        return offer_token(iam, iam->credentials.secret, ret_offer);
    }
    switch (iam_renewal_step(&iam->renewal, now_ms(iam))) {
    case IAM_USE_AND_FETCH:
        fetch_token(iam);
        return offer_token(iam, iam->token.text, ret_offer);
    case IAM_USE:
        return offer_token(iam, iam->token.text, ret_offer);
    case IAM_FETCH:
        fetch_token(iam);
        return await_token(iam, ret_offer);
    case IAM_AWAIT:
        return await_token(iam, ret_offer);
    case IAM_FAIL:
        break;
    }
    *e = iam->failure;
    return HTTP_TOKEN_FAILED;
}

/* The token request begins at once: it takes its time while all requests pause. */
static void replace_token(void *context, unsigned serial)
{
    struct iam *iam = context;

    if (serial != iam->serial) {
        return;
    }
    iam_renewal_refused(&iam->renewal);
    if (iam_renewal_step(&iam->renewal, now_ms(iam)) == IAM_FETCH) {
        fetch_token(iam);
    }
}

static void explain_remedy(struct iam *iam)
{
    if (iam->credentials.method == IAM_BEARER) {
        text_printf(&iam->remedy, "A token that was given cannot be renewed: set another one in %s",
                    iam->credentials.source);
    } else {
        text_printf(&iam->remedy,
                    "Check that IAM (%s) and the endpoint belong together, and the account of the key (%s)",
                    iam->credentials.iam_url, iam->credentials.source);
    }
}

struct iam *iam_create(struct iam_credentials *credentials, struct http *http, const struct clock *clock)
{
    struct iam *iam = mem_alloc(sizeof(*iam));

    iam->credentials = *credentials;
    *credentials = (struct iam_credentials){0};
    iam->http = http;
    iam->clock = clock != NULL ? clock : clock_system();
    explain_remedy(iam);
    http_set_token_source(
        http, &(struct http_token_source){.get = get_token,
                                          .replace = iam->credentials.method == IAM_API_KEY ? replace_token : NULL,
                                          .remedy = text_string(&iam->remedy),
                                          .context = iam});
    return iam;
}

void iam_destroy(struct iam *iam)
{
    if (iam == NULL) {
        return;
    }
    http_set_token_source(iam->http, NULL);
    iam_credentials_free(&iam->credentials);
    iam_token_free(&iam->token);
    iam_token_free(&iam->fresh);
    text_free(&iam->remedy);
    free(iam);
}

bool iam_token(struct iam *iam, const char **ret_token, struct err *e)
{
    struct http_token_offer offer = {0};
    enum http_token_state state;

    while ((state = get_token(iam, &offer, e)) == HTTP_TOKEN_WAIT) {
        int wait_ms = offer.wait_ms > 0 && offer.wait_ms < WAIT_MS ? (int)offer.wait_ms : WAIT_MS;
        if (http_state(iam->http) != HTTP_OPEN) {
            return http_run(iam->http, e); /* its token request ends, too */
        }
        if (iam->renewal.fetching) {
            (void)http_step(iam->http, wait_ms);
        } else {
            http_idle(iam->http, wait_ms);
        }
    }
    *ret_token = offer.token;
    return state != HTTP_TOKEN_FAILED;
}

int64_t iam_token_life_s(const struct iam *iam)
{
    if (iam->token.text == NULL || iam->token.life_s < 0 || now_ms(iam) >= iam->renewal.stop_at_ms) {
        return -1;
    }
    return (iam->renewal.ends_at_ms - now_ms(iam)) / 1000;
}
