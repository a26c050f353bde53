/*
 * iam: who we are to the API: finding credentials, and turning them into bearer tokens.
 *
 * Finding (iam_discover) decides by rules alone, vpc-api.md 6.3 and the habits of `ibmcloud`. For every value the
 * first of these that has it wins: 1. the command line: --auth, --api-key-file, --iam-url, --endpoint; 2. the
 * environment as `ibmcloud` and Terraform read it: IC_API_KEY, then IBMCLOUD_API_KEY; IBMCLOUD_IAM_API_ENDPOINT and
 * IBMCLOUD_IS_NG_API_ENDPOINT, then the endpoints file (iam_endpoints.h); 3. the SDKs' properties (VPC_URL,
 * VPC_AUTH_TYPE, VPC_APIKEY, ...), all of them from the first source that holds any: the file named by
 * IBM_CREDENTIALS_FILE (or ibm-credentials.env in the folder it names), ~/ibm-credentials.env, the environment,
 * VCAP_SERVICES; 4. for endpoints, the default of the visibility. Unlike in the SDKs, ./ibm-credentials.env is not read
 * unless named: a file in the current folder must not choose where keys are sent. The kind of credential follows the
 * same order: --auth; else an API key of 1 or 2 means "iam"; else VPC_AUTH_TYPE; else what the SDK source holds (an API
 * key, else a bearer token, else what only a container's login uses); else IBMCLOUD_CR_TOKEN means "container". Nothing
 * found is an error that names the remedies; going without a token must be said (--auth none or VPC_AUTH_TYPE=noAuth),
 * also for the simulator.
 *
 * A compute resource has no secret of its own to keep: it proves what it is, and IAM gives it a token of a trusted
 * profile that it is linked to (vpc-api.md 6.1, facts-next.md 3.1). A container reads its token from a file, again at
 * each token request, since the platform replaces it; a server asks the identity API (room imds) for an identity token
 * and with that for the IAM token, both again at each request. What they need is taken of the SDKs' properties first,
 * then of IBMCLOUD_CR_PROFILE, IBMCLOUD_CR_TOKEN and IBMCLOUD_CR_VPC_URL as `ibmcloud login` has them, then, for the
 * profile, of Terraform's IC_IAM_PROFILE_ID, IBMCLOUD_IAM_PROFILE_ID and IC_IAM_PROFILE_NAME; the last of these says
 * nothing to a server, whose identity API takes no names. VPC_AUTH_URL is the metadata service's for a server, which
 * asks no IAM, and IAM's for all others.
 *
 * Tokens (struct iam) are fetched at the first request that needs one, renewed at 80 % of their life while requests use
 * the old one (iam_renewal.h), and replaced when the API refuses them (http_acceptance.h). There is never more than one
 * token request at a time; requests that cannot go on wait inside room http. Expiry is taken from the answer's
 * expires_in or expiration, never from inside the token.
 *
 * Keys and tokens are overwritten before their memory is given back, and never appear in errors or in --trace: they are
 * registered (secret.h) as soon as they are read, before anything is said of them.
 */
#ifndef IAM_IAM_H
#define IAM_IAM_H

#include <stdbool.h>
#include <stdint.h>

#include "clock/clock.h"
#include "err/err.h"
#include "fsio/fsio.h"
#include "http/http.h"
#include "text/text.h"

#define IAM_URL_DEFAULT "https://iam.cloud.ibm.com"

enum { IAM_KEY_FILE_MAX = 64 * 1024 }; /* bytes of a key or credentials file */

enum iam_method {
    IAM_API_KEY,   /* "iam": an API key is exchanged for tokens */
    IAM_VPC,       /* "vpc": this server's identity is, by its metadata service */
    IAM_CONTAINER, /* "container": the token of a compute resource, from a file, is */
    IAM_BEARER,    /* "bearer": a token that was given to us; it cannot be renewed */
    IAM_NONE,      /* "none": requests go without a token (simulator) */
};

/* Where to look. Members may be NULL but for environment. */
struct iam_sources {
    const char *(*environment)(void *context, const char *name); /* as getenv */
    void *context;
    const char *auth;         /* --auth */
    const char *api_key_file; /* --api-key-file: a path, or "-" for standard input */
    const char *iam_url;      /* --iam-url */
    const char *endpoint;     /* --endpoint */
    const char *metadata_url; /* --metadata-url */
    unsigned silence_ms;      /* that the metadata service is given to answer; 0: IMDS_SILENCE_MS */
    const char *region;       /* whose IAM is meant, where that depends on the region (iam_endpoints.h) */
    struct fsio_wait input;   /* how standard input is waited for */
    struct secrets *secrets;  /* borrowed: keys, tokens and passwords are registered as they are found; NULL: nowhere */
};

