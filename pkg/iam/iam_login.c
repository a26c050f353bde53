/* The table of logins, and the steps of those that ask IAM: with an API key, or with a compute resource's token. */
#include "iam/iam_login.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "secret/secret.h"

/* --- IAM's token endpoint ------------------------------------------------------------------------- */

static void submit_form(const struct iam_login *login, struct http *http, const char *place, const char *secret,
                        const struct http_request *more)
{
    CLEANUP(text_free_secret) struct text form = {0}, authorization = {0};
    CLEANUP(text_free) struct text url = {0};
    struct http_request request = *more;

    iam_token_form(login->credentials, secret, &form);
    iam_token_authorization(login->credentials, &authorization);
    text_printf(&url, "%s/identity/token", place);
    request.method = HTTP_POST;
    request.repeat = HTTP_REPEAT_SAFE;
    request.flags |= HTTP_SECRET_BODY;
    request.url = text_string(&url);
    request.content_type = "application/x-www-form-urlencoded";
    request.authorization = authorization.size > 0 ? text_string(&authorization) : NULL;
    request.body = text_string(&form);
    request.body_size = form.size;
    request.answer_max = IAM_ANSWER_MAX;
    http_submit(http, &request);
}

static bool submit_key(struct iam_login *login, struct http *http, const char *place, const struct http_request *more,
                       struct err *e)
{
    (void)e;
    submit_form(login, http, place, login->credentials->secret, more);
    return true;
}

static bool submit_resource_token(struct iam_login *login, struct http *http, const char *place,
                                  const struct http_request *more, struct err *e)
{
    CLEANUP(text_free_secret) struct text token = {0};

    if (!iam_resource_token(login->credentials, iam_resource_token_files, &token, e)) {
        return err_wrap(e, "--auth container");
    }
    submit_form(login, http, place, text_string(&token), more);
    return true;
}

static bool read_answer(const struct iam_login *login, const struct http_reply *reply, int64_t now_s,
                        struct iam_token *ret, struct err *e)
{
    (void)login;
    return iam_token_read(reply->body, reply->size, now_s, ret, e);
}

static bool explain_key(const struct iam_login *login, const char *place, const struct http_reply *reply,
                        struct err *ret)
{
    *ret = *reply->error;
    if (!iam_is_refusal(reply) || reply->status == 404) {
        err_wrap(ret, "no token from %s", place);
        return false;
    }
    err_wrap(ret, "IAM refused the API key (%s)", login->credentials->source);
    err_advise(ret,
               "The key is mistyped, deleted or expired, or of another IAM than %s: make one with 'ibmcloud iam "
               "api-key-create vpcmeta --file key.json' and give --api-key-file key.json",
               place);
    return true;
}

static bool explain_resource_token(const struct iam_login *login, const char *place, const struct http_reply *reply,
                                   struct err *ret)
{
    const struct iam_credentials *credentials = login->credentials;
    const char *profile = credentials->profile_id != NULL ? credentials->profile_id : credentials->profile_name;

    *ret = *reply->error;
    if (!iam_is_refusal(reply) || reply->status == 404) {
        err_wrap(ret, "no token from %s", place);
        return false;
    }
    err_wrap(ret, "IAM refused the compute resource token (%s) for the trusted profile %s", credentials->source,
             profile);
    if (strstr(ret->message, "BXNIM0407E") != NULL) { /* facts-next.md 2.4 */
        err_advise(ret, "The token has expired, or is not one that was made for IAM: name the file in which the "
                        "platform keeps one that is good, in VPC_CR_TOKEN_FILENAME");
    } else {
        err_advise(ret, "Check that the profile (%s) exists and is linked to this compute resource",
                   credentials->profile_source);
    }
    return true;
}

/* --- the table ------------------------------------------------------------------------------------ */

static const struct iam_login_step key_step = {submit_key, read_answer, explain_key};
static const struct iam_login_step resource_token_step = {submit_resource_token, read_answer, explain_resource_token};

enum { STEPS_MAX = 2 };

static const struct iam_login_step *const steps[][STEPS_MAX] = {
    [IAM_API_KEY] = {&key_step},
    [IAM_VPC] = {&iam_identity_step, &iam_profile_step},
    [IAM_CONTAINER] = {&resource_token_step},
    [IAM_BEARER] = {NULL},
    [IAM_NONE] = {NULL},
};

const struct iam_login_step *iam_login_step(enum iam_method method, size_t number)
{
    return number < STEPS_MAX ? steps[method][number] : NULL;
}

static void free_places(struct iam_login *login)
{
    for (size_t i = 0; i < login->place_count; i++) {
        free(login->places[i]);
    }
    login->place_count = 0;
}

void iam_login_open(struct iam_login *login, struct iam_credentials *credentials)
{
    *login = (struct iam_login){.credentials = credentials};
    iam_login_find_place(login);
}

void iam_login_find_place(struct iam_login *login)
{
    free_places(login);
    if (login->credentials->method == IAM_VPC) {
        iam_metadata_places(login);
    } else {
        login->places[login->place_count++] = mem_copy(login->credentials->iam_url);
    }
}

void iam_login_keep_place(struct iam_login *login, const char *place)
{
    char *kept = mem_copy(place);

    free_places(login);
    login->places[login->place_count++] = kept;
}

void iam_login_close(struct iam_login *login)
{
    free_places(login);
    iam_token_free(&login->identity);
    *login = (struct iam_login){0};
}

void iam_login_append_remedy(const struct iam_credentials *credentials, struct text *out)
{
    switch (credentials->method) {
    case IAM_BEARER:
        text_printf(out, "A token that was given cannot be renewed: set another one in %s", credentials->source);
        break;
    case IAM_VPC:
        text_append(out, "Check that the endpoint is one of the account of this server and its trusted profile");
        break;
    default:
        text_printf(out, "Check that IAM (%s) and the endpoint belong together, and the account of the %s (%s)",
                    credentials->iam_url, credentials->method == IAM_CONTAINER ? "trusted profile" : "key",
                    credentials->method == IAM_CONTAINER ? credentials->profile_source : credentials->source);
        break;
    }
}
