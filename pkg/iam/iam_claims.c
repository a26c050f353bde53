/* What a JSON web token says of its holder. Never verified: the API does that. */
#include "iam/iam.h"
#include "json/json_web_token.h"

static void take(const json_t *object, const char *member, struct text *ret)
{
    const char *value = json_string_value(json_object_get(object, member));

    text_append(ret, value != NULL ? value : "");
}

static void read_claims(const json_t *claims, struct iam_identity *ret)
{
    const json_t *actor = json_object_get(claims, "authn");
    const json_t *expires = json_object_get(claims, "exp");

    take(json_object_get(claims, "account"), "bss", &ret->account);
    take(claims, "iam_id", &ret->iam_id);
    take(claims, "name", &ret->name);
    take(claims, "email", &ret->email);
    take(claims, "sub", &ret->subject);
    take(claims, "sub_type", &ret->subject_type);
    take(actor, "iam_id", &ret->actor_iam_id);
    take(actor, "name", &ret->actor_name);
    ret->expires_at_s = json_is_integer(expires) ? json_integer_value(expires) : -1;
    ret->decoded = true;
}

bool iam_token_identity(struct iam *iam, struct iam_identity *ret, struct err *e)
{
    JSON_CLEANUP json_t *claims = NULL;
    const char *token = NULL;

    if (!iam_token(iam, &token, e)) {
        return false;
    }
    *ret = (struct iam_identity){.expires_at_s = -1};
    if (token != NULL && (claims = json_web_token_claims(token)) != NULL) {
        read_claims(claims, ret);
    }
    return true;
}

void iam_identity_free(struct iam_identity *identity)
{
    struct text *const all[] = {&identity->account,      &identity->iam_id,    &identity->name,
                                &identity->email,        &identity->subject,   &identity->subject_type,
                                &identity->actor_iam_id, &identity->actor_name};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        text_free(all[i]);
    }
}