/* What was found. Strings are owned by it; NULL means "not given". */
struct iam_credentials {
    enum iam_method method;
    char *secret;    /* the API key, the bearer token, or the compute resource's where that is given as a value */
    char *scope;     /* for the token request */
    char *client_id; /* both or none: sent as Basic authorization with the token request */
    char *client_secret;
    char *iam_url;         /* base without /identity/token; IAM_URL_DEFAULT when nothing names one; IAM_VPC: NULL */
    char *endpoint;        /* base of the VPC API (iam_endpoint_url); NULL: none is named, the region's is meant */
    char *source;          /* of the credential, for people: "environment variable IC_API_KEY" */
    char *endpoint_source; /* of the endpoint, as above; NULL without one */
    char *iam_url_source;  /* of iam_url, as above */
    bool endpoint_of_sdk;  /* the endpoint is the SDKs' VPC_URL, which comes after the endpoints file */

    /* of IAM_VPC and IAM_CONTAINER */
    char *profile_id, *profile_crn, *profile_name; /* the trusted profile; all NULL: the server's default one */
    char *profile_source;                          /* of it, as above; NULL without one */
    char *token_file;                              /* IAM_CONTAINER: NULL: the first of the SDKs' files that is there */
    char *metadata_url, *metadata_url_source;      /* IAM_VPC: base; the URL is NULL where it is found out */
    char *metadata_version;                        /* IAM_VPC: of the identity API, YYYY-MM-DD */
    unsigned silence_ms;                           /* IAM_VPC: that of the sources */
    struct secrets *secrets;                       /* borrowed: that of the sources */
};

/*
 * Finds the credentials. Errors: ERR_AUTH when there are none; ERR_USAGE for a method that is not supported, a key that
 * is malformed, a file that cannot be read. Settings that were ignored or are unsafe are named in `warnings`, a line
 * each, also when it fails. No message and no warning quotes a secret.
 */
bool iam_discover(const struct iam_sources *sources, struct iam_credentials *ret, struct text *warnings, struct err *e)
    __attribute__((warn_unused_result));

/* Registers what the environment holds of secrets: before anything is found, for what quotes the command line. */
void iam_register_environment(const struct iam_sources *sources);

/* The base of the VPC API as it was written: with https:// and the path (/v1 where none was given), no final slash. */
char *iam_endpoint_url(const char *value) __attribute__((returns_nonnull, warn_unused_result));

/* Only the endpoint and its source: for commands that can do without credentials (doctor). Others stay empty. */
bool iam_discover_endpoint(const struct iam_sources *sources, struct iam_credentials *ret, struct err *e)
    __attribute__((warn_unused_result));

/*
 * Only where the metadata service is and its version, for commands that ask it without a login: what --auth vpc finds,
 * too. VPC_AUTH_URL counts with --auth vpc or VPC_AUTH_TYPE=vpc. Others stay empty.
 */
bool iam_discover_metadata(const struct iam_sources *sources, struct iam_credentials *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Overwrites and frees; zero-initialised values allowed. For CLEANUP. */
void iam_credentials_free(struct iam_credentials *credentials);

/* A source of tokens for one http session. */
struct iam;

/*
 * Makes it the session's token source. Takes over what `credentials` holds and leaves it empty. `http` and `clock`
 * (NULL: the machine's) must live longer. Sends nothing yet.
 */
struct iam *iam_create(struct iam_credentials *credentials, struct http *http, const struct clock *clock);
void iam_destroy(struct iam *iam);

/* The session that it serves. */
struct http *iam_http(const struct iam *iam);

/*
 * Fetches a token now, if there is none to use, by running the session. Borrowed; NULL in *ret_token with IAM_NONE.
 * Errors: ERR_AUTH when IAM refuses the key, others when it cannot be asked.
 */
bool iam_token(struct iam *iam, const char **ret_token, struct err *e) __attribute__((warn_unused_result));

/*
 * What a token says of its holder: claims of a JSON web token (facts-next.md 2.5), which are not verified. "": the
 * claim is missing.
 */
struct iam_identity {
    bool decoded;        /* false: there is no token, or it is no JSON web token */
    struct text account; /* account.bss */
    struct text iam_id;  /* "IBMid-...", "iam-ServiceId-...", "iam-Profile-..." */
    struct text name, email, subject;
    struct text subject_type;             /* "Profile", "ServiceId"; "" for a user */
    struct text actor_iam_id, actor_name; /* who is behind a profile that was assumed */
    int64_t expires_at_s;                 /* by the token's own claim; -1: none */
};

/* Reads the token, which is fetched where there is none. ERR_AUTH and the others as iam_token. */
bool iam_token_identity(struct iam *iam, struct iam_identity *ret, struct err *e) __attribute__((warn_unused_result));
void iam_identity_free(struct iam_identity *identity); /* zero-initialised values allowed; for CLEANUP */

/* The word of --auth for the method in use: "iam", "vpc", "container", "bearer", "none". */
const char *iam_method_name(enum iam_method method);

/* What was found, with the secrets; a source that is found out with the token says which one it is after that. */
const struct iam_credentials *iam_credentials_in_use(const struct iam *iam);

/* The base URL of the metadata service that IAM_VPC asks; NULL while it is to be found out, and with other methods. */
const char *iam_metadata_url(const struct iam *iam);

/* For `auth status`: seconds the token in hand will live; -1 when there is none or it is not known. */
int64_t iam_token_life_s(const struct iam *iam);

#endif
