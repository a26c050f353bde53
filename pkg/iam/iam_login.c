/* The table of logins, and the steps of those that ask IAM: with an API key, or with a compute resource's token. */
#include "iam/iam_login.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_error.h"

/* --- IAM's token endpoint ------------------------------------------------------------------------- */

static void submit_form(const struct iam_login *login, const char *secret, const struct http_request *more)
{
    CLEANUP(text_free_secret) struct text form = {0}, authorization = {0};
    CLEANUP(text_free) struct text url = {0};
    struct http_request request = *more;

    iam_token_form(login->credentials, secret, &form);
    iam_token_authorization(login->credentials, &authorization);
    text_printf(&url, "%s/identity/token", login->credentials->iam_url);
    request.method = HTTP_POST;
    request.repeat = HTTP_REPEAT_SAFE;
    request.flags |= HTTP_SECRET_BODY;
    request.url = text_string(&url);
    request.content_type = "application/x-www-form-urlencoded";
    request.authorization = authorization.size > 0 ? text_string(&authorization) : NULL;
    request.body = text_string(&form);
    request.body_size = form.size;
    request.answer_max = IAM_ANSWER_MAX;
    http_submit(login->http, &request);
}

static bool submit_key(struct iam_login *login, const struct http_request *more, struct err *e)
{
    (void)e;
    submit_form(login, login->credentials->secret, more);
    return true;
}

static bool submit_resource_token(struct iam_login *login, const struct http_request *more, struct err *e)
{
    CLEANUP(text_free_secret) struct text token = {0};

    if (!iam_resource_token(login->credentials, iam_resource_token_files, &token, e)) {
        return err_wrap(e, "--auth container");
    }
    submit_form(login, text_string(&token), more);
    return true;
}

static bool read_answer(const struct iam_login *login, const struct http_reply *reply, int64_t now_s,
                        struct imds_token *ret, struct err *e)
{
    const struct imds_token_rules rules = {
        .who = "the token endpoint", .now_s = now_s, .secrets = login->credentials->secrets};

    return imds_token_read(reply->body, reply->size, &rules, ret, e);
}

/* Whether IAM itself refuses what it was sent. */
static bool is_refusal(const struct iam_login *login, const struct http_reply *reply, struct err *ret)
{
    *ret = *reply->error;
    if (iam_is_refusal(reply) && reply->status != 404) {
        return true;
    }
    return err_wrap(ret, "no token from %s", login->credentials->iam_url);
}

static bool explain_key(const struct iam_login *login, const struct http_reply *reply, struct err *ret)
{
    if (!is_refusal(login, reply, ret)) {
        return false;
    }
    err_wrap(ret, "IAM refused the API key (%s)", login->credentials->source);
    err_advise(ret,
               "The key is mistyped, deleted or expired, or of another IAM than %s: make one with 'ibmcloud iam "
               "api-key-create vpcmeta --file key.json' and give --api-key-file key.json",
               login->credentials->iam_url);
    return true;
}

static bool explain_resource_token(const struct iam_login *login, const struct http_reply *reply, struct err *ret)
{
    const struct iam_credentials *credentials = login->credentials;
    const char *profile = credentials->profile_id != NULL ? credentials->profile_id : credentials->profile_name;
    CLEANUP(http_error_free) struct http_error said = {0};

    if (!is_refusal(login, reply, ret)) {
        return false;
    }
    http_error_read(reply->body, reply->size, &said);
    err_wrap(ret, "IAM refused the compute resource token (%s) for the trusted profile %s", credentials->source,
             profile);
    if (strcmp(text_string(&said.iam_code), "BXNIM0407E") == 0) { /* facts-next.md 2.4 */
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

void iam_login_open(struct iam_login *login, struct iam_credentials *credentials, struct http *http,
                    const struct clock *clock)
{
    *login = (struct iam_login){.credentials = credentials, .http = http};
    if (credentials->method == IAM_VPC) {
        login->imds = imds_create(&(struct imds_options){.http = http,
                                                         .clock = clock,
                                                         .url = credentials->metadata_url,
                                                         .version = credentials->metadata_version,
                                                         .silence_ms = credentials->silence_ms,
                                                         .secrets = credentials->secrets});
    }
}

void iam_login_close(struct iam_login *login)
{
    imds_destroy(login->imds);
    imds_token_free(&login->identity);
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
