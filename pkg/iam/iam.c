/* The token source of a session: fetches tokens, renews them, and answers refusals. */
#include "iam/iam.h"

#include <stdlib.h>
#include <string.h>

#include "iam/iam_token.h"
#include "mem/mem.h"

enum {
    ANSWER_MAX = 1024 * 1024,
    SPARE_MS = 10 * 1000,         /* a token is not used in its last seconds: it must still be good on arrival */
    RENEWAL_PAUSE_MS = 60 * 1000, /* after a renewal that failed while the old token is good, as [core] */
    FAILURE_HOLD_MS = 2 * 1000,   /* a burst of requests shares one refusal; a later command asks again */
};

struct iam {
    struct iam_credentials credentials;
    struct http *http;
    const struct clock *clock;

    struct iam_token token;                      /* in hand; token.text is NULL before the first */
    unsigned serial;                             /* of the token in hand */
    int64_t renew_at_ms, stop_at_ms, ends_at_ms; /* it is renewed, not used any more, dead */
    bool fetching;
    struct iam_token fresh; /* being received */
    int64_t next_renewal_ms;

    struct err failure; /* of the last fetch */
    int64_t failed_at_ms;
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
    int64_t life_ms = iam->fresh.life_s < 0 ? INT64_MAX / 4 : iam->fresh.life_s * 1000;
    int64_t spare_ms = life_ms / 10 < SPARE_MS ? life_ms / 10 : SPARE_MS;

    iam_token_free(&iam->token);
    iam->token = iam->fresh;
    iam->fresh = (struct iam_token){0};
    iam->serial++;
    iam->renew_at_ms = now_ms(iam) + life_ms / 5 * 4;
    iam->ends_at_ms = now_ms(iam) + life_ms;
    iam->stop_at_ms = iam->ends_at_ms - spare_ms;
    err_clear(&iam->failure);
}

static void note_failure(struct iam *iam, const struct http_reply *reply)
{
    struct err failure = *reply->error;
    bool refused = reply->status == 400 || reply->status == 401 || reply->status == 403;

    if (failure.code != ERR_CANCELLED && failure.code != ERR_USAGE) {
        failure.code = ERR_AUTH; /* without a token nothing can be sent, whatever the reason */
    }
    if (refused) {
        err_wrap(&failure, "IAM refused the API key (%s)", iam->credentials.source);
    } else {
        err_wrap(&failure, "no token from %s", iam->credentials.iam_url);
    }
    iam_token_redact(failure.message, iam->credentials.secret);
    iam->failure = failure;
    iam->failed_at_ms = now_ms(iam);
    iam->next_renewal_ms = now_ms(iam) + RENEWAL_PAUSE_MS;
}

static void token_done(struct http_reply *reply, void *context)
{
    struct iam *iam = context;

    iam->fetching = false;
    if (reply->error == NULL) {
        accept_token(iam);
    } else {
        iam_token_free(&iam->fresh);
        note_failure(iam, reply);
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
    iam->fetching = true;
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

static bool usable(const struct iam *iam)
{
    return iam->token.text != NULL && now_ms(iam) < iam->stop_at_ms;
}

static bool failed_just_now(const struct iam *iam)
{
    return iam->failure.code != ERR_NONE && iam->failure.code != ERR_CANCELLED &&
           now_ms(iam) < iam->failed_at_ms + FAILURE_HOLD_MS;
}

static enum http_token_state get_token(void *context, const char **ret_token, unsigned *ret_serial, struct err *e)
{
    struct iam *iam = context;

    if (iam->credentials.method == IAM_NONE) {
        return HTTP_TOKEN_NONE;
    }
    if (iam->credentials.method == IAM_BEARER) {
        *ret_token = iam->credentials.secret;
        *ret_serial = iam->serial;
        return HTTP_TOKEN_READY;
    }
    if (usable(iam)) {
        if (!iam->fetching && now_ms(iam) >= iam->renew_at_ms && now_ms(iam) >= iam->next_renewal_ms) {
            fetch_token(iam);
        }
        *ret_token = iam->token.text;
        *ret_serial = iam->serial;
        return HTTP_TOKEN_READY;
    }
    if (!iam->fetching && failed_just_now(iam)) {
        *e = iam->failure;
        return HTTP_TOKEN_FAILED;
    }
    if (!iam->fetching) {
        fetch_token(iam);
    }
    return HTTP_TOKEN_WAIT;
}

/*
 * A new token is fetched for the first refusal, and whenever a token that had worked is refused. A token that never
 * worked and was fetched to replace a refused one tells that the key, not its age, is the matter: then the request is
 * tried once more as it is, and IAM is left in peace.
 */
static bool token_refused(void *context, unsigned serial, bool worked)
{
    struct iam *iam = context;

    if (iam->credentials.method != IAM_API_KEY) {
        return false;
    }
    if (serial == iam->serial && !iam->fetching && (worked || serial == 1)) {
        iam->stop_at_ms = 0;
    }
    return true;
}

struct iam *iam_create(struct iam_credentials *credentials, struct http *http, const struct clock *clock)
{
    struct iam *iam = mem_alloc(sizeof(*iam));

    iam->credentials = *credentials;
    *credentials = (struct iam_credentials){0};
    iam->http = http;
    iam->clock = clock != NULL ? clock : clock_system();
    http_set_token_source(http, &(struct http_token_source){get_token, token_refused, iam});
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
    free(iam);
}

bool iam_token(struct iam *iam, const char **ret_token, struct err *e)
{
    const char *token = NULL;
    unsigned serial;

    for (;;) {
        switch (get_token(iam, &token, &serial, e)) {
        case HTTP_TOKEN_NONE:
        case HTTP_TOKEN_READY:
            *ret_token = token;
            return true;
        case HTTP_TOKEN_FAILED:
            return false;
        case HTTP_TOKEN_WAIT:
            if (!http_run(iam->http, e)) {
                return false;
            }
            break;
        }
    }
}

int64_t iam_token_life_s(const struct iam *iam)
{
    if (!usable(iam) || iam->token.life_s < 0) {
        return -1;
    }
    return (iam->ends_at_ms - now_ms(iam)) / 1000;
}
