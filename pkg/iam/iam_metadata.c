/* The login of a server: an identity token of its metadata service, and with that an IAM token of a trusted profile. */
#include "iam/iam_login.h"

static bool submit_identity(struct iam_login *login, const struct http_request *more, struct err *e)
{
    (void)e;
    imds_begin(login->imds, &(struct imds_call){.operation = IMDS_TOKEN, .expires_in = IMDS_LIFE_S}, more);
    return true;
}

static bool submit_profile(struct iam_login *login, const struct http_request *more, struct err *e)
{
    const struct iam_credentials *credentials = login->credentials;
    const struct imds_call call = {
        .operation = IMDS_IAM_TOKEN,
        .trusted_profile = credentials->profile_id != NULL ? credentials->profile_id : credentials->profile_crn,
        .profile_option = "VPC_IAM_PROFILE_ID",
        .bearer = login->identity.text,
    };

    (void)e;
    imds_begin(login->imds, &call, more);
    return true;
}

static bool read_token(const struct iam_login *login, const struct http_reply *reply, int64_t now_s,
                       struct imds_token *ret, struct err *e)
{
    (void)now_s;
    return imds_read_token(login->imds, reply, ret, e);
}

static bool explain(const struct iam_login *login, const struct http_reply *reply, struct err *ret)
{
    *ret = *reply->error;
    if (ret->code == ERR_NETWORK) {
        const char *url = login->credentials->metadata_url;
        err_advise(ret, "'vpcmeta metadata probe%s%s' finds out why", url != NULL ? " --metadata-url " : "",
                   url != NULL ? url : "");
    }
    err_wrap(ret, "--auth vpc");
    return !reply->foreign && iam_is_refusal(reply);
}

static bool explain_profile(const struct iam_login *login, const struct http_reply *reply, struct err *ret)
{
    bool refused = explain(login, reply, ret);

    if (refused && login->credentials->profile_source != NULL) {
        err_advise(ret, "The trusted profile is named by %s", login->credentials->profile_source);
    }
    return refused;
}

const struct iam_login_step iam_identity_step = {submit_identity, read_token, explain};
const struct iam_login_step iam_profile_step = {submit_profile, read_token, explain_profile};
