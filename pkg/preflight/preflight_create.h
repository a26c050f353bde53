/*
 * preflight_create: what can be known about a server before it is created: whether the allowed_use of what it boots from permits
 * its settings (vpc-api.md 4.3), and whether its profile has a metadata service at all (x86 only, vpc-api.md 4.1).
 *
 * Works on the create body as it takes effect (flags laid over it, misplaced members put right, with what its source
 * template adds: resource_asked.h), for every kind that has one. Reads at most two resources, side by side:
 *
 *   the image, the volume or the snapshot that it boots from: GET /images/{id} and so on;
 *   the profile: when the metadata service is to be on, or when the expression needs facts that only the profile has.
 *
 * Settings that the body leaves out have the API's defaults (false, http).
 *
 * The API does not check a template against allowed_use when it is created (nothing says so), but what is made of it: there
 * the answer is about those instances.
 */
#ifndef PREFLIGHT_PREFLIGHT_CREATE_H
#define PREFLIGHT_PREFLIGHT_CREATE_H

#include "preflight/preflight_allowed.h"
#include "vpc/vpc.h"

/* Two answers; a reason is empty exactly where the answer is PREFLIGHT_ALLOWED. Zero-initialised: all allowed. */
struct preflight_create {
    enum preflight_verdict use;
    struct text use_reason; /* "image r006-1 allows only `...`: metadata_service.enabled would be true" */
    enum preflight_verdict architecture;
    struct text architecture_reason; /* "profile bz2-4x16 is s390x, the metadata service is for x86 only" */
};

/*
 * Reads and decides; runs the http session. What cannot be read (403, 404, 5xx) is PREFLIGHT_UNDETERMINED with the cause, never
 * an error. False only with ERR_CANCELLED. `body` is not changed. One call serves any number of servers that differ in
 * their names only.
 */
bool preflight_create_check(struct http *http, struct vpc *vpc, const struct resource_kind *kind, const json_t *body,
                            struct preflight_create *ret, struct err *e) __attribute__((warn_unused_result));

void preflight_create_free(struct preflight_create *birth); /* zero-initialised values allowed; for CLEANUP */

#endif
