/*
 * http_doubt: whether refusals (429) are about how fast we are. Some are not: a gateway that refuses every tenth request
 * does so at any pace, and a pace that is lowered at each of them ends at nothing. Pure.
 *
 * A limit does not refuse soon at a pace that it was measured to serve, and has nothing left once it refuses: of the
 * requests that arrive right after, it refuses as good as all. So a point is held against each refusal that comes soon at
 * a measured pace, and two where most of those under way with the first one were served; a refusal above the measured
 * pace takes one back. Enough points, or a pace that has fallen to half, call for a trial (http_pace.h): the pace is let go
 * and the answers that follow a refusal are watched. Where most of them are refusals, it is a limit after all, and the
 * next trial takes more points.
 */
#ifndef HTTP_HTTP_DOUBT_H
#define HTTP_HTTP_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialised: no doubt. */
struct http_doubt {
    uint64_t refusals; /* which of the answers were, the last in bit 0 */
    unsigned answers;  /* that tell something, at most 64 */
    unsigned points;
    unsigned trials; /* that found a limit */
    double highest;  /* rate since the last of them */
};

/* An answer came to a request that met the server right after it had refused another. */
void http_doubt_answer(struct http_doubt *doubt, bool refused);

/* A refusal that is news. */
struct http_doubt_sign {
    bool contradicts; /* it came at a pace that was measured */
    bool soon;        /* few were served since the last one */
    bool slow;        /* the pace is so low that to wait for more of them would take long */
    bool first;       /* the last one came while nothing held back: those under way with it tell something */
    double rate;      /* the pace, where it follows a measurement; 0: none */
};

/* True: it is time for a trial. */
bool http_doubt_refusal(struct http_doubt *doubt, const struct http_doubt_sign *sign);

/* In a trial: whether the answers say that there is a limit, and the share of refusals among them. */
bool http_doubt_finds_limit(const struct http_doubt *doubt);
double http_doubt_refused_share(const struct http_doubt *doubt);

/* A trial has found a limit: the next one takes more points. */
void http_doubt_settle(struct http_doubt *doubt);

#endif
