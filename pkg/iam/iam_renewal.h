/*
 * iam_renewal: when a token is used, when another one is fetched, and when there is none any more. A state machine
 * without a clock of its own.
 *
 * A token is renewed at 80 % of its life while requests use the old one, and not used in its last seconds, since it
 * must still be good on arrival. A renewal that fails is tried again before the token ends, and disturbs no request. A
 * token that the API refuses is replaced as soon as another one is there; where none comes, it is used on, because it
 * may be accepted after all. Once no token is left, a token that was there before is worth IAM_RENEWAL_PATIENCE_MS of
 * asking again; the first one is not, because then the credential or the address is likely to be wrong.
 *
 * A token request follows the one before after IAM_RENEWAL_GAP_MS at the earliest, also where IAM's tokens live for a
 * second. Only a refused token is replaced at once: http_acceptance.h limits how often that happens.
 */
#ifndef IAM_IAM_RENEWAL_H
#define IAM_IAM_RENEWAL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    IAM_RENEWAL_SPARE_MS = 10 * 1000, /* of the end of a life, or a tenth of it */
    IAM_RENEWAL_GAP_MS = 1000,
    IAM_RENEWAL_REPLACE_MS = 5000,         /* so long another token is waited for in place of a refused one */
    IAM_RENEWAL_PAUSE_MS = 1000,           /* after a token request that failed; doubled after each that follows */
    IAM_RENEWAL_PAUSE_MAX_MS = 10 * 1000,  /* while there is no token */
    IAM_RENEWAL_BACKGROUND_MS = 60 * 1000, /* while there is one, as [core] (vpc-api.md 6.2) */
    IAM_RENEWAL_PATIENCE_MS = 60 * 1000,
    IAM_RENEWAL_HOLD_MS = 2 * 1000, /* a burst of requests shares one failure; a later command asks again */
};

/* Zero-initialised: no token yet. */
struct iam_renewal {
    bool any;      /* there is a token in hand, or was */
    bool refused;  /* by the API: another one is wanted */
    bool fetching; /* since begun_ms */
    int64_t begun_ms;
    int64_t renew_at_ms, stop_at_ms, ends_at_ms; /* the token in hand is renewed, not used any more, dead */
    int64_t next_ms;                             /* when another token request may follow */
    unsigned failures;                           /* token requests in a row that failed */
    bool denied;                                 /* the last of them because IAM refuses the credential */
    int64_t failing_since_ms, failed_at_ms;
};

enum iam_step {
    IAM_USE,           /* the token in hand */
    IAM_USE_AND_FETCH, /* it, and fetch another one meanwhile */
    IAM_FETCH,         /* and wait for it */
    IAM_AWAIT,         /* the token request in progress, or the next one */
    IAM_FAIL,          /* with the last failure */
};

/* What to do for a request now. */
enum iam_step iam_renewal_step(struct iam_renewal *renewal, int64_t now_ms);

/* Of IAM_AWAIT: when to ask again at the latest; 0: when the token request has ended. */
int64_t iam_renewal_wait_ms(const struct iam_renewal *renewal, int64_t now_ms);

void iam_renewal_begun(struct iam_renewal *renewal, int64_t now_ms);                /* a token request */
void iam_renewal_came(struct iam_renewal *renewal, int64_t life_s, int64_t now_ms); /* life_s -1: not known */
void iam_renewal_failed(struct iam_renewal *renewal, bool denied, int64_t now_ms);
void iam_renewal_dropped(struct iam_renewal *renewal); /* the token request was given up unanswered */
void iam_renewal_refused(struct iam_renewal *renewal);

#endif
