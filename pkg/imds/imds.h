/*
 * imds: the identity API and the metadata API, which a server asks about itself (vpc-api.md 5).
 *
 * The service is reached from the server only, at 169.254.169.254 over http or at api.metadata.cloud.ibm.com over http
 * or https. It speaks one of the two protocols, and to the other one, or where it is off, it gives no answer at all.
 * Where the caller does not say which, the base URL is found out by the first call, that of commands as that of a
 * login: https is tried first and http soon after, and the first answer of the service decides. Of what failed, an
 * answer of something else and a certificate that did not pass say more than silence. A base URL that gives no answer
 * any more is given up, since a server may be set to another protocol. No proxy is used, whatever the environment says,
 * and no redirect is followed (HTTP_METADATA_SERVICE of http.h).
 *
 * An identity token (PUT token) is the bearer of all other calls. The paths of the identity API depend on the version
 * date: /identity from IMDS_VERSION_PATHS on, /instance_identity before it. Where a nonce is asked for, it must come
 * back in the answer and in the claims of the token, or the token is not used; where none is, and the paths are the new
 * ones, a random one is sent, and another one than that is not accepted.
 *
 * Three ways to use the room: imds_ask runs the session until the answer is there, for commands; imds_begin sends a
 * call of a session that others run (room iam); imds_submit sends one request to one base URL (imds_probe.h).
 */
#ifndef IMDS_IMDS_H
#define IMDS_IMDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock/clock.h"
#include "err/err.h"
#include "http/http.h"
#include "imds/imds_token.h"
#include "secret/secret.h"
#include "text/text.h"
#include "json/json.h"

#define IMDS_URL_ADDRESS "http://169.254.169.254"
#define IMDS_URL_NAME    "https://api.metadata.cloud.ibm.com"

#define IMDS_WHO "the metadata service" /* whose answers they are, in errors */

#define IMDS_VERSION_DEFAULT "2025-08-26"
#define IMDS_VERSION_PATHS   "2025-08-26" /* the first date with /identity */

enum {
    IMDS_LIFE_MIN_S = 5, /* expires_in of an identity token (5.2) */
    IMDS_LIFE_MAX_S = 3600,
    IMDS_LIFE_S = 300,             /* of the service, where none is asked for */
    IMDS_SILENCE_MS = 5 * 1000,    /* without an answer to what needs no other service: it is not there */
    IMDS_HEAD_START_MS = 300,      /* of https, where the protocol is found out */
    IMDS_ANSWER_MAX = 1024 * 1024, /* bytes of an answer */
    IMDS_BASES_MAX = 2,            /* base URLs where the service may be, while that is not known */
    IMDS_NONCE_SIZE = 2 * 16 + 1,  /* of a random one, in hexadecimal digits */
};

/* What can be asked of the service. */
enum imds_operation {
    IMDS_TOKEN,       /* PUT .../token: an identity token; the only call without a bearer */
    IMDS_IAM_TOKEN,   /* POST .../iam_token(s): an IAM token of a trusted profile */
    IMDS_CERTIFICATE, /* POST .../certificates: an instance identity certificate */
    IMDS_METADATA,    /* GET of a path below /metadata/v1 */
};

/* Zero-initialised members mean "not given". Borrowed. */
struct imds_call {
    enum imds_operation operation;
    int64_t expires_in;          /* seconds: of the token, of the certificate; 0: the service decides */
    const char *nonce;           /* IMDS_TOKEN */
    const char *trusted_profile; /* IMDS_IAM_TOKEN: an id or a CRN; NULL: the server's default profile */
    const char *profile_option;  /* what names another profile, for remedies; NULL: "--trusted-profile ID|CRN" */
    const char *csr;             /* IMDS_CERTIFICATE: PEM */
    const char *path;            /* IMDS_METADATA: "/metadata/v1/instance" */
    const char *start;           /* IMDS_METADATA: of a list's next page */
    const char *bearer;          /* for imds_submit: the identity token, of every operation but IMDS_TOKEN */
};

/* Where the service is. Borrowed. */
struct imds_endpoint {
    const char *base;    /* URL without a final slash */
    const char *version; /* YYYY-MM-DD */
    unsigned silence_ms; /* for IMDS_TOKEN and IMDS_METADATA; 0: IMDS_SILENCE_MS */
};

/*
 * Submits the request. `more` says what is not of the call: flags (HTTP_URGENT), repeat, timeout_ms, min_ttl, read,
 * done, context. All is copied.
 */
void imds_submit(struct http *http, const struct imds_endpoint *endpoint, const struct imds_call *call,
                 const struct http_request *more);

/* Whether the paths of the identity API are the new ones, which know a nonce. */
bool imds_has_new_paths(const char *version);

