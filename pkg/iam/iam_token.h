/* iam_token: what IAM's token endpoint is sent (vpc-api.md 6.1), and where a compute resource has its token. */
#ifndef IAM_IAM_TOKEN_H
#define IAM_IAM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err/err.h"
#include "iam/iam.h"
#include "text/text.h"

/* Appends the form of the method's grant: that of an API key, or of a compute resource's token. */
void iam_token_form(const struct iam_credentials *credentials, const char *secret, struct text *out);

/*
 * Appends the token of a compute resource: one that was given, or what its file holds now. `files`: the usual ones, of
 * which the first that can be read is taken where none is named; which one that was is put into credentials->source.
 * ERR_AUTH where there is none, with the files that were tried.
 */
bool iam_resource_token(struct iam_credentials *credentials, const char *const files[], struct text *ret, struct err *e)
    __attribute__((warn_unused_result));
extern const char *const iam_resource_token_files[]; /* NULL ends them */

/* Appends "Basic ..." when the credentials hold a client's id and secret, else nothing. */
void iam_token_authorization(const struct iam_credentials *credentials, struct text *out);

/* Whether a reply refuses the credential, and is the service's own: a page may come from a gateway. */
bool iam_is_refusal(const struct http_reply *reply);

#endif
