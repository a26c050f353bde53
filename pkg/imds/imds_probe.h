/*
 * imds_probe: what a server can find out about its metadata service by asking it, all at once and within seconds, also
 * where nothing answers.
 *
 * Every way to the service is tried with a token request; the first token that comes is used for one call of each kind
 * and for the search of imds_hops.h. What the answers mean, and what to do about it, is the caller's.
 */
#ifndef IMDS_IMDS_PROBE_H
#define IMDS_IMDS_PROBE_H

#include "imds/imds.h"

/* Ways to the service (vpc-api.md 5.1). */
enum imds_way { IMDS_HTTP_ADDRESS, IMDS_HTTP_NAME, IMDS_HTTPS_NAME, IMDS_WAYS };

enum imds_outcome {
    IMDS_NOT_ASKED,
    IMDS_DONE,      /* a 2xx that could be used */
    IMDS_REFUSED,   /* an answer of the service with an error status, or one that could not be used */
    IMDS_FOREIGN,   /* an answer of something else: a captive portal, the metadata service of another cloud */
    IMDS_SILENT,    /* no answer in time, as where the service is off */
    IMDS_UNTRUSTED, /* its certificate did not pass, and nothing was sent */
    IMDS_UNREACHED, /* none, for another reason: no name, no route, no TLS */
    IMDS_STOPPED,   /* the run was stopped before it ended */
};

/* How one call ended. */
struct imds_end {
    enum imds_outcome outcome;
    int status; /* of the answer; 0: none came */
    int64_t elapsed_ms;
    struct text code; /* of the API's error: "profile_not_linked"; "" where there is none */
    struct err error; /* unless IMDS_DONE: of the reply, without remedies */
};

struct imds_probe {
    char *urls[IMDS_WAYS];             /* that was tried; NULL: there is no such way */
    struct imds_end ways[IMDS_WAYS];   /* token requests: DONE and REFUSED show that the service answers */
    int way;                           /* enum imds_way of the token in use; -1: no way brought one */
    int64_t token_life_s;              /* -1: not said */
    struct text crn, id, name, region; /* of this server, by the token and its record; "": not said, or no such word */
    struct imds_end instance;          /* GET /metadata/v1/instance */
    struct imds_end initialization;    /* and what it holds: */
    struct text profile;               /* id of the default trusted profile; "": there is none */
    int64_t user_data_bytes;           /* 0: there is none */
    struct imds_end iam_token;         /* of the profile that was asked for, or the default one */
    unsigned hops;                     /* imds_hops_result; 0 as well where the run was stopped */
};

enum {
    IMDS_PROBE_TIMEOUT_MS = 2000,
    IMDS_PROBE_HOP_MS = 1000, /* that a reply of the search has at most */
};

/*
 * Runs the session until all is known, over both protocols whatever the URL of `imds` says; with its time of silence
 * for each call, or else IMDS_PROBE_TIMEOUT_MS. `trusted_profile` is for the IAM token; NULL: the default one. False
 * with ERR_CANCELLED when it was stopped before: *ret then holds what was known by then. Free it with imds_probe_free
 * in both cases.
 */
bool imds_probe(const struct imds *imds, const char *trusted_profile, struct imds_probe *ret, struct err *e)
    __attribute__((warn_unused_result));
void imds_probe_free(struct imds_probe *probe); /* for CLEANUP */

/* Whether the service answers that way, with whatever status. */
bool imds_probe_answers(const struct imds_probe *probe, enum imds_way way);

/* The first way whose token request ended so, or NULL. */
const struct imds_end *imds_probe_find(const struct imds_probe *probe, enum imds_outcome outcome);

#endif
