/*
 * http_acceptance: whether the API takes the token, found out by one request at a time while it does not. A state
 * machine without a clock and without randomness of its own.
 *
 * A 401 says that nothing was processed, but not why: the token has ended, the part of the API that was asked does not
 * know it yet (a token takes a moment to get everywhere), or it will never be taken. So one 401 pauses all requests
 * that carry the token; after a back-off one of them, the probe, asks again, with another token after every second
 * refusal, and what comes of it is true for all. Another token is never asked for more often than that, however many
 * requests were in flight. Once refusals last (PATIENCE), no request can be served any more.
 *
 * An attempt that started earlier says nothing against one that started later: refusals of requests that were on their
 * way before the last accepted one change nothing, and one that started after the last refusal and is accepted ends
 * the trouble at once.
 */
#ifndef HTTP_HTTP_ACCEPTANCE_H
#define HTTP_HTTP_ACCEPTANCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HTTP_ACCEPTANCE_PAUSE_MS = 100, /* after the first refusal; doubled after each that follows */
    HTTP_ACCEPTANCE_PAUSE_MAX_MS = 5000,
    HTTP_ACCEPTANCE_ALONE_MAX = 8, /* refusals of one request between which others were accepted: it is the request */
    HTTP_ACCEPTANCE_TOKENS = 3,    /* that are tried of a credential of which none was ever accepted */
    /* PATIENCE: from the first refusal on, where a token of the session was accepted before and where none was */
    HTTP_ACCEPTANCE_PATIENCE_MS = 30 * 1000,
    HTTP_ACCEPTANCE_FIRST_PATIENCE_MS = 5 * 1000,
    /* the same for a token that cannot be replaced */
    HTTP_ACCEPTANCE_GIVEN_PATIENCE_MS = 5 * 1000,
    HTTP_ACCEPTANCE_GIVEN_FIRST_PATIENCE_MS = 2 * 1000,
};

/* Zero-initialised: nothing is known of the token yet, and all may start. */
struct http_acceptance {
    bool worked;                     /* a token was accepted at least once */
    int64_t accepted_ms, refused_ms; /* when the last attempt that was accepted, refused started; 0: none was */
    unsigned refusals;               /* in a row: the first one and those of probes; 0: there is no trouble */
    unsigned tokens;                 /* tried since the first of them */
    int64_t since_ms, until_ms;      /* of the first refusal, and of the next probe */
    bool probing;                    /* a probe is in flight */
};

/* Whether a request with the token may start. */
enum http_admission {
    HTTP_ADMIT,       /* as any other */
    HTTP_ADMIT_PROBE, /* as the probe: http_acceptance_probe when it has started */
    HTTP_ADMIT_LATER, /* not before until_ms, or before the probe has ended */
};
enum http_admission http_acceptance_admit(const struct http_acceptance *acceptance, int64_t now_ms);
void http_acceptance_probe(struct http_acceptance *acceptance);

/* A 401 for the token in use. */
struct http_refusal {
    int64_t started_ms, now_ms; /* of the attempt */
    bool probe;                 /* it was the probe */
    bool replaceable;           /* another token can be had */
    uint32_t random;
};

/* What follows: the request waits for its turn in each case but the last. */
enum http_refused {
    HTTP_REFUSED_REPEAT,  /* with the token in use */
    HTTP_REFUSED_REPLACE, /* with another one */
    HTTP_REFUSED_LASTING, /* no token is accepted: nothing can be served */
};
enum http_refused http_acceptance_refused(struct http_acceptance *acceptance, const struct http_refusal *refusal);

/* An answer that only comes to who has a token that is valid. */
void http_acceptance_accepted(struct http_acceptance *acceptance, int64_t started_ms, bool probe);

/* The probe ended without an answer that says anything of the token. */
void http_acceptance_unanswered(struct http_acceptance *acceptance, int64_t now_ms, uint32_t random);

/* The trouble is over or was given up; what is known of earlier tokens stays. */
void http_acceptance_reset(struct http_acceptance *acceptance);

#endif
