/* The login of a server: an identity token of its metadata service, and with that an IAM token of a trusted profile. */
#include <stdlib.h>
#include <string.h>

#include "iam/iam_login.h"
#include "imds/imds.h"
#include "mem/mem.h"

/* Where no protocol is named, the service answers over one of two: both are asked until one does. */
void iam_metadata_places(struct iam_login *login)
{
    login->place_count = imds_places(login->credentials->metadata_url, login->places);
}

static struct imds_place place_of(const struct iam_login *login, const char *url)
{
    return (struct imds_place){
        .url = url, .version = login->credentials->metadata_version, .silence_ms = login->credentials->silence_ms};
}

static struct imds_call identity_call(void)
{
    return (struct imds_call){.operation = IMDS_TOKEN, .expires_in = IMDS_LIFE_S};
}

static struct imds_call profile_call(const struct iam_login *login)
{
    const struct iam_credentials *credentials = login->credentials;

    return (struct imds_call){
        .operation = IMDS_IAM_TOKEN,
        .trusted_profile = credentials->profile_id != NULL ? credentials->profile_id : credentials->profile_crn,
        .profile_option = "VPC_IAM_PROFILE_ID",
        .bearer = login->identity.text,
    };
}

static bool submit_identity(struct iam_login *login, struct http *http, const char *place,
                            const struct http_request *more, struct err *e)
{
    const struct imds_place at = place_of(login, place);
    const struct imds_call call = identity_call();

    (void)e;
    imds_submit(http, &at, &call, more);
    return true;
}

static bool submit_profile(struct iam_login *login, struct http *http, const char *place,
                           const struct http_request *more, struct err *e)
{
    const struct imds_place at = place_of(login, place);
    const struct imds_call call = profile_call(login);

    (void)e;
    imds_submit(http, &at, &call, more);
    return true;
}

static bool read_token(const struct iam_login *login, const struct http_reply *reply, int64_t now_s,
                       struct iam_token *ret, struct err *e)
{
    struct imds_token token = {0};

    (void)now_s;
    if (!imds_token_read(reply->body, reply->size, NULL, login->credentials->secrets, &token, e)) {
        return false;
    }
    iam_token_free(ret);
    *ret = (struct iam_token){.text = token.text, .life_s = token.life_s};
    return true;
}

static bool explain(const struct iam_login *login, const char *place, const struct imds_call *call,
                    const struct http_reply *reply, struct err *ret)
{
    const struct imds_place at = place_of(login, place);

    imds_explain(&at, call, reply, ret);
    if (login->place_count > 1 && ret->code == ERR_NETWORK) {
        imds_explain_nowhere(login->places[0], login->places[1], ret);
    }
    if (ret->code == ERR_NETWORK) {
        const char *url = login->credentials->metadata_url;
        err_advise(ret, "'vpcmeta metadata probe%s%s' finds out why", url != NULL ? " --metadata-url " : "",
                   url != NULL ? url : "");
    }
    err_wrap(ret, "--auth vpc");
    return iam_is_refusal(reply);
}

static bool explain_identity(const struct iam_login *login, const char *place, const struct http_reply *reply,
                             struct err *ret)
{
    const struct imds_call call = identity_call();

    return explain(login, place, &call, reply, ret);
}

static bool explain_profile(const struct iam_login *login, const char *place, const struct http_reply *reply,
                            struct err *ret)
{
    const struct imds_call call = profile_call(login);
    bool refused = explain(login, place, &call, reply, ret);

    if (refused && call.trusted_profile != NULL) {
        err_advise(ret, "The trusted profile is named by %s", login->credentials->profile_source);
    }
    return refused;
}

const struct iam_login_step iam_identity_step = {submit_identity, read_token, explain_identity};
const struct iam_login_step iam_profile_step = {submit_profile, read_token, explain_profile};
