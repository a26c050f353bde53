/* Reads the answers that hold tokens, and the nonce that says for whom one was made. */
#include "imds/imds_token.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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

bool imds_token_is_plain(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!isgraph((unsigned char)bytes[i])) {
            return false;
        }
    }
    return true;
}

/* A token made for another request may have been recorded and played back. */
static bool check_nonce(struct answer_node root, const char *token, const struct imds_token_rules *rules, struct err *e)
{
    struct answer_string answered = {0};

    if (rules->nonce == NULL) {
        return true;
    }
    JSON_CLEANUP json_t *claims = json_web_token_claims(token);
    const char *claimed = json_string_value(json_object_get(claims, "nonce"));
    if (!answer_get_string(root, "nonce", ANSWER_OPTIONAL, &answered, e)) {
        return false;
    }
    if (rules->nonce_is_own && answered.data == NULL && claimed == NULL) {
        return true;
    }
    if (!answer_string_is(answered, rules->nonce)) {
        return err_set(e, ERR_BAD_ANSWER,
                       answered.data == NULL ? "the answer has no nonce, but one was sent"
                                             : "the nonce of the answer is not the one sent");
    }
    return text_equal(claimed, rules->nonce) ||
           err_set(e, ERR_BAD_ANSWER, "the nonce in the token's claims is not the one sent");
}

/* More than ten years is not meant, and what is counted with must not overflow. */
static int64_t life_of(int64_t expires_in, int64_t expiration, int64_t now_s)
{
    static const int64_t longest_s = INT64_C(10) * 365 * 86400;
    int64_t life_s = expires_in > 0 ? expires_in : expiration > 0 ? expiration - now_s : -1;

    return life_s <= 0 ? -1 : life_s > longest_s ? longest_s : life_s;
}

static bool read_members(struct answer_node root, const struct imds_token_rules *rules, struct imds_token *ret,
                         struct err *e)
{
    CLEANUP(text_free_secret) struct text copy = {0};
    struct answer_string token = {0};
    int64_t expires_in = 0, expiration = 0;

    if (!answer_get_string(root, "access_token", ANSWER_REQUIRED, &token, e) ||
        !answer_get_integer(root, "expires_in", ANSWER_OPTIONAL, &expires_in, e) ||
        !answer_get_integer(root, "expiration", ANSWER_OPTIONAL, &expiration, e)) {
        return false;
    }
    if (token.size == 0 || token.size > IMDS_TOKEN_MAX || !imds_token_is_plain(token.data, token.size)) {
        return err_set(e, ERR_BAD_ANSWER, "access_token is not a token");
    }
    text_reserve(&copy, token.size);
    text_append_size(&copy, token.data, token.size);
    secrets_add(rules->secrets, text_string(&copy), SECRET_TOKEN);
    /* the string lies in the parser's own buffer, which will be freed as it is */
    text_wipe((char *)token.data, token.size);
    if (!check_nonce(root, text_string(&copy), rules, e)) {
        return false;
    }
    imds_token_free(ret);
    *ret = (struct imds_token){.text = text_take(&copy), .life_s = life_of(expires_in, expiration, rules->now_s)};
    return true;
}

bool imds_token_read(const char *body, size_t size, const struct imds_token_rules *rules, struct imds_token *ret,
                     struct err *e)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    struct answer_node root;
    struct err problem = ERR_INIT;

    if (answer_parse_padded(parser, body, size, &root, &problem) && read_members(root, rules, ret, &problem)) {
        return true;
    }
    return err_set(e, ERR_BAD_ANSWER, "%s's answer holds no usable token (%s)", rules->who,
                   problem.place[0] != '\0' ? problem.place : problem.message);
}
