/*
 * secret: the secrets of the process, and the one gate that takes them out of texts from outside.
 *
 * A secret is registered where it enters: API key, bearer token and client secret where they are found (iam), what is
 * sent in an Authorization header where it is sent (http), passwords of proxies and in URLs (session). It stays
 * registered until the process ends, because an answer may repeat an old token.
 *
 * Where the gate stands:
 * - at the inlet: room http passes every header value, body, redirect target and message of libcurl through it before
 *   anything else reads them. Whatever is printed, traced or recorded of an answer is made of what has passed.
 * - at the outlets: lines on standard error, results on standard output, the trace, the recorded command line and the
 *   lines of the shell, because their words may come from the operator instead: a key pasted in the place of a name.
 *
 * What is found: each part of at least SECRET_PART characters of a secret, in upper or lower case, as it is or in
 * base64 (RFC 4648 4 and 5, wherever in a group of three bytes it begins), with its characters escaped as in JSON,
 * URLs, forms, HTML or by text_append_safe, also when a text was escaped several times. What is found is overwritten
 * by asterisks, so that sizes stay, JSON stays JSON and UTF-8 stays UTF-8.
 *
 * Assumptions:
 * - A secret of SECRET_SHORT to SECRET_PART - 1 characters, or of digits only, is looked for as a whole and in messages
 *   of errors only: it may well be a word or a number of the API. A shorter one is not looked for.
 * - Members of JSON answers keep their names where a secret is made of words ("metadata_service" in a passphrase).
 * - The operator may have written the API key into user_data of a template. It belongs there and must be the same when
 *   the template is replaced or rolled back, so keys and passwords stay in the value of "user_data" of an answer.
 *   Tokens, which are all that the API ever gets of us, do not.
 *
 * A handle is not for several threads. NULL is allowed as a handle without secrets.
 */
#ifndef SECRET_SECRET_H
#define SECRET_SECRET_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SECRET_PART = 12, /* characters of a secret that are recognised wherever they stand */
    SECRET_SHORT = 6,
    SECRET_MAX = 128 * 1024, /* bytes of a secret that are registered; no token that is accepted is as long */
};

enum secret_kind {
    SECRET_LASTING, /* a key or a password */
    SECRET_TOKEN,   /* given for a time */
};

struct secrets;

struct secrets *secrets_create(void) __attribute__((warn_unused_result));
void secrets_destroy(struct secrets *secrets); /* overwrites what it frees */

/* Registers a secret; once more changes nothing. NULL as `secret` is none. */
void secrets_add(struct secrets *secrets, const char *secret, enum secret_kind kind);

/* Registers the password of a URL and the user name with it as they are sent: "https://user:password@host". */
void secrets_add_url(struct secrets *secrets, const char *url);

/* Overwrites what a text holds of secrets; returns whether it held any. */
bool secrets_mask(const struct secrets *secrets, char *text, size_t size);

/* The same for the JSON of an answer that is read on, with the exceptions above. */
void secrets_mask_answer(const struct secrets *secrets, char *body, size_t size);

/*
 * The same for a message that quotes an answer: short secrets, too, and those of others that show by their form:
 * what follows "Bearer" or "Basic" and is no word, and JSON web tokens.
 */
void secrets_mask_message(const struct secrets *secrets, char *message);

/*
 * Whether a word looks like a key or a token: long, and mixed of upper and lower case with digits or without any
 * separator. Words with a UUID do not.
 */
bool secret_looks_random(const char *word, size_t size);

#endif
