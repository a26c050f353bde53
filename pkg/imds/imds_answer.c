/* What the service answers: tokens, and the nonce that says for whom one was made. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "imds/imds.h"
#include "json/json_answer.h"
#include "json/json_web_token.h"

void imds_token_free(struct imds_token *token)
{
    if (token->text != NULL) {
        text_wipe(token->text, strlen(token->text));
        free(token->text);
    }
    *token = (struct imds_token){0};
}

/* Whether it can stand in a header: visible ASCII only. */
static bool is_plain(struct answer_string token)
{
    for (size_t i = 0; i < token.size; i++) {
        if (!isgraph((unsigned char)token.data[i])) {
            return false;
        }
    }
    return token.size > 0 && token.size <= IMDS_TOKEN_MAX;
}

static bool claims_hold_nonce(const char *token, const char *nonce)
{
    JSON_CLEANUP json_t *claims = json_web_token_claims(token);

    return text_equal(json_string_value(json_object_get(claims, "nonce")), nonce);
}

/* A token made for another request may have been recorded and played back. */
static bool check_nonce(struct answer_node root, const char *token, const char *nonce, struct err *e)
{
    struct answer_string answered = {0};

    if (nonce == NULL) {
        return true;
    }
    if (!answer_get_string(root, "nonce", ANSWER_OPTIONAL, &answered, e)) {
        return false;
    }
    if (!answer_string_is(answered, nonce)) {
        return err_set(e, ERR_BAD_ANSWER,
                       answered.data == NULL ? "the answer has no nonce, but one was sent"
                                             : "the nonce of the answer is not the one sent");
    }
    return claims_hold_nonce(token, nonce) ||
           err_set(e, ERR_BAD_ANSWER, "the nonce in the token's claims is not the one sent");
}

static bool read_members(struct answer_node root, const char *nonce, struct secrets *secrets, struct imds_token *ret,
                         struct err *e)
{
    CLEANUP(text_free_secret) struct text copy = {0};
    struct answer_string token = {0};
    int64_t life_s = -1;

    if (!answer_get_string(root, "access_token", ANSWER_REQUIRED, &token, e) ||
        !answer_get_integer(root, "expires_in", ANSWER_OPTIONAL, &life_s, e)) {
        return false;
    }
    if (!is_plain(token)) {
        return err_set(e, ERR_BAD_ANSWER, "access_token is not a token");
    }
    text_reserve(&copy, token.size);
    text_append_size(&copy, token.data, token.size);
    secrets_add(secrets, text_string(&copy), SECRET_TOKEN);
    /* the string lies in the parser's own buffer, which will be freed as it is */
    text_wipe((char *)token.data, token.size);
    if (!check_nonce(root, text_string(&copy), nonce, e)) {
        return false;
    }
    imds_token_free(ret);
    *ret = (struct imds_token){.text = text_take(&copy), .life_s = life_s > 0 ? life_s : -1};
    return true;
}

bool imds_token_read(const char *body, size_t size, const char *nonce, struct secrets *secrets, struct imds_token *ret,
                     struct err *e)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    struct answer_node root;
    struct err problem = ERR_INIT;

    if (answer_parse_padded(parser, body, size, &root, &problem) && read_members(root, nonce, secrets, ret, &problem)) {
        return true;
    }
    return err_set(e, ERR_BAD_ANSWER, "the metadata service's answer holds no usable token (%s)",
                   problem.place[0] != '\0' ? problem.place : problem.message);
}
