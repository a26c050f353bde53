/* The token source of a session: fetches tokens, renews them, and answers refusals. */
#include "iam/iam.h"

#include <stdlib.h>
#include <string.h>

#include "iam/iam_login.h"
#include "iam/iam_renewal.h"
#include "iam/iam_token.h"
#include "mem/mem.h"

enum { WAIT_MS = 60 * 1000 };

struct iam {
    struct iam_credentials credentials;
    struct http *http;
    const struct clock *clock;

    struct imds_token token; /* in hand; token.text is NULL before the first */
    unsigned serial;         /* of the token in hand */
    struct iam_login login;
    size_t step;             /* of the login that is in progress */
    struct imds_token fresh; /* being received */
    struct iam_renewal renewal;
    struct err failure; /* of the last fetch */
    struct text remedy;
};

static int64_t now_ms(const struct iam *iam)
{
    return clock_monotonic_ms(iam->clock);
}

/* --- one token request, which may take several steps ------------------------------------------ */

static void begin_step(struct iam *iam, size_t step);

static const struct iam_login_step *current_step(const struct iam *iam)
{
    return iam_login_step(iam->credentials.method, iam->step);
}

static bool read_answer(struct http_reply *reply, void *context, struct err *e)
{
    struct iam *iam = context;

    return current_step(iam)->read(&iam->login, reply, clock_wall_s(iam->clock), &iam->fresh, e);
}

static void accept_token(struct iam *iam)
{
    imds_token_free(&iam->token);
    imds_token_free(&iam->login.identity);
    iam->token = iam->fresh;
    iam->fresh = (struct imds_token){0};
    iam->serial++;
    iam_renewal_came(&iam->renewal, iam->token.life_s, now_ms(iam));
}

/* Without a token nothing can be sent, whatever the reason. */
static void note_failure(struct iam *iam, const struct err *failure, bool denied)
{
    iam->failure = *failure;
    if (failure->code != ERR_USAGE) {
        iam->failure.code = ERR_AUTH;
    }
    imds_token_free(&iam->fresh);
    imds_token_free(&iam->login.identity);
    iam_renewal_failed(&iam->renewal, denied || failure->code == ERR_USAGE, now_ms(iam));
}

static void step_succeeded(struct iam *iam)
{
    if (iam_login_step(iam->credentials.method, iam->step + 1) == NULL) {
        accept_token(iam);
        return;
    }
    imds_token_free(&iam->login.identity);
    iam->login.identity = iam->fresh;
    iam->fresh = (struct imds_token){0};
    begin_step(iam, iam->step + 1);
}

static void step_failed(struct iam *iam, const struct http_reply *reply)
{
    struct err failure = ERR_INIT;
    bool denied = current_step(iam)->explain(&iam->login, reply, &failure);

    if (reply->fault == HTTP_FAULT_CANCELLED) {
        imds_token_free(&iam->fresh);
        imds_token_free(&iam->login.identity);
        iam_renewal_dropped(&iam->renewal);
    } else {
        note_failure(iam, &failure, denied);
    }
}

static void step_done(struct http_reply *reply, void *context)
{
    struct iam *iam = context;

    if (reply->error == NULL) {
        step_succeeded(iam);
    } else {
        step_failed(iam, reply);
    }
    http_token_changed(iam->http);
}

static void begin_step(struct iam *iam, size_t step)
{
    struct err failure = ERR_INIT;

    iam->step = step;
    if (!current_step(iam)->submit(
            &iam->login,
            &(struct http_request){.flags = HTTP_URGENT, .read = read_answer, .done = step_done, .context = iam},
            &failure)) {
        note_failure(iam, &failure, false);
    }
}

static void fetch_token(struct iam *iam)
{
    iam_renewal_begun(&iam->renewal, now_ms(iam));
    begin_step(iam, 0);
}

/* --- the session's token source --------------------------------------------------------------- */

static enum http_token_state offer_token(const struct iam *iam, const char *token, struct http_token_offer *ret_offer)
{
    *ret_offer = (struct http_token_offer){.token = token, .serial = iam->serial};
    return HTTP_TOKEN_READY;
}

/* Sends what is due of the login in progress; milliseconds until more will be, or 0. */
static int64_t step_on(struct iam *iam)
{
    return iam->login.imds != NULL ? imds_step(iam->login.imds) : 0;
}

static enum http_token_state await_token(struct iam *iam, struct http_token_offer *ret_offer)
{
    int64_t wait_ms = iam_renewal_wait_ms(&iam->renewal, now_ms(iam));
    int64_t due_ms = step_on(iam);

    /* the time may have come since the renewal was asked: 0 is for a request that is under way */
    wait_ms = iam->renewal.fetching || wait_ms > 0 ? wait_ms : 1;
    *ret_offer =
        (struct http_token_offer){.wait_ms = due_ms > 0 && (wait_ms == 0 || due_ms < wait_ms) ? due_ms : wait_ms};
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
    (void)step_on(iam);
    switch (iam_renewal_step(&iam->renewal, now_ms(iam))) {
    case IAM_USE_AND_FETCH:
        fetch_token(iam);
        return offer_token(iam, iam->token.text, ret_offer);
    case IAM_USE:
        return offer_token(iam, iam->token.text, ret_offer);
    case IAM_FETCH:
        fetch_token(iam);
        if (!iam->renewal.fetching) {
            return get_token(context, ret_offer, e); /* there was nothing to send: no step asks for the same again */
        }
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

struct iam *iam_create(struct iam_credentials *credentials, struct http *http, const struct clock *clock)
{
    struct iam *iam = mem_alloc(sizeof(*iam));

    iam->credentials = *credentials;
    *credentials = (struct iam_credentials){0};
    iam->http = http;
    iam->clock = clock != NULL ? clock : clock_system();
    iam_login_open(&iam->login, &iam->credentials, http, iam->clock);
    iam_login_append_remedy(&iam->credentials, &iam->remedy);
    http_set_token_source(http,
                          &(struct http_token_source){
                              .get = get_token,
                              .replace = iam_login_step(iam->credentials.method, 0) != NULL ? replace_token : NULL,
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
    iam_login_close(&iam->login);
    iam_credentials_free(&iam->credentials);
    imds_token_free(&iam->token);
    imds_token_free(&iam->fresh);
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

const struct iam_credentials *iam_credentials_in_use(const struct iam *iam)
{
    return &iam->credentials;
}

struct http *iam_http(const struct iam *iam)
{
    return iam->http;
}

const char *iam_metadata_url(const struct iam *iam)
{
    return iam->login.imds != NULL ? imds_base(iam->login.imds) : NULL;
}

int64_t iam_token_life_s(const struct iam *iam)
{
    if (iam->token.text == NULL || iam->token.life_s < 0 || now_ms(iam) >= iam->renewal.stop_at_ms) {
        return -1;
    }
    return (iam->renewal.ends_at_ms - now_ms(iam)) / 1000;
}