/* Makes a random nonce; "" where this machine has no randomness. */
void imds_make_nonce(char ret_nonce[IMDS_NONCE_SIZE]);

/* Appends the `code` of the first error of a reply's body, and the name of its target; nothing where there is none. */
void imds_read_code(const struct http_reply *reply, struct text *ret_code, struct text *ret_target);

/* Sets the error of a reply that failed: what happened and what can be done about it. Always false. */
bool imds_explain(const struct imds_endpoint *endpoint, const struct imds_call *call, const struct http_reply *reply,
                  struct err *e);

/* Neither of the two base URLs has answered. Always false. */
bool imds_explain_nowhere(const char *first, const char *second, struct err *e);

/*
 * ERR_INVALID for a certificate signing request that the service does not take: no PEM, a broken signature, members of
 * the subject other than C, ST, L, O and OU, extensions (vpc-api.md 5.2). `source` names where it came from.
 */
bool imds_check_csr(const char *source, const char *pem, size_t size, struct err *e)
    __attribute__((warn_unused_result));

/* --- one call after another ------------------------------------------------------------------------ */

/* A service with the base URL that has answered, and the identity token in hand. */
struct imds;

struct imds_options {
    struct http *http;         /* must outlive the handle's last call; imds_destroy comes after http_destroy */
    const struct clock *clock; /* NULL: the machine's */
    const char *url;         /* base; "HOST[:PORT]": the protocol is found out; NULL: IMDS_URL_NAME, IMDS_URL_ADDRESS */
    const char *version;     /* NULL: IMDS_VERSION_DEFAULT */
    unsigned silence_ms;     /* 0: IMDS_SILENCE_MS */
    struct secrets *secrets; /* borrowed */
};

/* Strings are copied. Sends nothing. */
struct imds *imds_create(const struct imds_options *options);
void imds_destroy(struct imds *imds); /* NULL allowed */

/* Its own; of a host without a protocol, `url` has one of the two. */
const struct imds_options *imds_options(const struct imds *imds);

/*
 * ERR_USAGE for a URL that is none of a service: with a path, a query, a user name, another scheme. `source` says where
 * it came from.
 */
bool imds_check_url(const char *source, const char *url, struct err *e) __attribute__((warn_unused_result));

/* ERR_USAGE for a version date that the service does not have: YYYY-MM-DD, from 2022-03-01. */
bool imds_check_version(const char *source, const char *version, struct err *e) __attribute__((warn_unused_result));

/*
 * Asks; the answer is an object, a new reference. Where the call needs an identity token, gets one first and keeps it
 * for the next calls. NULL and ERR_NETWORK without an answer, ERR_AUTH for 401, ERR_API, ERR_BAD_ANSWER,
 * ERR_CANCELLED.
 */
json_t *imds_ask(struct imds *imds, const struct imds_call *call, struct err *e) __attribute__((warn_unused_result));

/* Appends the id of this server, by the claims of its identity token. */
bool imds_server_id(struct imds *imds, struct text *ret_id, struct err *e) __attribute__((warn_unused_result));

/*
 * The same as imds_ask for a path of the metadata as imds_find_path gives it. A list that comes in pages is read whole
 * and has no "first", "next" and "limit" then. Of bare metal servers, which are no list, the asker's is meant.
 */
json_t *imds_read(struct imds *imds, const char *path, struct err *e) __attribute__((warn_unused_result));

/* The same for what a server reads that has no view of itself at /instance: its initialization, below its own id. */
json_t *imds_read_own(struct imds *imds, struct err *e) __attribute__((warn_unused_result));

/*
 * Appends the path that people mean: with or without /metadata/v1, and without "instance/" where that is clear.
 * ERR_USAGE for a path that the service does not have.
 */
bool imds_find_path(const char *given, struct text *ret_path, struct err *e) __attribute__((warn_unused_result));

/* The base URL that has answered, or is the only one; NULL while it is to be found out. */
const char *imds_base(const struct imds *imds);

/*
 * Begins a call, when the one before is done; what it points to is borrowed until then. `more` as of imds_submit: its
 * `done` is called once, with the reply that decides. Where that has an error, it is the one of imds_explain, and the
 * body is there only when the service itself has answered.
 */
void imds_begin(struct imds *imds, const struct imds_call *call, const struct http_request *more);

/* Sends what is due of the call in progress; milliseconds until more will be, or 0: nothing will. */
int64_t imds_step(struct imds *imds);

/* For `read` of imds_begin: the token of an answer, with the nonce that was sent. */
bool imds_read_token(const struct imds *imds, const struct http_reply *reply, struct imds_token *ret, struct err *e)
    __attribute__((warn_unused_result));

#endif
