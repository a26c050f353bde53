/*
 * imds_token: the token in an answer of the metadata service or of IAM, which have the same members: access_token,
 * expires_in, and from IAM expiration. Tokens are registered (secret.h) as soon as they are read and overwritten before
 * their memory is given back.
 */
#ifndef IMDS_IMDS_TOKEN_H
#define IMDS_IMDS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err/err.h"
#include "secret/secret.h"

enum { IMDS_TOKEN_MAX = 64 * 1024 }; /* bytes of a token that is accepted */

struct imds_token {
    char *text;     /* owned; NULL: none */
    int64_t life_s; /* from its arrival, at most ten years; -1: not known */
};
void imds_token_free(struct imds_token *token); /* overwrites; for CLEANUP */

/* What an answer is read by. Borrowed. */
struct imds_token_rules {
    const char *who;         /* whose answer it is, for errors */
    const char *nonce;       /* that was sent, or NULL: it must come back, in the answer and in the token's claims */
    bool nonce_is_own;       /* no caller asked for it: an answer without any is good, of a service that knows none */
    int64_t now_s;           /* for expiration, which counts where there is no expires_in */
    struct secrets *secrets; /* NULL: not registered */
};

/*
 * Reads the answer, behind which HTTP_BODY_PADDING bytes can be read. ERR_BAD_ANSWER when there is no usable token or
 * the nonce is another one; the message quotes nothing of the answer. *ret is replaced.
 */
bool imds_token_read(const char *body, size_t size, const struct imds_token_rules *rules, struct imds_token *ret,
                     struct err *e) __attribute__((warn_unused_result));

/* Whether it can stand in a header: visible ASCII only. */
bool imds_token_is_plain(const char *bytes, size_t size);

#endif
