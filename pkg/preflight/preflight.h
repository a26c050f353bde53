/*
 * preflight: what can be known to be refused before it is sent: settings that allowed_use forbids (vpc-api.md 2.4,
 * 4.3), servers whose architecture has no metadata service (vpc-api.md 4.1).
 *
 * As little as possible is read, each image, volume, snapshot or profile once, many at a time. What cannot be read or
 * decided is undetermined, never an error and never taken for a yes or a no: the API decides.
 */
#ifndef PREFLIGHT_PREFLIGHT_H
#define PREFLIGHT_PREFLIGHT_H

#include "text/text_arena.h"
#include "vpc/vpc.h"

enum preflight_verdict { PREFLIGHT_ALLOWED, PREFLIGHT_FORBIDDEN, PREFLIGHT_UNDETERMINED };

/*
 * Decides an expression of allowed_use for a server of the kind that has `settings` (those not given are unknown) on
 * `hardware` (NULL: nothing is known of it). Appends to `ret_reason`, when it is not allowed, what follows the name
 * of the image or the volume: "allows only `metadata_service.enabled == false`: metadata_service.enabled would be
 * true", or "has an allowed_use that cannot be decided here: `x == 1`, column 1: there is no variable x". Pure.
 *
 * What the API takes for gpu.* of a server without a GPU is not documented: unknown here.
 */
enum preflight_verdict preflight_decide(const struct resource_kind *kind, const char *expression,
                                        const struct resource_settings *settings,
                                        const struct resource_hardware *hardware, struct text *ret_reason);

/* --- settings of servers that exist ------------------------------------------------------------------ */

/* What could not be read although it exists. */
struct preflight_unread {
    const struct resource_kind *source; /* resource_image, resource_volume, resource_snapshot */
    const char *id, *message;
    int http_status; /* or 0 */
};

/* One server and the settings that it is to have; or a template, and what its instances are to have. */
struct preflight_change {
    const struct resource *resource;       /* its `api` is asked */
    const struct resource_settings *after; /* NULL: there is nothing to check */
    enum preflight_verdict verdict;        /* filled in */
    const char *reason;                    /* filled in unless it is allowed */
    const struct preflight_unread *unread; /* filled in where that is why it is undetermined; else NULL */
    bool unnamed;                          /* the same: the record says neither an image nor a boot volume */
};

/* The expressions that were read, each once. */
struct preflight_rules;
struct preflight_rules *preflight_rules_create(void);
void preflight_rules_destroy(struct preflight_rules *rules); /* NULL allowed */

/*
 * For verdicts that are to be right without a write that tests them: the boot volume decides, which may have an
 * expression of its own. Where many are expected, the volumes of the region are listed, side by side with the servers.
 */
void preflight_rules_demand_volumes(struct preflight_rules *rules);

/* Begins to read what preflight_check_changes will need for the server, while its list is still coming. */
void preflight_rules_expect(struct preflight_rules *rules, const struct resource *record);

/*
 * Checks changes of `enabled` or `protocol` (PATCH is checked against the boot volume, which inherits from the
 * image):
 *
 *   each distinct image is read once. Where it permits the settings, so do the volumes made of it (unless volumes
 *   are demanded);
 *   a volume with an expression of its own, given at its creation, is refused by the API as ever;
 *   the boot volume itself, where the image's expression forbids or cannot be decided, and where there is no image,
 *   or no longer one;
 *   nothing for kinds whose answers hold the expression of the boot disk;
 *   the image or the snapshot of a template, besides the expression that it gives its boot volumes.
 *
 * Runs the session; `memory` keeps the reasons; `rules` may hold what was read before (NULL: nothing). ERR_CANCELLED
 * when the session is: then the verdicts are not complete.
 */
bool preflight_check_changes(struct http *http, struct preflight_change changes[], size_t count,
                             struct preflight_rules *rules, struct text_arena *memory, struct err *e)
    __attribute__((warn_unused_result));

/* --- servers that are to be created ------------------------------------------------------------------ */

/* Two answers; a reason is empty exactly where the verdict is PREFLIGHT_ALLOWED. Zero-initialised: all allowed. */
struct preflight_creation {
    enum preflight_verdict use;
    struct text use_reason; /* "image r006-1 allows only `...`: metadata_service.enabled would be true" */
    enum preflight_verdict architecture;
    struct text architecture_reason; /* "profile bz2-4x16 is s390x, the metadata service is for x86 only" */
};

/*
 * Checks a create body as it takes effect (flags laid over it, misplaced members put right, with what its source
 * template adds: resource_create.h) of a kind that has an allowed_use. Settings that it leaves out have the API's
 * defaults (false, http). Runs the session and reads at most two resources, side by side:
 *
 *   the image, the volume or the snapshot that the server boots from;
 *   the profile: when the metadata service is to be on, or when the expression needs facts that only the profile has.
 *
 * False only with ERR_CANCELLED. `body` is not changed. One call serves any number of servers that differ in their
 * names only. The API does not check a template against allowed_use when it is created (nothing says so), but what is
 * made of it: there the answer is about those instances.
 */
bool preflight_check_creation(struct http *http, struct vpc *vpc, const struct resource_kind *kind, const json_t *body,
                              struct preflight_creation *ret, struct err *e) __attribute__((warn_unused_result));

void preflight_creation_free(struct preflight_creation *creation); /* zero-initialised values allowed; for CLEANUP */

#endif
