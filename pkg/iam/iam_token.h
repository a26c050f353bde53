/* iam_token: what is said to IAM's token endpoint and what it says (vpc-api.md 6.1); no state. */
#ifndef IAM_IAM_TOKEN_H
#define IAM_IAM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err/err.h"
#include "iam/iam.h"
#include "text/text.h"

enum { IAM_TOKEN_MAX = 64 * 1024 }; /* bytes of a token that is accepted */

struct iam_token {
    char *text;     /* owned; NULL: no token */
    int64_t life_s; /* from its arrival; -1: not known */
};

/* Overwrites and frees. */
void iam_token_free(struct iam_token *token);

/* Appends the form of the API key grant. */
void iam_token_form(const struct iam_credentials *credentials, struct text *out);

/* Appends "Basic ..." when the credentials hold a client's id and secret, else nothing. */
void iam_token_authorization(const struct iam_credentials *credentials, struct text *out);

/*
 * Reads the endpoint's answer; *ret_token is replaced. expires_in counts before expiration, which needs a clock that
 * is right. ERR_BAD_ANSWER when there is no usable token; the message quotes nothing of the answer.
 */
bool iam_token_read(const char *body, size_t size, int64_t now_s, struct iam_token *ret_token, struct err *e)
    __attribute__((warn_unused_result));

/* Whether it can stand in a header: visible ASCII only. */
bool iam_token_is_plain(const char *bytes, size_t size);

#endif
