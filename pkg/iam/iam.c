/* The token source of a session: fetches tokens, renews them, and answers refusals. */
#include "iam/iam.h"

#include <stdlib.h>
#include <string.h>

#include "iam/iam_login.h"
#include "iam/iam_renewal.h"
#include "iam/iam_token.h"
#include "mem/mem.h"

enum { WAIT_MS = 60 * 1000 };

/* One request of a login. */
struct attempt {
    struct iam *iam;
    unsigned step_serial; /* of iam, when it was sent */
    char *place;
    struct attempt *next;
};

struct iam {
    struct iam_credentials credentials;
    struct http *http;
    const struct clock *clock;

    struct iam_token token; /* in hand; token.text is NULL before the first */
    unsigned serial;        /* of the token in hand */
    struct iam_login login;
    size_t step;            /* of the login that is in progress */
    unsigned step_serial;   /* changes with each step: what is answered later belongs to none */
    size_t open;            /* requests of the step that have not ended */
    struct iam_token fresh; /* being received */
    struct attempt *attempts;
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

static struct attempt *add_attempt(struct iam *iam, const char *place)
{
    struct attempt *attempt = mem_alloc(sizeof(*attempt));

    *attempt =
        (struct attempt){.iam = iam, .step_serial = iam->step_serial, .place = mem_copy(place), .next = iam->attempts};
    iam->attempts = attempt;
    return attempt;
}

static void free_attempt(struct iam *iam, struct attempt *attempt)
{
    struct attempt **at = &iam->attempts;

    while (*at != attempt) {
        at = &(*at)->next;
    }
    *at = attempt->next;
    free(attempt->place);
    free(attempt);
}

static const struct iam_login_step *current_step(const struct iam *iam)
{
    return iam_login_step(iam->credentials.method, iam->step);
}

/* Another place has answered before, or the login has ended. */
static bool is_late(const struct attempt *attempt)
{
    return attempt->step_serial != attempt->iam->step_serial;
}

static bool read_answer(struct http_reply *reply, void *context, struct err *e)
{
    struct attempt *attempt = context;
    struct iam *iam = attempt->iam;

    return is_late(attempt) || current_step(iam)->read(&iam->login, reply, clock_wall_s(iam->clock), &iam->fresh, e);
}

static void accept_token(struct iam *iam)
{
    iam_token_free(&iam->token);
    iam_token_free(&iam->login.identity);
    iam->token = iam->fresh;
    iam->fresh = (struct iam_token){0};
    iam->serial++;
    iam->step_serial++;
    iam_renewal_came(&iam->renewal, iam->token.life_s, now_ms(iam));
}

/* Without a token nothing can be sent, whatever the reason. */
static void note_failure(struct iam *iam, const struct err *failure, bool denied)
{
    iam->failure = *failure;
    if (failure->code != ERR_USAGE) {
        iam->failure.code = ERR_AUTH;
    }
    iam_token_free(&iam->fresh);
    iam_token_free(&iam->login.identity);
    iam->step_serial++;
    iam_renewal_failed(&iam->renewal, denied || failure->code == ERR_USAGE, now_ms(iam));
}

static void step_succeeded(struct iam *iam, const char *place)
{
    iam_login_keep_place(&iam->login, place);
    if (iam_login_step(iam->credentials.method, iam->step + 1) == NULL) {
        accept_token(iam);
        return;
    }
    iam_token_free(&iam->login.identity);
    iam->login.identity = iam->fresh;
    iam->fresh = (struct iam_token){0};
    begin_step(iam, iam->step + 1);
}

/* Of several places the one that answered says more than the others, which may not be there. */
static void step_failed(struct iam *iam, const char *place, const struct http_reply *reply)
{
    struct err failure = ERR_INIT;
    bool denied = current_step(iam)->explain(&iam->login, place, reply, &failure);

    iam->open--;
    if (iam->open > 0 && (reply->status == 0 || reply->foreign)) {
        return;
    }
    if (reply->fault == HTTP_FAULT_CANCELLED) {
        iam_token_free(&iam->fresh);
        iam_token_free(&iam->login.identity);
        iam->step_serial++;
        iam_renewal_dropped(&iam->renewal);
    } else {
        note_failure(iam, &failure, denied);
    }
    if (reply->status == 0) {
        iam_login_find_place(&iam->login);
    }
}

static void attempt_done(struct http_reply *reply, void *context)
{
    struct attempt *attempt = context;
    struct iam *iam = attempt->iam;

    if (!is_late(attempt)) {
        if (reply->error == NULL) {
            step_succeeded(iam, attempt->place);
        } else {
            step_failed(iam, attempt->place, reply);
        }
        http_token_changed(iam->http);
    }
    free_attempt(iam, attempt);
}

static void begin_step(struct iam *iam, size_t step)
{
    struct err failure = ERR_INIT;

    iam->step = step;
    iam->step_serial++;
    iam->open = 0;
    for (size_t i = 0; i < iam->login.place_count; i++) {
        const char *place = iam->login.places[i];
        struct attempt *attempt = add_attempt(iam, place);
        const struct http_request more = {
            .flags = HTTP_URGENT, .read = read_answer, .done = attempt_done, .context = attempt};
        if (!current_step(iam)->submit(&iam->login, iam->http, place, &more, &failure)) {
            free_attempt(iam, attempt);
            note_failure(iam, &failure, false);
            return;
        }
        iam->open++;
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
    iam_login_open(&iam->login, &iam->credentials);
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
    while (iam->attempts != NULL) {
        free_attempt(iam, iam->attempts);
    }
    iam_login_close(&iam->login);
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

const struct iam_credentials *iam_credentials_in_use(const struct iam *iam)
{
    return &iam->credentials;
}

const char *iam_metadata_url(const struct iam *iam)
{
    return iam->credentials.method == IAM_VPC && iam->login.place_count == 1 ? iam->login.places[0] : NULL;
}

int64_t iam_token_life_s(const struct iam *iam)
{
    if (iam->token.text == NULL || iam->token.life_s < 0 || now_ms(iam) >= iam->renewal.stop_at_ms) {
        return -1;
    }
    return (iam->renewal.ends_at_ms - now_ms(iam)) / 1000;
}
