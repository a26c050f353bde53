/*
 * preflight_profile: what a profile tells of the servers made with it (vpc-api.md 2.17): architecture, vcpu, gpu, and whether
 * secure boot is on when nothing else is said. Only what is certain counts: a `fixed` value, the default of an `enum`, the
 * only value of one; whatever is a range or depends on something is not told.
 */
#ifndef PREFLIGHT_PREFLIGHT_PROFILE_H
#define PREFLIGHT_PREFLIGHT_PROFILE_H

#include "text/text_arena.h"
#include "vpc/vpc.h"

struct preflight_profile {
    const char *architecture;          /* "amd64"; NULL: not told */
    struct resource_hardware hardware; /* no image and no boot disk */
    char *problem;                     /* why it could not be read, or NULL */
    struct text_arena strings;
};

/* Takes the facts from an answer of the API about a profile for servers of that kind. */
void preflight_profile_take(struct answer_node root, const struct resource_kind *kind, struct preflight_profile *ret);

/* Queues the GET of the kind's profile of that name; `ret`, zero-initialised, is filled after http_run. */
void preflight_profile_read(struct vpc *vpc, const struct resource_kind *kind, const char *name,
                            struct preflight_profile *ret);

void preflight_profile_free(struct preflight_profile *profile); /* zero-initialised values allowed; for CLEANUP */

#endif
