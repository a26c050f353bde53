/*
 * imds_hops: the hop limit that replies arrive with, found by asking which of them arrive (http_request.min_ttl).
 *
 * Linux says of no received TCP segment which TTL it had, but drops those below a limit. The values 1..IMDS_HOPS_MAX
 * are narrowed down in rounds of requests side by side: a few over the whole range, those between two of them, and the
 * one above the result once more, because a reply may have been lost. Pure: the caller sends and waits.
 */
#ifndef IMDS_IMDS_HOPS_H
#define IMDS_IMDS_HOPS_H

#include <stdbool.h>
#include <stddef.h>

enum { IMDS_HOPS_MAX = 64 }; /* of response_hop_limit (vpc-api.md 3.1) */

/* Zero-initialised: nothing is known. */
struct imds_hops {
    unsigned char asked[IMDS_HOPS_MAX + 1]; /* how often, by the lower limit */
    bool arrived[IMDS_HOPS_MAX + 1];
    unsigned pending; /* asked for by imds_hops_next and not noted yet */
};

/* The limits to ask with next, all at once; 0: the result is there. Only when none is pending. */
size_t imds_hops_next(struct imds_hops *hops, unsigned ret_limits[IMDS_HOPS_MAX]);

/* Whether a reply arrived with this limit; the last one of a round is followed by imds_hops_next. */
void imds_hops_note(struct imds_hops *hops, unsigned limit, bool arrived);

/* The TTL, IMDS_HOPS_MAX standing for that and more; 0: it cannot be seen here. */
unsigned imds_hops_result(const struct imds_hops *hops);

#endif
